//! The backend-neutral suite on SQLite, and what only SQLite can be asked.

use crate::support::sqlite::Database;

#[path = "differential/mod.rs"]
mod differential;
#[path = "suite/mod.rs"]
mod suite;

mod cleanup;
mod damage;
mod forms;
mod hidden;
mod long;
mod misfits;
mod narrowing;
mod offline;
mod plans;
