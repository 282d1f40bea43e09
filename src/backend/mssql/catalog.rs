//! The results of `catalog.sql` -> the catalog: tables, columns, keys, references, and how each table is tracked.

use std::collections::HashMap;

use tiberius::Row;

use super::value::{integer, signature, text};
use crate::edm::{
    Catalog, Column, Commits, DatabaseTracking, Facts, ForeignKey, IndexColumn, Proofs, Rights, RowStorage,
    ServerFacts, Table, Tracking, UniqueIndex, Withheld,
};
use crate::error::{Error, Result};
use crate::sql::mssql::types::{declared, edm_type, is_itself, is_row_version};

/// The schema that goes without saying.
const USUAL: &str = "dbo";

/// The catalog in the eight `results`; `wanted` is the one schema that was asked for, or empty.
pub(super) fn catalog(results: &[Vec<Row>], wanted: &str) -> Result<Catalog> {
    let [tables, columns, indexes, references, tracking, database, commits, forks] = results else {
        return Err(Error::internal(format!("the catalog has {} results", results.len())));
    };
    let readable = |rows: &[Row]| rows.first().is_some_and(|row| number(row, 0) == 1);
    let proofs = Proofs { commits: readable(commits), recovery_fork: readable(forks) };
    let commits = Commits {
        age_of_oldest: commits.first().and_then(|row| integer(row, 1)).map(|age| age.max(0).unsigned_abs()),
        newest_is_seen: commits.first().is_some_and(|row| number(row, 2) == 1),
    };
    let usual = if wanted.is_empty() { USUAL } else { wanted };
    let change_tracking = tracking.first().map(database_tracking);
    let mut found = Found::tables(tables, usual, proofs);
    for row in columns {
        found.column(row);
    }
    for row in indexes {
        found.index(row);
    }
    for row in references {
        found.reference(row);
    }
    let facts =
        ServerFacts { change_tracking, proofs, commits, ..database.first().map(server_facts).unwrap_or_default() };
    if facts.read_only {
        // A replica that can only be read does not know its own history well enough.
        for table in &mut found.tables {
            table.rights.changes = false;
        }
    }
    Ok(Catalog { tables: found.tables, facts: Facts::Server(facts) })
}

/// The tables, and where each of them and of their columns is.
struct Found {
    tables: Vec<Table>,
    by_number: HashMap<i64, usize>,
    /// By the numbers of the table and the column.
    columns: HashMap<(i64, i64), usize>,
    /// The number of the index that was added to last, and its table's.
    last_index: Option<(i64, i64)>,
}

impl Found {
    fn tables(rows: &[Row], usual: &str, proofs: Proofs) -> Self {
        let by_number = rows.iter().enumerate().map(|(place, row)| (number(row, 0), place)).collect();
        let tables = rows.iter().map(|row| table(row, usual, proofs)).collect();
        Self { tables, by_number, columns: HashMap::new(), last_index: None }
    }

    fn table(&mut self, number: i64) -> Option<&mut Table> {
        self.by_number.get(&number).map(|&place| &mut self.tables[place])
    }

    fn column(&mut self, row: &Row) {
        let (table_number, column_number) = (number(row, 0), number(row, 1));
        let Some(table) = self.table(table_number) else { return };
        let place = table.columns.len();
        table.columns.push(column(row));
        self.columns.insert((table_number, column_number), place);
    }

    fn index(&mut self, row: &Row) {
        let this = (number(row, 0), number(row, 1));
        let column = self.columns.get(&(this.0, number(row, 4))).copied();
        let is_new = self.last_index != Some(this);
        let Some(table) = self.table(this.0) else { return };
        let primary = number(row, 2) == 1;
        if is_new {
            table.unique.push(UniqueIndex { primary, predicate: text(row, 3), columns: Vec::new() });
        }
        if primary {
            // A key of which a column cannot be seen is no key to page by.
            match column {
                Some(column) if is_new || !table.key.is_empty() => table.key.push(column),
                _ => table.key.clear(),
            }
        }
        if let Some(index) = table.unique.last_mut() {
            index.columns.push(column.map(|column| IndexColumn { column, collation: String::new() }));
        }
        self.last_index = Some(this);
    }

    fn reference(&mut self, row: &Row) {
        let table_number = number(row, 0);
        let column = self.columns.get(&(table_number, number(row, 2))).copied();
        let (Some(table), Some(column)) = (self.table(table_number), column) else { return };
        let name = string(row, 1);
        if table.foreign_keys.last().is_none_or(|last| last.name != name) {
            let (schema, referred) = (text(row, 3), string(row, 4));
            table.foreign_keys.push(ForeignKey {
                name,
                columns: Vec::new(),
                schema,
                table: referred,
                referenced: Vec::new(),
            });
        }
        if let Some(reference) = table.foreign_keys.last_mut() {
            reference.columns.push(column);
            reference.referenced.push(string(row, 5));
        }
    }
}

fn table(row: &Row, usual: &str, proofs: Proofs) -> Table {
    let (object_id, schema) = (number(row, 0), string(row, 1));
    let tracking = integer(row, 6).map_or(Tracking::None, |begun| Tracking::ChangeTracking {
        object_id: i32::try_from(object_id).unwrap_or_default(),
        begun,
        proofs,
    });
    Table {
        qualified: !schema.eq_ignore_ascii_case(usual),
        schema: Some(schema),
        name: string(row, 2),
        version: signature(row, 3).unwrap_or_default(),
        description: text(row, 7),
        columns: Vec::new(),
        key: Vec::new(),
        unique: Vec::new(),
        ignoring_triggers: false,
        storage: RowStorage::HiddenRowid,
        foreign_keys: Vec::new(),
        rights: Rights { select: number(row, 4) == 1, changes: number(row, 5) == 1 },
        tracking,
    }
}

fn column(row: &Row) -> Column {
    let declared = declared(&string(row, 3), number(row, 4), number(row, 5), number(row, 6));
    Column {
        name: string(row, 2),
        ty: edm_type(&declared),
        typed: is_itself(&declared),
        collation: text(row, 9),
        nullable: number(row, 7) == 1,
        computed: number(row, 8) > 0 || is_row_version(&declared),
        calculated: number(row, 8) == 2,
        withheld: withheld(row),
        is_row_version: is_row_version(&declared),
        description: text(row, 11),
        // A column that is made anew, or computed in another way, has another number.
        definition: format!("{}\0{declared}", number(row, 1)),
        default: text(row, 10),
        declared,
    }
}

fn withheld(row: &Row) -> Option<Withheld> {
    if number(row, 12) == 1 { Some(Withheld::Encrypted) } else { (number(row, 13) == 1).then_some(Withheld::Masked) }
}

fn server_facts(row: &Row) -> ServerFacts {
    ServerFacts {
        database: string(row, 0),
        snapshots: text(row, 1).is_some_and(|state| state.eq_ignore_ascii_case("ON")),
        read_only: text(row, 2).is_some_and(|state| state.eq_ignore_ascii_case("READ_ONLY")),
        user: string(row, 3),
        ..ServerFacts::default()
    }
}

fn database_tracking(row: &Row) -> DatabaseTracking {
    DatabaseTracking { retention: retention(row, 0).unwrap_or_default(), auto_cleanup: number(row, 2) == 1 }
}

/// Seconds, of which the number of units is in the column `first`, and the unit behind it.
pub(super) fn retention(row: &Row, first: usize) -> Option<u64> {
    let unit = match text(row, first + 1).as_deref() {
        Some("MINUTES") => 60,
        Some("HOURS") => 60 * 60,
        _ => 24 * 60 * 60,
    };
    integer(row, first).map(|units| units.unsigned_abs().saturating_mul(unit))
}

fn number(row: &Row, column: usize) -> i64 {
    integer(row, column).unwrap_or_default()
}

fn string(row: &Row, column: usize) -> String {
    text(row, column).unwrap_or_default()
}
