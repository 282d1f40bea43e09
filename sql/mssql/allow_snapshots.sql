-- Lets reads have snapshots, once for a database. They cost: from now on every update and deletion keeps the former row for a while, in
-- tempdb or in the database itself. The change waits for the transactions that are open.
ALTER DATABASE {database} SET ALLOW_SNAPSHOT_ISOLATION ON;
