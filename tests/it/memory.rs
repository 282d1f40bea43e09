//! A million rows through HTTP while the server's memory stays flat. Linux tells a process's memory in `/proc`.

#![cfg(target_os = "linux")]

use std::io::Read;
use std::process::Command;

use crate::support::process::{Process, deltalink};
use crate::support::sqlite::Database;

const ROWS: usize = 1_000_000;
const ALLOWED_KIB: u64 = 32 * 1024;

#[test]
#[ignore = "takes a minute, and means something only for a release build: `just memory` runs it"]
fn a_million_rows_are_read_in_less_than_32_mib() {
    let database = Database::empty();
    database.execute(
        "CREATE TABLE Big (Id INTEGER PRIMARY KEY, Name VARCHAR(80), Amount DECIMAL(10,2), Note TEXT);
         WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000)
         INSERT INTO Big SELECT i, 'name ' || i, i / 100.0, 'some more text for row number ' || i FROM n;",
    );
    database.track("Big");
    let mut command = match std::env::var_os("DELTALINK_TEST_BINARY") {
        Some(binary) => {
            let mut command = Command::new(binary);
            command.current_dir(database.folder.path());
            command
        }
        None => deltalink(database.folder.path()),
    };
    std::fs::write(database.folder.path().join("my.toml"), "[service]\nmax_page_size = 100000\n").unwrap();
    command.args(["serve", "--database", "sqlite:test.db", "--config", "my.toml"]);
    let (process, client) = Process::serving(command);
    // One small request first, so that what every request needs is there.
    client.get("/odata/Big?$top=1").expect(200);
    let before = memory(&process, "VmRSS");
    let (rows, octets) = read_all(&client.base);
    let (peak, after) = (memory(&process, "VmHWM"), memory(&process, "VmRSS"));
    println!("{rows} rows, {octets} octets; KiB before {before}, at most {peak}, after {after}");
    assert_eq!(rows, ROWS);
    assert!(peak - before < ALLOWED_KIB, "grew from {before} to {peak} KiB");
    process.stop().expect(0);
}

/// Follows next links to the end, keeping nothing but the end of each page.
fn read_all(base: &str) -> (usize, usize) {
    let (mut rows, mut octets) = (0, 0);
    let mut next = Some(format!("{base}/odata/Big"));
    while let Some(url) = next {
        let answer = ureq::get(&url).header("Prefer", "odata.track-changes, odata.maxpagesize=100000").call().unwrap();
        let mut body = answer.into_body().into_reader();
        let (mut chunk, mut tail) = (vec![0; 64 * 1024], Vec::new());
        loop {
            let read = body.read(&mut chunk).unwrap();
            if read == 0 {
                break;
            }
            octets += read;
            rows += chunk[..read].split(|octet| *octet == b'{').count() - 1;
            tail.extend_from_slice(&chunk[..read]);
            tail.drain(..tail.len().saturating_sub(1000));
        }
        // The page itself is an object too.
        rows -= 1;
        let tail = String::from_utf8_lossy(&tail).into_owned();
        next = tail.split_once("\"@odata.nextLink\":\"").map(|(_, link)| link.split('"').next().unwrap().to_owned());
        assert!(next.is_some() || tail.contains("@odata.deltaLink"), "{tail}");
    }
    (rows, octets)
}

/// A line of `/proc/PID/status`, in KiB.
fn memory(process: &Process, name: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", process.id())).unwrap();
    let line = status.lines().find(|line| line.starts_with(name)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}
