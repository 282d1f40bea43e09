//! How a table is tracked -> where the changes of its entity set are found.
//!
//! A newcomer's trap: for how long they are kept is not here. That changes while the model stays, and each look at the history tells it.

use super::catalog::{Proofs, Table, Tracking};

/// Where the changes of an entity set are recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChangeLog {
    /// The number in the log's name (SQLite), or that of the table (SQL Server).
    pub log: i64,
    /// What proves that a history is the same (SQL Server).
    pub proofs: Proofs,
}

impl ChangeLog {
    /// That of `table`; none where changes are not recorded, not reliably, or not for us to read.
    pub(super) fn of(table: &Table) -> Option<Self> {
        match table.tracking {
            Tracking::ChangeTracking { object_id, proofs, .. } if table.rights.changes => {
                Some(Self { log: object_id.into(), proofs })
            }
            Tracking::Triggers { log, damage: None, .. } => Some(Self { log, proofs: Proofs::default() }),
            Tracking::ChangeTracking { .. } | Tracking::Triggers { .. } | Tracking::None => None,
        }
    }
}
