//! The gateway with SQL Server's protocol: what goes over the wire, and what can go wrong on it. A canned database
//! answers exactly the statements that the gateway sends; anything else is error 102. A contents page:
//!
//! - `transaction`, `batch`: which statements, in which order, on which connection
//! - `table`, `types`: the columns and rows that a test declares
//! - `database`, `catalog`, `statement`, `answer`: what a peer answers of them
//! - `incident`: what goes wrong
//! - `served`: all that behind a gateway

mod answer;
mod batch;
mod catalog;
mod check;
mod commands;
mod database;
mod described;
mod encryption;
mod expiry;
mod incident;
mod keys;
mod login;
mod numbers;
mod pool;
mod schema;
mod served;
mod statement;
mod streaming;
mod table;
mod texts;
mod times;
mod transaction;
mod trouble;
mod types;
mod values;
