//! Values that do not fit their columns: SQLite stores whatever it is given.

use serde_json::{Value, json};

use super::Database;
use crate::support::client::Client;

/// Of each column its name, its type, and what does not fit it: as SQL, and as exact text.
const MISFITS: [(&str, &str, &str, &str); 11] = [
    ("B", "BOOLEAN", "'maybe'", "maybe"),
    ("S", "SMALLINT", "40000", "40000"),
    ("I", "BIGINT", "'many'", "many"),
    ("F", "DOUBLE", "'x'", "x"),
    ("D", "DECIMAL(10,2)", "1.005", "1.005"),
    ("V", "VARCHAR(10)", "'eleven chars'", "eleven chars"),
    ("Day", "DATE", "'tomorrow'", "tomorrow"),
    ("Clock", "TIME", "'25:00'", "25:00"),
    ("At", "DATETIME", "'now'", "now"),
    ("G", "UUID", "'not a guid'", "not a guid"),
    ("X", "BLOB", "'text'", "text"),
];

fn misfits() -> Database {
    let database = Database::empty();
    let columns: Vec<String> = MISFITS.iter().map(|(name, ty, ..)| format!("{name} {ty}")).collect();
    let values: Vec<&str> = MISFITS.iter().map(|(_, _, value, _)| *value).collect();
    let nulls = vec!["NULL"; MISFITS.len()].join(", ");
    database.execute(&format!("CREATE TABLE T (Id INTEGER PRIMARY KEY, {})", columns.join(", ")));
    database.execute(&format!("INSERT INTO T VALUES (1, {}), (2, {nulls})", values.join(", ")));
    database.track("T");
    database
}

fn annotation(item: &Value, name: &str) -> Value {
    item[format!("{name}@Core.ValueException")]["value"].clone()
}

#[test]
fn what_does_not_fit_is_null_and_told_exactly() {
    let database = misfits();
    let gateway = database.serve();
    let client = gateway.client();
    let accepts = ["application/json", "application/json;odata.metadata=full", "application/json;odata.metadata=none"];
    for accept in accepts {
        let item = client.ask("GET", "/odata/T").header("Accept", accept).send().expect(200).value().remove(0);
        for (name, _, _, text) in MISFITS {
            assert_eq!((&item[name], annotation(&item, name)), (&Value::Null, json!(text)), "{name} {accept}");
        }
    }
    let null = client.get("/odata/T(2)").expect(200);
    assert!(!null.text().contains("ValueException"), "a null is no misfit");
}

#[test]
fn what_does_not_fit_is_told_in_entities_deltas_and_4_01_too() {
    let database = misfits();
    let gateway = database.serve();
    let client = gateway.client();
    let link = client.track("/odata/T").expect(200).delta_link();
    database.execute("UPDATE T SET S = 50000 WHERE Id = 1");
    let entity = client.get("/odata/T(1)").expect(200).json();
    let delta = client.get(&link).expect(200).value().remove(0);
    let newer = client.ask("GET", &link).header("OData-MaxVersion", "4.01").send().expect(200).value().remove(0);
    for item in [entity, delta, newer] {
        assert_eq!((&item["S"], annotation(&item, "S")), (&Value::Null, json!("50000")));
    }
}

#[test]
fn a_property_that_does_not_fit_is_null_and_its_bare_value_exact() {
    let database = misfits();
    let gateway = database.serve();
    let client = gateway.client();
    for (name, _, _, text) in MISFITS {
        let property = client.get(&format!("/odata/T(1)/{name}")).expect(200).json();
        let expected = json!({ "value": text });
        assert_eq!((&property["value"], &property["value@Core.ValueException"]), (&Value::Null, &expected), "{name}");
        assert_eq!(client.get(&format!("/odata/T(1)/{name}/$value")).expect(200).text(), text, "{name}");
        client.get(&format!("/odata/T(2)/{name}")).expect(204);
    }
}

#[test]
fn octets_that_are_no_text_are_told_as_base64url() {
    let database = Database::empty();
    database.execute("CREATE TABLE T (Id INTEGER PRIMARY KEY, V TEXT, X BLOB); INSERT INTO T VALUES (1, CAST(x'ff' AS TEXT), x'00ff10')");
    database.track("T");
    let gateway = database.serve();
    let client = gateway.client();
    let item = client.get("/odata/T(1)").expect(200).json();
    assert_eq!((annotation(&item, "V"), &item["X"]), (json!("_w"), &json!("AP8Q")));
    let octets = client.get("/odata/T(1)/X/$value").expect(200);
    assert_eq!(octets.header("Content-Type"), Some("application/octet-stream"));
    assert_eq!(octets.body, [0, 255, 16]);
}

#[test]
fn infinities_and_the_edges_of_doubles_are_told() {
    let database = Database::empty();
    database.execute("CREATE TABLE T (Id INTEGER PRIMARY KEY, F DOUBLE); INSERT INTO T VALUES (1, 9e999), (2, -9e999), (3, 5e-324), (4, 7)");
    database.track("T");
    let gateway = database.serve();
    let client = gateway.client();
    let values: Vec<Value> = client.get("/odata/T").expect(200).value().iter().map(|item| item["F"].clone()).collect();
    assert_eq!(values, [json!("INF"), json!("-INF"), json!(5e-324), json!(7.0)]);
    assert_eq!(client.get("/odata/T(2)/F/$value").expect(200).text(), "-INF");
}

/// Every row of `set`, read in pages of `size`.
fn all(client: &Client, set: &str, size: usize) -> Vec<Value> {
    let mut items = Vec::new();
    let mut next = Some(format!("/odata/{set}"));
    while let Some(url) = next {
        let prefer = format!("maxpagesize={size}");
        let page = client.ask("GET", &url).header("Prefer", &prefer).send().expect(200);
        items.extend(page.value());
        next = page.link("nextLink");
    }
    items
}

#[test]
fn rows_whose_key_does_not_fit_are_left_out_and_paging_ends_all_the_same() {
    let database = Database::empty();
    database.execute(
        "CREATE TABLE T (K INT PRIMARY KEY, V INT);
         INSERT INTO T VALUES (1, 1), (NULL, 2), ('text', 3), (2, 4), (x'00', 5), (NULL, 6), (2.5, 7), (3, 8), ('more', 9);
         CREATE TABLE G (K UUID NOT NULL, L VARCHAR(3) NOT NULL, PRIMARY KEY (K, L));
         INSERT INTO G VALUES ('zzz', 'a'), ('00000000-0000-4000-8000-000000000001', 'b'), ('00000000-0000-4000-8000-000000000001', 'long')",
    );
    for table in ["T", "G"] {
        database.track(table);
    }
    let gateway = database.serve();
    let client = gateway.client();
    for size in 1..=9 {
        let keys: Vec<Value> = all(&client, "T", size).iter().map(|item| item["K"].clone()).collect();
        assert_eq!(keys, [json!(1), json!(2), json!(3)], "pages of {size}");
        assert_eq!(all(&client, "G", size).len(), 2, "pages of {size}");
    }
}

#[test]
fn a_replica_does_not_notice_rows_that_are_left_out() {
    let database = Database::empty();
    database.execute("CREATE TABLE T (K INT PRIMARY KEY, V INT); INSERT INTO T VALUES (1, 1), ('text', 2)");
    database.track("T");
    let gateway = database.serve();
    let client = gateway.client();
    let link = client.track("/odata/T").expect(200).delta_link();
    database
        .execute("UPDATE T SET V = 9; UPDATE T SET K = 'other' WHERE K = 'text'; UPDATE T SET K = 'gone' WHERE K = 1");
    for prefer in ["maxpagesize=100", "maxpagesize=1"] {
        let mut items = Vec::new();
        let mut url = link.clone();
        loop {
            let page = client.ask("GET", &url).header("Prefer", prefer).send().expect(200);
            items.extend(page.value());
            match page.link("nextLink") {
                Some(next) => url = next,
                None => break,
            }
        }
        let expected = format!("{}/odata/T(1)", client.base);
        assert_eq!((items.len(), &items[0]["id"]), (1, &json!(expected)), "{prefer}");
    }
}

/// A key of text may be null there. Such a row has no URL, and is no entity.
#[test]
fn what_has_no_key_is_not_among_what_is_related() {
    let database = Database::empty();
    database.execute(
        "CREATE TABLE Writer (Id INTEGER PRIMARY KEY);
         CREATE TABLE Book (Id TEXT PRIMARY KEY, Code INTEGER UNIQUE, WriterId INTEGER REFERENCES Writer (Id));
         CREATE TABLE Chapter (Id INTEGER PRIMARY KEY, BookCode INTEGER REFERENCES Book (Code));
         INSERT INTO Writer VALUES (1), (2);
         INSERT INTO Book VALUES ('a', 10, 1), (NULL, 11, 1), (NULL, 12, 2);
         INSERT INTO Chapter VALUES (1, 10), (2, 11)",
    );
    for table in ["Writer", "Book", "Chapter"] {
        database.track(table);
    }
    let gateway = database.serve();
    let client = gateway.client();
    let found = |set: &str, filter: &str| -> Vec<i64> {
        let page = client.get(&format!("/odata/{set}?$filter={}", filter.replace(' ', "%20"))).expect(200);
        page.value().iter().map(|item| item["Id"].as_i64().unwrap()).collect()
    };
    assert_eq!(client.get("/odata/Writer(1)/Book").expect(200).value().len(), 1);
    assert_eq!(found("Writer", "Book/$count eq 1"), [1]);
    assert_eq!(found("Writer", "Book/$count eq 0"), [2]);
    assert_eq!(found("Writer", "Book/any()"), [1]);
    assert_eq!(found("Writer", "Book/any(b:b/Code ge 11)"), [0_i64; 0]);
    assert_eq!(found("Writer", "Book/all(b:b/Code eq 10)"), [1, 2]);
    assert_eq!(found("Chapter", "Book eq null"), [2]);
    assert_eq!(found("Chapter", "Book/WriterId eq null"), [2]);
    assert_eq!(found("Chapter", "Book/WriterId eq 1"), [1]);
}

#[test]
fn annotations_that_are_not_wanted_are_left_out_whoever_asked_before() {
    let database = misfits();
    let gateway = database.serve();
    let client = gateway.client();
    let link = client.track("/odata/T").expect(200).delta_link();
    database.execute("UPDATE T SET Id = 3 WHERE Id = 1");
    for _ in 0..3 {
        for (prefer, told) in
            [("odata.maxpagesize=9", true), ("odata.maxpagesize=9, include-annotations=\"-*\"", false)]
        {
            let answer = client.ask("GET", &link).header("Prefer", prefer).send().expect(200);
            assert_eq!(answer.text().contains("@Core.ValueException"), told, "{prefer}");
        }
    }
}
