-- The change log of one table. One row is one event: its version, a random nonce, the time in Unix seconds, and the key that
-- something happened to. A pure append; `prune.sql` shortens it from the front and never takes the newest row.
INSERT INTO "_deltalink_tables" (log, incarnation, nonce, retention)
VALUES ({number}, abs(random() % 4294967296), random(), {retention});
CREATE TABLE {log} (
  version INTEGER PRIMARY KEY,
  nonce INTEGER NOT NULL DEFAULT (random()),
  at INTEGER NOT NULL DEFAULT (CAST((julianday('now') - 2440587.5) * 86400 AS INTEGER)),
  {keys}
);
CREATE INDEX {index} ON {log} ({keys});
