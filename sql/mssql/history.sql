-- One row: the history of a table's changes as this snapshot shows it. The oldest version from which they are known (NULL: not
-- tracked, or not visible), the version at which tracking began, when the database was made, its recovery fork (NULL where it
-- may not be read), the newest version by now, what is known of
-- its commit and of the commit of the version that a token bears witness to, the internal table that holds the changes (NULL where the login may not see it), and
-- the number of units for which changes are kept, and the unit.
SELECT CHANGE_TRACKING_MIN_VALID_VERSION(CAST({table} AS int)) AS min_valid_version,
       (SELECT ct.begin_version FROM sys.change_tracking_tables AS ct WHERE ct.object_id = {table}) AS begin_version,
       d.create_date,
       {fork} AS recovery_fork,
       CHANGE_TRACKING_CURRENT_VERSION() AS newest_version, {newest} AS newest_commit,
       {witness} AS witness_commit,
       (SELECT TOP (1) i.object_id FROM sys.internal_tables AS i
        WHERE i.parent_id = {table} AND i.internal_type_desc = N'CHANGE_TRACKING' ORDER BY i.create_date DESC) AS tracking_table,
       k.retention_period, k.retention_period_units_desc
FROM sys.databases AS d
LEFT JOIN sys.change_tracking_databases AS k ON k.database_id = DB_ID()
WHERE d.name = DB_NAME()
