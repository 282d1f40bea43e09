//! The gateway is told to end, or is ended; and those who write are ended in the middle of what they write.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

use super::{Served, assert_equal, command, copy, table_of};
use crate::concurrent::{TABLE, Writer};
use crate::support::followers::{Stage, follow};
use crate::support::patience::eventually;
use crate::support::process::{Process, deltalink};
use crate::support::sqlite::Database;
use crate::support::table;

/// More octets than the system keeps for both ends of a connection.
const ROWS: usize = 40_000;
const WIDTH: usize = 700;
const WAITING: usize = 20;
/// Within this all answers are whole or cut off, whatever their readers do: the ten seconds of `http::SHUTDOWN_SECONDS`, and some.
const BOUND: Duration = Duration::from_secs(16);

fn ask(served: &Served, path: &str, headers: &str) -> TcpStream {
    let mut stream = TcpStream::connect(served.address()).unwrap();
    let head = format!("GET {path} HTTP/1.1\r\nHost: {}\r\n{headers}\r\n", served.address());
    stream.write_all(head.as_bytes()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    stream
}

fn begun(served: &Served) -> TcpStream {
    let mut stream =
        ask(served, "/odata/T", "Prefer: odata.track-changes, odata.maxpagesize=50000\r\nConnection: close\r\n");
    let mut first = [0; 1_000];
    stream.read_exact(&mut first).unwrap();
    stream
}

fn rest(mut stream: TcpStream) -> Vec<u8> {
    let mut octets = Vec::new();
    let _ = stream.read_to_end(&mut octets);
    octets
}

#[test]
fn an_end_that_is_asked_for_finishes_what_is_read_cuts_off_what_is_not_and_answers_those_who_wait() {
    let database = table_of(ROWS, WIDTH);
    let served = Served::of(&database);
    let mut copy = copy(&served.client);
    let link = copy.link.clone().unwrap();
    let mut waiting: Vec<_> = (0..WAITING).map(|_| ask(&served, &link, "Prefer: wait=50\r\n")).collect();
    let (reads, stands) = (begun(&served), begun(&served));
    // Whoever came before them has been heard.
    (0..50).for_each(|_| drop(served.client.get("/odata/T(1)").expect(200)));
    let address = served.address();
    served.process.terminate();
    let told = Instant::now();
    for stream in &mut waiting {
        let mut status = [0; 13];
        stream.read_exact(&mut status).unwrap();
        assert_eq!(&status, b"HTTP/1.1 200 ");
    }
    assert!(told.elapsed() < Duration::from_secs(5), "those who wait were kept waiting: {:?}", told.elapsed());
    let whole = rest(reads);
    assert!(whole.len() > ROWS * WIDTH && whole.ends_with(b"0\r\n\r\n"), "an answer that was read is not whole");
    eventually(|| TcpStream::connect(address).err());
    let outcome = served.process.finish().expect(0);
    assert!(told.elapsed() < BOUND, "{:?}", told.elapsed());
    assert!(!outcome.err.contains("panicked"), "{}", outcome.err);
    let half = rest(stands);
    assert!(half.len() < ROWS * WIDTH && !half.ends_with(b"0\r\n\r\n"), "half an answer ends as if it were whole");
    let again = Served::of(&database);
    database.execute("DELETE FROM T WHERE Id = 7");
    assert_equal(&mut copy, &again.client, &database);
}

const ROUNDS: usize = 6;
const ANSWERS: usize = 25;

#[test]
fn gateways_that_are_killed_in_mid_answer_and_writers_in_mid_transaction_lose_nothing() {
    let database = Database::empty();
    database.execute(TABLE);
    database.track("T");
    let serve = || Process::serving(command(&database, ""));
    let stage = &Stage::default();
    std::thread::scope(|scope| {
        let followers = [None, Some(5), Some(60)].map(|size| scope.spawn(move || follow(stage, size)));
        for round in 0..ROUNDS {
            let (gateway, client) = serve();
            stage.change(|state| (state.gateway, state.answers) = (Some(client), 0));
            let mut writers: Vec<Writer> = (0..2).map(|seed| Writer::start(&database, 2 * round + seed)).collect();
            // More rounds of transactions than there is time for.
            (0..50).for_each(|_| writers.iter_mut().for_each(Writer::go_on));
            stage.wait_for(|state| (state.answers >= ANSWERS).then_some(()));
            assert!(writers.drain(..).all(Writer::kill), "a writer had ended before");
            stage.change(|state| state.gateway = None);
            assert!(gateway.kill());
        }
        let (_gateway, client) = serve();
        stage.change(|state| (state.gateway, state.written) = (Some(client), true));
        let connection = database.connect();
        let sound: String = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
        assert_eq!(sound, "ok");
        let rows = table::rows(&connection, "T");
        for follower in followers {
            assert_eq!(follower.join().unwrap().rows, rows);
        }
    });
}

#[test]
fn an_end_that_is_asked_for_while_a_silent_database_is_waited_for_comes_at_once() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut command = deltalink(folder.path());
    let url = format!("mssql://sa:secret@127.0.0.1:{}/Shop?connect-timeout=600", silent.local_addr().unwrap().port());
    command.args(["serve", "--listen", "127.0.0.1:0"]).env("DELTALINK_DATABASE", url);
    let process = Process::start(command);
    silent.set_nonblocking(true).unwrap();
    let _connection = eventually(|| silent.accept().ok());
    let told = Instant::now();
    let outcome = process.stop().expect(0);
    assert!(outcome.err.contains("told to end before the database was read"), "{}", outcome.err);
    assert!(told.elapsed() < BOUND, "{:?}", told.elapsed());
}
