//! What goes wrong around a gateway: the built program, real files, locks, limits, signals and connections. In all of it nothing is
//! lost, nothing is invented, the error is clear, and it recovers without a restart. `docs/faults.md` is the same as a table, and a
//! test keeps the two together. A contents page:
//!
//! - `locked`, `full`, `corrupt`, `hung`: the database's file
//! - `cut`: the connection to SQL Server, through `proxy`
//! - `crowd`, `slow`: clients that hold connections
//! - `ended`: the gateway, and those who write
//! - `clock`: the time
//! - `keys`, `forged`: tokens
//! - `unread`: the log

mod clock;
mod corrupt;
mod crowd;
mod cut;
mod ended;
mod forged;
mod full;
mod hung;
mod keys;
mod locked;
mod proxy;
mod slow;
mod unread;

use std::net::SocketAddr;
use std::process::Command;

use crate::support::client::Client;
use crate::support::process::{Process, deltalink};
use crate::support::replica::Replica;
use crate::support::sqlite::Database;
use crate::support::table;

/// A table `T` of so many rows, each of so many characters, tracked.
fn table_of(rows: usize, width: usize) -> Database {
    let database = Database::empty();
    database.execute(&format!(
        "CREATE TABLE T (Id INTEGER PRIMARY KEY, V TEXT);
         WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows})
         INSERT INTO T SELECT i, printf('%0{width}d', i) FROM n;"
    ));
    database.track("T");
    database
}

/// The built program on a database, and who asks it.
struct Served {
    process: Process,
    client: Client,
}

impl Served {
    fn of(database: &Database) -> Self {
        Self::with(database, "")
    }

    /// With the text of a configuration file.
    fn with(database: &Database, config: &str) -> Self {
        Self::start(command(database, config))
    }

    fn start(command: Command) -> Self {
        let (process, client) = Process::serving(command);
        Self { process, client }
    }

    fn address(&self) -> SocketAddr {
        self.client.base.strip_prefix("http://").unwrap().parse().unwrap()
    }

    /// Resident memory, in KiB.
    fn memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    }

    /// Stops it; what it has logged, in which nothing has panicked.
    #[track_caller]
    fn log(self) -> String {
        let log = self.process.stop().expect(0).err;
        assert!(!log.contains("panicked"), "{log}");
        log
    }
}

/// `serve`, with keys that outlive it.
fn command(database: &Database, config: &str) -> Command {
    let folder = database.folder.path();
    std::fs::write(folder.join("keys"), &database.keys).unwrap();
    std::fs::write(folder.join("my.toml"), config).unwrap();
    let mut command = deltalink(folder);
    command.args(["serve", "--signing-key-file", "keys", "--database", "sqlite:test.db", "--config", "my.toml"]);
    command
}

/// A copy of `T`, as it is now.
fn copy(client: &Client) -> Replica {
    let mut copy = Replica::new("T", &["Id"], None);
    copy.sync(client);
    copy
}

/// Brings the copy up to date; it equals the table then.
#[track_caller]
fn assert_equal(copy: &mut Replica, client: &Client, database: &Database) {
    // What it had begun ends at the bound with which it was begun; the round after that sees all.
    for _ in 0..2 {
        copy.sync(client);
    }
    assert_eq!(copy.rows, table::rows(&database.connect(), "T"));
}

/// The table of `docs/faults.md` names every test of this folder, and no other.
#[test]
fn every_fault_of_the_document_has_its_test_and_every_test_its_row() {
    use std::collections::BTreeSet;
    let document = include_str!("../../../docs/faults.md");
    let named: BTreeSet<&str> = document.split('`').filter(|word| word.starts_with("faults::")).collect();
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/faults");
    let mut tests = BTreeSet::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let (module, text) = (path.file_stem().unwrap().to_str().unwrap(), std::fs::read_to_string(&path).unwrap());
        let bodies = text.split("#[test]\n").skip(1).filter(|body| body.starts_with("fn ") && module != "mod");
        tests.extend(bodies.map(|body| format!("faults::{module}::{}", &body[3..body.find('(').unwrap()])));
    }
    assert_eq!(named, tests.iter().map(String::as_str).collect());
}
