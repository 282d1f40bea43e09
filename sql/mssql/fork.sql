-- A slot of history.sql: the recovery fork that the database is on. A restored backup is on another
-- one. Azure SQL Database has no such thing; a login may not see it.
(SELECT f.recovery_fork_guid FROM sys.database_recovery_status AS f WHERE f.database_id = DB_ID())
