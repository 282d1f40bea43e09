//! A brief query -> its answer at once, in the thread that asks; or nothing yet, where that would have to wait.
//!
//! Handing a read of one row to another thread and taking the answer back costs more than reading it. So it is read here if no lock
//! is in the way and the row is short. A newcomer's trap: nothing may be told to the sink before all of it has been read,
//! because whoever is sent away begins again.

use std::time::Duration;

use rusqlite::limits::Limit;

use super::super::{Opening, RowSink};
use super::failure;
use super::pool::{Connection, WAIT_FOR_LOCK};
use super::read::{Lent, Snapshot, prepare};
use crate::error::Result;
use crate::sql::Query;

/// Octets of a row, or of one of its values, that is read without waiting: a few pages of the file.
const SHORT: i32 = 64 * 1024;

/// Reads at once; `None` if that cannot be, whatever the reason, and then `sink` has heard nothing.
pub(super) fn glance(connection: &mut Connection, query: &Query, sink: &mut dyn RowSink) -> Option<Result<()>> {
    let usual = hurry(&connection.sqlite).ok()?;
    let outcome = read(connection, query, sink);
    match take_time(&connection.sqlite, usual) {
        Err(error) if outcome.is_none() => Some(Err(failure(&error))),
        _ => outcome,
    }
}

fn read(connection: &mut Connection, query: &Query, sink: &mut dyn RowSink) -> Option<Result<()>> {
    let snapshot = Snapshot::open(connection, std::slice::from_ref(query)).ok()?;
    let window = query.history.as_ref().map(|history| snapshot.window(history)).transpose().ok()?;
    let current = window.map(|window| window.current.version).unwrap_or_default();
    let mut ready = query.rows.as_ref().map(|rows| prepare(&snapshot.reading, rows, current)).transpose().ok()?;
    let mut rows = ready.as_mut().map(|ready| ready.statement().raw_query());
    let row = match &mut rows {
        Some(rows) => rows.next().ok()?,
        None => None,
    };
    let told = sink.begin(&Opening { window, count: None }).and_then(|()| match row {
        Some(row) => sink.row(&Lent(row)).map(|_| ()),
        None => Ok(()),
    });
    drop(rows);
    drop(ready);
    Some(told.and_then(|()| snapshot.close()).and_then(|()| sink.end()))
}

/// From here on what would have to wait fails; the limit that held before.
fn hurry(sqlite: &rusqlite::Connection) -> rusqlite::Result<i32> {
    sqlite.busy_timeout(Duration::ZERO)?;
    let usual = sqlite.limit(Limit::SQLITE_LIMIT_LENGTH)?;
    sqlite.set_limit(Limit::SQLITE_LIMIT_LENGTH, SHORT)?;
    Ok(usual)
}

fn take_time(sqlite: &rusqlite::Connection, usual: i32) -> rusqlite::Result<()> {
    sqlite.set_limit(Limit::SQLITE_LIMIT_LENGTH, usual)?;
    sqlite.busy_timeout(WAIT_FOR_LOCK)
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;
    use std::path::Path;
    use std::sync::Arc;

    use super::*;
    use crate::backend::sqlite::pool::Connector;
    use crate::edm::{Row, ValueRef};
    use crate::sql::Statement;

    /// What a sink has heard.
    #[derive(Default)]
    struct Heard(Vec<String>);

    impl RowSink for Heard {
        fn begin(&mut self, _: &Opening) -> Result<()> {
            self.0.push("begin".to_owned());
            Ok(())
        }

        fn row(&mut self, row: &dyn Row) -> Result<ControlFlow<()>> {
            let ValueRef::Text(text) = row.value(0) else { panic!("a text was stored") };
            self.0.push(text.to_owned());
            Ok(ControlFlow::Continue(()))
        }

        fn end(&mut self) -> Result<()> {
            self.0.push("end".to_owned());
            Ok(())
        }
    }

    /// A file in which readers wait for writers, and a connection to it.
    fn notes(folder: &Path) -> (rusqlite::Connection, Connection) {
        let path = folder.join("notes.db");
        let writer = rusqlite::Connection::open(&path).unwrap();
        writer.execute_batch("CREATE TABLE Notes (Id INTEGER PRIMARY KEY, Note TEXT)").unwrap();
        writer.execute_batch("INSERT INTO Notes VALUES (1, 'short'), (2, printf('%.*c', 100000, 'x'))").unwrap();
        (writer, Arc::new(Connector::new(path)).reader().unwrap())
    }

    fn note(connection: &Connection, id: i64) -> Query {
        let version = super::super::read::catalog_version(&connection.sqlite, connection.file).unwrap();
        let sql = format!("SELECT Note FROM Notes WHERE Id = {id}");
        Query {
            table_version: version,
            opening: None,
            history: None,
            parents: None,
            count: None,
            rows: Some(Statement { sql, params: Vec::new() }),
            related: Vec::new(),
            brief: true,
        }
    }

    /// Whether a glance was enough, and what the sink heard.
    fn glanced(connection: &mut Connection, id: i64) -> (bool, Vec<String>) {
        let (query, mut heard) = (note(connection, id), Heard::default());
        let outcome = glance(connection, &query, &mut heard);
        (outcome.is_some_and(|outcome| outcome.is_ok()), heard.0)
    }

    #[test]
    fn what_is_there_is_told_at_once_and_what_is_not_too() {
        let folder = tempfile::tempdir().unwrap();
        let (_writer, mut connection) = notes(folder.path());
        let told = |parts: &[&str]| (true, parts.iter().map(|&part| part.to_owned()).collect());
        assert_eq!(glanced(&mut connection, 1), told(&["begin", "short", "end"]));
        assert_eq!(glanced(&mut connection, 3), told(&["begin", "end"]));
    }

    #[test]
    fn a_long_row_is_left_to_who_may_take_the_time() {
        let folder = tempfile::tempdir().unwrap();
        let (_writer, mut connection) = notes(folder.path());
        assert_eq!(glanced(&mut connection, 2), (false, Vec::new()));
        let (query, mut heard) = (note(&connection, 2), Heard::default());
        super::super::read::read(&mut connection, &query, &mut heard).unwrap();
        assert_eq!(heard.0[1].len(), 100_000);
    }

    #[test]
    fn a_locked_file_is_not_waited_for_and_can_be_read_later() {
        let folder = tempfile::tempdir().unwrap();
        let (writer, mut connection) = notes(folder.path());
        let (query, mut heard) = (note(&connection, 1), Heard::default());
        writer.execute_batch("BEGIN EXCLUSIVE").unwrap();
        assert!(glance(&mut connection, &query, &mut heard).is_none());
        assert_eq!(heard.0, Vec::<String>::new());
        writer.execute_batch("COMMIT").unwrap();
        assert!(glanced(&mut connection, 1).0);
    }

    #[test]
    fn another_schema_is_left_to_who_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let (writer, mut connection) = notes(folder.path());
        let (query, mut heard) = (note(&connection, 1), Heard::default());
        writer.execute_batch("ALTER TABLE Notes ADD COLUMN More TEXT").unwrap();
        assert!(glance(&mut connection, &query, &mut heard).is_none());
        assert_eq!(heard.0, Vec::<String>::new());
    }
}
