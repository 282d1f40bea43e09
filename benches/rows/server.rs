//! Orders -> a peer that sends them as SQL Server would, to the gateway and to the driver alone.
//!
//! The rows are encoded once, so that what is measured is reading them.

use deltalink::backend::mssql::{MssqlBackend, Settings as MssqlSettings, Target};
use deltalink::edm::{Catalog, Proofs, Tracking};
use deltalink::sql::mssql::types::edm_type;
use tiberius::{AuthMethod, Client, Config, EncryptionLevel};
use tokio::net::TcpStream;
use tokio_util::compat::{Compat, TokioAsyncWriteCompatExt};

use crate::tds::{Column, Kind, Peer, Prepared, Reply, Request, Settings, Type, Value};

/// What tells the table's definition.
const SIGNATURE: i64 = 7;

/// A peer that answers every statement for rows with `result`.
pub(crate) fn start(result: Prepared) -> Peer {
    Settings::new(move |request| answer(request, &result)).start()
}

fn answer(request: &Request, result: &Prepared) -> Option<Reply> {
    match request.kind {
        Kind::ExecuteSql => Some(Reply::new().prepared(result)),
        Kind::Batch if request.in_transaction => Some(Reply::new().tx_end(true)),
        Kind::Batch => {
            let version = [Column::new("current_version", Type::BigInt)];
            let table = [Column::new("signature", Type::BigInt), Column::new("touched", Type::Int)];
            let opened = Reply::new().tx_begin().rows(&version, vec![vec![Value::Null]]);
            Some(opened.rows(&table, vec![vec![Value::Int(SIGNATURE), Value::Int(1)]]))
        }
        _ => None,
    }
}

/// The gateway's way to the peer.
pub(crate) fn backend(peer: &Peer) -> MssqlBackend {
    let url = format!("mssql://tester:secret@127.0.0.1:{}/shop?encrypt=DANGER_PLAINTEXT", peer.port());
    let settings = MssqlSettings { schema: None, snapshots: true, epoch: String::new() };
    MssqlBackend::open(Target::parse(&url).unwrap(), settings).unwrap()
}

/// What SQL Server would say of the one table that `catalog` has; `declared` are its types there.
pub(crate) fn catalog<'a>(mut catalog: Catalog, declared: impl IntoIterator<Item = &'a str>) -> Catalog {
    let table = &mut catalog.tables[0];
    table.schema = Some("dbo".to_owned());
    table.version = SIGNATURE.cast_unsigned();
    table.tracking = Tracking::ChangeTracking { object_id: 1, begun: 0, proofs: Proofs::default() };
    for (column, declared) in table.columns.iter_mut().zip(declared) {
        declared.clone_into(&mut column.declared);
        column.ty = edm_type(declared);
    }
    catalog
}

/// The driver alone.
pub(crate) struct Driver(Client<Compat<TcpStream>>);

impl Driver {
    pub(crate) async fn connect(peer: &Peer) -> Self {
        let mut config = Config::new();
        config.host("127.0.0.1");
        config.port(peer.port());
        config.authentication(AuthMethod::sql_server("tester", "secret"));
        config.encryption(EncryptionLevel::NotSupported);
        config.lossy_utf16_decoding(true);
        let stream = TcpStream::connect(config.get_addr()).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Self(Box::pin(Client::connect(config, stream.compat_write())).await.unwrap())
    }

    /// Reads the answer to the end and keeps nothing; how many rows there were.
    pub(crate) async fn read(&mut self) -> u64 {
        let mut items = self.0.query("SELECT", &[]).await.unwrap();
        let mut rows = 0;
        while let Some(item) = futures_util::TryStreamExt::try_next(&mut items).await.unwrap() {
            rows += u64::from(item.as_row().is_some());
        }
        rows
    }
}
