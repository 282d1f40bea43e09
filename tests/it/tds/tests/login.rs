//! Logins: what they say, and what the peer says to them.

use tiberius::AuthMethod;
use tiberius::error::Error;

use super::client::{config, connect, connection, until};
use crate::tds::{Channel, Fault, Login, Peer, Reply, Settings, Verdict};

fn admitting(admission: impl Fn(&Login) -> Verdict + Send + Sync + 'static) -> Peer {
    Settings::new(|_| Some(Reply::new())).admitting(admission).start()
}

#[tokio::test]
async fn a_login_says_who_wants_what() {
    let peer = admitting(|_| Verdict::Admit);
    let mut config = config(&peer);
    config.application_name("deltalink");
    config.client_name("machine");
    config.packet_size(8000);
    config.readonly(true);
    connect(config).await.unwrap().execute("x".repeat(50_000), &[]).await.unwrap();
    let expected = Login {
        user: "reader".to_owned(),
        password: "geheim Ü".to_owned(),
        database: "shop".to_owned(),
        application: "deltalink".to_owned(),
        host: "machine".to_owned(),
        server: "localhost".to_owned(),
        packet_size: 8000,
        read_only: true,
        access_token: None,
        channel: Channel::Plain,
    };
    assert_eq!(peer.logins(), [expected]);
}

#[tokio::test]
async fn a_login_does_not_ask_for_read_only_by_itself() {
    let peer = admitting(|_| Verdict::Admit);
    connection(&peer).await;
    let login = peer.logins().remove(0);
    assert_eq!((login.read_only, login.packet_size), (false, 4096));
}

#[tokio::test]
async fn a_login_may_bring_an_access_token() {
    let peer = admitting(|_| Verdict::Admit);
    let mut config = config(&peer);
    let token = "eyJ0.".repeat(500);
    config.authentication(AuthMethod::aad_token(&token));
    connect(config).await.unwrap().execute("x", &[]).await.unwrap();
    let login = peer.logins().remove(0);
    assert_eq!((login.access_token, login.user.as_str(), login.password.as_str()), (Some(token), "", ""));
}

#[tokio::test]
async fn a_login_may_fail() {
    let peer = admitting(|login| match login.password.as_str() {
        "right" => Verdict::Admit,
        _ => Verdict::Refuse(Fault::new(18456, "Login failed for user 'reader'.").state(8).class(14)),
    });
    let Err(Error::Server(error)) = connect(config(&peer)).await else { panic!("admitted") };
    assert_eq!((error.code(), error.state(), error.class()), (18456, 8, 14));
    let mut config = config(&peer);
    config.authentication(AuthMethod::sql_server("reader", "right"));
    connect(config).await.unwrap();
}

#[tokio::test]
async fn a_login_may_be_sent_elsewhere() {
    let peer = admitting(|_| Verdict::Route("worker.example".to_owned(), 11_003));
    match connect(config(&peer)).await.err() {
        Some(Error::Routing { host, port }) => assert_eq!((host.as_str(), port), ("worker.example", 11_003)),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_login_may_go_unanswered() {
    let peer = admitting(|_| Verdict::NoAnswer);
    tokio::select! {
        _ = connect(config(&peer)) => panic!("an answer"),
        () = until(|| peer.logins().len() == 1) => {}
    }
    until(|| peer.counts().closed == 1).await;
}
