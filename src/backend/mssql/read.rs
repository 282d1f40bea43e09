//! A query -> one snapshot, its history, its rows lent to a sink.
//!
//! Runs in a thread of its own, because a sink may wait for its reader; only what the driver does is awaited, on the
//! runtime that the connection belongs to.

use std::ops::ControlFlow;

use futures_util::FutureExt;
use tiberius::error::Error as DriverError;
use tiberius::{Row, ToSql};
use tokio::runtime::Handle;

use super::super::{Opening, RowSink, admit};
use super::connection::{Answer, Session};
use super::failure::Failure;
use super::history::history;
use super::parameter::{Bound, bind};
use super::value::{Lent, integer, signature};
use crate::error::{Error, ErrorKind, Result};
use crate::sql::{History, Query, Statement, mssql};
use crate::version::{ChangeVersion, Window};

/// One read, and what it is made with.
pub(super) struct Reading<'a> {
    pub(super) runtime: &'a Handle,
    pub(super) session: &'a mut Session,
    pub(super) query: &'a Query,
    /// The operator's part of the history's identity.
    pub(super) epoch: &'a str,
    /// Whether what is read is of one moment. If it is not, the history is looked at again behind the rows.
    pub(super) snapshots: bool,
}

/// Why a read ended early.
pub(super) struct Ended {
    pub(super) failure: Failure,
    /// Whether the sink has heard anything: then the read cannot be made again.
    pub(super) begun: bool,
}

impl Ended {
    /// Of what fails when all has been read.
    pub(super) fn behind_the_rows(error: Error) -> Self {
        Self { failure: error.into(), begun: true }
    }
}

impl Reading<'_> {
    /// Reads into `sink`, all but its end: `Break` if nobody wanted more. Whatever is left in the middle of an answer leaves
    /// its session unusable.
    pub(super) fn run(mut self, sink: &mut dyn RowSink) -> Result<ControlFlow<()>, Ended> {
        let mut begun = false;
        let outcome = self.read(sink, &mut begun);
        if outcome.is_err() && self.session.is_in_transaction() {
            // If it cannot be ended, the session is not used again.
            let _ = self.close(&mssql::abandon());
        }
        outcome.map_err(|failure| Ended { failure, begun })
    }

    fn read(&mut self, sink: &mut dyn RowSink, begun: &mut bool) -> Result<ControlFlow<()>, Failure> {
        let query = self.query;
        let current = self.open(query)?;
        let window = query.history.as_ref().map(|asked| self.window(asked, current)).transpose()?;
        let count = query.count.as_ref().map(|statement| self.count(statement, current)).transpose()?;
        let flow = self.lend(query, &Opening { window, count }, current, sink, begun)?;
        if flow.is_break() {
            return Ok(flow);
        }
        if let Some(asked) = query.history.as_ref().filter(|_| !self.snapshots) {
            sink.seen(self.window(asked, current)?.current);
        }
        if let Err(failure) = self.close(&mssql::close()) {
            // Nothing was written, so nothing is lost; the session is not used again.
            tracing::debug!(error = %failure.error, "a snapshot could not be closed");
        }
        Ok(flow)
    }

    /// Opens the snapshot: the newest version of the database's changes, unless the table is not the one that was planned.
    fn open(&mut self, query: &Query) -> Result<Option<ChangeVersion>, Failure> {
        let opening = query.opening.as_deref().unwrap_or_default();
        let session = &mut *self.session;
        let results = self.runtime.block_on(async { session.open(opening).await?.results().await })?;
        let first = |result: usize| results.get(result).and_then(|rows| rows.first());
        if first(1).and_then(|row| signature(row, 0)) != Some(query.table_version) {
            let message = "The table's definition has changed. Try again.";
            return Err(Error::new(ErrorKind::CatalogChanged, message).into());
        }
        Ok(first(0).and_then(|row| integer(row, 0)).map(|version| ChangeVersion(version.max(0).unsigned_abs())))
    }

    fn window(&mut self, asked: &History, current: Option<ChangeVersion>) -> Result<Window, Failure> {
        let rows = self.rows(&asked.statement, current)?;
        let found = rows.first().map(|row| history(row, asked, current, self.epoch)).transpose()?.flatten();
        Ok(admit(found, asked.claim.as_ref())?)
    }

    fn count(&mut self, statement: &Statement, current: Option<ChangeVersion>) -> Result<u64, Failure> {
        let rows = self.rows(statement, current)?;
        Ok(rows.first().and_then(|row| integer(row, 0)).and_then(|count| count.try_into().ok()).unwrap_or_default())
    }

    /// Lends the rows. The sink hears nothing before the server has begun to answer: until then all can be tried again.
    fn lend(
        &mut self,
        query: &Query,
        opening: &Opening,
        current: Option<ChangeVersion>,
        sink: &mut dyn RowSink,
        begun: &mut bool,
    ) -> Result<ControlFlow<()>, Failure> {
        let Some(statement) = &query.rows else {
            *begun = true;
            sink.begin(opening)?;
            return Ok(ControlFlow::Continue(()));
        };
        let runtime = self.runtime;
        let bound = bind(statement, current);
        let mut answer = runtime.block_on(self.session.query(&statement.sql, &parameters(&bound)))?;
        *begun = true;
        sink.begin(opening)?;
        while let Some(row) = next_row(runtime, &mut answer)? {
            if sink.row(&Lent(&row))?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    /// The rows of a short answer.
    fn rows(&mut self, statement: &Statement, current: Option<ChangeVersion>) -> Result<Vec<Row>, Failure> {
        let bound = bind(statement, current);
        let session = &mut *self.session;
        let rows = async { session.query(&statement.sql, &parameters(&bound)).await?.rows().await };
        Ok(self.runtime.block_on(rows)?)
    }

    fn close(&mut self, sql: &str) -> Result<(), Failure> {
        Ok(self.runtime.block_on(self.session.close(sql))?)
    }
}

/// Most rows are there already, with the packet of those before: these are taken without entering the runtime, which costs
/// about as much as writing a cell. Nothing is lost by asking twice: an answer remembers how far it has come.
fn next_row(runtime: &Handle, answer: &mut Answer<'_>) -> Result<Option<Row>, DriverError> {
    match answer.next_row().now_or_never() {
        Some(row) => row,
        None => runtime.block_on(answer.next_row()),
    }
}

fn parameters<'a>(bound: &'a [Bound<'_>]) -> Vec<&'a dyn ToSql> {
    bound.iter().map(|parameter| parameter as &dyn ToSql).collect()
}
