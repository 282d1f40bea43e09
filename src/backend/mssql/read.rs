//! A query -> its history, its count and its rows, out of a snapshot that may serve several.
//!
//! Runs in a thread of its own, because a sink may wait for its reader; only what the driver does is awaited, on the
//! runtime that the connection belongs to.

use std::ops::ControlFlow;

use futures_util::FutureExt;
use tiberius::error::Error as DriverError;
use tiberius::{Row, ToSql};
use tokio::runtime::Handle;

use super::super::{self as backend, Opening, RowSink, Take, admit};
use super::connection::{Answer, Session};
use super::failure::Failure;
use super::history::history;
use super::parameter::{Bound, bind};
use super::value::{Lent, integer, signature};
use crate::error::{Error, ErrorKind, Result};
use crate::sql::mssql::{self, Mssql};
use crate::sql::{History, Origin, Query, Statement};
use crate::version::{ChangeVersion, Window};

/// What a snapshot is made with.
pub(super) struct Means<'a> {
    pub(super) runtime: &'a Handle,
    pub(super) session: &'a mut Session,
    /// The operator's part of the history's identity.
    pub(super) epoch: &'a str,
    pub(super) dialect: &'static Mssql,
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

/// Reads into `sink`, all but its end: `Break` if nobody wanted more. Whatever is left in the middle of an answer leaves
/// its session unusable.
pub(super) fn read(means: Means<'_>, query: &Query, sink: &mut dyn RowSink) -> Result<ControlFlow<()>, Ended> {
    let mut begun = false;
    let mut snapshot =
        Snapshot::open(means, std::slice::from_ref(query)).map_err(|failure| Ended { failure, begun })?;
    let outcome = snapshot.rows(query, sink, &mut begun);
    match &outcome {
        Ok(ControlFlow::Continue(())) => snapshot.close(),
        Ok(ControlFlow::Break(())) => {}
        Err(_) => snapshot.abandon(),
    }
    outcome.map_err(|failure| Ended { failure, begun })
}

/// The database as it is at one moment; or, without snapshots, while a transaction lasts.
pub(super) struct Snapshot<'a> {
    means: Means<'a>,
    /// The newest version of the database's changes; none where nobody asked for it.
    current: Option<ChangeVersion>,
    failed: bool,
}

impl<'a> Snapshot<'a> {
    /// Opens it, unless the table of one of `queries` is not the one that was planned.
    pub(super) fn open(means: Means<'a>, queries: &[Query]) -> Result<Self, Failure> {
        let mut snapshot = Self { means, current: None, failed: false };
        match snapshot.begin(queries) {
            Ok(()) => Ok(snapshot),
            Err(failure) => {
                snapshot.abandon();
                Err(failure)
            }
        }
    }

    /// The version of the changes is asked for once, before anything else, and counts for all of `queries`.
    fn begin(&mut self, queries: &[Query]) -> Result<(), Failure> {
        let tables = tables(queries);
        let checks: Vec<&str> = tables.iter().map(|(check, _)| *check).collect();
        let Means { runtime, session, dialect, .. } = &mut self.means;
        let opening = dialect.open(&checks, queries.iter().any(|query| query.history.is_some()));
        let results = runtime.block_on(async { session.open(&opening).await?.results().await })?;
        let first = |result: usize| results.get(result).and_then(|rows| rows.first());
        for (result, (_, planned)) in (1..).zip(tables) {
            if first(result).and_then(|row| signature(row, 0)) != Some(planned) {
                let message = "The table's definition has changed. Try again.";
                return Err(Error::new(ErrorKind::CatalogChanged, message).into());
            }
        }
        let version = first(0).and_then(|row| integer(row, 0));
        self.current = version.map(|version| ChangeVersion(version.max(0).unsigned_abs()));
        Ok(())
    }

    /// Ends what was whole.
    pub(super) fn close(mut self) {
        if let Err(failure) = self.end(&mssql::close()) {
            // Nothing was written, so nothing is lost; the session is not used again.
            tracing::debug!(error = %failure.error, "a snapshot could not be closed");
        }
    }

    /// Ends what served several reads. After a failure its session is not used again.
    pub(super) fn leave(self) {
        if !self.failed {
            self.close();
        }
    }

    /// Ends what was refused. If it cannot be ended, the session is not used again.
    pub(super) fn abandon(mut self) {
        if self.means.session.is_in_transaction() {
            let _ = self.end(&mssql::abandon());
        }
    }

    fn end(&mut self, sql: &str) -> Result<(), Failure> {
        let Means { runtime, session, .. } = &mut self.means;
        Ok(runtime.block_on(session.close(sql))?)
    }

    fn rows(&mut self, query: &Query, sink: &mut dyn RowSink, begun: &mut bool) -> Result<ControlFlow<()>, Failure> {
        let window = query.history.as_ref().map(|asked| self.window(asked)).transpose()?;
        if let Some(parents) = &query.parents {
            backend::reached(self.count(parents)?)?;
        }
        let count = query.count.as_ref().map(|statement| self.count(statement)).transpose()?;
        let opening = Opening { window, count };
        let mut flow = if let Some(statement) = &query.rows {
            self.lend(statement, &opening, sink, begun)?
        } else {
            *begun = true;
            sink.begin(&opening)?;
            ControlFlow::Continue(())
        };
        if flow.is_continue() && !query.related.is_empty() {
            flow = sink.further(&mut Further { snapshot: self, query })?;
        }
        if let Some(asked) = query.history.as_ref().filter(|_| flow.is_continue() && !self.means.snapshots) {
            sink.seen(self.window(asked)?.current);
        }
        Ok(flow)
    }

    fn window(&mut self, asked: &History) -> Result<Window, Failure> {
        let rows = self.few(&asked.statement)?;
        let row = rows.first();
        let found = row.map(|row| history(row, asked, self.current, self.means.epoch)).transpose()?.flatten();
        Ok(admit(found, asked.claim.as_ref())?)
    }

    fn count(&mut self, statement: &Statement) -> Result<u64, Failure> {
        let rows = self.few(statement)?;
        Ok(rows.first().and_then(|row| integer(row, 0)).and_then(|count| count.try_into().ok()).unwrap_or_default())
    }

    /// Lends the rows. The sink hears nothing before the server has begun to answer: until then all can be tried again.
    fn lend(
        &mut self,
        statement: &Statement,
        opening: &Opening,
        sink: &mut dyn RowSink,
        begun: &mut bool,
    ) -> Result<ControlFlow<()>, Failure> {
        let Means { runtime, session, .. } = &mut self.means;
        let bound = bind(statement, self.current);
        let mut answer = runtime.block_on(session.query(&statement.sql, &parameters(&bound)))?;
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
    fn few(&mut self, statement: &Statement) -> Result<Vec<Row>, Failure> {
        let bound = bind(statement, self.current);
        let Means { runtime, session, .. } = &mut self.means;
        let rows = async { session.query(&statement.sql, &parameters(&bound)).await?.rows().await };
        Ok(runtime.block_on(rows)?)
    }
}

/// What else a query reads.
struct Further<'s, 'a> {
    snapshot: &'s mut Snapshot<'a>,
    query: &'s Query,
}

impl Further<'_, '_> {
    fn all(&mut self, statement: &Statement, take: Take<'_>) -> Result<()> {
        let bound = bind(statement, self.snapshot.current);
        let Means { runtime, session, .. } = &mut self.snapshot.means;
        let failed = |error: DriverError| Failure::from(error).error;
        let mut answer = runtime.block_on(session.query(&statement.sql, &parameters(&bound))).map_err(failed)?;
        while let Some(row) = next_row(runtime, &mut answer).map_err(failed)? {
            take(&Lent(&row))?;
        }
        Ok(())
    }
}

impl backend::Further for Further<'_, '_> {
    fn entities(&mut self, path: &[usize], origins: &[Origin], each: usize, take: Take<'_>) -> Result<()> {
        let dialect = self.snapshot.means.dialect;
        let statement = backend::related(self.query, path, |related| related.entities(origins, each, dialect))?;
        self.all(&statement, take)
    }

    fn counts(&mut self, path: &[usize], origins: &[Origin], take: Take<'_>) -> Result<()> {
        let dialect = self.snapshot.means.dialect;
        let statement = backend::related(self.query, path, |related| related.counts(origins, dialect))?;
        self.all(&statement, take)
    }
}

impl backend::Snapshot for Snapshot<'_> {
    fn read(&mut self, query: &Query, sink: &mut dyn RowSink) -> Result<ControlFlow<()>> {
        if self.failed {
            return Err(backend::lost_snapshot());
        }
        let outcome = self.rows(query, sink, &mut false).map_err(|failure| failure.error);
        let outcome = outcome.and_then(|flow| match flow {
            ControlFlow::Continue(()) => sink.end().map(|()| flow),
            ControlFlow::Break(()) => Ok(flow),
        });
        self.failed = backend::loses_snapshot(&outcome);
        outcome
    }
}

/// The check of each table, once, with the signature that it was planned with. Two that were planned with different ones are
/// two, of which one fails.
fn tables(queries: &[Query]) -> Vec<(&str, u64)> {
    let mut tables = Vec::new();
    for query in queries {
        let table = (query.opening.as_deref().unwrap_or_default(), query.table_version);
        if !tables.contains(&table) {
            tables.push(table);
        }
    }
    tables
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
