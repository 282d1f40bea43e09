//! A name -> a schema with a user of its own, or a whole database, made for one test and taken away again.
//!
//! A run that was killed leaves its own behind. The next one that comes an hour later finds them by name and age.

use std::sync::Once;

use super::address::Address;
use super::connection::{Connection, bracketed, literal};

/// What everything that tests make is called by, followed by as many hexadecimal digits.
const PREFIX: &str = "dl_";
const DIGITS: usize = 12;

/// A new name.
pub(super) fn name() -> String {
    let chance = getrandom::u64().unwrap() >> (64 - 4 * DIGITS);
    format!("{PREFIX}{chance:0DIGITS$x}")
}

/// Makes the schema `name`, and a user whose own it is. A user without login cannot log in: it is only acted as.
pub(super) fn make_schema(connection: &mut Connection, name: &str) {
    let name = bracketed(name);
    // In this order, so that the user, whose age is known, is there for as long as the schema is.
    connection.run(&format!("CREATE USER {name} WITHOUT LOGIN WITH DEFAULT_SCHEMA = {name};"));
    connection.run(&format!("CREATE SCHEMA {name} AUTHORIZATION {name};"));
    connection.run(&format!("GRANT CREATE TABLE TO {name};"));
}

/// Makes the database `name`.
pub(super) fn make_database(connection: &mut Connection, name: &str) {
    connection.run(&format!("CREATE DATABASE {};", bracketed(name)));
}

/// Removes the schema `name` with all that is in it, and its user.
pub(super) fn remove_schema(connection: &mut Connection, name: &str) -> tiberius::Result<()> {
    let schema = literal(name);
    // Tables may refer to each other.
    let references = format!(
        "SELECT N'ALTER TABLE ' + QUOTENAME({schema}) + N'.' + QUOTENAME(OBJECT_NAME(f.parent_object_id))
                + N' DROP CONSTRAINT ' + QUOTENAME(f.name) + N';'
         FROM sys.foreign_keys AS f WHERE f.schema_id = SCHEMA_ID({schema});"
    );
    let tracked = format!(
        "SELECT N'ALTER TABLE ' + QUOTENAME({schema}) + N'.' + QUOTENAME(t.name) + N' DISABLE CHANGE_TRACKING;'
         FROM sys.tables AS t JOIN sys.change_tracking_tables AS c ON c.object_id = t.object_id
         WHERE t.schema_id = SCHEMA_ID({schema});"
    );
    let tables = format!(
        "SELECT N'DROP TABLE ' + QUOTENAME({schema}) + N'.' + QUOTENAME(t.name) + N';'
         FROM sys.tables AS t WHERE t.schema_id = SCHEMA_ID({schema});"
    );
    for statements in [references, tracked, tables] {
        for statement in connection.texts(&statements) {
            connection.try_run(&statement)?;
        }
    }
    let name = bracketed(name);
    connection.try_run(&format!("DROP SCHEMA IF EXISTS {name}; DROP USER IF EXISTS {name};"))
}

/// Removes the database `name`, whoever is connected to it.
pub(super) fn remove_database(connection: &mut Connection, name: &str) -> tiberius::Result<()> {
    let quoted = bracketed(name);
    connection.try_run(&format!(
        "IF DB_ID({}) IS NOT NULL BEGIN
           ALTER DATABASE {quoted} SET SINGLE_USER WITH ROLLBACK IMMEDIATE;
           DROP DATABASE {quoted};
         END;",
        literal(name)
    ))
}

/// Once for each run: removes what earlier runs have left behind. What cannot be removed is left to the next run.
pub(super) fn clear_up(address: &Address) {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let mut connection = Connection::open(address);
        let pattern = literal(&format!("dl[_]{}", "[0-9a-f]".repeat(DIGITS)));
        let old = |names: &str| format!("{names} LIKE {pattern} AND create_date < DATEADD(hour, -1, GETDATE());");
        for name in connection.texts(&old("SELECT name FROM sys.database_principals WHERE type = 'S' AND name")) {
            let _ = remove_schema(&mut connection, &name);
        }
        for name in connection.texts(&old("SELECT name FROM sys.databases WHERE name")) {
            let _ = remove_database(&mut connection, &name);
        }
    });
}

#[test]
fn names_are_long_random_and_need_no_quotes() {
    let (one, other) = (name(), name());
    assert_ne!(one, other);
    assert_eq!(one.len(), PREFIX.len() + DIGITS);
    assert!(one.bytes().all(|byte| byte == b'_' || byte.is_ascii_alphanumeric()), "{one}");
}
