//! Transactions that are begun and ended by request, and by statement.

use tiberius::IsolationLevel;

use super::client::{Connection, connection};
use crate::tds::{Fault, Kind, Peer, Reply, Request, Settings, Transaction};

/// Whether a transaction was open at each request.
fn open(peer: &Peer) -> Vec<bool> {
    peer.requests().iter().map(|request| request.in_transaction).collect()
}

#[tokio::test]
async fn a_client_begins_and_ends_transactions_by_request() {
    let peer = Settings::new(|request| matches!(request.kind, Kind::ExecuteSql).then(Reply::new)).start();
    let mut connection = connection(&peer).await;
    connection.begin_transaction_with_isolation(IsolationLevel::Snapshot).await.unwrap();
    connection.execute("inside", &[]).await.unwrap();
    connection.save_transaction("here").await.unwrap();
    connection.commit_transaction().await.unwrap();
    connection.begin_transaction().await.unwrap();
    connection.rollback_transaction().await.unwrap();
    connection.execute("outside", &[]).await.unwrap();
    let kinds: Vec<Kind> = peer.requests().into_iter().map(|request| request.kind).collect();
    let manager = Kind::TransactionManager;
    assert_eq!(
        kinds,
        [
            manager(Transaction::Begin { isolation: 5 }),
            Kind::ExecuteSql,
            manager(Transaction::Save("here".to_owned())),
            manager(Transaction::Commit),
            manager(Transaction::Begin { isolation: 0 }),
            manager(Transaction::Rollback),
            Kind::ExecuteSql,
        ]
    );
    assert_eq!(open(&peer), [false, true, true, true, false, true, false]);
}

#[tokio::test]
async fn a_statement_begins_and_ends_transactions() {
    let peer = Settings::new(|request: &Request| {
        Some(match request.sql.as_str() {
            "BEGIN" => Reply::new().tx_begin(),
            "COMMIT" => Reply::new().count(1).tx_end(true),
            _ => Reply::new().error(Fault::new(3960, "conflict")).tx_end(false),
        })
    });
    let peer = peer.start();
    let mut connection = connection(&peer).await;
    batch(&mut connection, "BEGIN").await.unwrap();
    batch(&mut connection, "COMMIT").await.unwrap();
    batch(&mut connection, "BEGIN").await.unwrap();
    assert_eq!(batch(&mut connection, "FAIL").await.unwrap_err().code(), Some(3960));
    batch(&mut connection, "BEGIN").await.unwrap();
    assert_eq!(open(&peer), [false, true, false, true, false]);
}

#[tokio::test]
async fn nothing_ends_where_nothing_has_begun() {
    let peer = Settings::new(|_| None).start();
    let mut connection = connection(&peer).await;
    assert_eq!(connection.commit_transaction().await.unwrap_err().code(), Some(3902));
    assert_eq!(connection.rollback_transaction().await.unwrap_err().code(), Some(3903));
}

#[tokio::test]
async fn a_transaction_may_fail_to_begin() {
    let peer = Settings::new(|_| Some(Reply::new().error(Fault::new(3952, "not allowed")))).start();
    let mut connection = connection(&peer).await;
    assert_eq!(connection.begin_transaction().await.unwrap_err().code(), Some(3952));
    assert_eq!(connection.begin_transaction().await.unwrap_err().code(), Some(3952));
    assert_eq!(open(&peer), [false, false]);
}

async fn batch(connection: &mut Connection, sql: &str) -> tiberius::Result<()> {
    connection.simple_query(sql).await?.into_results().await.map(drop)
}
