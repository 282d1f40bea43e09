-- Opens the snapshot of one read; two results of one row and one column. First the newest version of the database's changes,
-- NULL where tracking is off: nothing may be read before it, or what commits in between would be lost. Then the time at which
-- the table's definition last changed, NULL where the table is gone.
SET TRANSACTION ISOLATION LEVEL {isolation};
BEGIN TRANSACTION;
SELECT CHANGE_TRACKING_CURRENT_VERSION() AS current_version;
SELECT (SELECT o.modify_date FROM sys.objects AS o WHERE o.object_id = OBJECT_ID({table})) AS modify_date;
