-- One row is one change log: its number, its installation, its retention in seconds, and whether its table exists.
SELECT t.log, t.incarnation, t.retention,
       EXISTS (SELECT 1 FROM sqlite_schema AS s WHERE s.type = 'table' AND s.name = '_deltalink_log_' || t.log)
FROM _deltalink_tables AS t
ORDER BY t.log
