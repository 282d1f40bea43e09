//! Spans, and a collector that only listens.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc;

use crate::support::log::indiscretion;
use crate::support::process::{Process, deltalink};
use crate::support::sqlite::Database;

/// What one export brought: its path, and its octets.
type Export = (String, Vec<u8>);

/// Takes one request after the other from a connection, and is content with each.
fn listen(stream: TcpStream, exports: &mpsc::Sender<Export>) {
    let mut reader = BufReader::new(stream);
    loop {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            if !matches!(reader.read_until(b'\n', &mut head), Ok(1..)) {
                return;
            }
        }
        let head = String::from_utf8(head).unwrap();
        let length = head.lines().find_map(|line| {
            let (name, value) = line.split_once(": ")?;
            name.eq_ignore_ascii_case("content-length").then(|| value.parse::<usize>().unwrap())
        });
        let mut body = vec![0; length.unwrap()];
        reader.read_exact(&mut body).unwrap();
        let path = head.split(' ').nth(1).unwrap().to_owned();
        let _ = exports.send((path, body));
        let answer = b"HTTP/1.1 200 OK\r\nContent-Type: application/x-protobuf\r\nContent-Length: 0\r\n\r\n";
        reader.get_mut().write_all(answer).unwrap();
    }
}

fn collector() -> (String, mpsc::Receiver<Export>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let sender = sender.clone();
            std::thread::spawn(move || listen(stream.unwrap(), &sender));
        }
    });
    (endpoint, receiver)
}

fn holds(octets: &[u8], part: &[u8]) -> bool {
    octets.windows(part.len()).any(|window| window == part)
}

#[test]
fn each_request_is_a_span_and_none_is_lost_at_the_end() {
    let database = Database::shop();
    let (endpoint, exports) = collector();
    let mut command = deltalink(database.folder.path());
    command.args(["serve", "--database", "sqlite:test.db"]).env("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint);
    let (process, client) = Process::serving(command);
    let traced = |id: &str, sampled: &str| {
        let header = format!("00-{id}-00f067aa0ba902b7-{sampled}");
        client.ask("GET", "/odata/Customer").header("traceparent", &header).send().expect(200);
    };
    traced(&"ab".repeat(16), "01");
    traced(&"cd".repeat(16), "00");
    client.get("/odata/Orders").expect(200);
    process.stop().expect(0);
    let exports: Vec<Export> = exports.try_iter().collect();
    assert!(!exports.is_empty() && exports.iter().all(|(path, _)| path == "/v1/traces"));
    let octets = exports.into_iter().flat_map(|(_, octets)| octets).collect::<Vec<u8>>();
    assert!(holds(&octets, &[0xab; 16]), "the caller's trace goes on");
    assert!(!holds(&octets, &[0xcd; 16]), "what the caller does not want to be recorded is not");
    for name in ["deltalink.set", "Customer", "Orders", "deltalink.database_us", "service.name", "GET entities"] {
        assert!(holds(&octets, name.as_bytes()), "{name}");
    }
    assert_eq!(indiscretion(&String::from_utf8_lossy(&octets)), None);
}

#[test]
fn a_collector_that_is_away_harms_nobody() {
    let database = Database::shop();
    let mut command = deltalink(database.folder.path());
    command.args(["serve", "--database", "sqlite:test.db"]).env("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9");
    let (process, client) = Process::serving(command);
    client.get("/odata/Orders").expect(200);
    process.stop().expect(0);
}
