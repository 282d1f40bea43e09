//! A SQL Server database of a test: in a real server where `DELTALINK_TEST_MSSQL` names one, and otherwise a stand-in.
//!
//! What stands in is never called SQL Server: the run says `NOT VERIFIED AGAINST SQL SERVER`.

mod address;
mod connection;
mod estate;
mod program;
mod rehearsal;
mod server;
mod shop;
mod writer;

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::{Arc, RwLockWriteGuard};

use deltalink::backend::Backend;
use deltalink::error::Error;
use deltalink::token::Keyring;
use serde_json::Value;

use super::gateway::Gateway;
use crate::stand_in::{Backup as StandInBackup, StandIn};
use crate::tds::Corpus;
pub(crate) use program::Writer;
use server::Server;

/// A database, whichever it is.
pub(crate) struct Database {
    under: Under,
    /// The keys of every gateway on it, so that links survive restarts.
    pub(crate) keys: String,
}

enum Under {
    Server(Box<Server>),
    StandIn(Box<StandIn>),
}

/// A copy of a database.
pub(crate) enum Backup {
    Server(server::Backup),
    StandIn(StandInBackup),
}

/// While it lives, no other test adds to the versions of the database.
pub(crate) struct Quiet(#[expect(dead_code, reason = "held, never read")] Option<RwLockWriteGuard<'static, ()>>);

impl Database {
    /// Only a read of the table itself notices that it is another one.
    pub(crate) const TELLS_EVERY_READ_OF_NEW_TABLES: bool = false;
    /// Columns hold what their types allow.
    pub(crate) const HOLDS_ANYTHING: bool = false;
    /// Blanks at the end make no difference.
    pub(crate) const PADS_TEXT: bool = true;
    /// Seconds for which changes of what a test tracks are kept.
    pub(crate) const RETENTION: u64 = 2 * 24 * 60 * 60;
    /// Makes the orders of the shop, without rows.
    pub(crate) const ORDERS: &str = shop::ORDERS;

    /// Nothing yet.
    pub(crate) fn empty() -> Self {
        let under = match Server::named() {
            Some(server) => Under::Server(Box::new(server)),
            None => Under::StandIn(Box::new(StandIn::empty())),
        };
        Self { under, keys: Keyring::generate_key() }
    }

    /// Customers, orders and their lines with a few rows, tracked; and `Untracked`, which is not.
    pub(crate) fn shop() -> Self {
        Self::empty().furnished()
    }

    /// The shop, in a database that [`Self::restore`] can put back.
    pub(crate) fn restorable_shop() -> Option<Self> {
        let shared = Self::empty();
        let Under::Server(server) = &shared.under else { return Some(shared.furnished()) };
        let Some(own) = server.with_own_database() else {
            skipped("the login may not make databases and back them up here");
            return None;
        };
        let shop = Self { under: Under::Server(Box::new(own)), keys: Keyring::generate_key() }.furnished();
        // A database whose changes begin with this test has no commit yet that its history could be told by.
        shop.execute("UPDATE Customer SET Name = Name");
        Some(shop)
    }

    fn furnished(self) -> Self {
        self.execute(&[shop::CUSTOMERS_AND_LINES, shop::ORDERS, shop::ROWS].concat());
        for table in ["Customer", "Orders", "OrderLine"] {
            self.track(table);
        }
        self
    }

    /// What the server says it is; `None` where there is none.
    pub(crate) fn version(&self) -> Option<String> {
        match &self.under {
            Under::Server(server) => Some(server.version()),
            Under::StandIn(_) => None,
        }
    }

    /// Runs SQL as another program, in one transaction.
    #[track_caller]
    pub(crate) fn execute(&self, sql: &str) {
        match &self.under {
            Under::Server(server) => server.execute(sql),
            Under::StandIn(stand_in) => {
                write_down(sql);
                stand_in.execute(sql);
            }
        }
    }

    /// Adds a column that is calculated whenever it is read. In T-SQL the expression has the type.
    #[track_caller]
    pub(crate) fn calculates(&self, table: &str, column: &str, ty: &str, expression: &str) {
        let sql = format!("ALTER TABLE {table} ADD {column} AS ({expression})");
        match &self.under {
            Under::Server(server) => server.execute(&sql),
            Under::StandIn(stand_in) => {
                write_down(&sql);
                stand_in.execute(&format!("ALTER TABLE {table} ADD COLUMN {column} {ty} AS ({expression})"));
            }
        }
    }

    /// Another program, with a connection of its own.
    pub(crate) fn writer(&self) -> Writer<'_> {
        match &self.under {
            Under::Server(server) => Writer::Server(Box::new(server.writer())),
            Under::StandIn(stand_in) => Writer::StandIn(stand_in),
        }
    }

    /// Whether it knows more than what T-SQL and SQLite have in common: `MERGE`, `TRUNCATE TABLE`.
    pub(crate) fn speaks_t_sql(&self) -> bool {
        matches!(self.under, Under::Server(_))
    }

    /// A literal of any text.
    pub(crate) fn text(&self, text: &str) -> String {
        match &self.under {
            Under::Server(_) => connection::literal(text),
            Under::StandIn(_) => format!("'{}'", text.replace('\'', "''")),
        }
    }

    /// A literal of octets, given in hexadecimal digits.
    #[expect(clippy::unused_self, reason = "every database has its own form")]
    pub(crate) fn octets(&self, digits: &str) -> String {
        format!("0x{digits}")
    }

    #[track_caller]
    pub(crate) fn track(&self, table: &str) {
        match &self.under {
            Under::Server(server) => server.track(table),
            Under::StandIn(stand_in) => stand_in.track(table),
        }
    }

    #[track_caller]
    pub(crate) fn untrack(&self, table: &str) {
        match &self.under {
            Under::Server(server) => server.untrack(table),
            Under::StandIn(stand_in) => stand_in.untrack(table),
        }
    }

    /// Whether there is [`Self::prune`]. A server removes nothing before its retention has passed, which is a minute at the
    /// least and holds for all tests.
    pub(crate) fn can_prune(&self) -> bool {
        let can = matches!(self.under, Under::StandIn(_));
        if !can {
            skipped("a server cannot be made to forget changes before their time");
        }
        can
    }

    /// Removes every recorded change but the newest, as if the retention had passed.
    #[track_caller]
    pub(crate) fn prune(&self, table: &str) {
        match &self.under {
            Under::Server(_) => panic!("a server cannot be pruned"),
            Under::StandIn(stand_in) => stand_in.prune(table),
        }
    }

    /// Keeps the changes of all tables for so many seconds from now on, which are whole minutes.
    #[track_caller]
    pub(crate) fn keep_for(&self, _table: &str, seconds: u64) {
        match &self.under {
            Under::Server(server) => server.keep_for(seconds / 60),
            Under::StandIn(stand_in) => stand_in.keep_for(seconds / 60),
        }
    }

    #[track_caller]
    pub(crate) fn rename_column(&self, table: &str, from: &str, to: &str) {
        match &self.under {
            Under::Server(server) => server.rename_column(table, from, to),
            Under::StandIn(stand_in) => stand_in.rename_column(table, from, to),
        }
    }

    /// A copy of the database as it is now.
    pub(crate) fn backup(&self) -> Backup {
        match &self.under {
            Under::Server(server) => Backup::Server(server.backup()),
            Under::StandIn(stand_in) => Backup::StandIn(stand_in.backup()),
        }
    }

    /// Puts a copy of `backup` in the database's place.
    pub(crate) fn restore(&self, backup: &Backup) {
        match (&self.under, backup) {
            (Under::Server(server), Backup::Server(backup)) => server.restore(backup),
            (Under::StandIn(stand_in), Backup::StandIn(backup)) => stand_in.restore(backup),
            _ => panic!("a backup of another database"),
        }
    }

    /// The rows of a table, read without the gateway, by their key.
    #[track_caller]
    pub(crate) fn rows(&self, table: &str, key: &[&str]) -> BTreeMap<String, Value> {
        match &self.under {
            Under::Server(server) => server.rows(table, key),
            Under::StandIn(stand_in) => super::table::rows(&stand_in.connect(), table),
        }
    }

    /// While what this returns lives, no other test adds to the versions of this database.
    pub(crate) fn quiet(&self) -> Quiet {
        Quiet(matches!(self.under, Under::Server(_)).then(writer::quiet))
    }

    /// A gateway with the default configuration.
    pub(crate) fn serve(&self) -> Gateway {
        self.serve_with("")
    }

    /// A gateway with the text of a configuration file.
    #[track_caller]
    pub(crate) fn serve_with(&self, config: &str) -> Gateway {
        self.try_serve_with(config).unwrap()
    }

    /// What a gateway reads, for who puts something before it.
    pub(crate) fn shared_backend(&self) -> Arc<dyn Backend> {
        match &self.under {
            Under::Server(server) => Arc::new(server.backend()),
            Under::StandIn(stand_in) => Arc::new(stand_in.backend()),
        }
    }

    /// A gateway, or why there cannot be one with this configuration.
    pub(crate) fn try_serve_with(&self, config: &str) -> Result<Gateway, Error> {
        Gateway::start(self.shared_backend(), &self.keys, config)
    }
}

/// What no server sees is at least parsed as T-SQL, where statements are recorded for that.
pub(crate) fn write_down(sql: &str) {
    if let Some(corpus) = Corpus::from_environment() {
        corpus.add_text(&writer::transaction(sql, true));
    }
}

/// Tells whoever runs the tests, past the test runner, which shows what macros print for tests that fail only.
pub(crate) fn say(words: &str) {
    std::io::stderr().write_all(format!("{words}\n").as_bytes()).unwrap();
}

/// Says that a test says nothing.
fn skipped(why: &str) {
    let thread = std::thread::current();
    say(&format!("SKIPPED: {}: {why}", thread.name().unwrap_or_default()));
}
