//! Entities by alternate keys, and keys as path segments.

use serde_json::{Value, json};

use super::{Database, Served, encoded};
use crate::support::client::Answer;

/// Shelves with what lies on them: `Code` tells one shelf, `Shelf` and `Place` together one item.
fn store(config: &str) -> Served {
    let database = Database::empty();
    database.execute(
        "CREATE TABLE Shelf (Id INT NOT NULL PRIMARY KEY, Code VARCHAR(20) NOT NULL UNIQUE, Nick VARCHAR(20) UNIQUE);
         CREATE TABLE Item (Tag VARCHAR(20) NOT NULL PRIMARY KEY, ShelfId INT NOT NULL REFERENCES Shelf (Id),
                            Place INT NOT NULL, UNIQUE (ShelfId, Place));
         CREATE TABLE Pair (A INT NOT NULL, B VARCHAR(20) NOT NULL, Label VARCHAR(20), PRIMARY KEY (A, B));
         INSERT INTO Shelf VALUES (1, 'north', 'n'), (2, 'so/uth', 's');
         INSERT INTO Item VALUES ('cup', 1, 1), ('jar', 1, 2), ('7', 2, 1);
         INSERT INTO Pair VALUES (1, 'x', 'one')",
    );
    for table in ["Shelf", "Item", "Pair"] {
        database.track(table);
    }
    Served::with(database, config)
}

const SEGMENTS: &str = "[service]\nkey_as_segment = true";

#[track_caller]
fn json_of(served: &Served, path: &str) -> Value {
    served.get(&format!("/odata/{path}")).expect(200).json()
}

#[test]
fn an_alternate_key_finds_what_the_key_finds() {
    let store = store("");
    let shelf = json_of(&store, "Shelf(1)");
    for path in ["Shelf(Code='north')", "Shelf(Code=@c)?@c='north'", "Shelf(Code=%27north%27)"] {
        let found = json_of(&store, path);
        assert_eq!((&found["Id"], &found["Nick"]), (&shelf["Id"], &shelf["Nick"]), "{path}");
        assert_eq!(found["@odata.etag"], shelf["@odata.etag"], "{path}");
    }
    let slash = encoded("'so/uth'");
    assert_eq!(json_of(&store, &format!("Shelf(Code=@c)?@c={slash}"))["Id"], 2);
    for path in ["Item(ShelfId=1,Place=2)", "Item(Place=2,ShelfId=1)", "Item(ShelfId=1,Place=@p)?@p=2"] {
        assert_eq!(json_of(&store, path)["Tag"], "jar", "{path}");
    }
    assert_eq!(store.get("/odata/Item(ShelfId=1,Place=2)/Tag/$value").expect(200).text(), "jar");
    store.get("/odata/Shelf(Code='west')").expect(404);
    store.get("/odata/Item(ShelfId=2,Place=2)").expect(404);
}

#[test]
fn an_alternate_key_may_stand_anywhere_in_a_path() {
    let store = store("");
    assert_eq!(json_of(&store, "Shelf(Code='north')/Item")["value"].as_array().unwrap().len(), 2);
    assert_eq!(store.get("/odata/Shelf(Code='north')/Item/$count").expect(200).text(), "2");
    assert_eq!(json_of(&store, "Item(ShelfId=2,Place=1)/Shelf")["Nick"], "s");
    assert_eq!(json_of(&store, "Shelf(Code='north')/Item(ShelfId=1,Place=2)/Shelf/Code")["value"], "north");
    assert_eq!(json_of(&store, "Shelf(1)/Item(ShelfId=1,Place=1)")["Tag"], "cup");
    store.get("/odata/Shelf(1)/Item(ShelfId=2,Place=1)").expect(404);
    store.get("/odata/Shelf(Code='west')/Item").expect(404);
}

#[test]
fn an_entity_has_one_id_whatever_key_found_it() {
    let store = store("");
    let full = store.get_with("/odata/Shelf(Code='north')", "Accept", "application/json;odata.metadata=full");
    let full = full.expect(200).json();
    let base = &store.client.base;
    assert_eq!(full["@odata.id"], json!(format!("{base}/odata/Shelf(1)")));
    assert_eq!(full["Item@odata.navigationLink"], json!(format!("{base}/odata/Shelf(1)/Item")));
}

#[test]
fn a_key_that_is_none_is_refused_with_how_it_is_written() {
    let store = store("");
    for (path, code) in [
        ("Shelf('north')", "InvalidValue"),
        ("Shelf(Nick='n')", "SyntaxError"),
        ("Shelf(code='north')", "SyntaxError"),
        ("Shelf(Id=1,Code='north')", "SyntaxError"),
        ("Shelf(Code='north',Code='north')", "SyntaxError"),
        ("Shelf(Code=north)", "InvalidValue"),
        ("Shelf(Code=@c)", "SyntaxError"),
        ("Item(ShelfId=1)", "SyntaxError"),
        ("Item(ShelfId=1,ShelfId=1)", "SyntaxError"),
        ("Item(1,2)", "SyntaxError"),
        ("Pair(1)", "SyntaxError"),
    ] {
        let answer = store.get(&format!("/odata/{path}")).expect(400);
        assert_eq!(answer.code(), code, "{path}: {}", answer.text());
    }
}

/// The contract describes addresses with parentheses; this one is what such an answer is compared with.
#[track_caller]
fn unchecked(served: &Served, path: &str) -> Answer {
    served.ask("GET", &format!("/odata/{path}")).try_send().unwrap()
}

#[test]
fn a_key_that_is_a_segment_gives_what_one_in_parentheses_gives() {
    let store = store(SEGMENTS);
    for (segments, parentheses) in [
        ("Shelf/1", "Shelf(1)"),
        ("Shelf/1?$select=Code", "Shelf(1)?$select=Code"),
        ("Item/cup/Shelf", "Item('cup')/Shelf"),
        ("Item/7", "Item('7')"),
        ("Shelf/1/Item/jar/Shelf", "Shelf(1)/Item('jar')/Shelf"),
        ("Shelf(1)/Item/jar", "Shelf(1)/Item('jar')"),
        ("Shelf(Code='north')/Item/cup", "Shelf(1)/Item('cup')"),
        ("Shelf/1/Code", "Shelf(1)/Code"),
        ("Shelf/1/Code/$value", "Shelf(1)/Code/$value"),
        ("Shelf/1/Item", "Shelf(1)/Item"),
        ("Shelf/1/Item/$count", "Shelf(1)/Item/$count"),
        ("Shelf/1/$ref", "Shelf(1)/$ref"),
        ("Shelf/1/Item/$ref", "Shelf(1)/Item/$ref"),
        ("Item/cup/Shelf/$ref", "Item('cup')/Shelf/$ref"),
        ("Shelf/Deltalink.Model.Shelf/1", "Shelf(1)"),
        ("Shelf/1/Deltalink.Model.Shelf/Item/Deltalink.Model.Item/jar", "Item('jar')"),
        ("$entity?$id=Shelf/1", "Shelf(1)"),
        ("Shelf/1/Item?$top=1&$count=true", "Shelf(1)/Item?$top=1&$count=true"),
    ] {
        let expected = store.get(&format!("/odata/{parentheses}")).expect(200);
        let answer = unchecked(&store, segments).expect(200);
        assert_eq!(answer.text(), expected.text(), "{segments}");
        assert_eq!(answer.header("ETag"), expected.header("ETag"), "{segments}");
    }
    assert_eq!(store.get("/odata/Shelf/$count").expect(200).text(), "2");
    assert_eq!(json_of(&store, "Pair(A=1,B='x')")["Label"], "one");
}

#[test]
fn a_segment_that_is_no_key_is_refused() {
    let store = store(SEGMENTS);
    for missing in ["Shelf/3", "Item/cap", "Shelf/1/Item/7", "Shelf/1/Nothing"] {
        unchecked(&store, missing).expect(404);
    }
    for (wrong, code) in [("Shelf/x", "InvalidValue"), ("Shelf/'1'", "InvalidValue"), ("Pair/1", "SyntaxError")] {
        assert_eq!(unchecked(&store, wrong).expect(400).code(), code, "{wrong}");
    }
}

#[test]
fn links_have_parentheses_however_they_were_come_by() {
    let store = store(SEGMENTS);
    let pages = |path: &str| {
        let page = store.ask("GET", path).header("Prefer", "maxpagesize=1").try_send().unwrap().expect(200);
        page.link("nextLink").unwrap()
    };
    let next = pages("/odata/Shelf/1/Item");
    assert!(next.starts_with(&format!("{}/odata/Shelf(1)/Item?", store.client.base)), "{next}");
    assert_eq!(store.get(&next).expect(200).value()[0]["Tag"], "jar");
}

#[test]
fn without_the_setting_a_segment_is_no_key() {
    for served in [store(""), store("[service]\nkey_as_segment = false")] {
        for path in ["Shelf/1", "Item/cup", "Shelf(1)/Item/cup"] {
            served.get(&format!("/odata/{path}")).expect(404);
        }
        let metadata = served.get("/odata/$metadata?$format=json").expect(200).json();
        let annotations = &metadata["Deltalink"]["$Annotations"]["Deltalink.Container"];
        assert_eq!(annotations["@Capabilities.KeyAsSegmentSupported"], false);
    }
}

#[test]
fn changes_are_followed_whatever_keys_look_like() {
    let store = store(SEGMENTS);
    let link = store.delta_link("/odata/Shelf");
    store.execute("UPDATE Shelf SET Nick = 'nn' WHERE Id = 1");
    assert_eq!(store.get(&link).expect(200).value()[0]["Nick"], "nn");
}
