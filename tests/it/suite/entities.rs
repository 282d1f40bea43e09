//! Single entities, their properties, and their entity tags.

use serde_json::json;

use super::{Served, encoded, names, one_table, shop};
use crate::support::client::Answer;

const ANNA: &str = "00000000-0000-4000-8000-000000000001";

/// Keys that hold whatever a URL could trip over.
const AWKWARD: [&str; 14] =
    ["O'Neil", "''", "a/b", "a\\b", "50%", "%41", "a b", "a+b", "a,b=c", "(x)", "a?b#c&d", "Größe", "日本", "\"<>\""];

fn awkward() -> Served {
    let served = one_table("Thing", "CREATE TABLE Thing (Code NVARCHAR(40) NOT NULL PRIMARY KEY, Label VARCHAR(40))");
    for (number, code) in AWKWARD.iter().enumerate() {
        let literal = served.database.text(code);
        served.execute(&format!("INSERT INTO Thing VALUES ({literal}, 'label {number}')"));
    }
    served
}

#[test]
fn an_entity_is_read_by_its_key() {
    let shop = shop();
    let order = shop.get("/odata/Orders(1)").expect(200);
    let json = order.json();
    assert_eq!(json["@odata.context"], format!("{}/odata/$metadata#Orders/$entity", shop.client.base));
    assert_eq!(Some(json["@odata.etag"].as_str().unwrap()), order.header("ETag"));
    assert_eq!((&json["Id"], &json["Note"], &json["Paid"]), (&json!(1), &json!("first"), &json!(true)));
    assert_eq!((&json["Total"], &json["PlacedAt"]), (&json!(12.5), &json!("2024-02-29T08:30:00Z")));
}

#[test]
fn a_key_may_be_written_in_every_form_that_odata_has() {
    let shop = shop();
    for path in [
        "/odata/Orders(2)",
        "/odata/Orders(Id=2)",
        "/odata/Orders%282%29",
        "/odata/Orders(Id%3D2)",
        "/odata/Orders(@k)?@k=2",
        "/odata/Orders(Id=@key)?%40key=2",
        "/odata/Orders(2)/",
        "/odata/Orders(2L)",
        "/odata/Orders(Id=2L)",
        "/odata/Orders(@k)?@k=2L",
    ] {
        assert_eq!(shop.get(path).expect(200).json()["Id"], 2, "{path}");
    }
}

#[test]
fn the_parts_of_a_composite_key_stand_in_any_order() {
    let shop = shop();
    for path in [
        "/odata/OrderLine(OrderId=1,Product='a%2Fb%20%27%27c%27%27')",
        "/odata/OrderLine(Product='a%2Fb%20''c''',OrderId=1)",
        "/odata/OrderLine(OrderId=@o,Product=@p)?@o=1&@p='a/b%20''c'''",
    ] {
        assert_eq!(shop.get(path).expect(200).json()["Product"], "a/b 'c'", "{path}");
    }
}

#[test]
fn a_guid_is_found_in_any_case() {
    let served = one_table(
        "Doc",
        "CREATE TABLE Doc (Id UNIQUEIDENTIFIER NOT NULL PRIMARY KEY, Name VARCHAR(9));
         INSERT INTO Doc VALUES ('6f9619ff-8b86-d011-b42d-00cf4fc964ff', 'lower'), ('AAAAAAAA-8B86-D011-B42D-00CF4FC964FF', 'upper')",
    );
    for (key, name) in [
        ("6f9619ff-8b86-d011-b42d-00cf4fc964ff", "lower"),
        ("6F9619FF-8B86-D011-B42D-00CF4FC964FF", "lower"),
        ("aaaaaaaa-8b86-d011-b42d-00cf4fc964ff", "upper"),
        ("AaAaAaAa-8b86-D011-b42d-00cf4fc964ff", "upper"),
    ] {
        let doc = served.get(&format!("/odata/Doc({key})")).expect(200).json();
        assert_eq!((&doc["Name"], &doc["Id"]), (&json!(name), &json!(key.to_lowercase())));
    }
}

#[test]
fn dates_and_moments_may_be_keys() {
    let served = one_table(
        "Rate",
        "CREATE TABLE Rate (Day DATE NOT NULL, At DATETIME NOT NULL, Value INT, PRIMARY KEY (Day, At));
         INSERT INTO Rate VALUES ('2024-02-29', '2024-02-29 08:30:00', 7)",
    );
    for key in ["Day=2024-02-29,At=2024-02-29T08:30:00Z", "At=2024-02-29T08%3A30%3A00.000Z,Day=2024-02-29"] {
        assert_eq!(served.get(&format!("/odata/Rate({key})")).expect(200).json()["Value"], 7, "{key}");
    }
}

#[test]
fn exact_numbers_and_times_may_be_keys() {
    let served = one_table(
        "Slot",
        "CREATE TABLE Slot (Price DECIMAL(9,2) NOT NULL, Clock TIME NOT NULL, Size SMALLINT NOT NULL, Name VARCHAR(9), PRIMARY KEY (Price, Clock, Size));
         INSERT INTO Slot VALUES (1.5, '08:30:00', -3, 'a'), (1.5, '23:59:59.5', 7, 'b'), (-0.01, '00:00:00', 0, 'c')",
    );
    for key in [
        "Price=1.5,Clock=08:30:00,Size=-3",
        "Size=-3,Price=1.50,Clock=08%3A30%3A00.0",
        "Size=-3,Price=1.5M,Clock=08:30",
    ] {
        assert_eq!(served.get(&format!("/odata/Slot({key})")).expect(200).json()["Name"], "a", "{key}");
    }
    let pages = served.pages("/odata/Slot?$format=application/json;odata.metadata=full", "maxpagesize=1");
    for slot in pages.iter().flat_map(Answer::value) {
        assert_eq!(served.get(slot["@odata.id"].as_str().unwrap()).expect(200).json()["Name"], slot["Name"]);
    }
    assert_eq!(pages.len(), 3);
}

#[test]
fn text_keys_may_hold_anything() {
    let served = awkward();
    for (number, code) in AWKWARD.iter().enumerate() {
        let literal = encoded(&format!("'{}'", code.replace('\'', "''")));
        let label = json!(format!("label {number}"));
        let direct = served.get(&format!("/odata/Thing({literal})")).expect(200).json();
        assert_eq!((&direct["Code"], &direct["Label"]), (&json!(code), &label));
        let by_alias = served.get(&format!("/odata/Thing(@k)?@k={literal}")).expect(200).json();
        assert_eq!(by_alias["Label"], label);
        let property = served.get(&format!("/odata/Thing({literal})/Label")).expect(200).json();
        assert_eq!(property["value"], label);
    }
}

#[test]
fn the_links_of_full_metadata_lead_back_to_the_entity() {
    let served = awkward();
    let page = served.get_with("/odata/Thing", "Accept", "application/json;odata.metadata=full").expect(200);
    let things = page.value();
    assert_eq!(things.len(), AWKWARD.len());
    for thing in things {
        for link in ["@odata.id", "@odata.readLink"] {
            let entity = served.get(thing[link].as_str().unwrap()).expect(200).json();
            assert_eq!(entity["Code"], thing["Code"]);
        }
    }
}

#[test]
fn a_key_that_is_none_is_refused() {
    let shop = shop();
    for (path, code) in [
        ("/odata/Orders()", "SyntaxError"),
        ("/odata/Orders(1", "SyntaxError"),
        ("/odata/Orders(1)(2)", "SyntaxError"),
        ("/odata/Orders(1,2)", "SyntaxError"),
        ("/odata/Orders(Nr=1)", "SyntaxError"),
        ("/odata/Orders(@k)", "SyntaxError"),
        ("/odata/OrderLine(1)", "SyntaxError"),
        ("/odata/OrderLine(OrderId=1)", "SyntaxError"),
        ("/odata/OrderLine(OrderId=1,OrderId=1)", "SyntaxError"),
        ("/odata/OrderLine(OrderId=1,Product='Te'a')", "SyntaxError"),
        ("/odata/Orders('1')", "InvalidValue"),
        ("/odata/Orders(one)", "InvalidValue"),
        ("/odata/Orders(null)", "InvalidValue"),
        ("/odata/Orders(99999999999999999999)", "InvalidValue"),
        ("/odata/Customer(1)", "InvalidValue"),
        ("/odata/OrderLine(OrderId=1,Product=Tea)", "InvalidValue"),
        ("/odata/Orders(@k)?@k='1'", "InvalidValue"),
    ] {
        assert_eq!(shop.get(path).expect(400).code(), code, "{path}");
    }
}

#[test]
fn a_key_that_no_row_has_is_not_found() {
    let shop = shop();
    for path in [
        "/odata/Orders(99)".to_owned(),
        "/odata/Orders(-1)/Note".to_owned(),
        "/odata/Orders(99)/Note/$value".to_owned(),
        "/odata/OrderLine(OrderId=1,Product='tea')".to_owned(),
        format!("/odata/Customer({})", ANNA.replace('1', "9")),
    ] {
        assert_eq!(shop.get(&path).expect(404).code(), "ResourceNotFound", "{path}");
    }
}

#[test]
fn a_selection_keeps_the_key() {
    let shop = shop();
    let order = shop.get("/odata/Orders(1)?$select=Note,Paid").expect(200).json();
    assert_eq!(order["@odata.context"], format!("{}/odata/$metadata#Orders(Note,Paid)/$entity", shop.client.base));
    let mut members = names(&order);
    members.sort_unstable();
    assert_eq!(members, ["@odata.context", "@odata.etag", "Id", "Note", "Paid"]);
    let all = shop.get("/odata/Orders(1)?$select=*").expect(200).json();
    assert_eq!(all, shop.get("/odata/Orders(1)").expect(200).json());
}

#[test]
fn a_property_is_read_with_its_context_or_bare() {
    let shop = shop();
    let name = shop.get(&format!("/odata/Customer({ANNA})/Name")).expect(200);
    let context = format!("{}/odata/$metadata#Customer({ANNA})/Name", shop.client.base);
    assert_eq!(name.json(), json!({ "@odata.context": context, "value": "Anna" }));
    let bare = shop.get(&format!("/odata/Customer({ANNA})/Name/$value")).expect(200);
    assert_eq!((bare.header("Content-Type"), bare.text().as_str()), (Some("text/plain"), "Anna"));
    assert_eq!(shop.get("/odata/Orders(1)/Total/$value").expect(200).text(), "12.5");
    assert_eq!(shop.get("/odata/Orders(1)/Paid/%24value").expect(200).text(), "true");
    assert_eq!(shop.get("/odata/OrderLine(OrderId=1,Product='Tea')/Quantity").expect(200).json()["value"], 2);
}

#[test]
fn a_null_property_has_no_content() {
    let shop = shop();
    for path in ["/odata/Orders(2)/Note", "/odata/Orders(2)/Note/$value"] {
        let answer = shop.get(path).expect(204);
        assert!(answer.body.is_empty());
        assert!(answer.header("ETag").is_some());
    }
}

#[test]
fn what_no_entity_has_is_not_found() {
    let shop = shop();
    for path in
        ["/odata/Orders(1)/Nope", "/odata/Orders(1)/note", "/odata/Orders(1)/Note/Nope", "/odata/Orders(1)/Note/x/y"]
    {
        assert_eq!(shop.get(path).expect(404).code(), "ResourceNotFound", "{path}");
    }
    assert_eq!(shop.get("/odata/Orders(1)/$value").expect(400).code(), "SyntaxError");
}

#[test]
fn a_tag_stays_while_the_entity_does() {
    let shop = shop();
    let tag = |path: &str| shop.get(path).expect(200).header("ETag").unwrap().to_owned();
    let before = tag("/odata/Orders(1)");
    assert_eq!(before, tag("/odata/Orders(1)?$select=Note&$format=application/json;odata.metadata=full"));
    shop.execute("UPDATE Orders SET Note = 'another' WHERE Id = 2");
    assert_eq!(before, tag("/odata/Orders(1)"));
    shop.execute("UPDATE Orders SET Note = 'another' WHERE Id = 1");
    assert_ne!(before, tag("/odata/Orders(1)"));
}

#[test]
fn what_the_client_has_is_not_sent_again() {
    let shop = shop();
    for path in ["/odata/Orders(1)", "/odata/Orders(1)/Note", "/odata/Orders(1)/Note/$value", "/odata/Orders(2)/Note"] {
        let tag = shop.get(path).header("ETag").unwrap().to_owned();
        let strong = tag.trim_start_matches("W/");
        for known in [tag.as_str(), "*", strong, &format!("\"other\", {tag}")] {
            let answer = shop.get_with(path, "If-None-Match", known).expect(304);
            assert!(answer.body.is_empty());
            assert_eq!(answer.header("ETag"), Some(tag.as_str()), "{path} {known}");
        }
    }
    shop.get_with("/odata/Orders(1)", "If-None-Match", "W/\"other\"").expect(200);
}

#[test]
fn a_precondition_that_fails_is_told() {
    let shop = shop();
    for path in ["/odata/Orders(1)", "/odata/Orders(1)/Note", "/odata/Orders(1)/Note/$value", "/odata/Orders(2)/Note"] {
        let answer = shop.get(path);
        for known in [answer.header("ETag").unwrap(), "*"] {
            assert_eq!(shop.get_with(path, "If-Match", known).status, answer.status);
        }
        assert_eq!(shop.get_with(path, "If-Match", "W/\"other\"").expect(412).code(), "PreconditionFailed");
    }
}
