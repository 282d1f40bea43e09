//! A statement of the gateway -> what SQL Server would answer, out of the file. Any other statement is error 102.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use rusqlite::Connection;

use super::pattern::{repeated, slot, slots};
use super::read;
use super::signature::signature;
use super::store;
use super::token::{Token, tokens};
use crate::tds::{Column, Kind, Reply, Request, Type, Value};

/// The file, and a connection to it for each of the peer's.
pub(super) struct Engine {
    path: PathBuf,
    connections: Mutex<HashMap<u64, Connection>>,
}

/// The skeletons of statements that read.
pub(super) mod skeleton {
    pub(in super::super) const CHANGES: &str = include_str!("../../../sql/mssql/changes.sql");
    pub(in super::super) const CHANGES_COUNT: &str = include_str!("../../../sql/mssql/changes_count.sql");
    pub(in super::super) const COUNT: &str = include_str!("../../../sql/mssql/count.sql");
    pub(in super::super) const ENTITIES: &str = include_str!("../../../sql/mssql/entities.sql");
    pub(in super::super) const RELATED: &str = include_str!("../../../sql/mssql/related.sql");
    pub(in super::super) const RELATED_COUNT: &str = include_str!("../../../sql/mssql/related_count.sql");
    pub(super) const HISTORY: &str = include_str!("../../../sql/mssql/history.sql");
    pub(super) const CHECK: &str = include_str!("../../../sql/mssql/check.sql");
    pub(super) const OPEN: &str = include_str!("../../../sql/mssql/open.sql");
    pub(super) const ENABLE_TABLE: &str = include_str!("../../../sql/mssql/enable_table.sql");
    pub(super) const DISABLE_TABLE: &str = include_str!("../../../sql/mssql/disable_table.sql");
    pub(super) const ENABLE_DATABASE: &str = include_str!("../../../sql/mssql/enable_database.sql");
    pub(super) const ALLOW_SNAPSHOTS: &str = include_str!("../../../sql/mssql/allow_snapshots.sql");
}

impl Engine {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path, connections: Mutex::default() }
    }

    pub(super) fn answer(&self, request: &Request) -> Option<Reply> {
        let mut connections = self.connections.lock().unwrap_or_else(PoisonError::into_inner);
        let file = connections.entry(request.connection).or_insert_with(|| store::connect(&self.path));
        match request.kind {
            Kind::Batch => self.batch(file, request),
            Kind::ExecuteSql => query(file, request),
            _ => None,
        }
    }

    fn batch(&self, file: &Connection, request: &Request) -> Option<Reply> {
        let sql = request.sql.as_str();
        if let Some(found) = slots(skeleton::OPEN, sql) {
            let checks = repeated(skeleton::CHECK, slot(&found, "checks"))?;
            return Some(open(file, checks.iter().map(|check| table(slot(check, "table")))));
        }
        if sql == deltalink::sql::mssql::stamp() {
            return Some(Reply::new().rows(&[Column::new("current_version", Type::BigInt)], vec![vec![version(file)]]));
        }
        if sql.trim_end().ends_with("COMMIT TRANSACTION;") || sql.trim_end().ends_with("ROLLBACK TRANSACTION;") {
            let open = !file.is_autocommit();
            if open {
                file.execute_batch("COMMIT").unwrap();
            }
            return Some(if request.in_transaction { Reply::new().tx_end(true) } else { Reply::new() });
        }
        let done = |change: &dyn Fn()| {
            change();
            Some(Reply::new())
        };
        if let Some(found) = slots(skeleton::ENABLE_TABLE, sql) {
            return done(&|| store::track(&self.path, &table(slot(&found, "table"))));
        }
        if let Some(found) = slots(skeleton::DISABLE_TABLE, sql) {
            return done(&|| store::untrack(&self.path, &table(slot(&found, "table"))));
        }
        if slots(skeleton::ENABLE_DATABASE, sql).is_some() {
            return done(&|| file.execute_batch("UPDATE _state SET tracking = 1").unwrap());
        }
        slots(skeleton::ALLOW_SNAPSHOTS, sql)?;
        done(&|| file.execute_batch("UPDATE _state SET snapshots = 1").unwrap())
    }
}

/// SQLite's snapshot begins with the first access to data, too.
fn open(file: &Connection, tables: impl Iterator<Item = String>) -> Reply {
    if !file.is_autocommit() {
        file.execute_batch("ROLLBACK").unwrap();
    }
    file.execute_batch("BEGIN").unwrap();
    let version = vec![vec![version(file)]];
    let mut reply = Reply::new().tx_begin().rows(&[Column::new("current_version", Type::BigInt)], version);
    for table in tables {
        let Some(signature) = signature(file, &table) else { return reply.error(super::no_such_object(&table)) };
        let columns = [Column::new("signature", Type::Int), Column::new("touched", Type::Int)];
        reply = reply.rows(&columns, vec![vec![Value::Int(signature), Value::Int(1)]]);
    }
    reply
}

/// The newest version of the database's changes; NULL where tracking is off.
fn version(file: &Connection) -> Value {
    let state: (i64, bool) =
        file.query_row("SELECT version, tracking FROM _state", [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    if state.1 { Value::Int(state.0) } else { Value::Null }
}

fn query(file: &Connection, request: &Request) -> Option<Reply> {
    let sql = request.sql.as_str();
    if sql == deltalink::sql::mssql::catalog() {
        return Some(super::catalog::reply(file));
    }
    if slots(skeleton::HISTORY, sql).is_some() {
        return Some(history(file, request));
    }
    read::answer(file, request)
}

/// The table's history, its proofs, and the commits of two versions.
fn history(file: &Connection, request: &Request) -> Reply {
    let number = |at: usize| match request.parameters.get(at).map(|parameter| &parameter.value) {
        Some(Value::Int(number)) => *number,
        other => panic!("parameter {at} is {other:?}"),
    };
    let [min_valid, begun, journal]: [Option<i64>; 3] = file
        .query_row("SELECT min_valid, begun, journal FROM _table WHERE object = ?1", [number(0)], |row| {
            Ok([row.get(0)?, row.get(1)?, row.get(2)?])
        })
        .unwrap_or_default();
    let fork: String = file.query_row("SELECT fork FROM _state", [], |row| row.get(0)).unwrap();
    let commit = |version: i64| {
        let found = file
            .query_row("SELECT transaction_id FROM _commit WHERE version = ?1", [version], |row| row.get::<_, i64>(0));
        found.map_or(Value::Null, |commit| Value::Text(commit.to_string()))
    };
    let int = |value: Option<i64>| value.map_or(Value::Null, Value::Int);
    let text = |name: &str| Column::new(name, Type::NVarChar(crate::tds::Length::Limited(100)));
    let columns = [
        Column::new("min_valid_version", Type::BigInt),
        Column::new("begin_version", Type::BigInt),
        Column::new("create_date", Type::DateTime),
        Column::new("recovery_fork", Type::UniqueIdentifier),
        Column::new("newest_version", Type::BigInt),
        text("newest_commit"),
        text("witness_commit"),
        Column::new("tracking_table", Type::Int),
        Column::new("retention_period", Type::Int),
        text("retention_period_units_desc"),
    ];
    let sql = "SELECT version, CASE WHEN tracking THEN retention END FROM _state";
    let (newest, retention): (i64, Option<i64>) =
        file.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    let fork = Value::Guid(u128::from_str_radix(&fork, 16).unwrap());
    let row = vec![
        int(min_valid),
        int(begun),
        Value::DateTime(45_000, 0),
        fork,
        Value::Int(newest),
        commit(newest),
        commit(number(1)),
        int(journal),
        int(retention),
        "MINUTES".into(),
    ];
    Reply::new().rows(&columns, vec![row])
}

/// The table in `[dbo].[name]`.
pub(super) fn table(qualified: &str) -> String {
    match tokens(qualified).last() {
        Some(Token::Name(name)) => name.clone(),
        other => panic!("{other:?} is no table"),
    }
}
