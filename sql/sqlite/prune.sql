-- Removes up to 10,000 of the events that are older than the log's retention. The floor, the last of them, stays: it is the
-- oldest version that a token may still come from, and its nonce is the proof. The newest event is never removed.
UPDATE "_deltalink_tables" SET min_valid_version = (
  SELECT min(
    coalesce(
      (SELECT c.version - 1 FROM {log} AS c WHERE c.at > unixepoch() - "_deltalink_tables".retention ORDER BY c.version LIMIT 1),
      (SELECT max(c.version) FROM {log} AS c)
    ),
    (SELECT min(c.version) FROM {log} AS c) + 10000
  )
)
WHERE log = {number} AND EXISTS (
  SELECT 1 FROM (SELECT version, at FROM {log} ORDER BY version LIMIT 1 OFFSET 1) AS second
  JOIN (SELECT at FROM {log} ORDER BY version LIMIT 1) AS first
  WHERE second.at <= unixepoch() - "_deltalink_tables".retention AND first.at <= unixepoch() - "_deltalink_tables".retention
);
DELETE FROM {log} WHERE version < (SELECT min_valid_version FROM "_deltalink_tables" WHERE log = {number});
