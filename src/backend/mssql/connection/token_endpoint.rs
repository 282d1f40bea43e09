//! Tests of managed identity against a token endpoint on this machine, as Azure App Service has one.
//!
//! The client library finds the endpoint through environment variables, which belong to the whole process. So the side
//! that asks for tokens is a process of its own: this test program again, called for one test.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::process::{Command, Output};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::super::target::Target;
use super::connect::Connector;
use super::peer::{LOGIN, Peer};

/// Where the gateway's side finds the database's text.
const DATABASE: &str = "DELTALINK_TEST_TARGET";

/// An endpoint that gives every request the same answer; the heads of the requests.
fn endpoint(status: &str, body: &str) -> (u16, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let answer = format!(
        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let (sender, receiver) = channel();
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let lines = BufReader::new(stream.try_clone().unwrap()).lines().map_while(Result::ok);
            let head: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
            sender.send(head.join("\n")).unwrap();
            stream.write_all(answer.as_bytes()).unwrap();
        }
    });
    (port, receiver)
}

fn token(expires: SystemTime) -> String {
    let seconds = expires.duration_since(UNIX_EPOCH).unwrap().as_secs();
    format!(r#"{{"access_token":"a.token","expires_on":"{seconds}","token_type":"Bearer","resource":"r"}}"#)
}

/// Lets another process log in to `peer` with what the endpoint at `port` gives.
fn log_in(peer: &Peer, port: u16) -> Output {
    let name = concat!(module_path!(), "::logs_in_twice");
    let name = name.split_once("::").unwrap().1;
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args([name, "--exact", "--ignored", "--nocapture"]);
    command.env("IDENTITY_ENDPOINT", format!("http://127.0.0.1:{port}/token")).env("IDENTITY_HEADER", "head");
    let options = "encrypt=DANGER_PLAINTEXT&authentication=ActiveDirectoryManagedIdentity";
    command.env(DATABASE, format!("mssql://some-client@127.0.0.1:{}/Orders?{options}", peer.port()));
    command.env("NO_PROXY", "127.0.0.1").output().unwrap()
}

#[test]
#[ignore = "a role that other tests give to a process of its own"]
fn logs_in_twice() {
    let target = Target::parse(&std::env::var(DATABASE).expect("the other tests set it")).unwrap();
    let connector = Connector::new(target).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    for _ in 0..2 {
        runtime.block_on(connector.connect()).map_err(|failure| failure.to_string()).unwrap();
    }
}

#[test]
fn a_managed_identity_logs_in_with_a_token_that_is_fetched_once() {
    let (port, requests) = endpoint("200 OK", &token(SystemTime::now() + Duration::from_secs(3600)));
    let peer = Peer::obliging();
    let output = log_in(&peer, port);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let request = requests.recv().unwrap();
    let request = request.to_ascii_lowercase();
    for part in ["resource=https%3a%2f%2fdatabase.windows.net&", "client_id=some-client", "x-identity-header: head"] {
        assert!(request.contains(part), "{part}: {request}");
    }
    assert!(requests.try_recv().is_err(), "the second login used the first token");
    let wide: Vec<u8> = "a.token".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let logins = peer.received(LOGIN);
    assert!(logins.len() == 2 && logins.iter().all(|login| login.windows(wide.len()).any(|window| window == wide)));
}

#[test]
fn without_a_token_nobody_logs_in() {
    let (port, _requests) = endpoint("400 Bad Request", "{}");
    let peer = Peer::obliging();
    let output = log_in(&peer, port);
    let told = String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
    assert!(!output.status.success() && told.contains("There is no token from Microsoft Entra ID"), "{told}");
    assert!(peer.received(LOGIN).is_empty());
}
