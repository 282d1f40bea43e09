//! The file's schema -> the catalog: tables, columns, unique indexes, and whether each table's tracking is whole.

mod foreign_keys;

use std::collections::{HashMap, HashSet};

use rusqlite::{OptionalExtension, Row, Transaction};

use super::failure;
use super::pool::Connection;
use super::read::catalog_version;
use super::types::edm_type;
use crate::edm::{
    AbandonedLog, Catalog, Column, EdmType, Facts, FileFacts, IndexColumn, Rights, RowStorage, Table, Tracking,
    UniqueIndex,
};
use crate::error::Result;
use crate::sql::sqlite::{Trigger, fixed, log_number, predicate, triggers};
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
    let ignoring = ignoring(snapshot)?;
    for (table, place) in &mut tables {
        table.version = version;
        table.storage = storage(table);
        table.ignoring_triggers = ignoring.contains(&table.name);
        relax_keys(table);
        let installed = watching.remove(&table.name).unwrap_or_default();
        table.tracking = tracking(table, *place, &installed, &logs);
    }
    let mut tables: Vec<Table> = tables.into_iter().map(|(table, _)| table).collect();
    foreign_keys::add(snapshot, &mut tables)?;
    let next_log = logs.keys().max().map_or(1, |log| log + 1);
    let abandoned_logs = abandoned(&tables, &logs);
    let journal: String = snapshot.query_row(fixed::CATALOG_JOURNAL, [], |row| row.get(0))?;
    let facts = FileFacts { next_log, abandoned_logs, reads_block_writes: journal != "wal" };
    Ok(Catalog { tables, facts: Facts::File(facts) })
}

/// All tables with their columns and keys, each with its place in the schema.
fn columns(snapshot: &Transaction<'_>) -> rusqlite::Result<Vec<(Table, Place)>> {
    let mut tables: Vec<(Table, Place)> = Vec::new();
    let mut key_positions: Vec<(usize, usize)> = Vec::new();
    let mut statement = snapshot.prepare(fixed::CATALOG_COLUMNS)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let name: String = row.get(0)?;
        if tables.last().is_none_or(|(table, _)| table.name != name) {
            set_key(&mut tables, &mut key_positions);
            tables.push((table(name, row.get(1)?), Place(row.get(10)?)));
        }
        let Some((table, _)) = tables.last_mut() else { continue };
        let position: usize = row.get(6)?;
        if position > 0 {
            key_positions.push((position, table.columns.len()));
        }
        table.columns.push(column(row)?);
    }
    set_key(&mut tables, &mut key_positions);
    Ok(tables)
}

fn table(name: String, without_rowid: bool) -> Table {
    let storage = if without_rowid { RowStorage::WithoutRowid } else { RowStorage::HiddenRowid };
    Table {
        schema: None,
        qualified: false,
        name,
        version: 0,
        description: None,
        columns: Vec::new(),
        key: Vec::new(),
        unique: Vec::new(),
        ignoring_triggers: false,
        storage,
        foreign_keys: Vec::new(),
        rights: Rights::default(),
        tracking: Tracking::None,
    }
}

fn set_key(tables: &mut [(Table, Place)], positions: &mut Vec<(usize, usize)>) {
    positions.sort_unstable();
    let key = positions.drain(..).map(|(_, column)| column).collect();
    if let Some((table, _)) = tables.last_mut() {
        table.key = key;
    }
}

fn column(row: &Row<'_>) -> rusqlite::Result<Column> {
    let declared: String = row.get(3)?;
    // `hidden` is 2 for columns that are generated when they are read, and 3 for those that are stored; what they are generated from
    // stands in the table's text only.
    let hidden: u8 = row.get(7)?;
    let computed = hidden >= 2;
    let default: Option<String> = row.get(5)?;
    let table: Option<String> = if computed { row.get(9)? } else { None };
    Ok(Column {
        name: row.get(2)?,
        ty: edm_type(&declared),
        typed: !declared.trim().is_empty() && !declared.trim().eq_ignore_ascii_case("ANY"),
        declared,
        collation: None,
        nullable: !row.get::<_, bool>(4)?,
        computed,
        calculated: hidden == 2,
        withheld: None,
        is_row_version: false,
        description: None,
        definition: format!("{}\0{default:?}\0{table:?}", row.get::<_, u32>(8)?),
        default,
    })
}

fn add_indexes(snapshot: &Transaction<'_>, tables: &mut [(Table, Place)]) -> rusqlite::Result<()> {
    let mut statement = snapshot.prepare(fixed::CATALOG_INDEXES)?;
    let mut rows = statement.query([])?;
    let mut last = None;
    while let Some(row) = rows.next()? {
        let (table, index): (String, String) = (row.get(0)?, row.get(1)?);
        let Some((found, _)) = tables.iter_mut().find(|(candidate, _)| candidate.name == table) else { continue };
        let this = Some((table, index));
        if last != this {
            let primary = row.get::<_, String>(2)? == "pk";
            let predicate = row.get::<_, Option<String>>(5)?.as_deref().and_then(predicate).map(str::to_owned);
            found.unique.push(UniqueIndex { primary, predicate, columns: Vec::new() });
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

/// Where something stands in the schema: what was made later stands behind what was made before.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Place(i64);

struct Log {
    incarnation: Incarnation,
    retention: u64,
    /// `None` if its table is gone.
    place: Option<Place>,
}

/// SQLite does not hold text to its declared length. A key that is longer is a key all the same.
fn relax_keys(table: &mut Table) {
    for &index in &table.key {
        let column = &mut table.columns[index];
        if matches!(column.ty, EdmType::String { .. }) {
            column.ty = EdmType::String { max_length: None };
        }
    }
}

/// The tables whose other triggers may call off ours.
fn ignoring(snapshot: &Transaction<'_>) -> rusqlite::Result<HashSet<String>> {
    snapshot.prepare(fixed::CATALOG_IGNORING)?.query_map([], |row| row.get(0))?.collect()
}

/// The registered logs; none where nothing was ever tracked.
fn logs(snapshot: &Transaction<'_>) -> rusqlite::Result<HashMap<i64, Log>> {
    if snapshot.query_row(fixed::CATALOG_REGISTER, [], |_| Ok(())).optional()?.is_none() {
        return Ok(HashMap::new());
    }
    let mut statement = snapshot.prepare(fixed::CATALOG_LOGS)?;
    let log = |row: &Row<'_>| {
        let log = Log {
            incarnation: Incarnation(row.get(1)?),
            retention: row.get(2)?,
            place: row.get::<_, Option<i64>>(3)?.map(Place),
        };
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

fn tracking(table: &Table, place: Place, installed: &[Trigger], logs: &HashMap<i64, Log>) -> Tracking {
    let Some(log) = installed.iter().filter_map(|trigger| log_number(&trigger.name)).max() else {
        return Tracking::None;
    };
    let installed_names = installed.iter().map(|trigger| trigger.name.clone()).collect();
    let (incarnation, retention) = logs.get(&log).map_or_else(Default::default, |log| (log.incarnation, log.retention));
    let needed = triggers(table, log);
    let damage = damage(&needed, place, installed, logs.get(&log));
    let needless = |trigger: &&Trigger| !needed.iter().any(|needed| needed.definition() == trigger.definition());
    let needless = installed.iter().filter(needless).map(|trigger| trigger.name.clone()).collect();
    Tracking::Triggers { log, incarnation, retention, installed: installed_names, needless, damage }
}

/// Why changes may have been missed: a trigger that the table needs as it is now is not there, or was not there while
/// the table was made anew. Triggers beyond those record nothing wrong.
fn damage(needed: &[Trigger], place: Place, installed: &[Trigger], registered: Option<&Log>) -> Option<String> {
    let Some(log) = registered.and_then(|log| log.place) else { return Some("its change log is gone".to_owned()) };
    if place > log {
        return Some("the table was made anew after its tracking".to_owned());
    }
    let there = |needed: &Trigger| installed.iter().any(|trigger| trigger.definition() == needed.definition());
    let missing: Vec<String> =
        needed.iter().filter(|needed| !there(needed)).map(|trigger| trigger.name.clone()).collect();
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
