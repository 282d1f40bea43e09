//! What the operator wishes for foreign keys, held against those that there are.
//!
//! What a newcomer would get wrong is to ask for names: SQLite's foreign keys have none that it tells, so one may also be
//! called by its columns.

use super::super::catalog::{ForeignKey, Table};
use super::super::exposure::{NavigationExposure, TableExposure};

/// What is wished for `key`, which is one of `table`. Who names it means it more than who names its columns.
pub(super) fn wish<'a>(table: &Table, key: &ForeignKey, wishes: &'a TableExposure) -> Option<&'a NavigationExposure> {
    let named = wishes.navigation.iter().find(|(name, _)| has_name(key, name));
    let found = named.or_else(|| wishes.navigation.iter().find(|(name, _)| has_columns(table, key, name)));
    found.map(|(_, wish)| wish)
}

/// The wishes for foreign keys that `table` does not have.
pub(super) fn unknown<'a>(table: &Table, wishes: &'a TableExposure) -> impl Iterator<Item = &'a String> {
    let known = |name: &str| table.foreign_keys.iter().any(|key| has_name(key, name) || has_columns(table, key, name));
    wishes.navigation.keys().filter(move |name| !known(name))
}

fn has_name(key: &ForeignKey, name: &str) -> bool {
    !key.name.is_empty() && key.name.eq_ignore_ascii_case(name)
}

/// Whether `names` are the columns of `key` in its order, with commas between them.
fn has_columns(table: &Table, key: &ForeignKey, names: &str) -> bool {
    let columns: Vec<&str> = key.columns.iter().map(|&column| table.columns[column].name.as_str()).collect();
    without_space_at_commas(&columns.join(",")).eq_ignore_ascii_case(&without_space_at_commas(names))
}

/// A name may hold commas itself, so the list is not taken apart for good.
fn without_space_at_commas(list: &str) -> String {
    list.split(',').map(str::trim).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::super::super::catalog::Catalog;
    use super::super::super::exposure::{Exposure, NavigationNames};
    use super::super::super::fixture::table;
    use super::super::super::model::expose;
    use super::super::tests::{customers, described};
    use super::*;

    /// Orders with a buyer, who has a foreign key with a name, and a payer, who has not.
    fn tables() -> Vec<Table> {
        let mut orders = table("Orders", &["Id*", "BuyerId", "PayerId", "Note"])
            .referring(&["BuyerId"], "Customers", &["Id"])
            .referring(&["PayerId"], "Customers", &["Id"]);
        orders.foreign_keys[0].name = "FK_Buyer".to_owned();
        vec![customers(), orders]
    }

    fn named(to_one: &str, to_many: &str) -> NavigationExposure {
        let some = |name: &str| Some(name.to_owned()).filter(|name| !name.is_empty());
        NavigationExposure::Named(NavigationNames { to_one: some(to_one), to_many: some(to_many) })
    }

    /// What leads from orders and back, and what is wrong with the wishes.
    fn exposed(tables: Vec<Table>, navigation: &[(&str, NavigationExposure)]) -> (Vec<String>, Vec<String>) {
        let navigation = navigation.iter().map(|(name, wish)| ((*name).to_owned(), wish.clone())).collect();
        let orders = TableExposure { navigation, ..TableExposure::default() };
        let wishes = tables.iter().map(|table| (table.name.clone(), TableExposure::default()));
        let exposure =
            Exposure { tables: wishes.chain([("Orders".to_owned(), orders)]).collect(), ..Exposure::default() };
        let (edm, unmet) = expose(&Catalog { tables, ..Catalog::default() }, &exposure);
        assert!(unmet.iter().all(|unmet| unmet.table == "Orders"), "{unmet:?}");
        (described(&edm), unmet.iter().map(|unmet| unmet.obstacle.to_string()).collect())
    }

    #[test]
    fn a_foreign_key_is_called_by_its_name_or_by_its_columns() {
        let expected = [
            "Customers.Bought -> Orders*",
            "Customers.Paid -> Orders*",
            "Orders.Client -> Customers",
            "Orders.Debtor -> Customers",
        ];
        for (buyer, payer) in [("FK_Buyer", "PayerId"), ("fk_buyer", " payerid "), ("BuyerId", "PAYERID")] {
            let wishes = [(buyer, named("Client", "Bought")), (payer, named("Debtor", "Paid"))];
            let (found, unmet) = exposed(tables(), &wishes);
            assert_eq!((found, unmet), (expected.map(str::to_owned).to_vec(), Vec::new()), "{buyer} {payer}");
        }
    }

    #[test]
    fn several_columns_stand_with_commas_between_them() {
        let lines = table("Lines", &["Id*", "Part*"]);
        let orders = table("Orders", &["Id*", "Line", "Line, part"]).referring(
            &["Line", "Line, part"],
            "Lines",
            &["Id", "Part"],
        );
        for name in ["Line, Line, part", "line,line,PART"] {
            let (found, unmet) = exposed(vec![lines.clone(), orders.clone()], &[(name, named("", "Wanting"))]);
            assert_eq!(found, ["Lines.Wanting -> Orders*", "Orders.Lines -> Lines"], "{unmet:?}");
        }
        let (_, unmet) = exposed(vec![lines, orders], &[("Line, part, Line", named("", "Wanting"))]);
        assert_eq!(unmet.len(), 1);
    }

    #[test]
    fn a_name_that_is_given_leaves_the_other_foreign_key_its_own() {
        let (found, _) = exposed(tables(), &[("PayerId", named("", "OrdersToPay"))]);
        let expected = [
            "Customers.Orders -> Orders*",
            "Customers.OrdersToPay -> Orders*",
            "Orders.Buyer -> Customers",
            "Orders.Payer -> Customers",
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn what_is_left_out_is_not_there_in_either_direction() {
        let (found, unmet) = exposed(tables(), &[("FK_Buyer", NavigationExposure::LeftOut)]);
        assert_eq!(found, ["Customers.Orders -> Orders*", "Orders.Payer -> Customers"]);
        assert!(unmet.is_empty());
    }

    #[test]
    fn the_type_s_own_name_may_be_given() {
        let (found, unmet) =
            exposed(tables(), &[("FK_Buyer", NavigationExposure::LeftOut), ("PayerId", named("orders", "Customers"))]);
        assert_eq!(
            (found, unmet.len()),
            (vec!["Customers.Customers -> Orders*".to_owned(), "Orders.orders -> Customers".to_owned()], 0)
        );
    }

    #[test]
    fn a_wish_that_cannot_be_met_is_told_and_does_not_keep_the_rest_away() {
        for (wishes, expected) in [
            (vec![("FK_Seller", named("Seller", ""))], "its foreign key \"FK_Seller\", which it does not have"),
            (vec![("", NavigationExposure::LeftOut)], "its foreign key \"\", which it does not have"),
            (vec![("FK_Buyer", named("Note", ""))], "the name \"Note\" is taken"),
            (vec![("FK_Buyer", named("", "Code"))], "the name \"Code\" is taken"),
            (vec![("BuyerId", named("A", "")), ("PayerId", named("A", ""))], "the name \"A\" is taken"),
            (vec![("FK_Buyer", named("no identifier", ""))], "\"no identifier\" is not an OData identifier"),
        ] {
            let (found, unmet) = exposed(tables(), &wishes);
            assert!(unmet.len() == 1 && unmet[0].contains(expected), "{unmet:?}");
            assert_eq!(found.len(), 4, "{found:?}");
        }
    }
}
