-- A part of open.sql, once for each table: the table's signature, which a change of its columns changes; a row of the table is
-- touched beside it, because a snapshot begins with the first access to data, and the history that is read next has to be that of
-- the snapshot.
SELECT {signature} AS signature, (SELECT COUNT(*) FROM (SELECT TOP (1) 1 AS one FROM {table}) AS t) AS touched
FROM sys.objects AS o
WHERE o.object_id = OBJECT_ID({name});
