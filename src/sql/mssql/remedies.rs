//! What `deltalink check` found -> the statements that mend it.

use super::super::statement::Script;
use super::quote;
use super::tracking::{qualified, script};
use crate::edm::Table;

/// Gives a table the key that it lacks; only its owner knows which.
pub fn add_primary_key(table: &Table) -> Script {
    script(format!("ALTER TABLE {} ADD PRIMARY KEY (...);", qualified(table)))
}

/// Lets old changes be removed.
pub fn auto_cleanup(database: &str) -> Script {
    script(format!("ALTER DATABASE {} SET CHANGE_TRACKING (AUTO_CLEANUP = ON);", quote(database)))
}

/// Removes commits that clean-up has forgotten.
pub fn flush_commits() -> Script {
    script("EXECUTE sys.sp_flush_commit_table_on_demand;".to_owned())
}

/// Lets `user` read the changes of a table.
pub fn grant_changes(table: &Table, user: &str) -> Script {
    script(format!("GRANT VIEW CHANGE TRACKING ON OBJECT::{} TO {};", qualified(table), quote(user)))
}

/// Lets `user` read the rows of a table.
pub fn grant_select(table: &Table, user: &str) -> Script {
    script(format!("GRANT SELECT ON OBJECT::{} TO {};", qualified(table), quote(user)))
}

/// Lets `user` see what commits were.
pub fn grant_state(user: &str) -> Script {
    script(format!("GRANT VIEW DATABASE STATE TO {};", quote(user)))
}
