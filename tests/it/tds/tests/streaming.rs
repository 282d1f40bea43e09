//! Results that are larger than memory should be.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use futures_util::TryStreamExt;

use super::client::{connection, until};
use crate::tds::{Column, Event, Length, Peer, Reply, Settings, Type};

/// A peer with so many rows, and how many it has been asked for.
fn peer(rows: i64) -> (Peer, Arc<AtomicI64>) {
    let made = Arc::<AtomicI64>::default();
    let counted = Arc::clone(&made);
    let columns = [Column::new("n", Type::BigInt), Column::new("t", Type::NVarChar(Length::Limited(40)))];
    let settings = Settings::new(move |_| {
        let made = Arc::clone(&counted);
        let rows = (0..rows).map(move |number| {
            made.store(number + 1, Ordering::SeqCst);
            Event::Row(vec![number.into(), format!("row {number}").as_str().into()])
        });
        Some(Reply::new().rows(&columns, rows))
    });
    (settings.start(), made)
}

#[tokio::test]
async fn every_row_arrives() {
    let (peer, _) = peer(50_000);
    let mut connection = connection(&peer).await;
    let mut rows = connection.query("SELECT", &[]).await.unwrap().into_row_stream();
    let mut next = 0_i64;
    while let Some(row) = rows.try_next().await.unwrap() {
        assert_eq!((row.get(0), row.get("t")), (Some(next), Some(format!("row {next}").as_str())));
        next += 1;
    }
    assert_eq!(next, 50_000);
}

#[tokio::test]
async fn rows_are_made_only_as_the_client_reads_them() {
    let (peer, made) = peer(i64::MAX);
    let mut connection = connection(&peer).await;
    let mut rows = connection.query("SELECT", &[]).await.unwrap().into_row_stream();
    rows.try_next().await.unwrap().unwrap();
    // What the sockets hold is full when no more rows are made.
    let mut before = -1;
    while made.load(Ordering::SeqCst) != before {
        before = made.load(Ordering::SeqCst);
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    let most = 1_000_000;
    assert!(before < most, "{before}");
    drop(rows);
    drop(connection);
    until(|| peer.counts().closed == 1).await;
    assert_eq!(peer.counts().cut_short, 1);
}
