//! An entity set of which some rows may be read -> a table that has these rows and no others, and of their columns those that may be read.
//!
//! A newcomer's trap: this stands wherever a statement would name the table, so no other condition of the statement can undo it. Only
//! what reads no rows names the table itself: the history, and the record of what changed. But a database may try conditions in any
//! order, also on rows that another one leaves out, and that it fails, or how long it takes, would tell of them. The order that both
//! databases promise is that of a `CASE`; so what is asked stands in one, behind the question whether the row may be read.

use super::expression::{Apart, apart, condition};
use super::statement::Builder;
use crate::edm::{EntitySet, Property};
use crate::plan::Typed;

/// What the table is called inside.
pub(super) const NAME: &str = "t";

/// The column that says of a row whether it may be read.
const SHOWN: &str = "deltalink shown";

/// The rows of `set` for which `filter` is true; without a filter there should be one, and so there are no rows.
pub(super) fn filtered(build: &mut Builder<'_>, set: &EntitySet, filter: Option<&Typed>) -> String {
    let wanted = filter.map_or_else(|| "1 = 0".to_owned(), |filter| condition(build, filter));
    let columns: Vec<_> = set.properties.iter().map(|property| column(build, property, &wanted)).collect();
    let shown = format!("CASE WHEN {wanted} THEN 1 ELSE 0 END AS {}", build.dialect().identifier(SHOWN));
    let columns = columns.into_iter().chain(Some(shown)).collect::<Vec<_>>().join(", ");
    format!("(SELECT {columns} FROM {} AS {NAME} WHERE {wanted})", build.dialect().table(set))
}

/// What is calculated when it is read, and may fail, is calculated for the `wanted` rows only.
fn column(build: &Builder<'_>, property: &Property, wanted: &str) -> String {
    let column = build.dialect().identifier(&property.column);
    if property.calculated {
        format!("CASE WHEN {wanted} THEN {NAME}.{column} END AS {column}")
    } else {
        format!("{NAME}.{column} AS {column}")
    }
}

/// The condition of whoever asks that `predicate` is true of the row `name` of `set`. What can fail of it, or take long, is tried where all
/// rows in sight may be read, also those around a subquery: it may be run before what stands around it.
pub(super) fn guarded(build: &mut Builder<'_>, set: &EntitySet, name: &str, predicate: &Typed) -> String {
    build.asking(set, name, |build| {
        let Some(hidden) = hidden(build) else { return condition(build, predicate) };
        let Apart { plain, rest } = apart(build, predicate);
        let rest = rest.map(|rest| format!("CASE WHEN {hidden} THEN 0 WHEN {rest} THEN 1 ELSE 0 END = 1"));
        plain.into_iter().chain(rest).collect::<Vec<_>>().join(" AND ")
    })
}

/// The condition that it is not, with the same care.
pub(super) fn guarded_not(build: &mut Builder<'_>, set: &EntitySet, name: &str, predicate: &Typed) -> String {
    build.asking(set, name, |build| {
        let hidden = hidden(build).map(|hidden| format!("WHEN {hidden} THEN 0 ")).unwrap_or_default();
        format!("CASE {hidden}WHEN {} THEN 0 ELSE 1 END = 1", condition(build, predicate))
    })
}

/// A value of the row `name` of `set`, which is made only where all rows in sight may be read.
pub(super) fn shown_only(
    build: &mut Builder<'_>,
    set: &EntitySet,
    name: &str,
    write: impl FnOnce(&mut Builder<'_>) -> String,
) -> String {
    build.asking(set, name, |build| {
        let value = write(build);
        let shown = of_asked(build, " = 1", " AND ");
        shown.map_or(value.clone(), |shown| format!("CASE WHEN {shown} THEN {value} END"))
    })
}

/// The condition that one of the rows in sight may not be read, if that can be.
pub(super) fn hidden(build: &Builder<'_>) -> Option<String> {
    of_asked(build, " = 0", " OR ")
}

/// What `is` of the rows in sight, if there are any of filtered sets.
fn of_asked(build: &Builder<'_>, is: &str, between: &str) -> Option<String> {
    let shown = build.dialect().identifier(SHOWN);
    let all: Vec<String> = build.asked().iter().map(|name| [name, ".", &shown, is].concat()).collect();
    (!all.is_empty()).then(|| all.join(between))
}

#[cfg(all(test, feature = "sqlite"))]
mod tests {
    use super::*;
    use crate::edm::Value;
    use crate::plan::{Class, Form, RowFilters};
    use crate::sql::sqlite::Sqlite;

    #[test]
    fn a_filter_that_is_missing_lets_nothing_through() {
        let set =
            EntitySet { name: "T".to_owned(), table: "T".to_owned(), rows_filtered: true, ..EntitySet::default() };
        let said = Builder::new(&Sqlite, &RowFilters::default()).rows(&set);
        assert!(said.ends_with("FROM \"T\" AS t WHERE 1 = 0)"), "{said}");
    }

    #[test]
    fn what_is_asked_within_a_subquery_looks_at_the_rows_around_it_too() {
        let of = |rows_filtered| EntitySet { rows_filtered, ..EntitySet::default() };
        let truth = Typed { form: Form::Constant(Value::Integer(1)), class: Class::Boolean, nullable: false };
        let filters = RowFilters::default();
        let mut build = Builder::new(&Sqlite, &filters);
        build.asking(&of(true), "t", |build| {
            let inner = build.asking(&of(false), "t1", |build| guarded(build, &of(true), "t2", &truth));
            assert!(
                inner.starts_with(
                    "CASE WHEN t.\"deltalink shown\" = 0 OR t2.\"deltalink shown\" = 0 THEN 0 WHEN ?1 THEN"
                ),
                "{inner}"
            );
        });
        assert_eq!(guarded(&mut build, &of(false), "t", &truth), "?2");
    }
}
