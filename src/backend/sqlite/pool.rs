//! Connections to the file: opened as needed, kept, and thrown away when the path has come to mean another file.

use std::fs::{self, Metadata};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use deadpool::Runtime;
use deadpool::managed::{self, Metrics, QueueMode, RecycleError, RecycleResult};
use rusqlite::OpenFlags;
use rusqlite::limits::Limit;

use super::{failure, functions};
use crate::error::{Error, Result};
use crate::sql::sqlite::fixed;

pub(super) type Pool = managed::Pool<Readers>;

/// Readers at one time: more than the gateway lets read at once, for what looks at the schema or at a history beside them.
const READERS: usize = 256;
const WAIT_FOR_READER: Duration = Duration::from_secs(30);
/// How long a lock of another program is waited for.
pub(super) const WAIT_FOR_LOCK: Duration = Duration::from_secs(10);
/// Octets of a value or a row, at most, also of those that an expression makes on its way.
pub(super) const LONGEST: i32 = 128 * 1024 * 1024;
/// Statements kept prepared by each connection.
const PREPARED: usize = 64;
/// Pages of the file kept by each connection; below zero, SQLite takes it for KiB. Its own 2 MiB are most of the memory that many
/// readers take, and the system keeps the same pages for all of them.
const PAGES: i32 = -512;

/// Which file a path means: another number after the file was replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FileIdentity(pub(super) u32);

/// A reading connection.
pub(super) struct Connection {
    pub(super) sqlite: rusqlite::Connection,
    pub(super) file: FileIdentity,
}

/// Opens connections to one path.
pub(super) struct Connector {
    path: PathBuf,
}

impl Connector {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path }
    }

    /// Whether there is a readable database.
    pub(super) fn probe(&self) -> Result<()> {
        if !self.path.is_file() {
            let path = self.path.display();
            return Err(Error::configuration(format!(
                "There is no database file {path}. It is not created; check the path."
            )));
        }
        let read = |reader: Connection| reader.sqlite.query_row(fixed::CATALOG_VERSION, [], |_| Ok(()));
        self.reader().and_then(|reader| read(reader).map_err(|error| failure(&error))).map_err(|error| {
            let path = self.path.display();
            Error::configuration(format!("The file {path} cannot be read as a SQLite database")).caused_by(error)
        })
    }

    pub(super) fn reader(&self) -> Result<Connection> {
        let file = self.identity()?;
        let sqlite = self.connect()?;
        functions::install(&sqlite).map_err(|error| failure(&error))?;
        sqlite.pragma_update(None, "query_only", true).map_err(|error| failure(&error))?;
        sqlite.pragma_update(None, "cache_size", PAGES).map_err(|error| failure(&error))?;
        sqlite.set_limit(Limit::SQLITE_LIMIT_LENGTH, LONGEST).map_err(|error| failure(&error))?;
        sqlite.set_prepared_statement_cache_capacity(PREPARED);
        Ok(Connection { sqlite, file })
    }

    pub(super) fn writer(&self) -> Result<rusqlite::Connection> {
        self.connect()
    }

    /// Makes the file.
    pub(super) fn create(&self) -> Result<()> {
        let sqlite = self.connect_with(OpenFlags::SQLITE_OPEN_CREATE)?;
        sqlite.pragma_update(None, "journal_mode", "wal").map_err(|error| failure(&error))
    }

    fn connect(&self) -> Result<rusqlite::Connection> {
        self.connect_with(OpenFlags::empty())
    }

    fn connect_with(&self, further: OpenFlags) -> Result<rusqlite::Connection> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | further;
        let connect = || {
            let sqlite = rusqlite::Connection::open_with_flags(&self.path, flags)?;
            sqlite.busy_timeout(WAIT_FOR_LOCK)?;
            Ok(sqlite)
        };
        connect().map_err(|error: rusqlite::Error| failure(&error))
    }

    pub(super) fn identity(&self) -> Result<FileIdentity> {
        fs::metadata(&self.path).map(|metadata| identity_of(&metadata)).map_err(Error::database_unavailable)
    }
}

#[cfg(unix)]
fn identity_of(metadata: &Metadata) -> FileIdentity {
    use std::os::unix::fs::MetadataExt;
    identity_from((metadata.dev(), metadata.ino()))
}

/// Where files have no numbers, the time of creation stands in.
#[cfg(not(unix))]
fn identity_of(metadata: &Metadata) -> FileIdentity {
    identity_from(metadata.created().ok())
}

fn identity_from(parts: impl Hash) -> FileIdentity {
    let mut hasher = DefaultHasher::new();
    parts.hash(&mut hasher);
    #[expect(clippy::cast_possible_truncation, reason = "half of the hash is enough")]
    FileIdentity(hasher.finish() as u32)
}

/// The pool's side of a [`Connector`].
pub(super) struct Readers(Arc<Connector>);

pub(super) fn readers(connector: Arc<Connector>) -> Result<Pool> {
    Pool::builder(Readers(connector))
        .max_size(READERS)
        // The one that was used last knows the pages that are asked for.
        .queue_mode(QueueMode::Lifo)
        .wait_timeout(Some(WAIT_FOR_READER))
        .runtime(Runtime::Tokio1)
        .build()
        .map_err(Error::internal)
}

impl managed::Manager for Readers {
    type Type = Connection;
    type Error = Error;

    async fn create(&self) -> Result<Connection> {
        let connector = Arc::clone(&self.0);
        tokio::task::spawn_blocking(move || connector.reader()).await.map_err(Error::internal)?
    }

    /// Keeps a connection for as long as the path means the file that it has open.
    async fn recycle(&self, connection: &mut Connection, _: &Metrics) -> RecycleResult<Error> {
        match self.0.identity() {
            Ok(identity) if identity == connection.file => Ok(()),
            _ => Err(RecycleError::message("the file was replaced")),
        }
    }
}
