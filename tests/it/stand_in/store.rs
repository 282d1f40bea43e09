//! The SQLite file behind the stand-in: the tests' tables, and beside them what SQL Server would know of them.
//!
//! As in SQL Server, all changes of one transaction have one version, which is the database's and not the table's.

use std::path::Path;
use std::time::Duration;

use rusqlite::fallible_iterator::FallibleIterator;
use rusqlite::{Batch, Connection, OptionalExtension, Transaction};

/// The numbers that stand for a table and its columns, and how it is tracked.
const SCHEMA: &str = "
    CREATE TABLE _state (version INTEGER NOT NULL, next INTEGER NOT NULL, fork TEXT NOT NULL,
                         tracking INTEGER NOT NULL DEFAULT 1, snapshots INTEGER NOT NULL DEFAULT 1,
                         retention INTEGER NOT NULL DEFAULT 2880);
    INSERT INTO _state (version, next, fork) VALUES (0, 1, lower(hex(randomblob(16))));
    CREATE TABLE _table (name TEXT PRIMARY KEY, object INTEGER NOT NULL UNIQUE, begun INTEGER, min_valid INTEGER, journal INTEGER, hidden TEXT);
    CREATE TABLE _column (object INTEGER NOT NULL, name TEXT NOT NULL, number INTEGER NOT NULL, PRIMARY KEY (object, name));
    CREATE TABLE _commit (version INTEGER PRIMARY KEY, transaction_id INTEGER NOT NULL DEFAULT (abs(random())));";

/// A connection to the file at `path`.
pub(super) fn connect(path: &Path) -> Connection {
    let connection = Connection::open(path).unwrap();
    connection.busy_timeout(Duration::from_secs(30)).unwrap();
    super::functions::register(&connection).unwrap();
    connection
}

/// A new file.
pub(super) fn create(path: &Path) {
    connect(path).execute_batch(&format!("PRAGMA journal_mode = WAL; {SCHEMA}")).unwrap();
}

/// Runs the tests' SQL as one transaction, which is kept or rolled back at its end.
pub(super) fn execute(path: &Path, sql: &str, keep: bool) -> rusqlite::Result<()> {
    let mut connection = connect(path);
    let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    transaction.execute_batch("UPDATE _state SET next = version + 1")?;
    // In a type, SQLite takes only numbers between parentheses.
    let sql = octets(sql).replace("(MAX)", "(-1)");
    let mut batch = Batch::new(&transaction, &sql);
    while let Some(mut statement) = batch.next()? {
        let mut rows = statement.raw_query();
        while rows.next()?.is_some() {}
        drop(rows);
        drop(statement);
        take_stock(&transaction)?;
    }
    if keep { transaction.commit() } else { transaction.rollback() }
}

/// `0x00ff`, which SQLite takes for a number, as octets; unless it stands in a text.
fn octets(sql: &str) -> String {
    let parts = sql.split('\'').enumerate().map(|(number, part)| {
        if number % 2 == 1 {
            return part.to_owned();
        }
        let mut literals = part.split("0x");
        let mut written = literals.next().unwrap_or_default().to_owned();
        for literal in literals {
            let end = literal.find(|digit: char| !digit.is_ascii_hexdigit()).unwrap_or(literal.len());
            written = format!("{written}x'{}'{}", &literal[..end], &literal[end..]);
        }
        written
    });
    parts.collect::<Vec<_>>().join("'")
}

/// Gives numbers to tables and columns that are new, and forgets those that are gone.
fn take_stock(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
    let gone: Vec<i64> = transaction
        .prepare_cached(
            "SELECT object FROM _table WHERE name NOT IN (SELECT name FROM sqlite_schema WHERE type = 'table')",
        )?
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for object in gone {
        transaction.execute_batch(&format!(
            "DELETE FROM _table WHERE object = {object}; DELETE FROM _column WHERE object = {object}; DROP TABLE IF EXISTS _changes_{object};"
        ))?;
    }
    transaction.execute_batch(
        "INSERT INTO _table (name, object)
         SELECT s.name, abs(random()) % 2000000000 FROM sqlite_schema AS s
         WHERE s.type = 'table' AND s.name NOT LIKE '\\_%' ESCAPE '\\' AND s.name NOT LIKE 'sqlite%' AND s.name NOT IN (SELECT name FROM _table);
         DELETE FROM _column WHERE NOT EXISTS (SELECT 1 FROM _table AS t JOIN pragma_table_xinfo(t.name) AS c WHERE t.object = _column.object AND c.name = _column.name);
         INSERT INTO _column (object, name, number)
         SELECT t.object, c.name, coalesce((SELECT max(k.number) FROM _column AS k WHERE k.object = t.object), 0) + c.cid + 1
         FROM _table AS t JOIN pragma_table_xinfo(t.name) AS c
         WHERE NOT EXISTS (SELECT 1 FROM _column AS k WHERE k.object = t.object AND k.name = c.name);",
    )
}

/// Begins to track a table, from now on.
pub(super) fn track(path: &Path, table: &str) {
    untrack(path, table);
    let mut connection = connect(path);
    let transaction = connection.transaction().unwrap();
    let (object, key) = (object(&transaction, table), key(&transaction, table));
    let list = |prefix: &str| key.iter().map(|name| format!("{prefix}{}", quoted(name))).collect::<Vec<_>>().join(", ");
    let (keys, new, old, name) = (list(""), list("NEW."), list("OLD."), quoted(table));
    let record = |key: &str, operation: &str| {
        format!(
            "UPDATE _state SET version = next;
             INSERT INTO _commit (version) SELECT next FROM _state WHERE NOT EXISTS (SELECT 1 FROM _commit WHERE version = next);
             INSERT INTO _changes_{object} SELECT {key}, next, '{operation}' FROM _state;"
        )
    };
    let differs = key.iter().map(|name| format!("OLD.{0} <> NEW.{0}", quoted(name))).collect::<Vec<_>>().join(" OR ");
    let moved = format!("INSERT INTO _changes_{object} SELECT {old}, next, 'D' FROM _state WHERE {differs};");
    transaction
        .execute_batch(&format!(
            "CREATE TABLE _changes_{object} ({keys}, version INTEGER NOT NULL, operation TEXT NOT NULL);
             CREATE TRIGGER _insert_{object} AFTER INSERT ON {name} BEGIN {} END;
             CREATE TRIGGER _delete_{object} AFTER DELETE ON {name} BEGIN {} END;
             CREATE TRIGGER _update_{object} AFTER UPDATE ON {name} BEGIN {moved} {} END;
             UPDATE _table SET journal = abs(random()) % 2000000000, begun = (SELECT version FROM _state), min_valid = (SELECT version FROM _state) WHERE object = {object};",
            record(&new, "I"),
            record(&old, "D"),
            record(&new, "U"),
        ))
        .unwrap();
    transaction.commit().unwrap();
}

/// Ends the tracking of a table.
pub(super) fn untrack(path: &Path, table: &str) {
    let connection = connect(path);
    let object = object(&connection, table);
    connection
        .execute_batch(&format!(
            "DROP TRIGGER IF EXISTS _insert_{object}; DROP TRIGGER IF EXISTS _delete_{object}; DROP TRIGGER IF EXISTS _update_{object};
             DROP TABLE IF EXISTS _changes_{object};
             UPDATE _table SET begun = NULL, min_valid = NULL WHERE object = {object};"
        ))
        .unwrap();
}

/// Cleans up all that was recorded of a table.
pub(super) fn clean_up(path: &Path, table: &str) {
    let connection = connect(path);
    let object = object(&connection, table);
    connection
        .execute_batch(&format!(
            "UPDATE _table SET min_valid = (SELECT version FROM _state) WHERE object = {object};
             DELETE FROM _changes_{object} WHERE version <= (SELECT min_valid FROM _table WHERE object = {object});"
        ))
        .unwrap();
}

/// Hides the rows for which `condition` is true.
pub(super) fn hide(path: &Path, table: &str, condition: &str) {
    connect(path).execute("UPDATE _table SET hidden = ?1 WHERE name = ?2", (condition, table)).unwrap();
}

/// What a login sees of a table.
pub(super) fn visible(connection: &Connection, table: &str) -> String {
    let hidden: Option<String> = connection
        .query_row("SELECT hidden FROM _table WHERE name = ?1", [table], |row| row.get(0))
        .unwrap_or_default();
    match hidden {
        Some(condition) => format!("(SELECT * FROM {} WHERE NOT ({condition}))", quoted(table)),
        None => quoted(table),
    }
}

/// A restored backup is on another recovery fork.
pub(super) fn fork(path: &Path) {
    connect(path).execute_batch("UPDATE _state SET fork = lower(hex(randomblob(16)))").unwrap();
}

pub(super) fn rename_column(path: &Path, table: &str, from: &str, to: &str) {
    let connection = connect(path);
    let object = object(&connection, table);
    connection
        .execute_batch(&format!("ALTER TABLE {} RENAME COLUMN {} TO {}", quoted(table), quoted(from), quoted(to)))
        .unwrap();
    connection.execute("UPDATE _column SET name = ?1 WHERE object = ?2 AND name = ?3", (to, object, from)).unwrap();
}

/// The number of a table.
#[track_caller]
pub(super) fn object(connection: &Connection, table: &str) -> i64 {
    let found = connection.query_row("SELECT object FROM _table WHERE name = ?1", [table], |row| row.get(0));
    found.optional().unwrap().unwrap_or_else(|| panic!("no table {table}"))
}

/// The names of a table's key columns, in key order.
pub(super) fn key(connection: &Connection, table: &str) -> Vec<String> {
    let mut statement = connection.prepare("SELECT name FROM pragma_table_xinfo(?1) WHERE pk > 0 ORDER BY pk").unwrap();
    statement.query_map([table], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
