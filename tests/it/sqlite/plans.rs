//! How SQLite finds what is asked for: through its indexes.
//!
//! The statements are those that a gateway ran. Plans do not depend on what the gateway's functions return, so here others stand for them
//! by their names.

use rusqlite::Connection;
use rusqlite::functions::FunctionFlags;

use super::Database;
use super::suite::encoded;
use crate::support::gateway::Gateway;
use crate::support::tokens::{Token, tokens};

const GUID: &str = "00000000-0000-4000-8000-000000000001";

fn sales() -> (Database, Gateway) {
    let database = Database::empty();
    database.execute(
        "CREATE TABLE Sale (Id INTEGER PRIMARY KEY, Customer UUID, PlacedAt DATETIME, Due DATE, Name VARCHAR(80), Code VARCHAR(8) UNIQUE,
           Total DECIMAL(10,2), Weight DOUBLE, Quantity INT, Note TEXT COLLATE NOCASE);
         INSERT INTO Sale (Id, Name) VALUES (1, 'a'), (2, 'b'), (3, 'c')",
    );
    for column in ["Customer", "PlacedAt", "Due", "Name", "Total", "Weight", "Quantity"] {
        database.execute(&format!("CREATE INDEX Sale_{column} ON Sale ({column})"));
    }
    database.track("Sale");
    let gateway = database.serve();
    (database, gateway)
}

/// The same, for somebody who may not read all of them.
fn sales_in_part() -> (Database, Gateway) {
    let (database, _) = sales();
    let config = "[access]\nanonymous = ['r']\n[access.roles.r]\nSale = { filter = \"Note ne 'x'\" }\n";
    let gateway = database.serve_with(config);
    (database, gateway)
}

/// The steps of the plan of each statement that `ask` leads to.
fn plans(database: &Database, gateway: &Gateway, ask: impl FnOnce()) -> Vec<String> {
    gateway.heard.forget();
    ask();
    let connection = database.connect();
    gateway.heard.statements().iter().flat_map(|sql| plan(&connection, sql)).collect()
}

fn plan(connection: &Connection, sql: &str) -> Vec<String> {
    for token in tokens(sql) {
        if let Token::Word(name) = token
            && name.starts_with("edm_")
        {
            let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
            connection.create_scalar_function(&*name, -1, flags, |_| Ok(0)).unwrap();
        }
    }
    let mut explained = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
    let mut steps = explained.raw_query();
    let mut plan = Vec::new();
    while let Some(step) = steps.next().unwrap() {
        plan.push(step.get(3).unwrap());
    }
    plan
}

/// The plans of a page and of a count of what `filter` finds, where all may be read and where some may be.
fn filtered(filter: &str) -> [Vec<String>; 4] {
    let [page, count] = found(&sales(), filter);
    let [page_in_part, count_in_part] = found(&sales_in_part(), filter);
    [page, count, page_in_part, count_in_part]
}

fn found((database, gateway): &(Database, Gateway), filter: &str) -> [Vec<String>; 2] {
    let client = gateway.client();
    ["", "/$count"].map(|count| {
        let url = format!("/odata/Sale{count}?$filter={}", encoded(filter));
        let plan = plans(database, gateway, || drop(client.get(&url).expect(200)));
        plan.iter().map(|step| step.replace("COVERING INDEX", "INDEX")).collect()
    })
}

#[test]
fn a_comparison_with_a_constant_is_found_by_an_index() {
    let customer = "SEARCH t USING INDEX Sale_Customer (Customer=?)";
    for (filter, expected) in [
        (format!("Customer eq {GUID}"), customer),
        (format!("{GUID} eq Customer and Name ne 'x'"), customer),
        (format!("Customer in ({GUID},{})", GUID.replace('1', "2")), customer),
        ("Id eq 5".into(), "SEARCH t USING INTEGER PRIMARY KEY (rowid=?)"),
        ("Id in (5,6,7)".into(), "SEARCH t USING INTEGER PRIMARY KEY (rowid=?)"),
        ("Id gt 5".into(), "SEARCH t USING INTEGER PRIMARY KEY (rowid>?)"),
        (
            "PlacedAt ge 2024-01-01T00:00:00Z and PlacedAt lt 2024-02-01T00:00:00Z".into(),
            "SEARCH t USING INDEX Sale_PlacedAt (PlacedAt>? AND PlacedAt<?)",
        ),
        ("PlacedAt eq 2024-01-01T00:00:00Z".into(), "SEARCH t USING INDEX Sale_PlacedAt (PlacedAt>? AND PlacedAt<?)"),
        ("Due eq 2024-01-01".into(), "SEARCH t USING INDEX Sale_Due (Due>? AND Due<?)"),
        ("Name eq 'x'".into(), "SEARCH t USING INDEX Sale_Name (Name=?)"),
        ("Name in ('x','y')".into(), "SEARCH t USING INDEX Sale_Name (Name=?)"),
        ("startswith(Name,'a')".into(), "SEARCH t USING INDEX Sale_Name (Name>? AND Name<?)"),
        ("Code eq 'x'".into(), "SEARCH t USING INDEX sqlite_autoindex_Sale_1 (Code=?)"),
        ("Quantity eq 5".into(), "SEARCH t USING INDEX Sale_Quantity (Quantity=?)"),
        ("Quantity in (5,6)".into(), "SEARCH t USING INDEX Sale_Quantity (Quantity=?)"),
        ("Quantity ge 5 and Quantity lt 7".into(), "SEARCH t USING INDEX Sale_Quantity (Quantity>? AND Quantity<?)"),
        ("Total eq 12.5".into(), "SEARCH t USING INDEX Sale_Total (Total>? AND Total<?)"),
        (
            "Quantity eq 5 and (Id mul 2 gt 4 or contains(Name,'x'))".into(),
            "SEARCH t USING INDEX Sale_Quantity (Quantity=?)",
        ),
    ] {
        for plan in filtered(&filter) {
            let scans = plan.iter().any(|step| step.starts_with("SCAN"));
            assert!(!scans && plan.iter().any(|step| step == expected), "{filter}: {plan:?}");
        }
    }
}

/// A page of what a bound on one side leaves may as well be read in the order of the key: SQLite decides.
#[test]
fn what_a_bound_on_one_side_leaves_is_counted_by_an_index() {
    for (filter, expected) in [
        ("Due lt 2024-01-01", "SEARCH t USING INDEX Sale_Due (Due<?)"),
        ("Name ge 'x'", "SEARCH t USING INDEX Sale_Name (Name>?)"),
        ("PlacedAt gt 2024-01-01T00:00:00Z", "SEARCH t USING INDEX Sale_PlacedAt (PlacedAt>?)"),
        ("Total gt 12.5", "SEARCH t USING INDEX Sale_Total (Total>?)"),
        ("Weight lt 0.5", "SEARCH t USING INDEX Sale_Weight (Weight<?)"),
    ] {
        let [_, count, _, count_in_part] = filtered(filter);
        assert_eq!(
            (&count[..], &count_in_part[..]),
            (&[expected.to_owned()][..], &[expected.to_owned()][..]),
            "{filter}"
        );
    }
}

#[test]
fn a_page_in_the_order_of_an_index_begins_where_the_one_before_ended() {
    for (database, gateway) in [sales(), sales_in_part()] {
        begins_where_the_one_before_ended(&database, &gateway);
    }
}

fn begins_where_the_one_before_ended(database: &Database, gateway: &Gateway) {
    let client = gateway.client();
    for (order, expected) in [
        ("Name", "SEARCH t USING INDEX Sale_Name (Name>?)"),
        ("Quantity", "SEARCH t USING INDEX Sale_Quantity (Quantity>?)"),
        ("Id", "SEARCH t USING INTEGER PRIMARY KEY (rowid>?)"),
        ("Id desc", "SEARCH t USING INTEGER PRIMARY KEY (rowid<?)"),
    ] {
        database.execute("UPDATE Sale SET Quantity = Id");
        let first =
            client.ask("GET", &format!("/odata/Sale?$orderby={}", encoded(order))).header("Prefer", "maxpagesize=1");
        let next = first.send().expect(200).link("nextLink").unwrap();
        let plan = plans(database, gateway, || {
            client.ask("GET", &next).header("Prefer", "maxpagesize=1").send().expect(200);
        });
        assert_eq!(plan, [expected], "{order}");
    }
}

/// Sales of which some may be read. The key of the second table is text and a number.
fn filtered_sales() -> (Database, Gateway) {
    let (database, open) = sales();
    drop(open);
    database.execute(
        "CREATE TABLE Part (SaleId INTEGER REFERENCES Sale (Id), Code TEXT COLLATE NOCASE, Region TEXT, PRIMARY KEY (SaleId, Code)) WITHOUT ROWID",
    );
    database.track("Part");
    let gateway = database.serve_with(
        "[access]\nanonymous = ['r']\n[access.roles.r]\nSale = { filter = \"Name ne 'x' and Quantity lt 100\", columns = ['Name'] }\nPart = { filter = \"Region eq 'north'\" }",
    );
    database.execute("UPDATE Sale SET Quantity = Id; INSERT INTO Part VALUES (1, 'a', 'north'), (1, 'b', 'north')");
    (database, gateway)
}

#[test]
fn what_is_filtered_is_found_as_it_would_be_without_a_filter() {
    let (database, guarded) = filtered_sales();
    let open = database.serve();
    let one = |gateway: &Gateway, path: &str| {
        gateway.client().ask("GET", path).header("Prefer", "track-changes, maxpagesize=1").send().expect(200)
    };
    for path in ["Sale(1)", "Part(SaleId=1,Code='a')", "Sale", "Part"] {
        let path = format!("/odata/{path}");
        let [filtered, unfiltered] = [&guarded, &open].map(|gateway| {
            let path = one(gateway, &path).link("nextLink").unwrap_or_else(|| path.clone());
            plans(&database, gateway, || drop(one(gateway, &path)))
        });
        assert!(filtered.iter().any(|step| step.starts_with("SEARCH t USING") && step.contains("PRIMARY KEY (")));
        assert_eq!(filtered, unfiltered, "{path}");
    }
}

#[test]
fn the_changes_of_what_is_filtered_are_found_by_the_index_of_its_key() {
    let (database, gateway) = filtered_sales();
    let client = gateway.client();
    for (set, key) in [("Sale", "INTEGER PRIMARY KEY (rowid=?)"), ("Part", "PRIMARY KEY (SaleId=? AND Code=?)")] {
        let link = client.track(&format!("/odata/{set}")).expect(200).delta_link();
        let steps = plans(&database, &gateway, || drop(client.get(&link).expect(200)));
        assert!(steps.contains(&format!("SEARCH t USING {key} LEFT-JOIN")), "{steps:?}");
        assert!(steps.iter().any(|step| step.starts_with(&format!("SEARCH bare USING {key}"))), "{steps:?}");
        // Of the history, a part has that name.
        let slow =
            |step: &&String| step.contains("MATERIALIZE") && !step.ends_with("newest") || step.starts_with("SCAN t");
        assert_eq!(steps.iter().find(slow), None, "{steps:?}");
    }
}
