//! Connections that are opened and not used, or hardly.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use super::{Served, assert_equal, copy, table_of};

const IDLE: usize = 1_000;
/// Memory that each connection may take, with what the system's allocator makes of it.
const KIB_EACH: u64 = 48;

/// Reads what there is until the connection is closed. An error is the end, too.
fn until_closed(stream: &mut TcpStream) -> String {
    let mut octets = Vec::new();
    let _ = stream.read_to_end(&mut octets);
    String::from_utf8_lossy(&octets).into_owned()
}

#[test]
fn a_thousand_idle_connections_keep_nobody_from_being_served_and_are_closed() {
    let database = table_of(100, 10);
    let served = Served::of(&database);
    let mut copy = copy(&served.client);
    let before = served.memory();
    let mut idle: Vec<TcpStream> = (0..IDLE).map(|_| TcpStream::connect(served.address()).unwrap()).collect();
    // Half of them have asked something before.
    let request = format!("GET /odata/T(1) HTTP/1.1\r\nHost: {}\r\n\r\n", served.address());
    for stream in idle.iter_mut().step_by(2) {
        stream.write_all(request.as_bytes()).unwrap();
    }
    for id in 1..50 {
        database.execute(&format!("UPDATE T SET V = 'changed' WHERE Id = {id}"));
        copy.sync(&served.client);
    }
    assert_equal(&mut copy, &served.client, &database);
    let grown = served.memory().saturating_sub(before);
    assert!(grown < IDLE as u64 * KIB_EACH, "{grown} KiB for {IDLE} connections");
    for stream in &mut idle {
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        let said = until_closed(stream);
        assert!(said.is_empty() || said.starts_with("HTTP/1.1 200 ") || said.starts_with("HTTP/1.1 408 "), "{said}");
    }
    assert_equal(&mut copy, &served.client, &database);
    served.log();
}

#[test]
fn a_head_that_comes_octet_by_octet_is_not_waited_for() {
    let database = table_of(10, 10);
    let served = Served::of(&database);
    let mut slow: Vec<TcpStream> = (0..20).map(|_| TcpStream::connect(served.address()).unwrap()).collect();
    for stream in &mut slow {
        stream.write_all(b"GET /odata/T HTTP/1.1\r\nX: ").unwrap();
        stream.set_read_timeout(Some(Duration::from_millis(10))).unwrap();
    }
    // Each writes for as long as it is listened to; one head that is never given up would write for ever.
    let mut written = 0;
    while !slow.is_empty() {
        written += 1;
        assert!(written < 1_000, "{} heads are still waited for", slow.len());
        slow.retain_mut(is_listened_to);
        served.client.get("/odata/T(1)").expect(200);
    }
    served.log();
}

/// Writes one octet, and looks whether an end has come.
fn is_listened_to(stream: &mut TcpStream) -> bool {
    let mut piece = [0; 1024];
    match (stream.write_all(b"x"), stream.read(&mut piece)) {
        (Ok(()), Err(error)) => matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut),
        (_, Ok(length @ 1..)) => {
            let said = String::from_utf8_lossy(&piece[..length]).into_owned();
            assert!(said.starts_with("HTTP/1.1 408 "), "{said}");
            false
        }
        _ => false,
    }
}
