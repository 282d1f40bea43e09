//! Versions, metadata levels, numbers as strings, and which format a client gets.

use serde_json::{Value, json};

use super::related::library;
use super::{Served, names, one_table, shop};
use crate::support::client::Answer;

const FULL: &str = "application/json;odata.metadata=full";
const NONE: &str = "application/json;odata.metadata=none";
const STRINGS: &str = "application/json;IEEE754Compatible=true";

fn accepting(served: &Served, path: &str, accept: &str) -> Answer {
    served.get_with(path, "Accept", accept)
}

fn in_4_01(served: &Served, path: &str, accept: &str) -> Answer {
    served.ask("GET", path).header("OData-MaxVersion", "4.01").header("Accept", accept).send()
}

#[test]
fn answers_are_in_4_0_unless_more_is_asked_for() {
    let shop = shop();
    assert_eq!(shop.get("/odata/Orders").expect(200).header("OData-Version"), Some("4.0"));
    for (asked, answered) in [
        ("4.0", "4.0"),
        ("4", "4.0"),
        ("4.00", "4.0"),
        ("4.01", "4.01"),
        ("4.1", "4.01"),
        ("5.0", "4.01"),
        ("4.0;NetFx", "4.0"),
    ] {
        let answer = shop.get_with("/odata/Orders", "OData-MaxVersion", asked).expect(200);
        assert_eq!(answer.header("OData-Version"), Some(answered), "{asked}");
    }
    for ignored in ["OData-Version", "MaxDataServiceVersion", "DataServiceVersion"] {
        let answer = shop.get_with("/odata/Orders", ignored, "4.01").expect(200);
        assert_eq!(answer.header("OData-Version"), Some("4.0"), "{ignored}");
    }
}

#[test]
fn errors_are_in_the_version_asked_for() {
    let answer = shop().get_with("/odata/Nope", "OData-MaxVersion", "4.01").expect(404);
    assert_eq!(answer.header("OData-Version"), Some("4.01"));
}

#[test]
fn minimal_metadata_is_what_cannot_be_computed() {
    let shop = shop();
    for (version, prefix, parameter) in [("4.0", "odata.", "odata.metadata"), ("4.01", "", "metadata")] {
        let asking = shop.ask("GET", "/odata/Orders?$count=true").header("OData-MaxVersion", version);
        let page = asking.header("Prefer", "maxpagesize=2").send().expect(200);
        let content_type = format!("application/json;{parameter}=minimal");
        assert_eq!(page.header("Content-Type"), Some(&*content_type));
        let json = page.json();
        let mut members = names(&json);
        members.sort_unstable();
        let mut expected: Vec<String> =
            ["context", "count", "nextLink"].iter().map(|name| format!("@{prefix}{name}")).collect();
        expected.push("value".to_owned());
        assert_eq!(members, expected);
        assert!(names(&json["value"][0]).iter().all(|name| !name.contains('@')));
    }
}

#[test]
fn full_metadata_adds_types_and_links() {
    let shop = shop();
    let order = accepting(&shop, "/odata/Orders(1)", FULL).expect(200);
    assert_eq!(order.header("Content-Type"), Some(FULL));
    let order = order.json();
    let url = json!(format!("{}/odata/Orders(1)", shop.client.base));
    assert_eq!((&order["@odata.id"], &order["@odata.readLink"]), (&url, &url));
    assert_eq!(order["@odata.type"], "#Deltalink.Model.Orders");
    assert_eq!((&order["Id@odata.type"], &order["PlacedAt@odata.type"]), (&json!("#Int64"), &json!("#DateTimeOffset")));
    assert_eq!((order.get("Note@odata.type"), order.get("Paid@odata.type")), (None, None));
    let newer = in_4_01(&shop, "/odata/Orders", "application/json;metadata=full").expect(200);
    assert_eq!(newer.header("Content-Type"), Some("application/json;metadata=full"));
    let first = newer.value().remove(0);
    assert_eq!((&first["@id"], &first["Id@type"]), (&url, &json!("Int64")));
}

#[test]
fn without_metadata_links_and_counts_remain() {
    let shop = shop();
    let asking = shop.ask("GET", "/odata/Orders?$count=true").header("Accept", NONE).header("Prefer", "maxpagesize=2");
    let page = asking.send().expect(200);
    assert_eq!(page.header("Content-Type"), Some(NONE));
    let json = page.json();
    let mut members = names(&json);
    members.sort_unstable();
    assert_eq!(members, ["@odata.count", "@odata.nextLink", "value"]);
    assert_eq!(json["value"][0]["Id"], 1);
    let entity = accepting(&shop, "/odata/Orders(1)", NONE).expect(200).json();
    assert!(names(&entity).iter().all(|name| !name.contains('@')));
    assert_eq!(accepting(&shop, "/odata/Orders(1)/Note", NONE).expect(200).json(), json!({ "value": "first" }));
}

#[test]
fn numbers_that_javascript_cannot_hold_become_strings_on_request() {
    let shop = shop();
    let page = accepting(&shop, "/odata/Orders?$count=true", STRINGS).expect(200);
    assert_eq!(page.header("Content-Type"), Some("application/json;odata.metadata=minimal;IEEE754Compatible=true"));
    let json = page.json();
    assert_eq!(json["@odata.count"], "3");
    let first = &json["value"][0];
    assert_eq!((&first["Id"], &first["Total"], &first["Paid"]), (&json!("1"), &json!("12.5"), &json!(true)));
    assert_eq!(accepting(&shop, "/odata/Orders(1)/Total", STRINGS).expect(200).json()["value"], "12.5");
    let plain = shop.get("/odata/Orders(2)").expect(200);
    assert!(plain.text().contains("\"Total\":0.99"), "{}", plain.text());
}

#[test]
fn format_outweighs_accept() {
    let shop = shop();
    let content_type = |accept: &str, format: &str| {
        let answer = accepting(&shop, &format!("/odata/Orders?$format={format}"), accept).expect(200);
        answer.header("Content-Type").unwrap().to_owned()
    };
    assert_eq!(content_type("application/xml", "json"), "application/json;odata.metadata=minimal");
    assert_eq!(content_type(FULL, "JSON"), "application/json;odata.metadata=minimal");
    assert_eq!(content_type("*/*", "application/json;odata.metadata=full"), FULL);
    assert_eq!(content_type("*/*", "application%2Fjson%3Bodata.metadata%3Dnone"), NONE);
    assert_eq!(content_type("*/*", "application/json;metadata=none"), NONE);
}

#[test]
fn the_best_alternative_of_a_list_is_taken() {
    let shop = shop();
    let content_type = |accept: &str| {
        let answer = accepting(&shop, "/odata/Orders", accept).expect(200);
        answer.header("Content-Type").unwrap().trim_start_matches("application/json;odata.metadata=").to_owned()
    };
    for (accept, expected) in [
        ("application/json;q=0.5;odata.metadata=full, application/json;odata.metadata=none;q=0.9", "none"),
        ("application/json;odata.metadata=full;q=0.5, application/json;odata.metadata=none;q=0.4", "full"),
        ("application/json, application/json;odata.metadata=full", "full"),
        ("application/json;odata=verbose, application/json;odata.metadata=full;q=0.1", "full"),
        ("text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2", "minimal"),
        ("application/*;q=0.2, text/*", "minimal"),
        ("APPLICATION/JSON; ODATA.METADATA=Full", "full"),
        ("application/json;odata.streaming=true;charset=utf-8", "minimal"),
        ("", "minimal"),
    ] {
        assert_eq!(content_type(accept), expected, "{accept}");
    }
}

#[test]
fn what_cannot_be_had_is_not_acceptable() {
    let shop = shop();
    let refused = |path: &str, accept: &str| {
        let answer = accepting(&shop, path, accept).expect(406);
        assert_eq!(answer.code(), "NotAcceptable", "{path} {accept}");
    };
    for accept in [
        "application/xml",
        "application/atom+xml",
        "application/json;odata=verbose",
        "application/json;odata.metadata=most",
        "application/json;q=0",
        "application/json;q=0, */*",
        "application/json;charset=latin1",
    ] {
        refused("/odata/Orders", accept);
        refused("/odata/Orders(1)", accept);
        refused("/odata/", accept);
    }
    refused("/odata/$metadata", "text/html");
    refused("/odata/Orders(1)/Note/$value", "application/json");
    for format in ["xml", "atom", "application/xml", "text/plain", "json;odata.metadata=full"] {
        refused(&format!("/odata/Orders?$format={format}"), "*/*");
    }
    refused("/odata/$metadata?$format=atom", "*/*");
}

#[test]
fn a_count_is_text_whatever_is_accepted() {
    let shop = shop();
    for accept in ["application/json", "text/plain", "application/xml", "image/png"] {
        let answer = accepting(&shop, "/odata/Orders/$count", accept).expect(200);
        assert_eq!((answer.header("Content-Type"), answer.text().as_str()), (Some("text/plain"), "3"), "{accept}");
    }
}

#[test]
fn the_metadata_level_does_not_change_values() {
    let shop = shop();
    let values = |accept: &str| -> Vec<Value> {
        let mut items = accepting(&shop, "/odata/Orders", accept).expect(200).value();
        for item in &mut items {
            item.as_object_mut().unwrap().retain(|name, _| !name.contains('@'));
        }
        items
    };
    assert_eq!(values(FULL), values("application/json"));
    assert_eq!(values(NONE), values("application/json"));
}

#[test]
fn nulls_are_left_out_where_that_is_preferred() {
    let served = one_table(
        "Thing",
        "CREATE TABLE Thing (Id BIGINT NOT NULL PRIMARY KEY, Name VARCHAR(20)); INSERT INTO Thing VALUES (1, NULL), (2, 'b')",
    );
    let ask = |path: &str, prefer: &str| served.client.ask("GET", path).header("Prefer", prefer).send().expect(200);
    for prefer in ["omit-values=nulls", "odata.omit-values=nulls"] {
        let page = ask("/odata/Thing", prefer);
        assert_eq!(page.json()["value"], json!([{ "Id": 1 }, { "Id": 2, "Name": "b" }]));
        assert_eq!(page.header("Preference-Applied"), Some(prefer));
        let one = ask("/odata/Thing(1)", prefer);
        assert_eq!((one.json().get("Name"), one.header("Preference-Applied")), (None, Some(prefer)));
    }
    let link = served.client.track("/odata/Thing").expect(200).delta_link();
    served.execute("UPDATE Thing SET Name = NULL WHERE Id = 2");
    let delta = ask(&link, "omit-values=nulls");
    assert_eq!(delta.json()["value"], json!([{ "Id": 2, "Name": null }]), "what has become null has changed");
    assert_eq!(ask("/odata/Thing", "omit-values=defaults").header("Preference-Applied"), None);
}

#[test]
fn what_is_expanded_has_the_form_of_the_answer() {
    let library = library();
    let path = "/odata/Writer(2)?$select=Name&$expand=Book($select=Title;$count=true),Teacher/$ref";
    let base = &library.client.base;
    let teacher = format!("{base}/odata/Writer(1)");
    let book = json!({ "Id": 20, "Title": "D" });
    let none = accepting(&library, path, NONE).expect(200).json();
    let expected =
        json!({ "Id": 2, "Name": "Bert", "Book@odata.count": 1, "Book": [book], "Teacher": { "@odata.id": teacher } });
    assert_eq!(none, expected);
    let newer = in_4_01(&library, path, STRINGS).expect(200).json();
    assert_eq!((&newer["Book@count"], &newer["Book"][0]["Id"]), (&json!("1"), &json!("20")));
    assert_eq!(newer["Teacher"], json!({ "@id": teacher }));
    let full = accepting(&library, path, FULL).expect(200).json();
    let url = format!("{base}/odata/Book(20)");
    assert_eq!((&full["Book"][0]["@odata.id"], &full["Book"][0]["Id@odata.type"]), (&json!(url), &json!("#Int64")));
    assert_eq!(full["Book"][0]["Chapter@odata.navigationLink"], format!("{url}/Chapter"));
}
