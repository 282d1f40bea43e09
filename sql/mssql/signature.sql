-- A slot: a number that changes with the name, place or type of a column of the table o, and when the table is made anew.
(SELECT CHECKSUM_AGG(CAST(HASHBYTES(N'SHA2_256', CONCAT(
          g.object_id, N'/', g.column_id, N'/', g.name, N'/', g.user_type_id, N'/', g.max_length, N'/', g.precision, N'/',
          g.scale, N'/', g.is_nullable, N'/', g.collation_name)) AS int))
        FROM sys.columns AS g WHERE g.object_id = o.object_id)
