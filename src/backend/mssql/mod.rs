//! SQL Server or Azure SQL as a backend.
