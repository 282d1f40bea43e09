//! A stand-in for SQL Server: a SQLite file behind the TDS peer.

pub(crate) mod pattern;
