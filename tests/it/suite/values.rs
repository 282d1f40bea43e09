//! Values of every type, as JSON and as text.

use serde_json::{Value, json};

use super::{Served, one_table};

/// A column of each type, declared as every database here understands it; values at the edges of the types.
fn types() -> Served {
    one_table(
        "T",
        "CREATE TABLE T (
           Id BIGINT NOT NULL PRIMARY KEY, S SMALLINT, B BIGINT, F FLOAT, D DECIMAL(10,2), W DECIMAL(38,10), V VARCHAR(10),
           Day DATE, Clock TIME, At DATETIME2, Guid UNIQUEIDENTIFIER);
         INSERT INTO T VALUES
           (1, 32767, 9223372036854775807, 0.1, 0.99, 12345, 'ten chars!', '2024-02-29', '23:59:59.1234567', '2024-02-29 23:59:59.5', '6F9619FF-8B86-D011-B42D-00CF4FC964FF'),
           (2, -32768, -9223372036854775808, -2.5e300, -12345678.9, -1, '', '0001-01-01', '00:00:00', '9999-12-31 00:00:00', '00000000-0000-0000-0000-000000000000'),
           (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)",
    )
}

#[test]
fn every_type_is_written_in_the_form_of_odata() {
    let items = types().get("/odata/T").expect(200).value();
    let expected = json!({
        "Id": 1, "S": 32767, "B": 9_223_372_036_854_775_807_i64, "F": 0.1, "D": 0.99, "W": 12345, "V": "ten chars!",
        "Day": "2024-02-29", "Clock": "23:59:59.1234567", "At": "2024-02-29T23:59:59.5Z",
        "Guid": "6f9619ff-8b86-d011-b42d-00cf4fc964ff",
    });
    assert_eq!(items[0], expected);
    assert_eq!((&items[1]["B"], &items[1]["F"]), (&json!(i64::MIN), &json!(-2.5e300)));
    assert_eq!((&items[1]["D"], &items[1]["V"]), (&json!(-12_345_678.9), &json!("")));
    assert_eq!((&items[1]["Day"], &items[1]["At"]), (&json!("0001-01-01"), &json!("9999-12-31T00:00:00Z")));
    let nulls = items[2].as_object().unwrap().values().filter(|value| value.is_null()).count();
    assert_eq!(nulls, 10);
}

#[test]
fn every_type_is_described() {
    let metadata = types().get("/odata/$metadata?$format=json").expect(200).json();
    let ty = &metadata["Deltalink.Model"]["T"];
    let described = |name: &str, facet: &str| ty[name][facet].clone();
    for (name, expected) in [
        ("Id", "Edm.Int64"),
        ("S", "Edm.Int16"),
        ("B", "Edm.Int64"),
        ("F", "Edm.Double"),
        ("D", "Edm.Decimal"),
        ("Day", "Edm.Date"),
        ("Clock", "Edm.TimeOfDay"),
        ("At", "Edm.DateTimeOffset"),
        ("Guid", "Edm.Guid"),
    ] {
        assert_eq!(described(name, "$Type"), expected, "{name}");
    }
    assert_eq!((described("V", "$Type"), described("V", "$MaxLength")), (Value::Null, json!(10)));
    assert_eq!((described("D", "$Precision"), described("D", "$Scale")), (json!(10), json!(2)));
    assert_eq!(described("At", "$Precision"), 7);
    assert_eq!((described("Id", "$Nullable"), described("S", "$Nullable")), (Value::Null, json!(true)));
}

#[test]
fn every_type_is_a_property_and_a_bare_value() {
    let served = types();
    for (name, text) in [
        ("S", "32767"),
        ("B", "9223372036854775807"),
        ("F", "0.1"),
        ("D", "0.99"),
        ("V", "ten chars!"),
        ("Day", "2024-02-29"),
        ("Clock", "23:59:59.1234567"),
        ("At", "2024-02-29T23:59:59.5Z"),
        ("Guid", "6f9619ff-8b86-d011-b42d-00cf4fc964ff"),
    ] {
        assert_eq!(served.get(&format!("/odata/T(1)/{name}/$value")).expect(200).text(), text, "{name}");
        let value = served.get(&format!("/odata/T(1)/{name}")).expect(200).json()["value"].clone();
        let plain = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        assert_eq!(plain, text, "{name}");
        served.get(&format!("/odata/T(3)/{name}/$value")).expect(204);
    }
    assert_eq!(served.get("/odata/T(2)/V/$value").expect(200).text(), "", "an empty text is not null");
    assert_eq!(served.get("/odata/T(2)/V").expect(200).json()["value"], "");
}

#[test]
fn int64_and_decimal_are_strings_for_who_asks() {
    let served = types();
    let items = served.get_with("/odata/T", "Accept", "application/json;IEEE754Compatible=true").expect(200).value();
    let first = &items[0];
    assert_eq!((&first["B"], &first["D"]), (&json!("9223372036854775807"), &json!("0.99")));
    assert_eq!((&first["S"], &first["F"]), (&json!(32767), &json!(0.1)));
    assert_eq!(items[1]["B"], "-9223372036854775808");
}

#[test]
fn text_is_escaped_and_nothing_else_happens_to_it() {
    let served = one_table("T", "CREATE TABLE T (Id INT NOT NULL PRIMARY KEY, Text NVARCHAR(200))");
    for (number, text) in
        ["\"\\/", "<b>&amp;</b>", "Größe 日本 🦀", "line\nbreak\ttab", "\u{1}\u{7f}\u{2028}"].iter().enumerate()
    {
        served.execute(&format!("INSERT INTO T VALUES ({number}, {})", served.database.text(text)));
        assert_eq!(served.get(&format!("/odata/T({number})")).expect(200).json()["Text"], *text);
        assert_eq!(served.get(&format!("/odata/T({number})/Text/$value")).expect(200).text(), *text);
    }
}

#[test]
fn full_metadata_names_the_types_that_json_does_not_show() {
    let served = types();
    let entity = served.get_with("/odata/T(1)", "Accept", "application/json;odata.metadata=full").expect(200).json();
    let ty = |name: &str| entity.get(format!("{name}@odata.type")).and_then(Value::as_str);
    for (name, expected) in [
        ("Id", "#Int64"),
        ("S", "#Int16"),
        ("D", "#Decimal"),
        ("Day", "#Date"),
        ("Clock", "#TimeOfDay"),
        ("At", "#DateTimeOffset"),
        ("Guid", "#Guid"),
    ] {
        assert_eq!(ty(name), Some(expected), "{name}");
    }
    assert_eq!((ty("F"), ty("V")), (None, None));
}
