//! The disk is full: for who writes, for who prunes, and for who begins to track.

use std::process::Command;

use super::{Served, assert_equal, command, copy, table_of};
use crate::support::process::{Process, deltalink, run};
use crate::support::sqlite::Database;

/// Octets that a process with a limit may write into one file: fewer than the file has already.
const LIMIT: usize = 64 * 1024;

/// The same command, whose process finds the disk full behind so many octets of a file.
fn limited(command: &Command) -> Command {
    let mut limited = Command::new("prlimit");
    // A signal would end it. Disks do not send any.
    limited.args(["--fsize".to_owned() + &format!("={LIMIT}"), "sh".into(), "-c".into()]);
    limited.args(["trap '' XFSZ; exec \"$0\" \"$@\""]).arg(command.get_program()).args(command.get_args());
    limited.current_dir(command.get_current_dir().unwrap());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => limited.env(name, value),
            None => limited.env_remove(name),
        };
    }
    limited
}

/// A write-ahead log that is longer than the limit, and that stays so while what this returns lives.
fn long_log(database: &Database) -> rusqlite::Connection {
    let writer = database.connect();
    writer.execute_batch("PRAGMA wal_autocheckpoint = 0").unwrap();
    let is_short = || std::fs::metadata(database.folder.path().join("test.db-wal")).unwrap().len() < 4 * LIMIT as u64;
    loop {
        writer.execute_batch("UPDATE T SET V = V || '.'").unwrap();
        if !is_short() {
            return writer;
        }
    }
}

#[test]
fn a_write_that_meets_a_full_disk_fails_as_a_whole_and_nothing_is_half_tracked() {
    let database = table_of(500, 50);
    let served = Served::of(&database);
    let mut copy = copy(&served.client);
    let writer = database.connect();
    let pages: u32 = writer.query_row("PRAGMA page_count", [], |row| row.get(0)).unwrap();
    let events = || writer.query_row("SELECT count(*) FROM _deltalink_log_1", [], |row| row.get(0)).unwrap();
    writer.execute_batch(&format!("PRAGMA max_page_count = {}", pages + 4)).unwrap();
    let mut refused = 0;
    for number in 0..50 {
        let before: u64 = events();
        let grows = format!("UPDATE T SET V = V || printf('%0200d', {number}) WHERE Id % 50 = {number}");
        let deletes = format!("DELETE FROM T WHERE Id = {}", number + 1);
        let outcome = writer.execute_batch(&format!("BEGIN; {deletes}; {grows}; COMMIT"));
        if let Err(error) = outcome {
            refused += 1;
            assert_eq!(error.sqlite_error_code(), Some(rusqlite::ErrorCode::DiskFull), "{error}");
            if !writer.is_autocommit() {
                writer.execute_batch("ROLLBACK").unwrap();
            }
            assert_eq!(events(), before, "an event is left of what was refused");
        }
    }
    assert!(refused > 10, "{refused} were refused");
    assert_equal(&mut copy, &served.client, &database);
    writer.execute_batch("PRAGMA max_page_count = 1000000; UPDATE T SET V = 'there is room again'").unwrap();
    assert_equal(&mut copy, &served.client, &database);
    served.log();
}

#[test]
fn pruning_that_meets_a_full_disk_is_told_and_readers_do_not_notice() {
    let database = table_of(500, 50);
    let _writer = long_log(&database);
    database.execute("UPDATE _deltalink_log_1 SET at = 0; UPDATE T SET V = 'new' WHERE Id = 7");
    let served = Served::start(limited(&command(&database, "")));
    served.process.wait_for(|_, log| log.contains("pruning failed; it is tried again later").then_some(()));
    let mut copy = copy(&served.client);
    database.execute("UPDATE T SET V = 'newer' WHERE Id < 20; DELETE FROM T WHERE Id = 400");
    assert_equal(&mut copy, &served.client, &database);
    // There is room for somebody else.
    run(database.folder.path(), &["prune", "--database", "sqlite:test.db"]).expect(0);
    let old: u64 = database
        .connect()
        .query_row("SELECT count(*) FROM _deltalink_log_1 WHERE at = 0", [], |row| row.get(0))
        .unwrap();
    assert_eq!(old, 1, "the floor stays, and what is newer");
    database.execute("DELETE FROM T WHERE Id = 401");
    assert_equal(&mut copy, &served.client, &database);
    served.log();
}

#[test]
fn tracking_that_meets_a_full_disk_is_not_begun() {
    let database = table_of(500, 50);
    let _writer = long_log(&database);
    database.execute("CREATE TABLE Other (Id INTEGER PRIMARY KEY)");
    let folder = database.folder.path();
    let mut track = deltalink(folder);
    track.args(["track", "Other", "--database", "sqlite:test.db"]);
    let outcome = Process::start(limited(&track)).finish().expect(1);
    assert!(outcome.err.contains("cannot be read at the moment") || outcome.err.contains("full"), "{}", outcome.err);
    let names = |kind: &str| -> u64 {
        let sql = "SELECT count(*) FROM sqlite_schema WHERE type = ?1 AND (tbl_name = 'Other' OR name LIKE '%log_2%')";
        database.connect().query_row(sql, [kind], |row| row.get(0)).unwrap()
    };
    assert_eq!((names("table"), names("trigger"), names("index")), (1, 0, 0), "something of the tracking is left");
    run(folder, &["track", "Other", "--database", "sqlite:test.db"]).expect(0);
    assert!(names("trigger") > 0);
}
