//! The backend-neutral suite on SQL Server, or on what stands in for it, which is said.

use crate::support::mssql::{Database, say};

#[path = "differential/mod.rs"]
mod differential;
#[path = "suite/mod.rs"]
mod suite;

mod concurrent;
mod replica;

const NOT_VERIFIED: &str = "NOT VERIFIED AGAINST SQL SERVER";

#[test]
fn the_run_says_against_what_it_verifies() {
    say(&match Database::empty().version() {
        Some(version) => format!("VERIFIED AGAINST {}", version.lines().next().unwrap_or_default()),
        None => format!("{NOT_VERIFIED}: a stand-in was asked, because DELTALINK_TEST_MSSQL is not set"),
    });
}

#[test]
#[ignore = "NOT VERIFIED AGAINST SQL SERVER: set DELTALINK_TEST_MSSQL and run with --include-ignored"]
fn the_suite_is_verified_against_sql_server() {
    let version = Database::empty().version().expect(NOT_VERIFIED);
    assert!(version.contains("SQL"), "{version}");
}
