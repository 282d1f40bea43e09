-- One row: the seconds since the oldest change that is kept; the floor is none, it only proves where the log begins. No row where
-- there is no other. A change from the future is of now.
SELECT max(0, unixepoch() - l.at)
FROM {log} AS l
WHERE l.version > (SELECT t.min_valid_version FROM "_deltalink_tables" AS t WHERE t.log = {number})
ORDER BY l.version
LIMIT 1
