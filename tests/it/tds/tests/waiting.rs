//! Answers that wait for the test, and answers that never come.

use std::time::Duration;

use futures_util::TryStreamExt;

use super::client::{config, connect, connection, until};
use crate::tds::{Column, Event, Kind, Reply, Request, Settings, Signal, Type};

#[tokio::test]
async fn an_answer_waits_for_its_signal() {
    let signal = Signal::default();
    let waits = signal.clone();
    let peer = Settings::new(move |_| Some(Reply::new().wait(&waits).count(3))).start();
    let mut connection = connection(&peer).await;
    let asked = tokio::spawn(async move { connection.execute("SELECT", &[]).await.unwrap().total() });
    until(|| signal.waited_for() == 1).await;
    assert!(!asked.is_finished());
    signal.give();
    assert_eq!(asked.await.unwrap(), 3);
}

#[tokio::test]
async fn rows_before_a_signal_arrive_before_it() {
    let signal = Signal::default();
    let waits = signal.clone();
    let peer = Settings::new(move |_| {
        let rows = [Event::Row(vec![1.into()]), Event::Wait(waits.clone()), Event::Row(vec![2.into()])];
        Some(Reply::new().rows(&[Column::new("n", Type::BigInt)], rows))
    });
    let peer = peer.start();
    let mut connection = connection(&peer).await;
    let mut rows = connection.query("SELECT", &[]).await.unwrap().into_row_stream();
    assert_eq!(rows.try_next().await.unwrap().unwrap().get::<i64, _>(0), Some(1));
    until(|| signal.waited_for() == 1).await;
    signal.give();
    assert_eq!(rows.try_next().await.unwrap().unwrap().get::<i64, _>(0), Some(2));
    assert!(rows.try_next().await.unwrap().is_none());
}

#[tokio::test]
async fn others_are_answered_meanwhile() {
    let peer =
        Settings::new(|request: &Request| Some(if request.sql == "never" { Reply::never() } else { Reply::new() }));
    let peer = peer.start();
    let (mut first, mut second) = (connection(&peer).await, connection(&peer).await);
    let asked = tokio::spawn(async move { first.execute("never", &[]).await.map(drop) });
    until(|| peer.requests().len() == 1).await;
    second.execute("now", &[]).await.unwrap();
    assert!(!asked.is_finished());
    asked.abort();
    let _ = asked.await;
    until(|| peer.counts().closed == 1).await;
    assert_eq!(peer.counts().cut_short, 1);
}

#[tokio::test]
async fn an_answer_that_never_comes_is_ended_by_an_attention() {
    let peer = Settings::new(|request: &Request| {
        Some(if request.sql == "never" { Reply::never() } else { Reply::new().count(4) })
    });
    let peer = peer.start();
    let mut connection = connection(&peer).await;
    tokio::select! {
        _ = connection.execute("never", &[]) => panic!("an answer"),
        () = until(|| peer.requests().len() == 1) => {}
    }
    connection.cancel_query().await.unwrap();
    assert_eq!(connection.execute("now", &[]).await.unwrap().total(), 4);
    let kinds: Vec<Kind> = peer.requests().into_iter().map(|request| request.kind).collect();
    assert_eq!(kinds, [Kind::ExecuteSql, Kind::Attention, Kind::ExecuteSql]);
    assert_eq!(peer.counts().cut_short, 0);
}

#[tokio::test]
async fn an_attention_may_come_after_the_answer() {
    let peer = Settings::new(|_| Some(Reply::new().count(4))).start();
    let mut connection = connection(&peer).await;
    connection.execute("now", &[]).await.unwrap();
    connection.cancel_query().await.unwrap();
    assert_eq!(connection.execute("now", &[]).await.unwrap().total(), 4);
}

#[tokio::test]
async fn a_client_may_lose_patience() {
    let peer = Settings::new(|_| Some(Reply::never())).start();
    let mut config = config(&peer);
    config.command_timeout(Some(Duration::from_millis(50)));
    let mut connection = connect(config).await.unwrap();
    let error = connection.execute("never", &[]).await.unwrap_err();
    assert!(error.to_string().contains("did not send the next part"), "{error}");
    drop(connection);
    until(|| peer.counts().closed == 1).await;
    assert_eq!(peer.counts().cut_short, 1);
}
