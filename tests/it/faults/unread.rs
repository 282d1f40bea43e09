//! A log that nobody reads: the pipe is full, and what writes to it stands still.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::Command;
use std::thread;

use super::{Served, command, table_of};
use crate::support::patience::{PATIENCE, eventually};
use crate::support::process::Process;

/// More lines than the gateway and the system keep for a reader that may come back.
const MANY: usize = 20_000;
/// More than the system alone keeps, and fewer than the gateway does.
const SOME: usize = 2_000;

/// Asks so often for what is not there, one request behind the other, and reads all answers.
fn ask(address: SocketAddr, times: usize) {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut asking = stream.try_clone().unwrap();
    let asked = thread::spawn(move || {
        let request = format!("GET /nothing HTTP/1.1\r\nHost: {address}\r\n\r\n");
        let last = format!("GET /nothing HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
        asking.write_all((request.repeat(times - 1) + &last).as_bytes()).unwrap();
    });
    let mut answers = Vec::new();
    stream.read_to_end(&mut answers).unwrap();
    asked.join().unwrap();
    let answered = String::from_utf8(answers).unwrap().matches("HTTP/1.1 404 ").count();
    assert_eq!(answered, times);
}

fn lines(log: &str) -> usize {
    log.matches(" request ").count()
}

/// How many are lost, as the log tells last.
fn lost(log: &str) -> Option<usize> {
    let line = log.lines().rfind(|line| line.contains("were lost"))?;
    line.split("lines=").nth(1)?.split_whitespace().next()?.parse().ok()
}

#[test]
fn a_log_that_is_not_read_for_a_while_delays_no_request_and_loses_nothing() {
    let database = table_of(10, 10);
    let served = Served::of(&database);
    served.process.unread(|| ask(served.address(), SOME));
    served.process.wait_for(|_, log| (lines(log) >= SOME).then_some(()));
    assert!(!served.log().contains("were lost"));
}

#[test]
fn a_log_that_nobody_reads_loses_lines_and_tells_how_many() {
    let database = table_of(10, 10);
    let served = Served::of(&database);
    let entity = served.process.unread(|| {
        ask(served.address(), MANY);
        served.client.get("/odata/T(1)")
    });
    entity.expect(200);
    // One of the lines that tell of the loss may itself be among the lost.
    served.process.wait_for(|_, log| (lines(log) + lost(log)? > MANY).then_some(()));
    served.log();
}

/// It is told to end while nobody reads what it writes.
fn assert_ends(start: fn(Command) -> Process) {
    let database = table_of(10, 10);
    let (process, client) = Process::serving_as(command(&database, ""), start);
    let served = Served { process, client };
    served.process.unread(|| {
        ask(served.address(), MANY);
        served.process.terminate();
        eventually(|| has_ended(served.process.id()).then_some(()));
    });
    served.process.finish().expect(0);
}

#[test]
fn a_gateway_whose_log_nobody_reads_ends_all_the_same() {
    assert_ends(Process::start);
}

#[test]
fn a_gateway_whose_outputs_are_one_pipe_that_nobody_reads_ends_all_the_same() {
    assert_ends(Process::start_with_one_output);
}

#[test]
fn a_gateway_whose_log_nobody_reads_and_whose_standard_output_is_closed_ends_well() {
    assert_ends(Process::start_without_output);
}

/// Whether only the exit code of a process is left.
fn has_ended(process: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    stat.rsplit(')').next().is_some_and(|rest| rest.trim_start().starts_with('Z'))
}
