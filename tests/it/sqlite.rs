//! The backend-neutral suite on SQLite.

use crate::support::sqlite::Database;

#[path = "suite/mod.rs"]
mod suite;
