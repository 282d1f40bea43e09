//! The gateway's clock jumps by a year, while that of those who write does not. `libfaketime` makes it jump; where that is not
//! installed, the tests say so. What happens when the writers' clocks jump is in `tracking::pruning`.

use std::path::PathBuf;

use super::{Served, assert_equal, command, copy, table_of};
use crate::support::mssql::say;
use crate::support::sqlite::Database;

const FOLDERS: [&str; 4] = [
    "/usr/lib/x86_64-linux-gnu/faketime",
    "/usr/lib/aarch64-linux-gnu/faketime",
    "/usr/lib/faketime",
    "/usr/lib64/faketime",
];

fn library() -> Option<PathBuf> {
    let found = FOLDERS.iter().map(|folder| PathBuf::from(folder).join("libfaketime.so.1")).find(|path| path.exists());
    if found.is_none() {
        say("SKIPPED: there is no libfaketime here, so no gateway whose clock jumps (Debian: faketime)");
    }
    found
}

/// A gateway whose clock shows another day.
fn served_at(database: &Database, library: &PathBuf, day: &str) -> Served {
    let mut command = command(database, "");
    command.env("LD_PRELOAD", library).env("FAKETIME", day).env("DONT_FAKE_MONOTONIC", "1");
    Served::start(command)
}

#[test]
fn links_do_not_depend_on_the_clock() {
    let Some(library) = library() else { return };
    let database = table_of(50, 10);
    // As long as nothing is pruned.
    database.execute("UPDATE _deltalink_tables SET retention = 100 * 365 * 86400");
    let mut copy = copy(&Served::of(&database).client);
    for (number, day) in ["+12h", "-12h", "+3650d", "+0d"].iter().enumerate() {
        let served = served_at(&database, &library, day);
        database.execute(&format!("UPDATE T SET V = '{day}' WHERE Id < 10; DELETE FROM T WHERE Id = {}", 20 + number));
        assert_eq!(copy.sync(&served.client), 0, "a link has expired by a clock that shows {day}");
        assert_equal(&mut copy, &served.client, &database);
        served.log();
    }
}

#[test]
fn a_clock_that_jumps_a_year_and_back_ends_old_links_and_makes_none_wrong() {
    let Some(library) = library() else { return };
    let database = table_of(50, 10);
    let today = Served::of(&database);
    let (mut old, mut new) = (copy(&today.client), copy(&today.client));
    database.execute("UPDATE T SET V = 'x' WHERE Id < 10; DELETE FROM T WHERE Id = 20");
    assert_equal(&mut new, &today.client, &database);
    today.log();
    let ahead = served_at(&database, &library, "+365d");
    ahead.process.wait_for(|_, log| log.contains("pruned changes beyond their retention").then_some(()));
    let expired = ahead.client.get(old.link.as_ref().unwrap()).expect(410);
    assert_eq!(expired.json()["error"]["details"][0]["code"], "Pruned");
    assert_eq!(new.sync(&ahead.client), 0, "the newest event stays, and with it the newest links");
    database.execute("INSERT INTO T VALUES (100, 'while the clock was ahead')");
    assert_equal(&mut new, &ahead.client, &database);
    assert_equal(&mut old, &ahead.client, &database);
    ahead.log();
    let back = served_at(&database, &library, "-365d");
    // What was written in its future counts as old, because a wrong clock may have written it: again only the newest event stays.
    back.process.wait_for(|_, log| log.contains("pruned changes beyond their retention").then_some(()));
    database.execute("DELETE FROM T WHERE Id = 100; UPDATE T SET V = 'y' WHERE Id = 1");
    for copy in [&mut old, &mut new] {
        assert_eq!(copy.sync(&back.client), 0, "the newest event stays, and with it the newest links");
        assert_equal(copy, &back.client, &database);
    }
    back.log();
}
