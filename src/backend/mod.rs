//! Where rows come from: one trait, and one folder of the same shape for each kind of database.
//!
//! The correctness rule lives at this boundary and nowhere else: *the window before the rows, both in one snapshot*.

mod admission;
#[cfg(feature = "mssql")]
pub mod mssql;
#[cfg(feature = "sqlite")]
pub mod sqlite;

use std::ops::ControlFlow;
use std::time::Duration;

use async_trait::async_trait;

use crate::edm::{Catalog, Row};
use crate::error::Result;
use crate::sql::{Dialect, Query, Script};
use crate::version::{Window, Witness};

pub use admission::{HistoryRow, admit};

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
    /// with another catalog. An error after [`RowSink::begin`] means that the sink never hears [`RowSink::end`].
    async fn read(&self, query: Query, sink: Box<dyn RowSink>) -> Result<()>;

    /// Runs a script that changes the database, in one transaction; the number of rows that it changed.
    async fn execute(&self, script: Script) -> Result<u64>;
}

/// What a snapshot shows before its rows.
#[derive(Clone, Copy, Debug, Default)]
pub struct Opening {
    /// The table's history, where the query asked for it.
    pub window: Option<Window>,
    /// How many there are in all, where the query asked for it.
    pub count: Option<u64>,
}

/// Takes what a read finds, in the thread that owns the statement.
pub trait RowSink: Send {
    /// Called once, before the rows.
    fn begin(&mut self, opening: &Opening) -> Result<()>;

    /// Called for each row; `Break` when nobody wants more.
    fn row(&mut self, row: &dyn Row) -> Result<ControlFlow<()>>;

    /// Called before the end where rows of a version newer than the opening's may have been lent.
    fn seen(&mut self, _witness: Witness) {}

    /// Called after the last row, when the whole snapshot was read without an error.
    fn end(&mut self) -> Result<()>;
}
