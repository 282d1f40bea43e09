-- Opens the snapshot of one read; two results of one row. First the newest version of the database's changes, NULL where tracking is
-- off, or where nobody asks for it: nothing may be read before it, or what commits in between would be lost. Then the table's signature, which a change of its
-- columns changes; a row of the table is touched beside it, because a snapshot begins with the first access to data, and
-- the history that is read next has to be that of the snapshot.
SET TRANSACTION ISOLATION LEVEL {isolation};
BEGIN TRANSACTION;
SELECT {version} AS current_version;
SELECT {signature} AS signature, (SELECT COUNT(*) FROM (SELECT TOP (1) 1 AS one FROM {table}) AS t) AS touched
FROM sys.objects AS o
WHERE o.object_id = OBJECT_ID({name});
