//! An entity set of which some rows may be read -> a table that has these rows and no others, and of their columns those that may be read.
//!
//! A newcomer's trap: this stands wherever a statement would name the table, so no other condition of the statement can undo it. Only
//! what reads no rows names the table itself: the history, and the record of what changed.

use super::expression::condition;
use super::statement::Builder;
use crate::edm::EntitySet;
use crate::plan::Typed;

/// What the table is called inside.
pub(super) const NAME: &str = "t";

/// The rows of `set` for which `filter` is true; without a filter there should be one, and so there are no rows.
pub(super) fn filtered(build: &mut Builder<'_>, set: &EntitySet, filter: Option<&Typed>) -> String {
    let wanted = filter.map_or_else(|| "1 = 0".to_owned(), |filter| condition(build, filter));
    let named = |column: &String| format!("{NAME}.{column} AS {column}");
    let columns: Vec<_> =
        set.properties.iter().map(|property| named(&build.dialect().identifier(&property.column))).collect();
    let shown = format!("CASE WHEN {wanted} THEN 1 ELSE 0 END AS {}", shown(build));
    let columns =
        columns.into_iter().chain(build.dialect().guards_rows().then_some(shown)).collect::<Vec<_>>().join(", ");
    format!("(SELECT {columns} FROM {} AS {NAME} WHERE {wanted})", build.dialect().table(set))
}

/// `predicate` of whoever asks, about the row `name` of `set`, which is looked at for rows only that may be read. A database may try conditions in
/// any order, also on rows that another one leaves out; and how long that takes, or that it fails, would tell of them. A `CASE` it does not turn
/// round.
pub(super) fn guarded(build: &Builder<'_>, set: &EntitySet, name: &str, predicate: String) -> String {
    if !set.rows_filtered || !build.dialect().guards_rows() {
        return predicate;
    }
    let shown = shown(build);
    format!("CASE WHEN {name}.{shown} = 1 THEN CASE WHEN {predicate} THEN 1 ELSE 0 END ELSE 0 END = 1")
}

/// The column that says of a row whether it may be read.
fn shown(build: &Builder<'_>) -> String {
    build.dialect().identifier("deltalink shown")
}

#[cfg(all(test, feature = "sqlite"))]
mod tests {
    use super::*;
    use crate::plan::RowFilters;
    use crate::sql::sqlite::Sqlite;

    #[test]
    fn a_filter_that_is_missing_lets_nothing_through() {
        let set =
            EntitySet { name: "T".to_owned(), table: "T".to_owned(), rows_filtered: true, ..EntitySet::default() };
        let said = Builder::new(&Sqlite, &RowFilters::default()).rows(&set);
        assert!(said.ends_with("FROM \"T\" AS t WHERE 1 = 0)"), "{said}");
    }
}
