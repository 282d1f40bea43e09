-- All that is known of a database, in one go; eight results. The tables come first: a table's signature must not be
-- newer than the columns that are read for it. @P1 names the one schema that is wanted, or is empty.
SET TRANSACTION ISOLATION LEVEL READ COMMITTED;
-- 1. One row is one table: its number, schema, name, signature, whether the login may read its rows and its changes, the
-- version at which tracking began (NULL: not tracked), its description.
SELECT o.object_id, s.name, o.name, {signature} AS signature,
       HAS_PERMS_BY_NAME(QUOTENAME(s.name) + N'.' + QUOTENAME(o.name), N'OBJECT', N'SELECT') AS may_select,
       HAS_PERMS_BY_NAME(QUOTENAME(s.name) + N'.' + QUOTENAME(o.name), N'OBJECT', N'VIEW CHANGE TRACKING') AS may_view_changes,
       ct.begin_version, CAST(ep.value AS nvarchar(4000)) AS description
FROM sys.tables AS o
JOIN sys.schemas AS s ON s.schema_id = o.schema_id
LEFT JOIN sys.change_tracking_tables AS ct ON ct.object_id = o.object_id
LEFT JOIN sys.extended_properties AS ep
       ON ep.class = 1 AND ep.major_id = o.object_id AND ep.minor_id = 0 AND ep.name = N'MS_Description'
WHERE o.is_ms_shipped = 0 AND o.temporal_type <> 1 AND o.is_memory_optimized = 0 AND (@P1 = N'' OR s.name = @P1)
ORDER BY s.name, o.name;
-- 2. One row is one column, in the order of the table: the table's number, its own, its name, the name of its type (for an alias, of the type
-- behind it), length in octets, precision, scale, whether it may be NULL, whether the database makes its values (2: whenever they are read), its collation, its
-- default (NULL without the right to see definitions), its description, and whether only clients can decrypt it, or the login sees a
-- mask of it. Hidden columns are left out.
SELECT c.object_id, c.column_id, c.name, CASE WHEN u.is_user_defined = 1 AND u.is_assembly_type = 0 THEN b.name ELSE u.name END AS type_name, c.max_length, c.precision, c.scale, c.is_nullable,
       CASE WHEN EXISTS (SELECT 1 FROM sys.computed_columns AS k WHERE k.object_id = c.object_id AND k.column_id = c.column_id AND k.is_persisted = 0) THEN 2
            WHEN c.is_computed = 1 OR c.is_identity = 1 OR c.generated_always_type <> 0 THEN 1 ELSE 0 END AS is_made,
       c.collation_name, d.definition AS default_definition,
       CAST(ep.value AS nvarchar(4000)) AS description,
       CASE WHEN c.encryption_type IS NULL THEN 0 ELSE 1 END AS is_encrypted,
       CASE WHEN c.is_masked = 1 AND HAS_PERMS_BY_NAME(DB_NAME(), 'DATABASE', 'UNMASK') = 0 THEN 1 ELSE 0 END AS is_masked
FROM sys.columns AS c
JOIN sys.tables AS o ON o.object_id = c.object_id
JOIN sys.schemas AS s ON s.schema_id = o.schema_id
JOIN sys.types AS u ON u.user_type_id = c.user_type_id
LEFT JOIN sys.types AS b ON b.user_type_id = u.system_type_id
LEFT JOIN sys.default_constraints AS d ON d.object_id = c.default_object_id
LEFT JOIN sys.extended_properties AS ep
       ON ep.class = 1 AND ep.major_id = c.object_id AND ep.minor_id = c.column_id AND ep.name = N'MS_Description'
WHERE o.is_ms_shipped = 0 AND c.is_hidden = 0 AND (@P1 = N'' OR s.name = @P1)
ORDER BY c.object_id, c.column_id;
-- 3. One row is one column of one unique index, in the order of the index: the table's number, the index's, whether it is the primary key's,
-- the condition of a partial one, the column's number.
SELECT i.object_id, i.index_id, i.is_primary_key, i.filter_definition, x.column_id
FROM sys.indexes AS i
JOIN sys.tables AS o ON o.object_id = i.object_id
JOIN sys.index_columns AS x ON x.object_id = i.object_id AND x.index_id = i.index_id
WHERE i.is_unique = 1 AND i.is_disabled = 0 AND x.key_ordinal > 0 AND o.is_ms_shipped = 0
ORDER BY i.object_id, i.index_id, x.key_ordinal;
-- 4. One row is one column of one reference to another table, in the order of the reference: the number of the table that refers, the
-- reference's name, the column's number; the schema, table and column referred to.
SELECT f.parent_object_id, f.name, x.parent_column_id, SCHEMA_NAME(r.schema_id) AS referenced_schema, r.name AS referenced_table,
       c.name AS referenced_column
FROM sys.foreign_keys AS f
JOIN sys.foreign_key_columns AS x ON x.constraint_object_id = f.object_id
JOIN sys.tables AS r ON r.object_id = f.referenced_object_id
JOIN sys.columns AS c ON c.object_id = x.referenced_object_id AND c.column_id = x.referenced_column_id
ORDER BY f.parent_object_id, f.name, x.constraint_column_id;
-- 5. At most one row: how the database tracks changes; none where it does not. The number of units for which changes are kept, the unit, and
-- whether older ones are removed.
SELECT ct.retention_period, ct.retention_period_units_desc, ct.is_auto_cleanup_on
FROM sys.change_tracking_databases AS ct
WHERE ct.database_id = DB_ID();
-- 6. One row: the database's name, whether reads may have snapshots, whether it can only be read,
-- and which user of it the login is.
SELECT d.name, d.snapshot_isolation_state_desc, CAST(DATABASEPROPERTYEX(d.name, N'Updateability') AS nvarchar(128)) AS updateability,
       USER_NAME() AS user_name
FROM sys.databases AS d
WHERE d.name = DB_NAME();
-- 7. One row: whether the login may see what commits were (0 or 1), the age of the oldest one still known, in seconds, and whether the
-- newest is seen at once (0 or 1). Only what says that there is no such view, or no right to it, counts as a no.
BEGIN TRY
  EXECUTE (N'SELECT 1 AS readable, (SELECT TOP (1) DATEDIFF_BIG(second, m.commit_time, SYSUTCDATETIME())
                                    FROM sys.dm_tran_commit_table AS m ORDER BY m.commit_ts) AS age,
                   (SELECT COUNT(*) FROM sys.dm_tran_commit_table AS m
                    WHERE m.commit_ts = CHANGE_TRACKING_CURRENT_VERSION()) AS is_current');
END TRY
BEGIN CATCH
  IF ERROR_NUMBER() NOT IN (208, 229, 262, 297, 300, 371) THROW;
  SELECT 0 AS readable, CAST(NULL AS bigint) AS age, 0 AS is_current;
END CATCH;
-- 8. One row: whether the recovery fork may be seen (0 or 1). Azure SQL Database has none.
BEGIN TRY
  EXECUTE (N'SELECT COUNT(*) AS readable FROM sys.database_recovery_status AS f
             WHERE f.database_id = DB_ID() AND f.recovery_fork_guid IS NOT NULL');
END TRY
BEGIN CATCH
  IF ERROR_NUMBER() NOT IN (208, 229, 262, 297, 300, 371) THROW;
  SELECT 0 AS readable;
END CATCH;
