//! The backend-neutral suite through SQL Server's protocol.

use crate::support::mssql::Database;

#[path = "suite/mod.rs"]
mod suite;
