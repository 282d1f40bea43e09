//! T-SQL of a test -> what a server makes of it. Blocking: a test's thread waits for the answer.

use std::time::Duration;

use serde_json::Value;
use tiberius::{Client, Row};
use tokio::net::TcpStream;
use tokio::runtime::Runtime;
use tokio_util::compat::{Compat, TokioAsyncWriteCompatExt};

use super::address::Address;

/// For one statement: to make a database or to restore one takes its time on a small machine.
const PATIENCE: Duration = Duration::from_secs(180);

/// How often a batch is tried that falls victim to deadlocks.
const ATTEMPTS: usize = 5;

/// What SQL Server's own clients set, so that `"..."` is a name and columns may be NULL unless they say otherwise; and dates
/// as the tests write them, in whatever language.
const SETTINGS: &str =
    "SET QUOTED_IDENTIFIER, ANSI_NULLS, ANSI_PADDING, ANSI_WARNINGS, ARITHABORT, CONCAT_NULL_YIELDS_NULL ON;
SET ANSI_NULL_DFLT_ON ON;
SET NUMERIC_ROUNDABORT OFF; SET NOCOUNT ON; SET DATEFORMAT ymd; SET XACT_ABORT ON; SET LOCK_TIMEOUT 120000;";

/// A connection with the rights of the login that the tests were given.
pub(super) struct Connection {
    client: Client<Compat<TcpStream>>,
    runtime: Runtime,
}

impl Connection {
    pub(super) fn open(address: &Address) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let mut config = address.config();
        config.command_timeout(Some(PATIENCE));
        let place = config.get_addr();
        let client = runtime.block_on(async {
            let stream = TcpStream::connect(config.get_addr()).await?;
            stream.set_nodelay(true)?;
            Box::pin(Client::connect(config, stream.compat_write())).await
        });
        let client = client.unwrap_or_else(|error| panic!("no connection to SQL Server at {place}: {error}"));
        let mut connection = Self { client, runtime };
        connection.run(SETTINGS);
        connection
    }

    /// Runs a batch to its end.
    #[track_caller]
    pub(super) fn run(&mut self, batch: &str) {
        self.try_run(batch).unwrap_or_else(|error| panic!("{error} in {batch}"));
    }

    /// Runs a batch to its end, or to its first error. Of a deadlock's victim nothing stays, so that it may try again: tests
    /// that make tables at the same time meet in the catalog, which is nobody's own.
    pub(super) fn try_run(&mut self, batch: &str) -> tiberius::Result<()> {
        for _ in 1..ATTEMPTS {
            match self.answer(batch) {
                Err(error) if error.is_deadlock() => {}
                outcome => return outcome.map(drop),
            }
        }
        self.answer(batch).map(drop)
    }

    /// The rows of the first result.
    #[track_caller]
    pub(super) fn rows(&mut self, batch: &str) -> Vec<Row> {
        let results = self.answer(batch).unwrap_or_else(|error| panic!("{error} in {batch}"));
        results.into_iter().next().unwrap_or_default()
    }

    /// The texts in the only column of the first result.
    #[track_caller]
    pub(super) fn texts(&mut self, batch: &str) -> Vec<String> {
        let text = |row: &Row| row.get::<&str, _>(0).unwrap_or_default().to_owned();
        self.rows(batch).iter().map(text).collect()
    }

    /// Whether the only number of the first result is 1.
    #[track_caller]
    pub(super) fn is_true(&mut self, batch: &str) -> bool {
        self.rows(batch).first().and_then(|row| row.get::<i32, _>(0)) == Some(1)
    }

    /// What a query gives, as objects that the server itself has made. Long JSON comes in several rows.
    #[track_caller]
    pub(super) fn objects(&mut self, query: &str) -> Vec<Value> {
        let json = self.texts(&format!("{query} FOR JSON PATH, INCLUDE_NULL_VALUES;")).concat();
        if json.is_empty() { Vec::new() } else { serde_json::from_str(&json).unwrap() }
    }

    fn answer(&mut self, batch: &str) -> tiberius::Result<Vec<Vec<Row>>> {
        let Self { client, runtime } = self;
        runtime.block_on(async { client.simple_query(batch).await?.into_results().await })
    }
}

/// A name in brackets.
pub(super) fn bracketed(name: &str) -> String {
    format!("[{}]", name.replace(']', "]]"))
}

/// Any text as a literal.
pub(super) fn literal(text: &str) -> String {
    format!("N'{}'", text.replace('\'', "''"))
}
