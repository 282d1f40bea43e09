//! A server that ends connections, goes away and comes back.

use super::client::{config, connect, connection, until};
use crate::tds::{Peer, Reply, Request, Settings};

fn peer() -> Peer {
    let settings = Settings::new(|request: &Request| {
        Some(if request.sql == "never" { Reply::never() } else { Reply::new().count(1) })
    });
    settings.start()
}

#[tokio::test]
async fn a_restarted_peer_is_where_it_was() {
    let mut peer = peer();
    let mut before = connection(&peer).await;
    before.execute("a", &[]).await.unwrap();
    peer.restart();
    assert!(before.execute("b", &[]).await.is_err());
    connection(&peer).await.execute("c", &[]).await.unwrap();
    let requests = peer.requests();
    let seen: Vec<(u64, &str)> = requests.iter().map(|request| (request.connection, request.sql.as_str())).collect();
    assert_eq!(seen, [(1, "a"), (2, "c")]);
}

#[tokio::test]
async fn a_stopped_peer_refuses_connections() {
    let mut peer = peer();
    connection(&peer).await;
    peer.stop();
    assert!(connect(config(&peer)).await.is_err());
    peer.restart();
    connection(&peer).await;
}

#[tokio::test]
async fn every_connection_can_be_ended_wherever_it_is() {
    let peer = peer();
    let (mut idle, mut busy) = (connection(&peer).await, connection(&peer).await);
    let asked = tokio::spawn(async move { busy.execute("never", &[]).await.map(drop) });
    until(|| peer.requests().len() == 1).await;
    peer.disconnect_all();
    assert_eq!(peer.counts().closed, 2);
    assert!(asked.await.unwrap().is_err());
    assert!(idle.execute("a", &[]).await.is_err());
    connection(&peer).await.execute("b", &[]).await.unwrap();
}

#[tokio::test]
async fn a_dropped_peer_ends_its_connections() {
    let peer = peer();
    let mut connection = connection(&peer).await;
    drop(peer);
    assert!(connection.execute("a", &[]).await.is_err());
}
