//! A query -> one snapshot, its history, its rows lent to a sink.

use rusqlite::types::{ToSqlOutput as Output, ValueRef as Stored};
use rusqlite::{CachedStatement, Statement as Prepared, Transaction};

use super::super::{HistoryRow, Opening, RowSink, admit};
use super::failure;
use super::pool::{Connection, FileIdentity};
use crate::edm::{Row, Value, ValueRef};
use crate::error::{Error, ErrorKind, Result};
use crate::sql::sqlite::fixed;
use crate::sql::{History, Param, Query, Statement};
use crate::version::{ChangeVersion, HistoryMark, Incarnation, Window, Witness};

pub(super) fn read(connection: &mut Connection, query: &Query, sink: &mut dyn RowSink) -> Result<()> {
    let file = connection.file;
    let snapshot = connection.sqlite.transaction().map_err(|error| failure(&error))?;
    if catalog_version(&snapshot, file)? != query.table_version {
        return Err(Error::new(ErrorKind::CatalogChanged, "The database's schema has changed. Try again."));
    }
    let window = query.history.as_ref().map(|history| window(&snapshot, history)).transpose()?;
    let current = window.map(|window| window.current.version).unwrap_or_default();
    let count = query.count.as_ref().map(|statement| count(&snapshot, statement, current)).transpose()?;
    sink.begin(&Opening { window, count })?;
    if let Some(statement) = &query.rows
        && lend_rows(&snapshot, statement, current, sink)?.is_break()
    {
        return Ok(());
    }
    snapshot.commit().map_err(|error| failure(&error))?;
    sink.end()
}

/// The schema's number in this snapshot, and the file's: reading it is what opens the snapshot.
pub(super) fn catalog_version(snapshot: &Transaction<'_>, file: FileIdentity) -> Result<u64> {
    let version: u32 =
        snapshot.query_row(fixed::CATALOG_VERSION, [], |row| row.get(0)).map_err(|error| failure(&error))?;
    Ok(u64::from(file.0) << 32 | u64::from(version))
}

fn window(snapshot: &Transaction<'_>, history: &History) -> Result<Window> {
    let mut statement = prepare(snapshot, &history.statement, ChangeVersion(0))?;
    let mut rows = statement.raw_query();
    let row = rows.next().map_err(|error| failure(&error))?;
    let row = row.map(history_row).transpose().map_err(|error| failure(&error))?;
    admit(row, history.claim.as_ref())
}

fn history_row(row: &rusqlite::Row<'_>) -> rusqlite::Result<HistoryRow> {
    let mark = |nonce: i64| HistoryMark(nonce.cast_unsigned());
    let window = Window {
        incarnation: Incarnation(row.get(0)?),
        min_valid_version: ChangeVersion(row.get(1)?),
        bound: ChangeVersion(row.get(2)?),
        current: Witness { version: ChangeVersion(row.get(2)?), mark: mark(row.get(3)?) },
    };
    Ok(HistoryRow { window, witness_mark: row.get::<_, Option<i64>>(4)?.map(mark) })
}

fn count(snapshot: &Transaction<'_>, statement: &Statement, current: ChangeVersion) -> Result<u64> {
    let mut prepared = prepare(snapshot, statement, current)?;
    let mut rows = prepared.raw_query();
    let row = rows.next().map_err(|error| failure(&error))?;
    row.map_or(Ok(0), |row| row.get(0)).map_err(|error| failure(&error))
}

fn lend_rows(
    snapshot: &Transaction<'_>,
    statement: &Statement,
    current: ChangeVersion,
    sink: &mut dyn RowSink,
) -> Result<std::ops::ControlFlow<()>> {
    let mut prepared = prepare(snapshot, statement, current)?;
    let mut rows = prepared.raw_query();
    while let Some(row) = rows.next().map_err(|error| failure(&error))? {
        let flow = sink.row(&Lent(row))?;
        if flow.is_break() {
            return Ok(flow);
        }
    }
    Ok(std::ops::ControlFlow::Continue(()))
}

/// The statement with its parameters bound; `current` stands in for the version that the snapshot shows.
fn prepare<'a>(
    snapshot: &'a Transaction<'_>,
    statement: &Statement,
    current: ChangeVersion,
) -> Result<CachedStatement<'a>> {
    let mut prepared = snapshot.prepare_cached(&statement.sql).map_err(|error| failure(&error))?;
    for (index, param) in statement.params.iter().enumerate() {
        bind(&mut prepared, index + 1, param, current).map_err(|error| failure(&error))?;
    }
    Ok(prepared)
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
struct Lent<'a>(&'a rusqlite::Row<'a>);

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
