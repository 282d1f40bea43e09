-- Prepares a database, once: its changes are kept for {retention_days} days, and reads may have snapshots. Run it in that database,
-- with the right ALTER on it, and not inside a transaction. What is already set stays as it is.
-- Snapshots cost: from now on every update and deletion keeps the former row for a while, in tempdb or in the database itself. The change to
-- ALLOW_SNAPSHOT_ISOLATION waits for the transactions that are open.
IF NOT EXISTS (SELECT 1 FROM sys.change_tracking_databases WHERE database_id = DB_ID())
  ALTER DATABASE CURRENT SET CHANGE_TRACKING = ON (CHANGE_RETENTION = {retention_days} DAYS, AUTO_CLEANUP = ON);
IF EXISTS (SELECT 1 FROM sys.databases WHERE database_id = DB_ID() AND snapshot_isolation_state = 0)
  ALTER DATABASE CURRENT SET ALLOW_SNAPSHOT_ISOLATION ON;
