-- Opens a snapshot; results of one row. First the newest version of the database's changes, NULL where tracking is
-- off, or where nobody asks for it: nothing may be read before it, or what commits in between would be lost. Then, with check.sql,
-- the signature of each table that will be read.
SET TRANSACTION ISOLATION LEVEL {isolation};
BEGIN TRANSACTION;
SELECT {version} AS current_version;
{checks}
