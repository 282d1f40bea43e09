//! Who logs in, what is said when that fails, and what is never said.

use super::database::Database;
use super::served::{PASSWORD, Served, Setup, USUAL, binary, connection_string, gateway, orders};
use crate::support::process::{Outcome, Process, deltalink};
use crate::tds::{Fault, Peer, Verdict};

/// A peer that lets nobody in.
fn refusing(database: &Database, number: u32, message: &str) -> Peer {
    let fault = Fault::new(number, message).class(14);
    database.settings().admitting(move |_| Verdict::Refuse(fault.clone())).start()
}

#[track_caller]
fn assert_without_secret(outcome: &Outcome) {
    assert!(!outcome.err.contains(PASSWORD) && !outcome.out.contains(PASSWORD), "{outcome:?}");
}

#[test]
fn a_refused_login_is_told_at_once_and_the_password_is_not() {
    let database = Database::of([orders()]);
    let peer = refusing(&database, 18456, "Login failed for user 'deltalink'.");
    let folder = tempfile::tempdir().unwrap();
    for command in [&["serve"][..], &["check"], &["track", "--all"]] {
        let mut command = binary(folder.path(), &peer, command);
        command.env("DELTALINK_LOG", "trace");
        let outcome = Process::start(command).finish().expect(1);
        assert!(outcome.err.contains("refused the gateway's login"), "{}", outcome.err);
        assert!(outcome.err.contains("18456"), "{}", outcome.err);
        assert_without_secret(&outcome);
    }
    assert_eq!(peer.logins().len(), 3, "a wrong password is not tried again: that locks accounts");
    assert_eq!(peer.logins()[0].password, PASSWORD);
}

#[test]
fn the_password_comes_from_the_environment_or_a_file_and_stands_in_no_log() {
    let database = Database::of([orders()]);
    let peer = database.settings().start();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("password"), format!("{PASSWORD}\n")).unwrap();
    let url = format!("mssql://deltalink@127.0.0.1:{}/Shop?encrypt=DANGER_PLAINTEXT", peer.port());
    for variable in [("DELTALINK_DATABASE_PASSWORD", PASSWORD), ("DELTALINK_DATABASE_PASSWORD_FILE", "password")] {
        let mut command = deltalink(folder.path());
        command.args(["serve", "--database", &url]).env(variable.0, variable.1).env("DELTALINK_LOG", "trace");
        let (process, client) = Process::serving(command);
        client.get("/odata/Orders").expect(200);
        let outcome = process.stop().expect(0);
        assert_without_secret(&outcome);
    }
    assert!(peer.logins().iter().all(|login| login.user == "deltalink" && login.password == PASSWORD));
}

#[test]
fn a_login_says_who_wants_what() {
    let served = Served::with(
        Database::of([orders()]),
        Setup { options: "Application Name=sync;Workstation ID=desk;ApplicationIntent=ReadOnly", ..USUAL },
    );
    let login = &served.peer.logins()[0];
    assert_eq!((login.database.as_str(), login.application.as_str()), ("Shop", "sync"));
    assert_eq!((login.host.as_str(), login.read_only), ("desk", true));
}

#[test]
fn a_login_that_is_refused_later_is_a_503() {
    let database = Database::of([orders()]);
    let barred = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let closed = std::sync::Arc::clone(&barred);
    let admission = move |_: &_| {
        if closed.load(std::sync::atomic::Ordering::SeqCst) {
            Verdict::Refuse(Fault::new(18456, "Login failed for the secret name.").class(14))
        } else {
            Verdict::Admit
        }
    };
    let peer = database.settings().admitting(admission).start();
    let gateway = gateway(&peer, &database, USUAL).unwrap();
    barred.store(true, std::sync::atomic::Ordering::SeqCst);
    peer.disconnect_all();
    let answer = gateway.client().get("/odata/Orders").expect(503);
    assert!(answer.header("Retry-After").is_some() && !answer.text().contains("secret"), "{}", answer.text());
    barred.store(false, std::sync::atomic::Ordering::SeqCst);
    gateway.client().get("/odata/Orders").expect(200);
}

#[test]
fn a_database_that_cannot_be_opened_is_waited_for_and_then_told() {
    let database = Database::of([orders()]);
    let peer = refusing(&database, 4060, "Cannot open database \"Shop\" requested by the login.");
    let error = gateway(&peer, &database, USUAL).err().unwrap();
    assert!(error.message().contains("not into the database"), "{error}");
    assert!(peer.logins().len() > 1, "it may be waking up");
}

#[test]
fn a_redirection_is_followed() {
    let database = Database::of([orders()]);
    let node = database.settings().start();
    let port = node.port();
    let gatekeeper = database.settings().admitting(move |_| Verdict::Route("127.0.0.1".to_owned(), port)).start();
    let gateway = gateway(&gatekeeper, &database, USUAL).unwrap();
    assert_eq!(gateway.client().get("/odata/Orders").expect(200).value().len(), 3);
    assert_eq!((gatekeeper.requests().len(), gatekeeper.logins().len()), (0, 1));
}

#[test]
fn a_mistake_in_the_connection_string_is_told_without_its_secrets() {
    let database = Database::of([orders()]);
    let peer = database.settings().start();
    let folder = tempfile::tempdir().unwrap();
    for options in ["Sever=x", "Integrated Security=true", "Encrypt=maybe", "Max Pool Size=0", "no keyword"] {
        let mut command = deltalink(folder.path());
        command.arg("serve").env("DELTALINK_DATABASE", connection_string(&peer, options));
        let outcome = Process::start(command).finish().expect(1);
        assert!(outcome.err.contains("connection string"), "{}", outcome.err);
        assert_without_secret(&outcome);
    }
    assert!(peer.logins().is_empty());
}
