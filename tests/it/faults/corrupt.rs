//! Pages of the file are damaged: what stands on them cannot be told, and nothing else is told in its place.

use std::fs;
use std::path::Path;

use super::{Served, assert_equal, copy, table_of};
use crate::support::sqlite::Database;
use crate::support::wire;

/// The first octet of a page of rows.
const ROWS: u8 = 0x0D;
const PAGE: usize = 4096;

/// All that has been written stands in the file, and no log beside it.
fn settle(database: &Database) {
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)");
}

/// Damages every page of rows that holds `text`; how many there are.
fn damage(file: &Path, text: &str) -> usize {
    let mut octets = fs::read(file).unwrap();
    let mut damaged = 0;
    for page in octets.chunks_mut(PAGE).skip(1) {
        let holds = page.windows(text.len()).any(|window| window == text.as_bytes());
        if page[0] == ROWS && holds {
            page[..200].fill(0xFF);
            damaged += 1;
        }
    }
    fs::write(file, octets).unwrap();
    damaged
}

#[test]
fn a_damaged_page_is_an_error_and_other_tables_are_served_until_a_backup_takes_its_place() {
    let database = table_of(20_000, 100);
    database.execute("CREATE TABLE Other (Id INTEGER PRIMARY KEY, Name TEXT); INSERT INTO Other VALUES (1, 'sound')");
    database.track("Other");
    database.execute("UPDATE T SET V = printf('%0100d', 0) WHERE Id = 15000");
    settle(&database);
    let backup = database.backup();
    let served = Served::of(&database);
    let client = &served.client;
    let mut copy = copy(client);
    let get = |path: &str| wire::get(served.address(), path, "Prefer: odata.maxpagesize=50000\r\n");
    let whole = get("/odata/T");
    assert!(whole.whole);
    // The row in question stands among the last ones: much of the answer leaves before it is met.
    assert!(damage(&database.path(), &format!("{:0100}", 18_000)) > 0);
    let broken = get("/odata/T");
    assert!(broken.status == 503 || !broken.whole, "the answer pretends to be whole");
    assert!(broken.status == 503 || whole.body.starts_with(&broken.body), "something was invented");
    let row = client.get("/odata/T(18000)").expect(503);
    assert_eq!(row.code(), "DatabaseUnavailable");
    assert!(row.header("Retry-After").is_some() && !row.text().contains("malformed"), "{}", row.text());
    assert_eq!(client.get("/odata/Other").expect(200).value().len(), 1);
    client.get("/odata/T(1)").expect(200);
    database.restore(&backup);
    client.get("/odata/T(18000)").expect(200);
    database.execute("UPDATE T SET V = 'after the backup' WHERE Id = 3; DELETE FROM T WHERE Id = 4");
    assert_equal(&mut copy, client, &database);
    let log = served.log();
    assert!(log.contains("malformed"), "the operator is not told: {log}");
}

#[test]
fn a_damaged_change_log_is_an_error_of_links_and_of_nothing_else() {
    let database = table_of(200, 10);
    // Keys that are texts stand in the log as they are.
    database.execute("CREATE TABLE Named (Name TEXT PRIMARY KEY NOT NULL, V INTEGER)");
    database.track("Named");
    let served = Served::of(&database);
    let client = &served.client;
    let link = client.track("/odata/Named").expect(200).delta_link();
    database.execute(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
         INSERT INTO Named SELECT printf('named %05d of the many', i), i FROM n;
         DELETE FROM Named WHERE V <> 1",
    );
    settle(&database);
    let backup = database.backup();
    assert!(damage(&database.path(), "named 03000 of the many") > 0);
    let address = served.address();
    let path = &link[client.base.len()..];
    let broken = wire::get(address, path, "Prefer: odata.maxpagesize=50000\r\n");
    assert!(broken.status == 503 || (broken.status == 200 && !broken.whole), "{}: {}", broken.status, broken.text());
    assert!(!broken.text().contains("deltaLink\""), "a link behind changes that nobody could read");
    client.get("/odata/T").expect(200);
    client.get("/odata/T(1)").expect(200);
    database.restore(&backup);
    let answer = client.ask("GET", &link).header("Prefer", "odata.maxpagesize=50000").send().expect(200);
    assert_eq!(answer.value().len(), 5000);
    served.log();
}
