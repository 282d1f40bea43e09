//! A file -> a number that is another one after every commit.
//!
//! SQLite's `data_version` means something to one connection only, so one is kept for it; it is another one, with numbers of its
//! own, when the path has come to mean another file.

use std::sync::{Mutex, PoisonError};

use super::failure;
use super::pool::{Connection, Connector};
use crate::error::Result;
use crate::sql::sqlite::fixed;

/// Asks for stamps.
#[derive(Default)]
pub(super) struct Stamps(Mutex<Asked>);

#[derive(Default)]
struct Asked {
    connection: Option<Connection>,
    /// Connections so far.
    connections: u32,
}

impl Stamps {
    /// The stamp as it is now. Waits for whoever else asks.
    pub(super) fn now(&self, connector: &Connector) -> Result<u64> {
        let mut asked = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let identity = connector.identity()?;
        let connection = match asked.connection.take() {
            Some(connection) if connection.file == identity => connection,
            _ => {
                asked.connections += 1;
                connector.reader()?
            }
        };
        let mut ask = connection.sqlite.prepare_cached(fixed::DATA_VERSION).map_err(|error| failure(&error))?;
        let version: u32 = ask.query_row([], |row| row.get(0)).map_err(|error| failure(&error))?;
        drop(ask);
        asked.connection = Some(connection);
        Ok(u64::from(asked.connections) << 32 | u64::from(version))
    }
}
