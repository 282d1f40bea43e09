//! What the conformance levels of OData demand and no other suite shows; `docs/conformance.md` tells which test shows what.

use serde_json::{Value, json};

use super::related::library;
use super::{Served, encoded, ids, names, shop};

/// The ids of the orders that `filter` finds.
fn found(shop: &Served, filter: &str) -> Vec<i64> {
    ids(&shop.get(&format!("/odata/Orders?$filter={}", encoded(filter))).expect(200))
}

#[test]
fn options_operators_and_functions_are_known_without_the_dollar_and_in_any_case() {
    let library = library();
    let wanted =
        library.get("/odata/Book?$filter=contains(Title,'A')%20and%20Id%20in%20(10,11)&$count=true").expect(200);
    let order = "&$orderby=Id%20desc&$top=2&$skip=0&$select=Title";
    let order = format!("{order}&$expand=Chapter($top=1)");
    for (options, orders) in [
        ("filter=contains(Title,'A')%20and%20Id%20in%20(10,11)&count=true", order.replace('$', "")),
        ("$FILTER=Contains(Title,'A')%20AND%20Id%20IN%20(10,11)&$COUNT=true", order.to_uppercase()),
        ("FILTER=CONTAINS(Title,'A')%20And%20Id%20In%20(10,11)&Count=true", order.replace('$', "")),
    ] {
        for version in ["4.0", "4.01"] {
            let ask = library.ask("GET", &format!("/odata/Book?{options}")).header("OData-MaxVersion", version);
            assert_eq!(ask.send().expect(200).value(), wanted.value(), "{options}");
        }
        let orders = orders.replace("TITLE", "Title").replace("CHAPTER", "Chapter").replace("=ID", "=Id");
        let ordered = library.get(&format!("/odata/Book?{}", orders.trim_start_matches('&'))).expect(200).value();
        assert_eq!((&ordered[0]["Title"], &ordered[1]["Title"]), (&json!("E"), &json!("D")), "{orders}");
    }
}

#[test]
fn names_are_returned_as_metadata_has_them() {
    let shop = shop();
    let metadata = shop.get("/odata/$metadata?$format=json").expect(200).json();
    let described = names(&metadata["Deltalink.Model"]["Orders"]).into_iter();
    let described: Vec<&str> = described.filter(|name| !name.contains(['$', '@'])).collect();
    let order = shop.get("/odata/Orders(1)").expect(200).json();
    let returned: Vec<&str> = names(&order).into_iter().filter(|name| !name.contains('@')).collect();
    assert!(returned.iter().all(|name| described.contains(name)), "{returned:?} {described:?}");
    shop.get("/odata/Orders(1)?$select=note").expect(400);
}

#[test]
fn text_is_cast_to_other_types_where_it_is_a_literal() {
    let shop = shop();
    for (filter, expected) in [
        ("Id eq cast('2',Edm.Int64)", &[2][..]),
        ("Id eq cast('x',Edm.Int32)", &[]),
        ("Total eq cast('12.5',Edm.Decimal)", &[1]),
        ("Paid eq cast('true',Edm.Boolean) and Id eq 1", &[1]),
        ("PlacedAt eq cast('2024-02-29T08:30:00Z',Edm.DateTimeOffset)", &[1]),
        ("date(PlacedAt) eq cast('2024-02-29',Edm.Date)", &[1]),
        ("time(PlacedAt) eq cast('08:30:00',Edm.TimeOfDay) and Id eq 1", &[1]),
        ("Note eq CAST('first',Edm.String)", &[1]),
        ("cast(null,Edm.Date) eq null and Id eq 1", &[1]),
        ("PlacedAt eq '2024-02-29T08:30:00Z'", &[1]),
    ] {
        assert_eq!(found(&shop, filter), expected, "{filter}");
    }
    for filter in ["cast(Note,Edm.Int32) eq 1", "cast('P1D',Edm.Duration) eq null", "cast('x',Shop.Color) eq null"] {
        assert_eq!(
            shop.get(&format!("/odata/Orders?$filter={}", encoded(filter))).expect(501).code(),
            "OptionNotSupported"
        );
    }
}

#[test]
fn durations_and_members_of_enumerations_are_read_and_not_implemented() {
    let shop = shop();
    for filter in [
        "PlacedAt add duration'PT1H' gt PlacedAt",
        "Note eq duration'P1D'",
        "Note eq Shop.Color'Red'",
        "Note has Shop.Color'Red'",
    ] {
        let answer = shop.get(&format!("/odata/Orders?$filter={}", encoded(filter))).expect(501);
        assert_eq!(answer.code(), "OptionNotSupported", "{filter}");
    }
    assert_eq!(shop.get("/odata/Orders?$filter=Note%20eq%20duration'x'").expect(400).code(), "SyntaxError");
}

#[test]
fn an_alias_stands_for_a_value_wherever_one_may_stand() {
    let shop = shop();
    let ask = |options: &str| ids(&shop.get(&format!("/odata/Orders?{options}")).expect(200));
    assert_eq!(ask("$filter=Id%20eq%20@id&@id=2"), [2]);
    assert_eq!(ask("@note='first'&$filter=Note%20eq%20@note%20and%20Id%20lt%20@most&@most=3"), [1]);
    assert_eq!(ask("$filter=@p&@p=Id%20eq%203"), [3]);
    assert_eq!(ask("$filter=Id%20in%20@ids&@ids=(1,3)"), [1, 3]);
    assert_eq!(ask("$filter=Note%20eq%20@missing"), ask("$filter=Note%20eq%20null"));
    assert_eq!(shop.get("/odata/Orders(@id)?@id=2").expect(200).json()["Id"], 2);
}

#[test]
fn a_raw_value_is_that_of_a_property_and_entities_have_none() {
    let shop = shop();
    let value = shop.get("/odata/Orders(1)/Note/$value").expect(200);
    assert_eq!((value.header("Content-Type"), value.text()), (Some("text/plain"), "first".into()));
    shop.get("/odata/Orders(2)/Note/$value").expect(204);
    assert_eq!(shop.get("/odata/Orders(1)/$value").expect(400).code(), "SyntaxError");
}

#[test]
fn the_number_of_related_entities_may_be_filtered_and_ordered_by() {
    let library = library();
    let ask = |options: &str| ids(&library.get(&format!("/odata/Writer?{options}")).expect(200));
    assert_eq!(ask("$filter=Book/$count%20gt%200"), [1, 2]);
    assert_eq!(ask("$filter=Book/$count($filter=Id%20gt%2010)%20gt%201"), [1]);
    assert_eq!(ask("$filter=Book/$count($search=d)%20gt%200"), [2]);
    assert_eq!(ask("$orderby=Book/$count%20desc,Id%20desc"), [1, 2, 4, 3]);
    assert_eq!(ask("$orderby=Book/$count($filter=Id%20gt%2011)%20desc,Id%20desc"), [2, 1, 4, 3]);
}

#[test]
fn the_metadata_says_which_versions_and_which_level() {
    let metadata = shop().get("/odata/$metadata?$format=json").expect(200).json();
    let container = &metadata["Deltalink"]["$Annotations"]["Deltalink.Container"];
    assert_eq!(container["@Core.ODataVersions"], "4.0 4.01");
    let absent = |term: &str| metadata["Deltalink"].get(term).is_none() && container.get(term).is_none();
    assert!(absent("@Core.SchemaVersion"), "else incompatible values of $schemaversion have to be refused");
}

#[test]
fn nothing_has_to_be_understood_to_read_an_answer() {
    let shop = shop();
    let plain = |path: &str, accept: &str| -> Value {
        let mut json = shop.get_with(path, "Accept", accept).expect(200).json();
        json.as_object_mut().unwrap().retain(|name, _| !name.contains('@'));
        json
    };
    let full = plain("/odata/Orders(1)", "application/json;odata.metadata=full");
    assert_eq!(full, plain("/odata/Orders(1)", "application/json;odata.metadata=none"));
    shop.get_with("/odata/Orders", "X-Custom", "anything").expect(200);
    shop.get_with("/odata/Orders", "Prefer", "contoso.something=1,respond-async,wait=5").expect(200);
}

#[test]
fn headers_and_preferences_are_known_with_and_without_their_prefix() {
    let shop = shop();
    for (prefer, version) in [
        ("maxpagesize=1", "4.01"),
        ("odata.maxpagesize=1", "4.01"),
        ("odata.maxpagesize=1", "4.0"),
        ("maxpagesize=1", "4.0"),
    ] {
        let page = shop.ask("GET", "/odata/Orders").header("OData-MaxVersion", version).header("Prefer", prefer).send();
        let page = page.expect(200);
        assert_eq!((page.value().len(), page.header("Preference-Applied")), (1, Some(prefer)), "{version}");
    }
    for prefer in ["track-changes", "odata.track-changes"] {
        let page = shop.get_with("/odata/Orders", "Prefer", prefer).expect(200);
        assert!(page.link("deltaLink").is_some(), "{prefer}");
        assert_eq!(page.header("Preference-Applied"), Some(prefer));
    }
    for header in ["Isolation", "OData-Isolation"] {
        shop.get_with("/odata/Orders", header, "snapshot").expect(412);
    }
}
