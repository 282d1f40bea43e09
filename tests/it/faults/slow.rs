//! A reader that takes hardly anything, or nothing: it holds a snapshot, and the file's write-ahead log cannot shrink behind it.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use rusqlite::Connection;

use super::proxy::{Proxy, Wire};
use super::{Served, assert_equal, copy, table_of};
use crate::support::patience::eventually;
use crate::support::sqlite::Database;

/// More octets than the system keeps for both ends of a connection.
const ROWS: usize = 40_000;
const WIDTH: usize = 700;
const CONFIG: &str = "[limits]\nlongest_stall = \"2s\"\n";

/// Asks for everything on a connection of its own.
fn ask(address: std::net::SocketAddr) -> TcpStream {
    let mut stream = TcpStream::connect(address).unwrap();
    let head = format!("Host: {address}\r\nPrefer: odata.maxpagesize=50000\r\nConnection: close\r\n");
    stream.write_all(format!("GET /odata/T HTTP/1.1\r\n{head}\r\n").as_bytes()).unwrap();
    let mut begun = [0; 2_000];
    stream.read_exact(&mut begun).unwrap();
    assert!(begun.starts_with(b"HTTP/1.1 200 "));
    stream
}

/// Whether somebody's snapshot keeps the log from being emptied.
fn log_is_held(connection: &Connection) -> bool {
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, bool>(0)).unwrap()
}

/// A connection that does not wait for others, behind a change that only the log holds.
fn writer(database: &Database) -> Connection {
    let writer = database.connect();
    writer.busy_timeout(Duration::ZERO).unwrap();
    writer.execute_batch("UPDATE T SET V = 'new' WHERE Id = 1").unwrap();
    writer
}

/// What is still to come, once the reader reads again.
fn rest(mut stream: TcpStream) -> Vec<u8> {
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let mut octets = Vec::new();
    let _ = stream.read_to_end(&mut octets);
    octets
}

#[test]
fn a_reader_that_takes_an_octet_now_and_then_is_given_up_and_its_snapshot_with_it() {
    let database = table_of(ROWS, WIDTH);
    let served = Served::with(&database, CONFIG);
    let mut copy = copy(&served.client);
    let mut slow = ask(served.address());
    let writer = writer(&database);
    assert!(log_is_held(&writer), "nothing of the answer is waiting for its reader");
    eventually(|| {
        let mut octet = [0];
        slow.read_exact(&mut octet).unwrap();
        (!log_is_held(&writer)).then_some(())
    });
    let rest = rest(slow);
    assert!(rest.len() < ROWS * WIDTH && !rest.ends_with(b"0\r\n\r\n"), "half an answer ends as if it were whole");
    assert_equal(&mut copy, &served.client, &database);
    served.log();
}

#[test]
fn a_client_whose_packets_get_lost_is_given_up_and_its_snapshot_with_it() {
    let database = table_of(ROWS, WIDTH);
    let served = Served::with(&database, CONFIG);
    let mut copy = copy(&served.client);
    let proxy = Proxy::before(served.address());
    proxy.set(Wire::LosesAfter(100_000));
    let silent = ask(proxy.address);
    let writer = writer(&database);
    eventually(|| proxy.has_happened().then_some(()));
    eventually(|| (!log_is_held(&writer)).then_some(()));
    proxy.set(Wire::Passes);
    let rest = rest(silent);
    assert!(rest.len() < ROWS * WIDTH && !rest.ends_with(b"0\r\n\r\n"), "half an answer ends as if it were whole");
    assert_equal(&mut copy, &served.client, &database);
    served.log();
}
