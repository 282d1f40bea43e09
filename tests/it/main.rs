//! All integration tests, in one binary. A contents page:
//!
//! - `access`: who asks, and what of that is proven
//! - `architecture`: who may know whom in `src/`, and where SQL may stand
//! - `cli`: the built binary
//! - `differential`: random expressions, answered as an evaluator of its own answers them, on both databases
//! - `conformance`: what is said of OData's conformance levels, and the tests that show it
//! - `deploy`: what is in `deploy/` says the same as the binary
//! - `documents`: documents that say the same as the code
//! - `memory`: a million rows in little memory (run by `just memory`)
//! - `suite`: what every backend must do, run on SQLite by `sqlite`, and on SQL Server or a stand-in by `mssql`
//! - `broken`: a database that fails in the middle of an answer
//! - `concurrent`: writers, followers, pruning, and a gateway that is killed again and again
//! - `contract`: every operation and status of `openapi.yaml`, provoked
//! - `faults`: the built program among files that are locked, full or damaged, wires that are cut, clients that stand still
//! - `health`: what the gateway says of itself while parts of its database hang, and while it ends
//! - `overload`: more readers at one time than the gateway lets read
//! - `protocol`: SQL Server's protocol, with canned rows: every type, every fault
//! - `security`: what `SECURITY.md` says, and the tests that show it
//! - `replica`: a copy built from answers alone equals the table, whatever happens
//! - `sharing`: how little many clients that ask the same ask of the database
//! - `stand_in`: a stand-in for SQL Server, made of SQLite and `tds`
//! - `tds`: a server that speaks SQL Server's protocol and no SQL
//! - `tracking`: what SQLite's triggers must record, whatever a writer does
//! - `support`: the gateway on a database, and the client that checks every answer against `openapi.yaml`

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails, in its helpers too")]
#![cfg_attr(feature = "mssql", expect(clippy::duplicate_mod, reason = "the suite runs once for each backend"))]

mod access;
mod architecture;
mod broken;
mod cli;
mod concurrent;
mod conformance;
mod contract;
mod deploy;
mod documents;
mod expansions;
#[cfg(all(target_os = "linux", feature = "mssql"))]
mod faults;
mod health;
mod memory;
#[cfg(feature = "mssql")]
mod mssql;
mod overload;
#[cfg(feature = "mssql")]
mod protocol;
mod replica;
mod security;
mod sharing;
mod sqlite;
#[cfg(feature = "mssql")]
mod stand_in;
mod support;
#[cfg(feature = "mssql")]
mod tds;
mod tracking;
