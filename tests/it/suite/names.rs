//! Tables and columns whose names are no OData identifiers, and the names that the operator gives them.

use serde_json::{Value, json};

use super::{Database, Served, encoded, names};

/// Names in the database, and as OData identifiers.
const AWKWARD: [(&str, &str); 9] = [
    ("Order Details", "Order_x0020_Details"),
    ("select", "select"),
    ("it's", "it_x0027_s"),
    ("say \"hi\"", "say_x0020__x0022_hi_x0022_"),
    ("a-b.c/d", "a_x002D_b_x002E_c_x002F_d"),
    ("2024", "_x0032_024"),
    ("Größe", "Größe"),
    ("注文", "注文"),
    ("$metadata", "_x0024_metadata"),
];

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn awkward() -> Served {
    let database = Database::empty();
    for (name, _) in AWKWARD {
        let name = &quoted(name);
        let key = quoted("the key");
        database.execute(&format!("CREATE TABLE {name} ({key} INT NOT NULL PRIMARY KEY, {name} VARCHAR(20)); INSERT INTO {name} VALUES (1, 'x'), (2, 'y')"));
    }
    for (name, _) in AWKWARD {
        database.track(name);
    }
    Served::with(database, "")
}

#[test]
fn any_table_has_a_name_that_is_an_identifier() {
    let served = awkward();
    let sets = served.get("/odata/").expect(200).value();
    let mut listed: Vec<&str> = sets.iter().map(|set| set["name"].as_str().unwrap()).collect();
    let mut expected = AWKWARD.map(|(_, identifier)| identifier);
    listed.sort_unstable();
    expected.sort_unstable();
    assert_eq!(listed, expected);
    for set in &sets {
        let url = format!("/odata/{}", set["url"].as_str().unwrap());
        assert_eq!(served.get(&url).expect(200).value().len(), 2, "{url}");
    }
}

#[test]
fn any_table_can_be_read_selected_and_followed() {
    let served = awkward();
    for (name, identifier) in AWKWARD {
        let set = encoded(identifier);
        let page = served
            .get_with(&format!("/odata/{set}?$select={set}"), "Prefer", "track-changes, maxpagesize=1")
            .expect(200);
        assert_eq!(page.value(), [json!({ "the_x0020_key": 1, identifier: "x" })]);
        let context = format!("{}/odata/$metadata#{identifier}({identifier})", served.client.base);
        assert_eq!(page.json()["@odata.context"], context);
        let link = served.get(&page.link("nextLink").unwrap()).expect(200).delta_link();
        let (table, key) = (quoted(name), quoted("the key"));
        served.execute(&format!("UPDATE {table} SET {table} = 'z' WHERE {key} = 1"));
        served.execute(&format!("DELETE FROM {table} WHERE {key} = 2"));
        let items = served.get(&link).expect(200).value();
        assert_eq!(items[0], json!({ "the_x0020_key": 1, identifier: "z" }));
        assert_eq!(items[1]["id"], format!("{}/odata/{}(2)", served.client.base, percent(identifier)));
        let entity = served.get(&format!("/odata/{set}(the_x0020_key=1)/{set}")).expect(200);
        assert_eq!(entity.json()["value"], "z");
    }
}

/// As a path segment in which only what must be is encoded.
fn percent(name: &str) -> String {
    encoded(name).replace("%5F", "_")
}

#[test]
fn any_name_stands_in_both_metadata_documents() {
    let served = awkward();
    let json = served.get("/odata/$metadata?$format=json").expect(200).json();
    let text = served.get("/odata/$metadata").expect(200).text();
    let xml = roxmltree::Document::parse(&text).unwrap();
    for (_, identifier) in AWKWARD {
        assert!(json["Deltalink.Model"][identifier][identifier].is_object(), "{identifier}");
        let here = xml.descendants().filter(|node| node.attribute("Name") == Some(identifier)).count();
        assert_eq!(here, 3, "{identifier}: a type, a property, a set");
    }
}

#[test]
fn the_operator_names_tables_and_columns() {
    let database = Database::empty();
    database.execute(
        "CREATE TABLE \"Order Details\" (\"Order Id\" INT NOT NULL PRIMARY KEY, \"Unit Price\" DECIMAL(9,2), Secret VARCHAR(9));
         INSERT INTO \"Order Details\" VALUES (1, 2.5, 'hidden')",
    );
    database.track("Order Details");
    let config = r#"
        [service]
        namespace = "Contoso.Sales"
        [tables."Order Details"]
        name = "Details"
        columns = ["Unit Price"]
        rename = { "Order Id" = "Id", "Unit Price" = "Price" }
    "#;
    let served = Served::with(database, config);
    let page = served.track("/odata/Details").expect(200);
    assert_eq!(page.value(), [json!({ "Id": 1, "Price": 2.5 })]);
    assert_eq!(served.get("/odata/Details(1)/Price").expect(200).json()["value"], 2.5);
    for path in ["/odata/Order_x0020_Details", "/odata/Details(1)/Secret", "/odata/Details(1)/Unit_x0020_Price"] {
        served.get(path).expect(404);
    }
    let metadata = served.get("/odata/$metadata?$format=json").expect(200).json();
    assert_eq!(metadata["$EntityContainer"], "Contoso.Sales.Container");
    let described: Vec<&str> = names(&metadata["Contoso.Sales.Model"]["Details"]);
    assert!(described.contains(&"Price") && !described.contains(&"Secret"), "{described:?}");
    served.execute("UPDATE \"Order Details\" SET \"Unit Price\" = 3");
    assert_eq!(served.get(&page.delta_link()).expect(200).value(), [json!({ "Id": 1, "Price": 3 })]);
}

#[test]
fn an_order_of_columns_that_is_not_the_table_s_changes_nothing() {
    let config = "[tables.Orders]\ncolumns = [\"Paid\", \"Note\", \"Paid\"]\n";
    let served = Served::with(Database::shop(), config);
    let order = served.get("/odata/Orders?$top=1").expect(200).value().remove(0);
    let expected: Value = json!({ "Id": 1, "Paid": true, "Note": "first" });
    assert_eq!(order, expected);
}

#[test]
fn a_configuration_that_names_what_does_not_exist_is_an_error() {
    let database = Database::shop();
    for (config, expected) in [
        ("[tables.Nope]", "no such table"),
        ("[tables.Orders]\ncolumns = [\"Nope\"]", "\"Nope\", which it does not have"),
        ("[tables.Orders]\nrename = { Nope = \"Id2\" }", "\"Nope\", which it does not have"),
        ("[tables.Orders]\nname = \"not an identifier\"", "is not an OData identifier"),
        ("[tables.Orders]\nname = \"Customer\"\n[tables.Customer]\nname = \"Customer\"", "is taken"),
        ("[tables.Orders]\nrename = { Note = \"Paid\" }", "is taken"),
    ] {
        let error = database.try_serve_with(config).err().unwrap_or_else(|| panic!("served with {config}"));
        assert!(error.to_string().contains(expected), "{error}");
    }
}
