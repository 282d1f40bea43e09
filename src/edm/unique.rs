//! Unique indexes -> which columns tell a row from all others.
//!
//! What a newcomer would get wrong is that not every unique index does: one with a condition knows only some rows, one
//! over expressions says nothing of columns, and one that compares in a way that only the application knows cannot be
//! asked.

use super::catalog::{Table, UniqueIndex};

impl UniqueIndex {
    /// Its columns, if they alone tell any row from all others.
    fn sole_columns(&self) -> Option<Vec<usize>> {
        if self.predicate.is_some() {
            return None;
        }
        let columns = self.columns.iter().map(|column| column.as_ref().filter(|column| is_built_in(&column.collation)));
        columns.map(|column| Some(column?.column)).collect()
    }
}

/// Whether the database itself knows how to compare by the collation; an empty one is the column's own.
pub(super) fn is_built_in(collation: &str) -> bool {
    ["", "BINARY", "NOCASE", "RTRIM"].iter().any(|known| known.eq_ignore_ascii_case(collation))
}

/// Whether no two rows of `table` have the same values in `columns`, in whatever order; NULL aside.
pub(super) fn is_unique(table: &Table, columns: &[usize]) -> bool {
    let same = |index: &[usize]| {
        index.iter().all(|column| columns.contains(column)) && columns.iter().all(|column| index.contains(column))
    };
    same(&table.key) || table.unique.iter().filter_map(UniqueIndex::sole_columns).any(|index| same(&index))
}
