//! A connection -> a transaction that only reads, whose beginning and end are prepared once for each connection.
//!
//! A newcomer's trap: nothing is locked by its beginning. The moment that it shows is that of the first statement in it.

use std::ops::Deref;

use rusqlite::{Connection, Result};

use crate::sql::sqlite::fixed;

/// A transaction, which ends when it is dropped.
pub(super) struct Reading<'c>(&'c Connection);

impl<'c> Reading<'c> {
    pub(super) fn begin(connection: &'c mut Connection) -> Result<Self> {
        run(connection, fixed::BEGIN)?;
        Ok(Self(connection))
    }

    pub(super) fn end(self) -> Result<()> {
        run(self.0, fixed::COMMIT)
    }
}

impl Deref for Reading<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.0
    }
}

impl Drop for Reading<'_> {
    fn drop(&mut self) {
        // Otherwise it has ended, by itself or by SQLite.
        if !self.0.is_autocommit() {
            // If even that fails, the connection begins nothing any more, and its next reader gets an error.
            let _ = run(self.0, fixed::ROLLBACK);
        }
    }
}

fn run(connection: &Connection, sql: &str) -> Result<()> {
    connection.prepare_cached(sql)?.execute([]).map(|_| ())
}
