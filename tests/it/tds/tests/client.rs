//! A tiberius client of a peer, and values as it reads them.

use std::time::Duration;

use tiberius::{AuthMethod, Client, ColumnData, Config, EncryptionLevel, Row};
use tokio::net::TcpStream;
use tokio_util::compat::{Compat, TokioAsyncWriteCompatExt};

use crate::tds::{Column, Peer, Reply, Settings, Type, Value};

pub(super) type Connection = Client<Compat<TcpStream>>;

/// Where the peer is, and a user that it admits.
pub(super) fn config(peer: &Peer) -> Config {
    let mut config = Config::new();
    config.host("localhost");
    config.port(peer.port());
    config.database("shop");
    config.authentication(AuthMethod::sql_server("reader", "geheim Ü"));
    config.encryption(EncryptionLevel::NotSupported);
    config
}

pub(super) async fn connect(config: Config) -> tiberius::Result<Connection> {
    let stream = TcpStream::connect(config.get_addr()).await?;
    stream.set_nodelay(true)?;
    Box::pin(Client::connect(config, stream.compat_write())).await
}

pub(super) async fn connection(peer: &Peer) -> Connection {
    connect(config(peer)).await.unwrap()
}

/// The rows of the only result of a batch.
pub(super) async fn rows(connection: &mut Connection, sql: &str) -> Vec<Row> {
    connection.simple_query(sql).await.unwrap().into_first_result().await.unwrap()
}

/// Waits for a condition that the peer fulfils while the client does something else.
pub(super) async fn until(mut condition: impl FnMut() -> bool) {
    let patience = tokio::time::timeout(Duration::from_secs(60), async {
        while !condition() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    });
    patience.await.expect("a condition that comes true");
}

/// Values of a type as the client reads them, and NULL after them: alone in rows, among so many columns that rows take
/// their other form, and as a column that cannot be NULL. Packets are as small as can be, so that values cross them.
pub(super) async fn read(kind: Type, values: Vec<Value>) -> Vec<ColumnData<'static>> {
    let fixed = read_column(Column::new("v", kind.clone()).not_null(), 0, values.clone()).await;
    let with_null: Vec<Value> = values.into_iter().chain([Value::Null]).collect();
    let alone = read_column(Column::new("v", kind.clone()), 0, with_null.clone()).await;
    let among_others = read_column(Column::new("v", kind), 72, with_null).await;
    assert_eq!(alone, among_others);
    assert_eq!(alone[..alone.len() - 1], fixed);
    alone
}

/// What the client reads from a column behind so many others.
async fn read_column(column: Column, others: usize, values: Vec<Value>) -> Vec<ColumnData<'static>> {
    let mut columns = vec![Column::new("other", Type::Bit); others];
    columns.push(column);
    let peer = Settings::new(move |_| {
        let row = move |value| [vec![Value::Bit(true); others], vec![value]].concat();
        Some(Reply::new().rows(&columns, values.clone().into_iter().map(row)))
    });
    let peer = peer.start();
    let mut config = config(&peer);
    config.packet_size(512);
    let rows = rows(&mut connect(config).await.unwrap(), "SELECT v").await;
    rows.iter().map(|row| row.get_column_data(others).unwrap().clone()).collect()
}
