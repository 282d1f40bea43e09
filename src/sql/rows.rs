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
    let columns = set.properties.iter().map(|property| named(&build.dialect().identifier(&property.column)));
    let columns = columns.collect::<Vec<_>>().join(", ");
    format!("(SELECT {columns} FROM {} AS {NAME} WHERE {wanted})", build.dialect().table(set))
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
