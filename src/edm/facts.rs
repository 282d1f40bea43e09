//! What a backend found out about its database as a whole, for whoever operates it.

use super::catalog::Proofs;

/// The facts, by kind of database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Facts {
    /// Of a SQLite file.
    File(FileFacts),
    /// Of a database in SQL Server or Azure SQL.
    Server(ServerFacts),
}

impl Default for Facts {
    fn default() -> Self {
        Self::File(FileFacts::default())
    }
}

/// What is known of a SQLite file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileFacts {
    /// The number that the next change log may take.
    pub next_log: i64,
    /// Change logs whose tables are gone or no longer feed them.
    pub abandoned_logs: Vec<AbandonedLog>,
    /// Whether other programs cannot write for as long as an answer is being read (without WAL).
    pub reads_block_writes: bool,
}

/// The number of a change log that nothing feeds any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AbandonedLog(pub i64);

/// What is known of a database in SQL Server or Azure SQL.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServerFacts {
    /// The database's name.
    pub database: String,
    /// The database's user that the login is.
    pub user: String,
    /// Change tracking, where it is on.
    pub change_tracking: Option<DatabaseTracking>,
    /// Whether reads may have a snapshot (`ALLOW_SNAPSHOT_ISOLATION`).
    pub snapshots: bool,
    /// Whether the connection reaches a replica that cannot be written.
    pub read_only: bool,
    /// What proves that a history is the same.
    pub proofs: Proofs,
    /// How the commits looked at that moment.
    pub commits: Commits,
}

/// The commits that a login sees. They look another way each time, so no two catalogs differ by them.
#[derive(Clone, Copy, Debug, Default)]
pub struct Commits {
    /// Seconds since the oldest that is still kept.
    pub age_of_oldest: Option<u64>,
    /// Whether the newest can be seen, and not only those before the last checkpoint.
    pub newest_is_seen: bool,
}

impl PartialEq for Commits {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Commits {}

/// How a database tracks changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DatabaseTracking {
    /// Seconds for which changes are kept at least.
    pub retention: u64,
    /// Whether older ones are removed by the server itself.
    pub auto_cleanup: bool,
}

impl Facts {
    /// Those of a file; the default for anything else.
    pub fn file(&self) -> FileFacts {
        match self {
            Self::File(facts) => facts.clone(),
            Self::Server(_) => FileFacts::default(),
        }
    }
}
