-- The gateway's register: one row is one tracked table. `nonce` stands for version 0, the state before the first change.
-- No feature newer than SQLite 3.7 is used, because other programs open the file with their own SQLite.
CREATE TABLE IF NOT EXISTS "_deltalink_tables" (
  log INTEGER PRIMARY KEY,
  incarnation INTEGER NOT NULL,
  nonce INTEGER NOT NULL,
  min_valid_version INTEGER NOT NULL DEFAULT 0,
  retention INTEGER NOT NULL
);
