//! A SQLite file of a test: its tables, its writers, its gateway.

use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;
use std::sync::Arc;

use deltalink::backend::Backend;
use deltalink::backend::sqlite::SqliteBackend;
use deltalink::edm::{Catalog, Table, Tracking};
use deltalink::error::Error;
use deltalink::sql::Script;
use deltalink::sql::sqlite::{install, prune, remove, set_retention};
use deltalink::token::Keyring;
use tempfile::TempDir;

use super::gateway::Gateway;
use super::wait_for;

/// A week.
const RETENTION: u64 = 7 * 24 * 60 * 60;

/// A database in a temporary folder.
pub(crate) struct Database {
    pub(crate) folder: TempDir,
    /// The keys of every gateway on it, so that links survive restarts.
    pub(crate) keys: String,
}

/// A copy of a database.
pub(crate) struct Backup {
    folder: TempDir,
}

/// Nobody else writes to a file of a test anyway.
pub(crate) struct Quiet;

impl Database {
    /// Whether any read notices that there is another table, or none any more.
    pub(crate) const TELLS_EVERY_READ_OF_NEW_TABLES: bool = true;
    /// Whether columns also hold what is no value of their type, and values in more than one form.
    pub(crate) const HOLDS_ANYTHING: bool = true;
    /// Whether the shorter of two texts is compared as if it ended with blanks.
    pub(crate) const PADS_TEXT: bool = false;
    /// Seconds for which changes of what a test tracks are kept.
    pub(crate) const RETENTION: u64 = RETENTION;
    /// Makes the orders of the shop, without rows.
    pub(crate) const ORDERS: &str = "CREATE TABLE Orders (Id INTEGER PRIMARY KEY, Customer UUID, Total DECIMAL(10,2), PlacedAt DATETIME, Paid BOOLEAN, Note TEXT);";

    /// An empty file.
    pub(crate) fn empty() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = Self { folder, keys: Keyring::generate_key() };
        database.execute("PRAGMA journal_mode = WAL");
        database
    }

    /// Customers, orders and their lines with a few rows, tracked; and `Untracked`, which is not.
    pub(crate) fn shop() -> Self {
        let database = Self::empty();
        database.execute(Self::ORDERS);
        database.execute(
            "CREATE TABLE Customer (Id UUID PRIMARY KEY NOT NULL, Name VARCHAR(80) NOT NULL, Email VARCHAR(120) UNIQUE, Since DATE);
             CREATE TABLE OrderLine (OrderId INTEGER NOT NULL, Product VARCHAR(40) NOT NULL, Quantity INTEGER NOT NULL, PRIMARY KEY (OrderId, Product));
             CREATE TABLE Untracked (Id INTEGER PRIMARY KEY, Name TEXT);
             INSERT INTO Customer VALUES ('00000000-0000-4000-8000-000000000001', 'Anna', 'anna@example.com', '2020-01-31'),
                                         ('00000000-0000-4000-8000-000000000002', 'Ben', NULL, NULL);
             INSERT INTO Orders VALUES (1, '00000000-0000-4000-8000-000000000001', 12.5, '2024-02-29 08:30:00', 1, 'first'),
                                       (2, '00000000-0000-4000-8000-000000000001', 0.99, '2024-03-01 09:00:00', 0, NULL),
                                       (3, '00000000-0000-4000-8000-000000000002', 100, '2024-03-02 10:15:30.5', NULL, 'it''s \"quoted\"');
             INSERT INTO OrderLine VALUES (1, 'Tea', 2), (1, 'a/b ''c''', 1), (2, 'Tea', 5);
             INSERT INTO Untracked VALUES (1, 'one'), (2, 'two');",
        );
        for table in ["Customer", "Orders", "OrderLine"] {
            database.track(table);
        }
        database
    }

    /// The shop, in a database that [`Self::restore`] can put back.
    #[expect(clippy::unnecessary_wraps, reason = "not every database can")]
    pub(crate) fn restorable_shop() -> Option<Self> {
        Some(Self::shop())
    }

    /// A literal of any text.
    #[expect(clippy::unused_self, reason = "not every database has the same")]
    pub(crate) fn text(&self, text: &str) -> String {
        format!("'{}'", text.replace('\'', "''"))
    }

    /// A literal of octets, given in hexadecimal digits.
    #[expect(clippy::unused_self, reason = "not every database has the same")]
    pub(crate) fn octets(&self, digits: &str) -> String {
        format!("x'{digits}'")
    }

    /// While what this returns lives, no other test adds to the versions of this database.
    #[expect(clippy::unused_self, reason = "tests may share a database")]
    pub(crate) fn quiet(&self) -> Quiet {
        Quiet
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("test.db")
    }

    /// Adds a column that is calculated whenever it is read.
    #[track_caller]
    pub(crate) fn calculates(&self, table: &str, column: &str, ty: &str, expression: &str) {
        self.execute(&format!("ALTER TABLE {table} ADD COLUMN {column} {ty} AS ({expression})"));
    }

    /// A connection as any other program would open one.
    pub(crate) fn connect(&self) -> rusqlite::Connection {
        let connection = rusqlite::Connection::open(self.path()).unwrap();
        connection.busy_timeout(std::time::Duration::from_secs(30)).unwrap();
        connection
    }

    /// Runs SQL as another program.
    #[track_caller]
    pub(crate) fn execute(&self, sql: &str) {
        self.connect().execute_batch(sql).unwrap_or_else(|error| panic!("{error} in {sql}"));
    }

    /// Installs tracking, as `deltalink track` does.
    #[track_caller]
    pub(crate) fn track(&self, table: &str) {
        let catalog = self.describe();
        let table = find(&catalog, table);
        if let Tracking::Triggers { log, installed, .. } = &table.tracking {
            self.script(&remove(*log, installed));
        }
        self.script(&install(table, catalog.facts.file().next_log, RETENTION));
    }

    /// Removes tracking, as `deltalink untrack` does.
    #[track_caller]
    pub(crate) fn untrack(&self, table: &str) {
        let (log, installed) = self.log(table);
        self.script(&remove(log, &installed));
    }

    /// Whether there is [`Self::prune`].
    #[expect(clippy::unused_self, reason = "not every database can")]
    pub(crate) fn can_prune(&self) -> bool {
        true
    }

    /// Removes every recorded change but the newest, as if the retention had passed.
    #[track_caller]
    pub(crate) fn prune(&self, table: &str) {
        let (log, _) = self.log(table);
        self.script(&set_retention(log, 0));
        while self.script(&prune(log)) > 1 {}
        self.script(&set_retention(log, RETENTION));
    }

    /// Keeps the changes of `table` for so many seconds from now on, as `deltalink track --retention` does.
    #[track_caller]
    pub(crate) fn keep_for(&self, table: &str, seconds: u64) {
        let (log, _) = self.log(table);
        self.script(&set_retention(log, seconds));
    }

    /// Removes what has outlived its retention, as `deltalink prune` does.
    #[track_caller]
    pub(crate) fn prune_what_is_old(&self, table: &str) {
        let (log, _) = self.log(table);
        while self.script(&prune(log)) > 1 {}
    }

    /// The number of the table's change log, and its triggers.
    #[track_caller]
    pub(crate) fn log(&self, table: &str) -> (i64, Vec<String>) {
        match &find(&self.describe(), table).tracking {
            Tracking::Triggers { log, installed, .. } => (*log, installed.clone()),
            _ => panic!("{table} is not tracked"),
        }
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

    /// A gateway, or why there cannot be one with this configuration.
    pub(crate) fn try_serve_with(&self, config: &str) -> Result<Gateway, Error> {
        Gateway::start(Arc::new(self.backend()), &self.keys, config)
    }

    #[track_caller]
    pub(crate) fn rename_column(&self, table: &str, from: &str, to: &str) {
        self.execute(&format!("ALTER TABLE \"{table}\" RENAME COLUMN \"{from}\" TO \"{to}\""));
    }

    /// A copy of the database as it is now.
    pub(crate) fn backup(&self) -> Backup {
        let folder = tempfile::tempdir().unwrap();
        let copy = folder.path().join("backup.db");
        self.connect().execute("VACUUM INTO ?1", [copy.to_str().unwrap()]).unwrap();
        Backup { folder }
    }

    /// Puts a copy of `backup` in the database's place.
    pub(crate) fn restore(&self, backup: &Backup) {
        let incoming = self.folder.path().join("incoming.db");
        fs::copy(backup.folder.path().join("backup.db"), &incoming).unwrap();
        self.take_away();
        fs::rename(incoming, self.path()).unwrap();
        self.execute("PRAGMA journal_mode = WAL");
    }

    /// Moves the file, with all that has been written, to where no gateway finds it.
    pub(crate) fn take_away(&self) {
        self.execute("PRAGMA wal_checkpoint(TRUNCATE)");
        for suffix in ["-wal", "-shm"] {
            let beside = format!("{}{suffix}", self.path().display());
            if let Err(error) = fs::remove_file(beside) {
                assert_eq!(error.kind(), ErrorKind::NotFound);
            }
        }
        fs::rename(self.path(), self.away()).unwrap();
    }

    /// Undoes [`Self::take_away`].
    pub(crate) fn bring_back(&self) {
        fs::rename(self.away(), self.path()).unwrap();
    }

    fn away(&self) -> PathBuf {
        self.folder.path().join("away.db")
    }

    /// The catalog that a gateway would see.
    pub(crate) fn describe(&self) -> Catalog {
        wait_for(self.backend().describe()).unwrap()
    }

    #[track_caller]
    fn script(&self, script: &Script) -> u64 {
        wait_for(self.backend().execute(script.clone())).unwrap()
    }

    /// What a gateway reads, for who puts something before it.
    pub(crate) fn shared_backend(&self) -> Arc<dyn Backend> {
        Arc::new(self.backend())
    }

    pub(crate) fn backend(&self) -> SqliteBackend {
        SqliteBackend::open(self.path()).unwrap()
    }
}

#[track_caller]
fn find<'a>(catalog: &'a Catalog, table: &str) -> &'a Table {
    catalog.tables.iter().find(|candidate| candidate.name == table).unwrap_or_else(|| panic!("no table {table}"))
}
