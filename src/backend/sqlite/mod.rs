//! A SQLite file as a backend.
//!
//! Each read runs in a thread of the blocking pool, which owns the connection and the statement while rows are lent; what is brief, in
//! the thread that asks. One short read transaction is its snapshot.

mod catalog;
mod functions;
mod glance;
mod pool;
mod read;
mod stamp;
mod transaction;
mod types;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use deadpool::managed::{Object, PoolError};
use rusqlite::{OptionalExtension, TransactionBehavior};

use super::{Backend, Connections, RowSink, Work};
use crate::edm::{Catalog, ChangeLog};
use crate::error::{Error, ErrorKind, Result};
use crate::sql::sqlite::{self, Sqlite};
use crate::sql::{Dialect, Query, Script};
use pool::{Connector, Pool, Readers};
use stamp::Stamps;

/// One small read of a local file.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// A SQLite file.
#[derive(Clone)]
pub struct SqliteBackend {
    connector: Arc<Connector>,
    readers: Pool,
    stamps: Arc<Stamps>,
}

impl SqliteBackend {
    /// The database in the file `path`, which must exist: it is never created.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self> {
        let connector = Arc::new(Connector::new(path.into()));
        connector.probe()?;
        Ok(Self { readers: pool::readers(Arc::clone(&connector))?, stamps: Arc::default(), connector })
    }

    /// A new database in the file `path`, in WAL mode, so that reading and writing do not wait for each other.
    pub fn create(path: impl Into<PathBuf>) -> Result<Self> {
        let path = path.into();
        Connector::new(path.clone()).create()?;
        Self::open(path)
    }

    /// Runs `work` with a reading connection, away from the async threads.
    async fn reading<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut pool::Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let connection = self.reader().await?;
        away(connection, work).await
    }

    async fn reader(&self) -> Result<Object<Readers>> {
        self.readers.get().await.map_err(unavailable)
    }
}

/// Runs `work` with a connection, away from the async threads.
async fn away<T: Send + 'static>(
    mut connection: Object<Readers>,
    work: impl FnOnce(&mut pool::Connection) -> Result<T> + Send + 'static,
) -> Result<T> {
    tokio::task::spawn_blocking(move || {
        let outcome = work(&mut connection);
        if outcome.as_ref().is_err_and(|error| error.kind().status() >= 500) {
            // Whatever the database had, the next reader starts with a fresh connection.
            drop(Object::take(connection));
        }
        outcome
    })
    .await
    .map_err(Error::internal)?
}

#[async_trait]
impl Backend for SqliteBackend {
    fn dialect(&self) -> &'static dyn Dialect {
        &Sqlite
    }

    async fn describe(&self) -> Result<Catalog> {
        self.reading(catalog::describe).await
    }

    fn look_every(&self) -> Duration {
        LOOK_EVERY
    }

    async fn read(&self, query: Query, mut sink: Box<dyn RowSink>) -> Result<()> {
        let mut connection = self.reader().await?;
        if query.brief
            && let Some(outcome) = glance::glance(&mut connection, &query, &mut *sink)
        {
            return outcome;
        }
        away(connection, move |connection| read::read(connection, &query, &mut *sink)).await
    }

    async fn snapshot(&self, queries: Arc<[Query]>, work: Work) -> Result<()> {
        self.reading(move |connection| {
            let mut snapshot = read::Snapshot::open(connection, &queries)?;
            work(&mut snapshot)?;
            snapshot.close()
        })
        .await
    }

    async fn stamp(&self) -> Result<u64> {
        let (stamps, connector) = (Arc::clone(&self.stamps), Arc::clone(&self.connector));
        tokio::task::spawn_blocking(move || stamps.now(&connector)).await.map_err(Error::internal)?
    }

    async fn execute(&self, script: Script) -> Result<u64> {
        let connector = Arc::clone(&self.connector);
        tokio::task::spawn_blocking(move || execute(&connector, &script)).await.map_err(Error::internal)?
    }

    fn connections(&self) -> Option<Connections> {
        Some(self.readers.status().into())
    }

    async fn oldest_change(&self, log: ChangeLog) -> Result<Option<u64>> {
        self.reading(move |connection| oldest_change(connection, log)).await
    }
}

fn oldest_change(connection: &pool::Connection, log: ChangeLog) -> Result<Option<u64>> {
    let read =
        || connection.sqlite.prepare_cached(&sqlite::oldest_change(log))?.query_row([], |row| row.get(0)).optional();
    read().map_err(|error| failure(&error))
}

fn execute(connector: &Connector, script: &Script) -> Result<u64> {
    let mut connection = connector.writer()?;
    let run = |connection: &mut rusqlite::Connection| {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let before = transaction.total_changes();
        script.statements.iter().try_for_each(|statement| transaction.execute_batch(statement))?;
        let changed = transaction.total_changes() - before;
        transaction.commit().map(|()| changed)
    };
    run(&mut connection).map_err(|error| failure(&error))
}

/// A driver's failure as ours. Its text may hold SQL or values, so it goes to the log only.
fn failure(error: &rusqlite::Error) -> Error {
    use rusqlite::ErrorCode as C;
    let cause = format!("SQLite: {error}");
    match error.sqlite_error_code() {
        Some(
            C::DatabaseBusy
            | C::DatabaseLocked
            | C::CannotOpen
            | C::SystemIoFailure
            | C::DiskFull
            | C::NotADatabase
            | C::DatabaseCorrupt,
        ) => Error::database_unavailable(cause),
        Some(C::ReadOnly) => {
            let message = "The database's file or its folder is read-only, and this needs to write there.";
            Error::new(ErrorKind::DatabaseUnavailable, message).caused_by(cause)
        }
        Some(C::TooBig) => Error::new(ErrorKind::InvalidValue, too_long()).caused_by(cause),
        Some(C::SchemaChanged) => {
            Error::new(ErrorKind::CatalogChanged, "The database's schema is changing. Try again.").caused_by(cause)
        }
        _ => Error::internal(cause),
    }
}

/// Which of the two it is, SQLite does not say.
fn too_long() -> String {
    format!(
        "A value that is stored, or that the request makes of some, is longer than {} MiB, which is the most that is read. Leave the property \
         out with $select, or ask for less of it.",
        pool::LONGEST >> 20
    )
}

fn unavailable(error: PoolError<Error>) -> Error {
    match error {
        PoolError::Backend(error) => error,
        other => Error::database_unavailable(other.to_string()),
    }
}
