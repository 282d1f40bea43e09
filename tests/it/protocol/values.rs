//! A value of a type on the wire into JSON and `/$value`: what the tests of each family of types share.

use serde_json::Value as Json;

use super::served::Served;
use super::table::{Row, Table, column};
use crate::tds::Value;

/// A declared type, and values of it, each with its JSON.
pub(super) type Case<'c> = (&'c str, Vec<(Value, &'c str)>);

/// A table with a column of each type: `C0`, `C1` and so on. The rows have the values in turn, the last one only NULL.
fn table(cases: &[Case<'_>]) -> Table {
    let declared = cases.iter().enumerate().map(|(number, (declared, _))| column(&format!("C{number}"), declared));
    let columns = std::iter::once(column("Id", "int")).chain(declared).collect();
    let most = cases.iter().map(|(_, values)| values.len()).max().unwrap();
    let row = |number: usize| -> Row {
        let cells = cases.iter().map(|(_, values)| values.get(number).map_or(Value::Null, |(value, _)| value.clone()));
        std::iter::once(Value::Int(number.try_into().unwrap())).chain(cells).collect()
    };
    Table::new("T", &["Id"], columns).rows((0..=most).map(row))
}

/// Asserts that each value comes out as it should, in collections, as a property, and bare.
#[track_caller]
pub(super) fn assert_values(cases: &[Case<'_>]) {
    let served = Served::of(table(cases));
    let whole = served.get("/odata/T").expect(200).text();
    let rows: Vec<&str> = whole.split("{\"Id\":").skip(1).collect();
    for (number, (declared, values)) in cases.iter().enumerate() {
        let nulls = rows.len() - values.len();
        let expected = values.iter().map(|(_, json)| *json).chain(std::iter::repeat_n("null", nulls));
        for (row, (text, json)) in rows.iter().zip(expected).enumerate() {
            let found = member(text, &format!("C{number}"));
            assert_eq!(found, json, "{declared}");
            assert_property(&served, &format!("/odata/T({row})/C{number}"), json, declared);
        }
    }
}

/// The JSON of a member, with every digit that was written.
#[track_caller]
fn member<'t>(object: &'t str, name: &str) -> &'t str {
    let found = object.split_once(&format!("\"{name}\":"));
    let (_, rest) = found.unwrap_or_else(|| panic!("no {name} in {object}"));
    let mut values = serde_json::Deserializer::from_str(rest).into_iter::<serde::de::IgnoredAny>();
    values.next().unwrap().unwrap();
    &rest[..values.byte_offset()]
}

#[track_caller]
fn assert_property(served: &Served, path: &str, json: &str, declared: &str) {
    if json == "null" {
        served.get(path).expect(204);
        served.get(&format!("{path}/$value")).expect(204);
        return;
    }
    let property = served.get(path).expect(200).text();
    assert_eq!(member(&property, "value"), json, "{declared}");
    let bare = served.get(&format!("{path}/$value")).expect(200);
    let is_binary = bare.header("Content-Type") == Some("application/octet-stream");
    match serde_json::from_str::<Json>(json).unwrap() {
        Json::String(text) if is_binary => assert_eq!(bare.body, from_base64(&text), "{declared}"),
        Json::String(text) => assert_eq!(bare.text(), text, "{declared}"),
        _ => assert_eq!(bare.text(), json, "{declared}"),
    }
}

fn from_base64(text: &str) -> Vec<u8> {
    use base64::Engine;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(text).unwrap()
}
