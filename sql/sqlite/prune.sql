-- Removes up to 10,000 of the events that are older than the log's retention. The floor, the last of them, stays: it is the
-- oldest version that a token may still come from, and its nonce is the proof. The newest event is never removed. An event
-- from the future, which a wrong clock wrote, keeps nothing.
WITH
  batch AS (SELECT version, at FROM {log} ORDER BY version LIMIT 10001),
  fresh AS (
    SELECT min(b.version) AS version
    FROM batch AS b
    JOIN "_deltalink_tables" AS r ON r.log = {number}
    WHERE b.at > unixepoch() - r.retention AND b.at <= unixepoch() + 86400
  ),
  edge AS (SELECT coalesce((SELECT version - 1 FROM fresh), (SELECT max(version) FROM batch)) AS version)
UPDATE "_deltalink_tables" SET min_valid_version = (SELECT version FROM edge)
WHERE log = {number} AND (SELECT version FROM edge) > (SELECT min(version) FROM batch);
DELETE FROM {log} WHERE version < (SELECT min_valid_version FROM "_deltalink_tables" WHERE log = {number});
