//! Keys in conditions: equality, and the order behind a position.
//!
//! Every value is cast to the type of the column that it is compared with: otherwise the column would be converted, and
//! its index not used. A newcomer's trap: a cast may round, cut or replace what does not fit, and would then find another
//! row, so a key that does not fit its type is never looked up.

use super::super::statement::{Builder, Param};
use super::types;
use crate::edm::{EdmType, EntitySet, Property, Value, fit};

/// The condition that the properties of `key` have these values, given in the canonical form of their types.
pub(super) fn equals(build: &mut Builder<'_>, key: &[(&Property, &Value)]) -> String {
    if key.iter().any(|(property, value)| fit(property.ty, value.borrow()).is_err()) {
        return "1 = 0".to_owned();
    }
    let conditions = key.iter().map(|&(property, value)| {
        let (column, placeholder) = (build.column(property), build.param(Param::Value(value.clone())));
        let sought = types::sought(&property.declared, property.collation.as_deref(), &placeholder);
        let exact = exactly(property, &column, &placeholder).map(|exact| format!(" AND {exact}")).unwrap_or_default();
        format!("{column} = {sought}{exact}")
    });
    conditions.collect::<Vec<_>>().join(" AND ")
}

/// What keeps another value from being taken for the one that is sought, where the column's own comparison does not: another
/// spelling, blanks at the end, or what a coarser type rounds to the same. The comparison beside it finds the row by its index.
fn exactly(property: &Property, column: &str, placeholder: &str) -> Option<String> {
    let declared = property.declared.as_str();
    if matches!(property.ty, EdmType::String { .. }) {
        let text = types::selected(declared, column.to_owned());
        return Some(format!(
            "{text} = {placeholder} COLLATE {EXACT} AND DATALENGTH({text}) = DATALENGTH({placeholder})"
        ));
    }
    let finer = types::finer(declared)?;
    Some(format!("CAST({column} AS {finer}) = {}", types::sought(finer, None, placeholder)))
}

/// A collation in which nothing is equal but the same characters, and blanks at the end.
pub(super) const EXACT: &str = "Latin1_General_100_BIN2";

/// The values of `key`, given as read, each cast to its column's type.
pub(super) fn parameters(build: &mut Builder<'_>, set: &EntitySet, key: &[Value]) -> Vec<String> {
    let cast = |(property, value): (&Property, &Value)| {
        let placeholder = build.param(Param::Value(value.clone()));
        parameter(property, &placeholder)
    };
    set.key_properties().zip(key).map(cast).collect()
}

/// `placeholder`, given as read, cast to the type of the property's column.
pub(super) fn parameter(property: &Property, placeholder: &str) -> String {
    types::parameter(&property.declared, property.collation.as_deref(), placeholder)
}

/// The condition that `columns`, compared one after the other, come after `values`. T-SQL has no comparison of rows;
/// what stands before the parenthesis is implied by what stands in it, and is there because an index can serve it.
pub(super) fn after(columns: &[String], values: &[String]) -> String {
    let (Some((column, columns)), Some((value, values))) = (columns.split_first(), values.split_first()) else {
        return "1 = 0".to_owned();
    };
    if columns.is_empty() {
        return format!("{column} > {value}");
    }
    format!("{column} >= {value} AND ({column} > {value} OR ({}))", after(columns, values))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_several_columns_is_spelled_out() {
        let names = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
        assert_eq!(after(&names(&["a"]), &names(&["1"])), "a > 1");
        assert_eq!(
            after(&names(&["a", "b", "c"]), &names(&["1", "2", "3"])),
            "a >= 1 AND (a > 1 OR (b >= 2 AND (b > 2 OR (c > 3))))"
        );
    }
}
