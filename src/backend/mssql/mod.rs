//! SQL Server or Azure SQL as a backend.

mod catalog;
mod history;
mod value;
