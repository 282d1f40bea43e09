//! Another program holds the file's lock for longer than anybody waits.

use std::time::{Duration, Instant};

use super::{Served, assert_equal, copy, table_of};

/// What touches no database is answered at once, also by a thread that has just been asked for rows.
const AT_ONCE: Duration = Duration::from_secs(5);

#[test]
fn a_file_that_stays_locked_is_told_and_is_read_again_when_the_lock_is_gone() {
    let database = table_of(100, 10);
    // Without a write-ahead log, who writes keeps everybody from reading.
    database.execute("PRAGMA journal_mode = DELETE");
    let served = Served::of(&database);
    let client = &served.client;
    let mut copy = copy(client);
    let writer = database.connect();
    writer.execute_batch("BEGIN EXCLUSIVE; UPDATE T SET V = 'x' WHERE Id < 10; DELETE FROM T WHERE Id = 50").unwrap();
    let link = copy.link.clone().unwrap();
    let locked_out = ["/odata/T", "/odata/T(1)", "/odata/T(2)", "/odata/T/$count", &link];
    std::thread::scope(|scope| {
        let asked: Vec<_> = locked_out.iter().map(|path| scope.spawn(move || client.get(path))).collect();
        let begun = Instant::now();
        for _ in 0..20 {
            client.get("/odata/").expect(200);
            client.get("/odata/$metadata").expect(200);
            client.get("/healthz").expect(200);
        }
        assert!(begun.elapsed() < AT_ONCE, "a locked file keeps all others waiting: {:?}", begun.elapsed());
        for asked in asked {
            let answer = asked.join().unwrap().expect(503);
            assert_eq!(answer.code(), "DatabaseUnavailable");
            answer.header("Retry-After").unwrap().parse::<u32>().expect("whole seconds");
        }
    });
    writer.execute_batch("COMMIT").unwrap();
    client.get("/odata/T(1)").expect(200);
    assert_equal(&mut copy, client, &database);
    served.log();
}

#[test]
fn a_transaction_that_stays_open_delays_no_reader_of_a_file_with_a_write_ahead_log() {
    let database = table_of(100, 10);
    let served = Served::of(&database);
    let mut copy = copy(&served.client);
    let writer = database.connect();
    writer.execute_batch("BEGIN IMMEDIATE; UPDATE T SET V = 'x'").unwrap();
    let begun = Instant::now();
    let before = copy.rows.clone();
    copy.sync(&served.client);
    assert_eq!(copy.rows, before, "nothing of it has been committed");
    assert!(begun.elapsed() < AT_ONCE);
    writer.execute_batch("COMMIT").unwrap();
    assert_equal(&mut copy, &served.client, &database);
    served.log();
}
