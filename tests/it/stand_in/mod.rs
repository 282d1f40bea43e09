//! A stand-in for SQL Server: a SQLite file behind the TDS peer, so that the backend-neutral suite can be run over the wire.
//!
//! It knows the gateway's own statements, told by their skeletons, and refuses any other with error 102. What it shows is that
//! the gateway's side is whole: statements, parameters, values, positions, histories. It does *not* show how a SQL Server
//! behaves: its answers are ours.
//!
//! - `engine`, `catalog`, `read`: statements and their answers
//! - `pattern`, `token`: what a statement says
//! - `translate`, `calls`, `subquery`, `scope`, `kind`: the same for SQLite, with the types that T-SQL gives it
//! - `functions`, `calculate`, `convert`, `moment`, `strings`: what SQLite is taught for that
//! - `store`, `signature`: the file, with versions and change tracking as SQL Server has them
//! - `types`, `time`: values on their way

mod calculate;
mod calls;
mod catalog;
mod convert;
mod engine;
mod functions;
mod kind;
mod meaning;
mod moment;
pub(crate) mod pattern;
mod policy;
mod read;
mod related;
mod rows_of;
mod scope;
mod signature;
mod store;
mod strings;
mod subquery;
mod time;
mod token;
mod translate;
mod types;

use std::fs;
use std::path::PathBuf;

use deltalink::backend::mssql::{MssqlBackend, Settings as MssqlSettings, Target};
use tempfile::TempDir;

use crate::tds::{Corpus, Fault, Peer, Settings};
use engine::Engine;

/// A database in a temporary folder, and the peer that serves it.
pub(crate) struct StandIn {
    folder: TempDir,
    peer: Peer,
}

/// A copy of a database.
pub(crate) struct Backup(TempDir);

impl StandIn {
    pub(crate) fn empty() -> Self {
        let folder = tempfile::tempdir().unwrap();
        store::create(&file(&folder));
        let engine = Engine::new(file(&folder));
        let peer = Settings::new(move |request| engine.answer(request)).adding_to(Corpus::from_environment()).start();
        Self { folder, peer }
    }

    fn path(&self) -> PathBuf {
        file(&self.folder)
    }

    /// Runs SQL as another program, as one transaction.
    #[track_caller]
    pub(crate) fn execute(&self, sql: &str) {
        store::execute(&self.path(), sql, true).unwrap_or_else(|error| panic!("{error} in {sql}"));
    }

    /// The same, kept or rolled back at its end; whether all of it was accepted. Of what is refused, nothing stays.
    pub(crate) fn write(&self, sql: &str, keep: bool) -> bool {
        store::execute(&self.path(), sql, keep).is_ok()
    }

    pub(crate) fn track(&self, table: &str) {
        store::track(&self.path(), table);
    }

    pub(crate) fn untrack(&self, table: &str) {
        store::untrack(&self.path(), table);
    }

    /// Cleans up every recorded change, as if the retention had passed.
    pub(crate) fn prune(&self, table: &str) {
        store::clean_up(&self.path(), table);
    }

    /// Keeps changes for so many minutes.
    pub(crate) fn keep_for(&self, minutes: u64) {
        store::connect(&self.path()).execute("UPDATE _state SET retention = ?1", [minutes]).unwrap();
    }

    /// Hides the rows for which `condition` is true from the gateway's login.
    pub(crate) fn hides(&self, table: &str, condition: &str) {
        store::hide(&self.path(), table, condition);
    }

    pub(crate) fn rename_column(&self, table: &str, from: &str, to: &str) {
        store::rename_column(&self.path(), table, from, to);
    }

    /// What a gateway is told to connect to.
    pub(crate) fn url(&self) -> String {
        format!("mssql://tester:secret@127.0.0.1:{}/stand_in?encrypt=DANGER_PLAINTEXT", self.peer.port())
    }

    /// How many statements and the like it has been asked.
    pub(crate) fn asked(&self) -> usize {
        self.peer.requests().len()
    }

    pub(crate) fn backend(&self) -> MssqlBackend {
        let settings = MssqlSettings { schema: None, snapshots: true, epoch: String::new() };
        MssqlBackend::open(Target::parse(&self.url()).unwrap(), settings).unwrap()
    }

    /// A copy of the database as it is now.
    pub(crate) fn backup(&self) -> Backup {
        let folder = tempfile::tempdir().unwrap();
        store::connect(&self.path()).execute("VACUUM INTO ?1", [file(&folder).to_str().unwrap()]).unwrap();
        Backup(folder)
    }

    /// Puts a copy of `backup` in the database's place. Nobody stays connected while that happens.
    pub(crate) fn restore(&self, backup: &Backup) {
        let incoming = self.folder.path().join("incoming.db");
        fs::copy(file(&backup.0), &incoming).unwrap();
        store::fork(&incoming);
        store::connect(&incoming).execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
        self.peer.disconnect_all();
        store::connect(&self.path()).execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
        fs::rename(incoming, self.path()).unwrap();
        for suffix in ["-wal", "-shm"] {
            let _ = fs::remove_file(format!("{}{suffix}", self.path().display()));
        }
        store::connect(&self.path()).execute_batch("PRAGMA journal_mode = WAL").unwrap();
    }

    /// The file itself, for who wants to compare.
    pub(crate) fn connect(&self) -> rusqlite::Connection {
        store::connect(&self.path())
    }
}

fn file(folder: &TempDir) -> PathBuf {
    folder.path().join("stand_in.db")
}

fn no_such_object(name: &str) -> Fault {
    Fault::new(208, &format!("Invalid object name '{name}'."))
}
