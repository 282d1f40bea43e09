-- One row is one change log: its number, its installation, its retention in seconds, and the place of its table in the
-- schema, NULL if it is gone. What was made later stands behind what was made before; VACUUM and renaming keep the order.
SELECT t.log, t.incarnation, t.retention,
       (SELECT s.rowid FROM sqlite_schema AS s WHERE s.type = 'table' AND s.name = '_deltalink_log_' || t.log)
FROM _deltalink_tables AS t
ORDER BY t.log
