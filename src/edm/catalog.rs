//! What a backend found in its database: tables, columns, keys, and how each table is tracked.
//!
//! Nothing here has been judged yet; [`super::expose`] decides what clients may see of it.

use super::types::EdmType;
use crate::version::Incarnation;

/// All tables at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Catalog {
    /// Changes whenever the database's schema changes; a read refuses a plan made from another one.
    pub version: u64,
    /// In the order of their names.
    pub tables: Vec<Table>,
    /// The number that the next change log may take (SQLite).
    pub next_log: i64,
    /// Change logs whose tables are gone or no longer feed them (SQLite).
    pub abandoned_logs: Vec<AbandonedLog>,
    /// Whether other programs cannot write for as long as an answer is being read (SQLite without WAL).
    pub reads_block_writes: bool,
}

/// The number of a change log that nothing feeds any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AbandonedLog(pub i64);

/// One table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// As the database spells it.
    pub name: String,
    /// In the order of the table's definition.
    pub columns: Vec<Column>,
    /// Indexes into `columns`, in key order; empty without a primary key.
    pub key: Vec<usize>,
    /// Unique indexes and constraints, the primary key's own included.
    pub unique: Vec<UniqueIndex>,
    /// Whether a trigger of somebody else's may call off those that record changes (SQLite).
    pub ignoring_triggers: bool,
    /// How rows are stored (SQLite).
    pub storage: RowStorage,
    /// Whether changes are recorded, and where.
    pub tracking: Tracking,
}

/// One column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// As the database spells it.
    pub name: String,
    /// The type as declared, for messages.
    pub declared: String,
    /// What it maps to.
    pub ty: EdmType,
    /// Whether the declaration gives a type at all; without one a column cannot be a key.
    pub typed: bool,
    /// Whether the database accepts NULL in it.
    pub nullable: bool,
    /// Whether the database computes it.
    pub computed: bool,
    /// The default as SQL text.
    pub default: Option<String>,
    /// What else the column's values come from, in any form that changes when a column of the same name and type is
    /// another one.
    pub definition: String,
}

/// A unique index, as far as tracking needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UniqueIndex {
    /// Whether it enforces the primary key.
    pub primary: bool,
    /// The condition that rows of a partial index meet, as SQL text.
    pub predicate: Option<String>,
    /// Its columns; `None` for an expression.
    pub columns: Vec<Option<IndexColumn>>,
}

/// One column of an index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexColumn {
    /// Index into the table's columns.
    pub column: usize,
    /// The collation that decides what counts as equal.
    pub collation: String,
}

/// How SQLite stores the rows of a table: decides which rows a `REPLACE` can displace unseen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowStorage {
    /// A hidden rowid beside the primary key.
    HiddenRowid,
    /// The primary key is the rowid.
    IntegerKey,
    /// `WITHOUT ROWID`.
    WithoutRowid,
}

/// How a table's changes are recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tracking {
    /// Not at all.
    None,
    /// By triggers that feed the change log `log`.
    Triggers {
        /// The number in the log's name.
        log: i64,
        /// The installation.
        incarnation: Incarnation,
        /// Seconds for which changes are kept.
        retention: u64,
        /// The names of the triggers.
        installed: Vec<String>,
        /// Those of them that the table no longer needs.
        needless: Vec<String>,
        /// What is wrong with the triggers, if anything: changes may have been missed.
        damage: Option<String>,
    },
}

impl Table {
    /// The column named `name`.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name.eq_ignore_ascii_case(name))
    }

    /// The columns of the primary key, in key order.
    pub fn key_columns(&self) -> impl Iterator<Item = &Column> {
        self.key.iter().map(|&column| &self.columns[column])
    }
}
