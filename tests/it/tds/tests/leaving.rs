//! Clients that leave or lose interest in the middle of an answer.

use std::sync::Arc;

use futures_util::TryStreamExt;
use tiberius::EncryptionLevel;

use super::client::{Connection, config, connect, connection, until};
use crate::tds::{Authority, Column, Counts, Event, Peer, Reply, Request, Settings, Type};

/// A peer whose answer to `endless` has no end.
fn endless(authority: Option<&Authority>) -> Peer {
    let settings = Settings::new(|request: &Request| {
        let rows = (0..).map(|number: i64| Event::Row(vec![number.into()]));
        let endless = Reply::new().rows(&[Column::new("n", Type::BigInt)], rows);
        Some(if request.sql == "endless" { endless } else { Reply::new().count(5) })
    });
    match authority {
        Some(authority) => settings.encrypting(authority).start(),
        None => settings.start(),
    }
}

async fn read_some(connection: &mut Connection) {
    let mut rows = connection.simple_query("endless").await.unwrap().into_row_stream();
    for number in 0..10_000 {
        assert_eq!(rows.try_next().await.unwrap().unwrap().get::<i64, _>(0), Some(number));
    }
}

#[tokio::test]
async fn a_client_that_leaves_is_noticed() {
    let peer = endless(None);
    let mut connection = connection(&peer).await;
    read_some(&mut connection).await;
    assert_eq!(peer.counts(), Counts { opened: 1, closed: 0, cut_short: 0 });
    drop(connection);
    until(|| peer.counts().closed == 1).await;
    assert_eq!(peer.counts(), Counts { opened: 1, closed: 1, cut_short: 1 });
}

#[tokio::test]
async fn a_client_that_leaves_between_answers_cuts_none_short() {
    let peer = endless(None);
    let mut connection = connection(&peer).await;
    connection.execute("short", &[]).await.unwrap();
    connection.close().await.unwrap();
    until(|| peer.counts().closed == 1).await;
    assert_eq!(peer.counts().cut_short, 0);
}

#[tokio::test]
async fn an_attention_ends_rows_with_and_without_encryption() {
    let authority = Authority::new();
    for level in [EncryptionLevel::NotSupported, EncryptionLevel::Required] {
        let peer = endless(Some(&authority));
        let mut config = config(&peer);
        config.encryption(level);
        config.trust_cert_ca(authority.ca_file().display());
        let mut connection = connect(config).await.unwrap();
        for _ in 0..2 {
            read_some(&mut connection).await;
            connection.cancel_query().await.unwrap();
            assert_eq!(connection.execute("short", &[]).await.unwrap().total(), 5);
        }
        assert_eq!(peer.counts().cut_short, 0);
    }
}

#[tokio::test]
async fn many_clients_leave_at_once() {
    let peer = Arc::new(endless(None));
    let clients = (0..20).map(|_| {
        let peer = Arc::clone(&peer);
        tokio::spawn(async move { read_some(&mut connection(&peer).await).await })
    });
    for client in clients.collect::<Vec<_>>() {
        client.await.unwrap();
    }
    until(|| peer.counts() == Counts { opened: 20, closed: 20, cut_short: 20 }).await;
}
