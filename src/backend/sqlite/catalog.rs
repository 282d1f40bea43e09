//! The file's schema -> the catalog: tables, columns, unique indexes, and whether each table's tracking is whole.

use std::collections::HashMap;

use rusqlite::{OptionalExtension, Row, Transaction};

use super::failure;
use super::pool::Connection;
use super::read::catalog_version;
use super::types::edm_type;
use crate::edm::{AbandonedLog, Catalog, Column, IndexColumn, RowStorage, Table, Tracking, UniqueIndex};
use crate::error::Result;
use crate::sql::sqlite::{Trigger, fixed, log_number, triggers};
use crate::version::Incarnation;

pub(super) fn describe(connection: &mut Connection) -> Result<Catalog> {
    let file = connection.file;
    let snapshot = connection.sqlite.transaction().map_err(|error| failure(&error))?;
    let version = catalog_version(&snapshot, file)?;
    read(&snapshot, version).map_err(|error| failure(&error))
}

fn read(snapshot: &Transaction<'_>, version: u64) -> rusqlite::Result<Catalog> {
    let mut tables = columns(snapshot)?;
    add_indexes(snapshot, &mut tables)?;
    let logs = logs(snapshot)?;
    let mut watching = installed_triggers(snapshot)?;
    for table in &mut tables {
        table.storage = storage(table);
        let installed = watching.remove(&table.name).unwrap_or_default();
        table.tracking = tracking(table, &installed, &logs);
    }
    let next_log = logs.keys().max().map_or(1, |log| log + 1);
    let abandoned_logs = abandoned(&tables, &logs);
    let journal: String = snapshot.query_row(fixed::CATALOG_JOURNAL, [], |row| row.get(0))?;
    Ok(Catalog { version, tables, next_log, abandoned_logs, reads_block_writes: journal != "wal" })
}

/// All tables with their columns and keys.
fn columns(snapshot: &Transaction<'_>) -> rusqlite::Result<Vec<Table>> {
    let mut tables: Vec<Table> = Vec::new();
    let mut key_positions: Vec<(usize, usize)> = Vec::new();
    let mut statement = snapshot.prepare(fixed::CATALOG_COLUMNS)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let name: String = row.get(0)?;
        if tables.last().is_none_or(|table| table.name != name) {
            set_key(tables.last_mut(), &mut key_positions);
            tables.push(table(name, row.get(1)?));
        }
        let Some(table) = tables.last_mut() else { continue };
        let position: usize = row.get(6)?;
        if position > 0 {
            key_positions.push((position, table.columns.len()));
        }
        table.columns.push(column(row)?);
    }
    set_key(tables.last_mut(), &mut key_positions);
    Ok(tables)
}

fn table(name: String, without_rowid: bool) -> Table {
    let storage = if without_rowid { RowStorage::WithoutRowid } else { RowStorage::HiddenRowid };
    Table { name, columns: Vec::new(), key: Vec::new(), unique: Vec::new(), storage, tracking: Tracking::None }
}

fn set_key(table: Option<&mut Table>, positions: &mut Vec<(usize, usize)>) {
    positions.sort_unstable();
    let key = positions.drain(..).map(|(_, column)| column).collect();
    if let Some(table) = table {
        table.key = key;
    }
}

fn column(row: &Row<'_>) -> rusqlite::Result<Column> {
    let declared: String = row.get(3)?;
    // `hidden` is 2 and 3 for generated columns.
    Ok(Column {
        name: row.get(2)?,
        ty: edm_type(&declared),
        typed: !declared.trim().is_empty() && !declared.trim().eq_ignore_ascii_case("ANY"),
        declared,
        nullable: !row.get::<_, bool>(4)?,
        computed: row.get::<_, u8>(7)? >= 2,
        default: row.get(5)?,
    })
}

fn add_indexes(snapshot: &Transaction<'_>, tables: &mut [Table]) -> rusqlite::Result<()> {
    let mut statement = snapshot.prepare(fixed::CATALOG_INDEXES)?;
    let mut rows = statement.query([])?;
    let mut last = None;
    while let Some(row) = rows.next()? {
        let (table, index): (String, String) = (row.get(0)?, row.get(1)?);
        let Some(found) = tables.iter_mut().find(|candidate| candidate.name == table) else { continue };
        let this = Some((table, index));
        if last != this {
            let primary = row.get::<_, String>(2)? == "pk";
            found.unique.push(UniqueIndex { primary, columns: Vec::new() });
            last = this;
        }
        let column = row.get::<_, Option<String>>(3)?.and_then(|name| found.column(&name));
        let collation: String = row.get(4)?;
        if let Some(index) = found.unique.last_mut() {
            index.columns.push(column.map(|column| IndexColumn { column, collation }));
        }
    }
    Ok(())
}

/// A single-column key that no index enforces is the rowid itself, and then never NULL; nor is any key of a table
/// without rowids.
fn storage(table: &mut Table) -> RowStorage {
    let storage = match table.storage {
        RowStorage::HiddenRowid if table.key.len() == 1 && !table.unique.iter().any(|index| index.primary) => {
            RowStorage::IntegerKey
        }
        storage => storage,
    };
    if storage != RowStorage::HiddenRowid {
        for index in table.key.clone() {
            table.columns[index].nullable = false;
        }
    }
    storage
}

struct Log {
    incarnation: Incarnation,
    retention: u64,
    exists: bool,
}

/// The registered logs; none where nothing was ever tracked.
fn logs(snapshot: &Transaction<'_>) -> rusqlite::Result<HashMap<i64, Log>> {
    if snapshot.query_row(fixed::CATALOG_REGISTER, [], |_| Ok(())).optional()?.is_none() {
        return Ok(HashMap::new());
    }
    let mut statement = snapshot.prepare(fixed::CATALOG_LOGS)?;
    let log = |row: &Row<'_>| {
        let log = Log { incarnation: Incarnation(row.get(1)?), retention: row.get(2)?, exists: row.get(3)? };
        Ok((row.get(0)?, log))
    };
    statement.query_map([], log)?.collect()
}

fn installed_triggers(snapshot: &Transaction<'_>) -> rusqlite::Result<HashMap<String, Vec<Trigger>>> {
    let mut watching: HashMap<String, Vec<Trigger>> = HashMap::new();
    let mut statement = snapshot.prepare(fixed::CATALOG_TRIGGERS)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        watching.entry(row.get(1)?).or_default().push(Trigger { name: row.get(0)?, sql: row.get(2)? });
    }
    Ok(watching)
}

fn tracking(table: &Table, installed: &[Trigger], logs: &HashMap<i64, Log>) -> Tracking {
    let Some(log) = installed.iter().filter_map(|trigger| log_number(&trigger.name)).max() else {
        return Tracking::None;
    };
    let installed_names = installed.iter().map(|trigger| trigger.name.clone()).collect();
    let (incarnation, retention) = logs.get(&log).map_or_else(Default::default, |log| (log.incarnation, log.retention));
    let damage = damage(table, log, installed, logs.get(&log));
    Tracking::Triggers { log, incarnation, retention, installed: installed_names, damage }
}

/// Why changes may have been missed: a trigger that the table needs as it is now is not there. Others do no harm.
fn damage(table: &Table, log: i64, installed: &[Trigger], registered: Option<&Log>) -> Option<String> {
    if !registered.is_some_and(|log| log.exists) {
        return Some("its change log is gone".to_owned());
    }
    let there = |needed: &Trigger| installed.iter().any(|trigger| trigger.definition() == needed.definition());
    let missing: Vec<String> =
        triggers(table, log).into_iter().filter(|needed| !there(needed)).map(|trigger| trigger.name).collect();
    (!missing.is_empty()).then(|| format!("triggers are missing or out of date: {}", missing.join(", ")))
}

fn abandoned(tables: &[Table], logs: &HashMap<i64, Log>) -> Vec<AbandonedLog> {
    let used = |log: &i64| {
        tables.iter().any(|table| matches!(&table.tracking, Tracking::Triggers { log: own, .. } if own == log))
    };
    let mut abandoned: Vec<AbandonedLog> = logs.keys().filter(|log| !used(log)).map(|&log| AbandonedLog(log)).collect();
    abandoned.sort_unstable();
    abandoned
}
