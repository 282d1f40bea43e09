//! A query -> its history, its count and its rows, out of a snapshot that may serve several.
//!
//! A newcomer's trap: SQLite ends a transaction by itself on some failures, and what is read then is of another moment. So
//! after a failure nothing more is read.

use std::ops::ControlFlow;

use rusqlite::types::{ToSqlOutput as Output, ValueRef as Stored};
use rusqlite::{CachedStatement, Statement as Prepared};

use super::super::{self as backend, HistoryRow, Opening, RowSink, Take, admit};
use super::failure;
use super::pool::{Connection, FileIdentity};
use super::transaction::Reading;
use crate::edm::{Row, Value, ValueRef};
use crate::error::{Error, ErrorKind, Result};
use crate::sql::sqlite::{Sqlite, fixed};
use crate::sql::{History, Origin, Param, Query, Statement};
use crate::version::{ChangeVersion, HistoryMark, Incarnation, Window, Witness};

pub(super) fn read(connection: &mut Connection, query: &Query, sink: &mut dyn RowSink) -> Result<()> {
    let snapshot = Snapshot::open(connection, std::slice::from_ref(query))?;
    if snapshot.rows(query, sink)?.is_break() {
        return Ok(());
    }
    snapshot.close()?;
    sink.end()
}

/// The file as it is at one moment.
pub(super) struct Snapshot<'c> {
    pub(super) reading: Reading<'c>,
    failed: bool,
}

impl<'c> Snapshot<'c> {
    /// Opens it, unless one of `queries` was planned with another schema.
    pub(super) fn open(connection: &'c mut Connection, queries: &[Query]) -> Result<Self> {
        let file = connection.file;
        let reading = Reading::begin(&mut connection.sqlite).map_err(|error| failure(&error))?;
        let version = catalog_version(&reading, file)?;
        if queries.iter().any(|query| query.table_version != version) {
            return Err(Error::new(ErrorKind::CatalogChanged, "The database's schema has changed. Try again."));
        }
        Ok(Self { reading, failed: false })
    }

    pub(super) fn close(self) -> Result<()> {
        self.reading.end().map_err(|error| failure(&error))
    }

    /// Reads into `sink`, all but its end: `Break` if nobody wanted more.
    fn rows(&self, query: &Query, sink: &mut dyn RowSink) -> Result<ControlFlow<()>> {
        let window = query.history.as_ref().map(|history| self.window(history)).transpose()?;
        let current = window.map(|window| window.current.version).unwrap_or_default();
        if let Some(parents) = &query.parents {
            backend::reached(self.count(parents, current)?)?;
        }
        let count = query.count.as_ref().map(|statement| self.count(statement, current)).transpose()?;
        sink.begin(&Opening { window, count })?;
        let flow = match &query.rows {
            Some(statement) => self.lend(statement, current, |row| sink.row(row))?,
            None => ControlFlow::Continue(()),
        };
        if flow.is_break() || query.related.is_empty() {
            return Ok(flow);
        }
        sink.further(&mut Further { snapshot: self, query })
    }

    pub(super) fn window(&self, history: &History) -> Result<Window> {
        let found = self.first(&history.statement, ChangeVersion(0), history_row)?;
        admit(found, history.claim.as_ref())
    }

    fn count(&self, statement: &Statement, current: ChangeVersion) -> Result<u64> {
        Ok(self.first(statement, current, |row| row.get(0))?.unwrap_or(0))
    }

    /// The first row of `statement`; `current` stands in for the version that the snapshot shows.
    fn first<T>(
        &self,
        statement: &Statement,
        current: ChangeVersion,
        read: impl FnOnce(&rusqlite::Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>> {
        let mut ready = prepare(&self.reading, statement, current)?;
        let mut rows = ready.statement().raw_query();
        let row = rows.next().map_err(|error| failure(&error))?;
        row.map(read).transpose().map_err(|error| failure(&error))
    }

    /// Lends the rows of `statement` one by one, until nobody wants more.
    fn lend(
        &self,
        statement: &Statement,
        current: ChangeVersion,
        mut take: impl FnMut(&dyn Row) -> Result<ControlFlow<()>>,
    ) -> Result<ControlFlow<()>> {
        let mut ready = prepare(&self.reading, statement, current)?;
        let mut rows = ready.statement().raw_query();
        while let Some(row) = rows.next().map_err(|error| failure(&error))? {
            let flow = take(&Lent(row))?;
            if flow.is_break() {
                return Ok(flow);
            }
        }
        Ok(ControlFlow::Continue(()))
    }
}

/// What else a query reads.
struct Further<'a> {
    snapshot: &'a Snapshot<'a>,
    query: &'a Query,
}

impl Further<'_> {
    fn all(&self, statement: &Statement, take: Take<'_>) -> Result<()> {
        let each = |row: &dyn Row| take(row).map(ControlFlow::Continue);
        self.snapshot.lend(statement, ChangeVersion(0), each).map(|_| ())
    }
}

impl backend::Further for Further<'_> {
    fn entities(&mut self, path: &[usize], origins: &[Origin], each: usize, take: Take<'_>) -> Result<()> {
        let statement = backend::related(self.query, path, |related| related.entities(origins, each, &Sqlite))?;
        self.all(&statement, take)
    }

    fn counts(&mut self, path: &[usize], origins: &[Origin], take: Take<'_>) -> Result<()> {
        let statement = backend::related(self.query, path, |related| related.counts(origins, &Sqlite))?;
        self.all(&statement, take)
    }
}

impl backend::Snapshot for Snapshot<'_> {
    fn read(&mut self, query: &Query, sink: &mut dyn RowSink) -> Result<ControlFlow<()>> {
        if self.failed {
            return Err(backend::lost_snapshot());
        }
        let outcome = self.rows(query, sink).and_then(|flow| match flow {
            ControlFlow::Continue(()) => sink.end().map(|()| flow),
            ControlFlow::Break(()) => Ok(flow),
        });
        self.failed = backend::loses_snapshot(&outcome);
        outcome
    }
}

/// The schema's number in this snapshot, and the file's: reading it is what opens the snapshot.
pub(super) fn catalog_version(snapshot: &rusqlite::Connection, file: FileIdentity) -> Result<u64> {
    let ask = || snapshot.prepare_cached(fixed::CATALOG_VERSION)?.query_row([], |row| row.get(0));
    let version: u32 = ask().map_err(|error| failure(&error))?;
    Ok(u64::from(file.0) << 32 | u64::from(version))
}

fn history_row(row: &rusqlite::Row<'_>) -> rusqlite::Result<HistoryRow> {
    let mark = |nonce: i64| HistoryMark(nonce.cast_unsigned());
    let window = Window {
        incarnation: Incarnation(row.get(0)?),
        min_valid_version: ChangeVersion(row.get(1)?),
        bound: ChangeVersion(row.get(2)?),
        current: Witness { version: ChangeVersion(row.get(2)?), mark: mark(row.get(3)?) },
        retention: row.get(5)?,
    };
    Ok(HistoryRow { window, witness_mark: row.get::<_, Option<i64>>(4)?.map(mark) })
}

/// Octets of a statement that is kept for the next time. A large one takes some thirty times as much memory, and hardly comes again.
const KEPT: usize = 8 * 1024;

/// A statement of SQLite.
pub(super) enum Ready<'a> {
    Kept(CachedStatement<'a>),
    Once(Prepared<'a>),
}

impl<'a> Ready<'a> {
    fn new(snapshot: &'a rusqlite::Connection, sql: &str) -> rusqlite::Result<Self> {
        if sql.len() <= KEPT {
            snapshot.prepare_cached(sql).map(Self::Kept)
        } else {
            snapshot.prepare(sql).map(Self::Once)
        }
    }

    pub(super) fn statement(&mut self) -> &mut Prepared<'a> {
        match self {
            Self::Kept(prepared) => prepared,
            Self::Once(prepared) => prepared,
        }
    }
}

/// The statement with its parameters bound.
pub(super) fn prepare<'a>(
    snapshot: &'a rusqlite::Connection,
    statement: &Statement,
    current: ChangeVersion,
) -> Result<Ready<'a>> {
    let mut ready = Ready::new(snapshot, &statement.sql).map_err(|error| failure(&error))?;
    let prepared = ready.statement();
    for (index, param) in statement.params.iter().enumerate() {
        bind(prepared, index + 1, param, current).map_err(|error| failure(&error))?;
    }
    Ok(ready)
}

fn bind(prepared: &mut Prepared<'_>, index: usize, param: &Param, current: ChangeVersion) -> rusqlite::Result<()> {
    match param {
        Param::CurrentVersion => prepared.raw_bind_parameter(index, version(current)),
        Param::Version(bound) => prepared.raw_bind_parameter(index, version(*bound)),
        Param::Value(Value::Bytes(bytes)) => prepared.raw_bind_parameter(index, bytes.as_slice()),
        Param::Value(Value::IllFormed(text)) => {
            prepared.raw_bind_parameter(index, Output::Borrowed(Stored::Text(text)))
        }
        Param::Value(Value::Integer(number)) => prepared.raw_bind_parameter(index, number),
        Param::Value(Value::Null) => prepared.raw_bind_parameter(index, rusqlite::types::Null),
        Param::Value(Value::Real(number)) => prepared.raw_bind_parameter(index, number),
        Param::Value(Value::Text(text)) => prepared.raw_bind_parameter(index, text.as_str()),
    }
}

/// Versions beyond what SQLite can count come from no log of ours; the greatest number stands for them.
fn version(version: ChangeVersion) -> i64 {
    i64::try_from(version.0).unwrap_or(i64::MAX)
}

/// A row of SQLite, lent.
pub(super) struct Lent<'a>(pub(super) &'a rusqlite::Row<'a>);

impl Row for Lent<'_> {
    fn value(&self, column: usize) -> ValueRef<'_> {
        match self.0.get_ref(column) {
            Ok(Stored::Integer(number)) => ValueRef::Integer(number),
            Ok(Stored::Real(number)) => ValueRef::Real(number),
            Ok(Stored::Text(octets)) => std::str::from_utf8(octets).map_or(ValueRef::IllFormed(octets), ValueRef::Text),
            Ok(Stored::Blob(octets)) => ValueRef::Bytes(octets),
            Ok(Stored::Null) | Err(_) => ValueRef::Null,
        }
    }
}
