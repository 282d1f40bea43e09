//! Unique indexes -> which columns tell a row from all others, and which properties an entity.
//!
//! What a newcomer would get wrong is that not every unique index does: one with a condition knows only some rows, one
//! over expressions says nothing of columns, and one that compares in a way that only the application knows cannot be
//! asked.

use super::catalog::{Table, UniqueIndex};
use super::model::Property;

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

/// The alternate keys of `table`, as indexes into `properties`: what is exposed as a whole, never NULL, and of types that
/// keys may have (CSDL 4.01 section 6.5). Each set of properties once, and the primary key not again.
pub(super) fn alternate_keys(table: &Table, properties: &[Property]) -> Vec<Vec<usize>> {
    let property = |column: usize| {
        let column = &table.columns[column];
        let place = properties.iter().position(|property| property.column == column.name)?;
        Some(place).filter(|_| column.typed && column.ty.can_be_key() && !column.nullable)
    };
    let mut found: Vec<Vec<usize>> = Vec::new();
    for columns in table.unique.iter().filter(|index| !index.primary).filter_map(UniqueIndex::sole_columns) {
        let Some(key) = columns.iter().map(|&column| property(column)).collect::<Option<Vec<_>>>() else { continue };
        if !same(&columns, &table.key) && !found.iter().any(|known| same(known, &key)) {
            found.push(key);
        }
    }
    found.sort_unstable();
    found
}

/// Whether the database itself knows how to compare by the collation; an empty one is the column's own.
pub(super) fn is_built_in(collation: &str) -> bool {
    ["", "BINARY", "NOCASE", "RTRIM"].iter().any(|known| known.eq_ignore_ascii_case(collation))
}

/// Whether no two rows of `table` have the same values in `columns`, in whatever order; NULL aside.
pub(super) fn is_unique(table: &Table, columns: &[usize]) -> bool {
    same(columns, &table.key)
        || table.unique.iter().filter_map(UniqueIndex::sole_columns).any(|index| same(columns, &index))
}

/// Whether two lists hold the same columns, in whatever order.
fn same(one: &[usize], other: &[usize]) -> bool {
    one.iter().all(|column| other.contains(column)) && other.iter().all(|column| one.contains(column))
}

#[cfg(test)]
mod tests {
    use super::super::catalog::Column;
    use super::super::exposure::{Exposure, TableExposure};
    use super::super::fixture::{model, table};
    use super::super::model::expose;
    use super::super::types::EdmType;
    use super::*;
    use crate::edm::Catalog;

    /// The alternate keys of a table with the key `Id`, and `A`, `B`, `C` and `Nullable` beside it.
    fn keys(with: impl Fn(Table) -> Table) -> Vec<String> {
        let table = with(table("T", &["Id*", "A", "B", "C", "Nullable?"]));
        let edm = model(&[table]);
        let set = edm.set("T").unwrap();
        let named =
            |key: &Vec<usize>| key.iter().map(|&at| set.properties[at].name.as_str()).collect::<Vec<_>>().join(", ");
        set.alternate_keys.iter().map(named).collect()
    }

    #[test]
    fn a_unique_index_is_an_alternate_key_in_its_own_order() {
        assert_eq!(keys(|table| table.unique(&["C", "A"], None, "NOCASE").unique(&["B"], None, "")), ["B", "C, A"]);
    }

    #[test]
    fn what_is_unique_twice_is_one_key_and_the_primary_key_is_none() {
        assert_eq!(keys(|table| table.unique(&["A", "B"], None, "").unique(&["B", "A"], None, "")), ["A, B"]);
        assert_eq!(keys(|table| table.unique(&["Id"], None, "")), [""; 0]);
        let primary = |mut table: Table| {
            table.unique[0].primary = true;
            table
        };
        assert_eq!(keys(|table| primary(table.unique(&["Id"], None, ""))), [""; 0]);
    }

    #[test]
    fn what_may_be_null_or_compares_or_holds_otherwise_is_no_key() {
        assert_eq!(keys(|table| table.unique(&["A", "Nullable"], None, "")), [""; 0]);
        assert_eq!(keys(|table| table.unique(&["A"], Some("B > 1"), "")), [""; 0]);
        assert_eq!(keys(|table| table.unique(&["A", "an expression"], None, "")), [""; 0]);
        assert_eq!(keys(|table| table.unique(&["A"], None, "GERMAN")), [""; 0]);
        let of_column = |change: fn(&mut Column)| {
            keys(|table| {
                let mut table = table.unique(&["A"], None, "");
                change(&mut table.columns[1]);
                table
            })
        };
        assert_eq!(of_column(|_| ()), ["A"]);
        assert_eq!(of_column(|column| column.ty = EdmType::Double), [""; 0]);
        assert_eq!(of_column(|column| column.typed = false), [""; 0]);
    }

    #[test]
    fn a_key_is_exposed_as_a_whole_or_not_at_all() {
        let table = table("T", &["Id*", "A", "B"]).unique(&["A", "B"], None, "").unique(&["B"], None, "");
        let wishes = TableExposure { columns: Some(vec!["B".to_owned()]), ..TableExposure::default() };
        let exposure = Exposure { tables: [("T".to_owned(), wishes)].into(), ..Exposure::default() };
        let edm = expose(&Catalog { tables: vec![table], ..Catalog::default() }, &exposure).0;
        assert_eq!(edm.set("T").unwrap().alternate_keys, [vec![1]]);
    }
}
