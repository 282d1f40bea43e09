-- A slot: a number that changes with the name, place or type of a column of the table o, when the table is made anew, and when
-- its tracking begins or ends.
(SELECT CHECKSUM_AGG(CAST(HASHBYTES('SHA2_256', CONCAT(
          g.object_id, N'/', g.column_id, N'/', g.name, N'/', g.user_type_id, N'/', g.max_length, N'/', g.precision, N'/',
          g.scale, N'/', g.is_nullable, N'/', g.collation_name, N'/', w.begin_version)) AS int))
        FROM sys.columns AS g LEFT JOIN sys.change_tracking_tables AS w ON w.object_id = g.object_id
        WHERE g.object_id = o.object_id)
