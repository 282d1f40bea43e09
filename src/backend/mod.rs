//! Where rows come from: one trait, and one folder of the same shape for each kind of database.
//!
//! The correctness rule lives at this boundary and nowhere else: *the window before the rows, both in one snapshot*.

mod admission;
#[cfg(feature = "mssql")]
pub mod mssql;
#[cfg(feature = "sqlite")]
pub mod sqlite;
mod window;

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use crate::edm::{Catalog, ChangeLog, Row};
use crate::error::{Error, ErrorKind, Result};
use crate::sql::{Dialect, Query, Related, Script, Statement};
use crate::version::{Window, Witness};

pub use crate::sql::{AT_ONCE, Origin};
pub use admission::{HistoryRow, admit};
pub use window::window;

/// A database.
#[async_trait]
pub trait Backend: Send + Sync {
    /// How it says things.
    fn dialect(&self) -> &'static dyn Dialect;

    /// Its tables, columns and keys, and how each table is tracked.
    async fn describe(&self) -> Result<Catalog>;

    /// Whether the database of `catalog` can be served as this backend was asked to.
    ///
    /// # Errors
    /// What the operator has to do first.
    fn ready(&self, _catalog: &Catalog) -> Result<()> {
        Ok(())
    }

    /// How often to look whether the schema has changed. Reads notice by themselves; what touches no database does not.
    fn look_every(&self) -> Duration;

    /// Opens one snapshot; reads the table's history in it and refuses, with `DeltaLinkExpired`, a query whose token
    /// comes from elsewhere; then lends every row to the sink. Refuses with `CatalogChanged` a query that was planned
    /// with another catalog. An error after [`RowSink::begin`] means that the sink never hears [`RowSink::end`]. The sink of a query
    /// that is `brief` may be called by the thread that asks, and must not wait.
    async fn read(&self, query: Query, sink: Box<dyn RowSink>) -> Result<()>;

    /// Opens one snapshot of the tables that `queries` read, and lends it to `work`, in a thread that may wait. Refuses with
    /// `CatalogChanged` where one of them was planned with another catalog, and with `IsolationNotSupported` where reads
    /// have no snapshots; `work` has heard nothing then.
    async fn snapshot(&self, _queries: Arc<[Query]>, _work: Work) -> Result<()> {
        Err(without_snapshots())
    }

    /// A number that is another one whenever something may have been committed since it was asked for last. Cheap: it is asked
    /// for many times a second while clients wait for changes.
    async fn stamp(&self) -> Result<u64>;

    /// Runs a script that changes the database, in one transaction; the number of rows that it changed.
    async fn execute(&self, script: Script) -> Result<u64>;

    /// Its connections, where they are counted.
    fn connections(&self) -> Option<Connections> {
        None
    }

    /// Seconds since the oldest change in `log` that is kept; none where there is none, or where one log cannot tell.
    async fn oldest_change(&self, _log: ChangeLog) -> Result<Option<u64>> {
        Ok(None)
    }
}

/// Connections with a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Connections {
    /// In use.
    pub used: usize,
    /// Open, and not in use.
    pub idle: usize,
    /// Who waits for one.
    pub waiting: usize,
    /// How many there may be.
    pub most: usize,
}

impl From<deadpool::Status> for Connections {
    fn from(status: deadpool::Status) -> Self {
        let deadpool::Status { max_size, size, available, waiting } = status;
        Self { used: size.saturating_sub(available), idle: available, waiting, most: max_size }
    }
}

/// What is done with a snapshot.
pub type Work = Box<dyn FnOnce(&mut dyn Snapshot) -> Result<()> + Send>;

/// The database as it is at one moment, for several reads.
pub trait Snapshot {
    /// Reads one of the queries that the snapshot was opened for, as [`Backend::read`] does; `Break` if nobody wanted more, and
    /// then this is the last read. What a read refuses leaves the snapshot to the others; a failure of the database ends
    /// it, and every further read fails.
    fn read(&mut self, query: &Query, sink: &mut dyn RowSink) -> Result<ControlFlow<()>>;
}

/// The statement that `say` makes for what is at `path`.
fn related(query: &Query, path: &[usize], say: impl FnOnce(&Related) -> Statement) -> Result<Statement> {
    Related::at(&query.related, path).map(say).ok_or_else(|| Error::internal("a path leads to nothing that is related"))
}

/// Refuses where a path begins at an entity that does not exist.
fn reached(parents: u64) -> Result<()> {
    if parents > 0 { Ok(()) } else { Err(Error::not_found("The entity that the path begins at")) }
}

/// Of a database whose reads have no snapshots.
fn without_snapshots() -> Error {
    let message = "This service reads without snapshots, so that several requests cannot have one.";
    Error::new(ErrorKind::IsolationNotSupported, message).about("Isolation")
}

/// Of a read behind one with which the snapshot was lost.
fn lost_snapshot() -> Error {
    Error::database_unavailable("the snapshot was lost with the read before")
}

/// Whether a snapshot must not be read again after a read that ended so.
fn loses_snapshot(outcome: &Result<ControlFlow<()>>) -> bool {
    match outcome {
        Ok(flow) => flow.is_break(),
        Err(error) => error.kind().status() >= 500,
    }
}

/// What a snapshot shows before its rows.
#[derive(Clone, Copy, Debug, Default)]
pub struct Opening {
    /// The table's history, where the query asked for it.
    pub window: Option<Window>,
    /// How many there are in all, where the query asked for it.
    pub count: Option<u64>,
}

/// What can be read in the snapshot of a read once its rows are known: its [`Query::related`], by their paths.
pub trait Further {
    /// Lends the related entities of `origins`, of each so many at most: the number of the origin, the columns of properties, what they are ordered by.
    fn entities(&mut self, path: &[usize], origins: &[Origin], each: usize, take: Take<'_>) -> Result<()>;

    /// Lends the numbers of the origins that have related entities, each with how many it has.
    fn counts(&mut self, path: &[usize], origins: &[Origin], take: Take<'_>) -> Result<()>;
}

/// Takes rows one by one.
pub type Take<'a> = &'a mut dyn FnMut(&dyn Row) -> Result<()>;

/// Takes what a read finds, in the thread that owns the statement.
pub trait RowSink: Send {
    /// Called once, before the rows.
    fn begin(&mut self, opening: &Opening) -> Result<()>;

    /// Called for each row; `Break` when nobody wants more.
    fn row(&mut self, row: &dyn Row) -> Result<ControlFlow<()>>;

    /// Called behind the rows, in their snapshot, where the query has related entities.
    fn further(&mut self, _more: &mut dyn Further) -> Result<ControlFlow<()>> {
        Ok(ControlFlow::Continue(()))
    }

    /// Called before the end where rows of a version newer than the opening's may have been lent.
    fn seen(&mut self, _witness: Witness) {}

    /// Called after the last row, when the whole snapshot was read without an error.
    fn end(&mut self) -> Result<()>;
}
