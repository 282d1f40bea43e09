-- One row: the table's history as this snapshot shows it. Installation, oldest valid version, newest version and its nonce,
-- the nonce of the version that a token bears witness to (NULL where this history does not contain it), and the seconds for which changes
-- are kept. No row: not tracked.
SELECT t.incarnation, t.min_valid_version, coalesce(newest.version, 0), coalesce(newest.nonce, t.nonce),
       CASE {witness} WHEN 0 THEN t.nonce ELSE (SELECT w.nonce FROM {log} AS w WHERE w.version = {witness}) END,
       t.retention
FROM _deltalink_tables AS t
LEFT JOIN {log} AS newest ON newest.version = (SELECT max(version) FROM {log})
WHERE t.log = {number}
