//! A schema that changes while it is served.

use serde_json::json;

use super::{ids, names, shop};

#[test]
fn a_new_column_appears_without_a_restart() {
    let shop = shop();
    assert!(!names(&shop.get("/odata/Orders(1)").expect(200).json()).contains(&"Extra"));
    shop.execute("ALTER TABLE Orders ADD Extra VARCHAR(10)");
    shop.execute("UPDATE Orders SET Extra = 'here' WHERE Id = 1");
    assert_eq!(shop.get("/odata/Orders(1)").expect(200).json()["Extra"], "here");
    assert_eq!(shop.get("/odata/Orders(1)/Extra").expect(200).json()["value"], "here");
    let metadata = shop.get("/odata/$metadata?$format=json").expect(200).json();
    assert!(metadata["Deltalink.Model"]["Orders"]["Extra"].is_object());
}

#[test]
fn a_new_column_appears_on_the_next_page_of_an_ordinary_read_that_selects_nothing() {
    let shop = shop();
    let next = shop.get_with("/odata/Orders", "Prefer", "maxpagesize=1").expect(200).link("nextLink").unwrap();
    let selected = shop.get_with("/odata/Orders?$select=Note", "Prefer", "maxpagesize=1").expect(200).link("nextLink");
    shop.execute("ALTER TABLE Orders ADD Extra VARCHAR(10)");
    let answer = shop.get(&next).expect(410);
    assert_eq!(answer.json()["error"]["details"][0]["code"], "ColumnsChanged");
    assert_eq!(ids(&shop.get(&selected.unwrap()).expect(200)), [2, 3]);
}

#[test]
fn a_newly_tracked_table_appears_without_a_restart() {
    let shop = shop();
    shop.execute("CREATE TABLE Later (Id INT NOT NULL PRIMARY KEY); INSERT INTO Later VALUES (1)");
    shop.database.track("Later");
    shop.get("/odata/Orders").expect(200);
    let link = shop.appears("/odata/Later").delta_link();
    assert_eq!(shop.get("/odata/").expect(200).value().len(), 4);
    shop.execute("INSERT INTO Later VALUES (2)");
    assert_eq!(shop.get(&link).expect(200).value(), [json!({ "Id": 2 })]);
}

#[test]
fn a_table_that_is_gone_is_not_found() {
    let shop = shop();
    let link = shop.delta_link("/odata/Orders");
    shop.execute("DROP TABLE Orders");
    for path in ["/odata/Orders", "/odata/Orders(1)", "/odata/Orders(1)/Note", "/odata/Orders/$count", &link] {
        assert_eq!(shop.get(path).expect(404).code(), "ResourceNotFound", "{path}");
    }
    assert_eq!(shop.get("/odata/").expect(200).value().len(), 2);
    shop.get("/odata/Customer").expect(200);
}

#[test]
fn a_table_that_is_tracked_no_longer_is_exposed_no_longer() {
    let shop = shop();
    shop.database.untrack("Orders");
    shop.disappears("/odata/Orders");
    shop.database.track("Orders");
    shop.get("/odata/Customer").expect(200);
    shop.appears("/odata/Orders").delta_link();
}

#[test]
fn changes_of_rows_are_seen_at_once() {
    let shop = shop();
    for id in 10..20 {
        shop.execute(&format!("INSERT INTO Orders (Id, Note) VALUES ({id}, 'n{id}')"));
        assert_eq!(shop.get(&format!("/odata/Orders({id})")).expect(200).json()["Note"], format!("n{id}"));
    }
}
