//! Tables for the tests of the model, in few words.

use super::catalog::{Catalog, Column, ForeignKey, IndexColumn, Rights, RowStorage, Table, Tracking, UniqueIndex};
use super::exposure::{Exposure, TableExposure};
use super::model::{Edm, expose};
use super::types::EdmType;

/// An untracked table of whole numbers. A `?` behind a column's name lets it be NULL; a `*` makes it part of the key.
pub(super) fn table(name: &str, columns: &[&str]) -> Table {
    let of_key = columns.iter().enumerate().filter(|(_, column)| column.ends_with('*'));
    let key = of_key.map(|(place, _)| place).collect();
    Table {
        schema: None,
        qualified: false,
        name: name.to_owned(),
        version: 1,
        description: None,
        columns: columns.iter().map(|column| self::column(column)).collect(),
        key,
        unique: Vec::new(),
        ignoring_triggers: false,
        storage: RowStorage::HiddenRowid,
        foreign_keys: Vec::new(),
        rights: Rights::default(),
        tracking: Tracking::None,
    }
}

fn column(name: &str) -> Column {
    Column {
        name: name.trim_end_matches(['?', '*']).to_owned(),
        declared: "INTEGER".to_owned(),
        ty: EdmType::Int64,
        typed: true,
        collation: None,
        nullable: name.ends_with('?'),
        computed: false,
        calculated: false,
        withheld: None,
        is_row_version: false,
        description: None,
        default: None,
        definition: String::new(),
    }
}

impl Table {
    /// Refers with `columns` to those of `target`.
    pub(super) fn referring(mut self, columns: &[&str], target: &str, referenced: &[&str]) -> Self {
        let key = ForeignKey {
            name: String::new(),
            columns: columns.iter().map(|name| self.column(name).unwrap()).collect(),
            schema: None,
            table: target.to_owned(),
            referenced: referenced.iter().map(|&name| name.to_owned()).collect(),
        };
        self.foreign_keys.push(key);
        self
    }

    /// With a unique index over `columns`; an empty name is an expression.
    pub(super) fn unique(mut self, columns: &[&str], predicate: Option<&str>, collation: &str) -> Self {
        let indexed =
            |name: &&str| self.column(name).map(|column| IndexColumn { column, collation: collation.to_owned() });
        let columns = columns.iter().map(indexed).collect();
        self.unique.push(UniqueIndex { primary: false, predicate: predicate.map(str::to_owned), columns });
        self
    }
}

/// The model of all of `tables` but those called `Hidden`.
pub(super) fn model(tables: &[Table]) -> Edm {
    let exposed = tables.iter().map(|table| table.name.clone()).filter(|name| name != "Hidden");
    let exposure = exposed.map(|name| (name, TableExposure::default())).collect();
    let exposure = Exposure { tables: exposure, ..Exposure::default() };
    expose(&Catalog { tables: tables.to_vec(), ..Catalog::default() }, &exposure).0
}
