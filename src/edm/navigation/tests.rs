//! What becomes of foreign keys, and how it is called.

use std::collections::HashSet;
use std::sync::Arc;

use proptest::prelude::*;

use super::super::catalog::Table;
use super::super::exposure::{Exposure, TableExposure};
use super::super::fixture::{model, table};
use super::super::model::{Edm, expose};
use super::*;

pub(super) fn customers() -> Table {
    table("Customers", &["Id*", "Code"])
}

/// `Set.Property -> Target` for each navigation property; `*` stands for many, `?` for one that may be absent.
pub(super) fn described(edm: &Edm) -> Vec<String> {
    let of_set = |set: &Arc<EntitySet>| {
        let line = |property: &NavigationProperty| {
            let sign = if property.many {
                "*"
            } else if property.nullable {
                "?"
            } else {
                ""
            };
            format!("{}.{} -> {}{sign}", set.name, property.name, property.target)
        };
        set.navigation.iter().map(line).collect::<Vec<_>>()
    };
    edm.sets().iter().flat_map(of_set).collect()
}

#[track_caller]
fn becomes(tables: &[Table], expected: &[&str]) {
    assert_eq!(described(&model(tables)), expected);
    let reversed: Vec<Table> = tables
        .iter()
        .rev()
        .cloned()
        .map(|mut table| {
            table.foreign_keys.reverse();
            table
        })
        .collect();
    assert_eq!(described(&model(&reversed)), expected, "whatever the order in the database");
}

#[test]
fn a_foreign_key_leads_to_one_and_back_to_many() {
    let orders = table("Orders", &["Id*", "CustomerId?"]).referring(&["CustomerId"], "Customers", &["Id"]);
    let edm = model(&[customers(), orders]);
    assert_eq!(described(&edm), ["Customers.Orders -> Orders*", "Orders.Customer -> Customers?"]);
    let ahead = edm.set("Orders").unwrap().navigation_property("Customer").unwrap();
    assert_eq!((&ahead.pairs[..], ahead.partner.as_deref()), (&[(1, 0)][..], Some("Orders")));
    let back = edm.set("Customers").unwrap().navigation_property("Orders").unwrap();
    assert_eq!((&back.pairs[..], back.partner.as_deref()), (&[(0, 1)][..], Some("Customer")));
    assert_eq!(edm.set("Orders").unwrap().navigation_property("customer"), None);
}

#[test]
fn a_column_that_is_no_id_gives_the_name_to_the_set_it_leads_to() {
    let orders = table("Orders", &["Id*", "Buyer"]).referring(&["Buyer"], "Customers", &["Id"]);
    becomes(&[customers(), orders], &["Customers.Orders -> Orders*", "Orders.Customers -> Customers"]);
}

#[test]
fn several_foreign_keys_between_two_tables_are_told_apart_by_their_columns() {
    let orders = table("Orders", &["Id*", "BuyerId", "PayerId?"])
        .referring(&["BuyerId"], "Customers", &["Id"])
        .referring(&["PayerId"], "Customers", &["Id"]);
    becomes(
        &[customers(), orders],
        &[
            "Customers.Orders_by_Buyer -> Orders*",
            "Customers.Orders_by_Payer -> Orders*",
            "Orders.Buyer -> Customers",
            "Orders.Payer -> Customers?",
        ],
    );
    let orders = table("Orders", &["Id*", "Buyer", "Payer"]).referring(&["Buyer"], "Customers", &["Id"]).referring(
        &["Payer"],
        "Customers",
        &["Id"],
    );
    becomes(
        &[customers(), orders],
        &[
            "Customers.Orders_by_Buyer -> Orders*",
            "Customers.Orders_by_Payer -> Orders*",
            "Orders.Buyer_Customers -> Customers",
            "Orders.Payer_Customers -> Customers",
        ],
    );
}

#[test]
fn a_table_that_refers_to_itself_has_both_ends() {
    let employee = table("Employee", &["Id*", "ReportsTo?"]).referring(&["ReportsTo"], "Employee", &["Id"]);
    let expected = ["Employee.ReportsTo_Employee -> Employee?", "Employee.Employee_by_ReportsTo -> Employee*"];
    becomes(&[employee], &expected);
    let category =
        table("Category", &["CategoryId*", "ParentId?"]).referring(&["ParentId"], "Category", &["CategoryId"]);
    becomes(&[category], &["Category.Parent -> Category?", "Category.Category_by_Parent -> Category*"]);
}

#[test]
fn several_columns_are_one_reference() {
    let lines = table("Lines", &["OrderId*", "Line*"]);
    let parcels = table("Parcels", &["Id*", "LineNumber?", "OrderId"]).referring(
        &["LineNumber", "OrderId"],
        "Lines",
        &["Line", "OrderId"],
    );
    let tables = [lines, parcels];
    becomes(&tables, &["Lines.Parcels -> Parcels*", "Parcels.Lines -> Lines?"]);
    let pairs =
        |set: &str, name: &str| model(&tables).set(set).unwrap().navigation_property(name).unwrap().pairs.clone();
    assert_eq!(pairs("Parcels", "Lines"), [(1, 1), (2, 0)]);
    assert_eq!(pairs("Lines", "Parcels"), [(1, 1), (0, 2)]);
}

#[test]
fn a_key_that_is_shared_is_a_reference_too() {
    let details = table("Details", &["Id*"]).referring(&["Id"], "Customers", &["Id"]);
    becomes(&[customers(), details], &["Customers.Details -> Details*", "Details.Customers -> Customers"]);
}

#[test]
fn a_name_that_a_property_has_is_not_taken_from_it() {
    let orders = table("Orders", &["Id*", "CustomerId", "customer"]).referring(&["CustomerId"], "Customers", &["Id"]);
    let customers = table("Customers", &["Id*", "Orders"]);
    becomes(&[customers, orders], &["Customers.Orders_by_Customer -> Orders*", "Orders.Customers -> Customers"]);
}

#[test]
fn the_way_back_yields_to_the_way_ahead() {
    let department = table("Department", &["Id*", "EmployeeId"]).referring(&["EmployeeId"], "Employee", &["Id"]);
    let employee = table("Employee", &["Id*", "DepartmentId"]).referring(&["DepartmentId"], "Department", &["Id"]);
    becomes(
        &[department, employee],
        &[
            "Department.Employee -> Employee",
            "Department.Employee_by_Department -> Employee*",
            "Employee.Department -> Department",
            "Employee.Department_by_Employee -> Department*",
        ],
    );
}

#[test]
fn two_foreign_keys_of_one_column_are_told_apart_by_where_they_lead() {
    let parties = table("Parties", &["Id*"]);
    let orders = table("Orders", &["Id*", "CustomerId"])
        .referring(&["CustomerId"], "Customers", &["Id"])
        .referring(&["CustomerId"], "Parties", &["Id"])
        .referring(&["CustomerId"], "Parties", &["Id"]);
    becomes(
        &[customers(), orders, parties],
        &[
            "Customers.Orders -> Orders*",
            "Orders.Customers -> Customers",
            "Orders.Parties -> Parties",
            "Parties.Orders -> Orders*",
        ],
    );
}

#[test]
fn what_is_not_exposed_is_not_led_to() {
    let hidden = table("Hidden", &["Id*"]);
    let orders = table("Orders", &["Id*", "HiddenId", "GoneId"]).referring(&["HiddenId"], "Hidden", &["Id"]).referring(
        &["GoneId"],
        "Gone",
        &["Id"],
    );
    becomes(&[hidden.referring(&["Id"], "Orders", &["Id"]), orders], &[]);

    let orders = table("Orders", &["Id*", "CustomerId"]).referring(&["CustomerId"], "Customers", &["Id"]);
    let catalog = Catalog { tables: vec![customers(), orders], ..Catalog::default() };
    let narrow = TableExposure { columns: Some(vec!["Id".to_owned()]), ..TableExposure::default() };
    let exposure = [("Customers".to_owned(), TableExposure::default()), ("Orders".to_owned(), narrow)];
    let exposure = Exposure { tables: exposure.into(), ..Exposure::default() };
    assert!(described(&expose(&catalog, &exposure).0).is_empty());
}

#[test]
fn only_what_is_unique_without_condition_is_referred_to() {
    let orders = || table("Orders", &["Id*", "CustomerCode"]).referring(&["CustomerCode"], "Customers", &["Code"]);
    let leads = ["Customers.Orders -> Orders*", "Orders.Customers -> Customers"];
    becomes(&[customers().unique(&["Code"], None, ""), orders()], &leads);
    becomes(&[customers().unique(&["Code"], None, "nocase"), orders()], &leads);
    becomes(&[customers(), orders()], &[]);
    becomes(&[customers().unique(&["Code"], Some("Id > 5"), ""), orders()], &[]);
    becomes(&[customers().unique(&["Code"], None, "GERMAN"), orders()], &[]);
    becomes(&[customers().unique(&["Code", "Id"], None, ""), orders()], &[]);
    let of_more = table("Lines", &["OrderId*", "Line*"]);
    let parcels = table("Parcels", &["Id*", "OrderId"]).referring(&["OrderId"], "Lines", &["OrderId"]);
    becomes(&[of_more, parcels], &[]);
}

#[test]
fn tables_are_told_apart_by_their_schema() {
    let of_schema = |mut table: Table, schema: &str| {
        table.schema = Some(schema.to_owned());
        table
    };
    let mut orders = table("Orders", &["Id*", "CustomerId"]).referring(&["CustomerId"], "Customers", &["Id"]);
    orders.foreign_keys[0].schema = Some("archive".to_owned());
    let mut archive = of_schema(customers(), "archive");
    archive.qualified = true;
    let catalog = vec![archive, of_schema(customers(), "dbo"), of_schema(orders, "dbo")];
    let exposure =
        ["archive.Customers", "dbo.Customers", "Orders"].map(|name| (name.to_owned(), TableExposure::default()));
    let exposure = Exposure { tables: exposure.into(), ..Exposure::default() };
    let edm = expose(&Catalog { tables: catalog, ..Catalog::default() }, &exposure).0;
    let expected = ["Orders.Customer -> archive_Customers", "archive_Customers.Orders -> Orders*"];
    assert_eq!(described(&edm), expected);
}

#[test]
fn names_follow_those_that_the_operator_gave_to_sets_and_properties() {
    let orders = table("tblOrders", &["Id*", "cust"]).referring(&["cust"], "tblCustomers", &["Id"]);
    let tables = vec![table("tblCustomers", &["Id*"]), orders];
    let named = |name: &str| TableExposure { name: Some(name.to_owned()), ..TableExposure::default() };
    let rename = [("cust".to_owned(), "BuyerId".to_owned())].into();
    let exposure = [
        ("tblCustomers".to_owned(), named("Customers")),
        ("tblOrders".to_owned(), TableExposure { rename, ..named("Orders") }),
    ];
    let exposure = Exposure { tables: exposure.into(), ..Exposure::default() };
    let edm = expose(&Catalog { tables, ..Catalog::default() }, &exposure).0;
    assert_eq!(described(&edm), ["Customers.Orders -> Orders*", "Orders.Buyer -> Customers"]);
}

proptest! {
    /// Tables `A`, `B` and `C` refer to one another, and to themselves, with columns whose names are those of tables.
    #[test]
    fn every_name_is_an_identifier_and_nobody_else_s_and_partners_lead_back(
        keys in proptest::collection::vec((0_usize..3, 0_usize..6, 0_usize..3), 0..12),
    ) {
        const COLUMNS: [&str; 6] = ["Id", "AId", "a_id", "B", "C_by_B", "B_A"];
        let mut tables = ["A", "B", "C"].map(|name| table(name, &["Id*", "AId", "a_id", "B", "C_by_B", "B_A"]));
        for (from, column, to) in keys {
            let target = tables[to].name.clone();
            tables[from] = tables[from].clone().referring(&[COLUMNS[column]], &target, &["Id"]);
        }
        let edm = model(&tables);
        for set in edm.sets() {
            let mut names: HashSet<String> = set.properties.iter().map(|property| property.name.clone()).collect();
            for property in &set.navigation {
                prop_assert!(is_identifier(&property.name) && names.insert(property.name.clone()), "{}", property.name);
                let target = edm.set(&property.target).unwrap();
                let partner = target.navigation_property(property.partner.as_ref().unwrap()).unwrap();
                prop_assert_eq!((partner.partner.as_ref(), &partner.target), (Some(&property.name), &set.name));
                prop_assert_ne!(partner.many, property.many);
                let mut back: Vec<_> = partner.pairs.iter().map(|&(one, other)| (other, one)).collect();
                back.sort_unstable();
                let mut pairs = property.pairs.clone();
                pairs.sort_unstable();
                prop_assert_eq!(back, pairs);
            }
        }
        for table in &mut tables {
            table.foreign_keys.reverse();
        }
        prop_assert_eq!(described(&edm), described(&model(&tables)));
    }
}
