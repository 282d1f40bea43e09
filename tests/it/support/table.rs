//! A table read from the file without the gateway, as the rows that a copy of it must hold.
//!
//! The mapping from stored values to JSON is written here a second time, so that the gateway's own is checked by it.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use deltalink::edm::identifier;
use rusqlite::Connection;
use rusqlite::types::ValueRef as Stored;
use serde_json::{Map, Value, json};

use super::replica::id;

/// A column of the table: its name, its declared type, and its place in the key, from 1.
struct Column {
    name: String,
    declared: String,
    key: usize,
}

/// The property names of the table's key, in key order.
pub(crate) fn key(connection: &Connection, table: &str) -> Vec<String> {
    key_columns(&columns(connection, table)).map(|column| identifier(&column.name)).collect()
}

/// All rows that have a whole key, by their key.
pub(crate) fn rows(connection: &Connection, table: &str) -> BTreeMap<String, Value> {
    let columns = columns(connection, table);
    let names: Vec<String> = columns.iter().map(|column| quoted(&column.name)).collect();
    let mut statement = connection.prepare(&format!("SELECT {} FROM {}", names.join(", "), quoted(table))).unwrap();
    let mut stored = statement.query([]).unwrap();
    let mut rows = BTreeMap::new();
    while let Some(row) = stored.next().unwrap() {
        let values = columns.iter().enumerate();
        let entity: Map<String, Value> = values
            .map(|(at, column)| (identifier(&column.name), json_of(&column.declared, row.get_ref(at).unwrap())))
            .collect();
        let key: Vec<&Value> = key_columns(&columns).map(|column| &entity[&identifier(&column.name)]).collect();
        if key.iter().all(|value| !value.is_null()) {
            rows.insert(id(key.into_iter().map(text)), Value::Object(entity));
        }
    }
    rows
}

fn columns(connection: &Connection, table: &str) -> Vec<Column> {
    let mut statement =
        connection.prepare("SELECT name, upper(type), pk FROM pragma_table_xinfo(?1) WHERE hidden <> 1").unwrap();
    let column = |row: &rusqlite::Row<'_>| Ok(Column { name: row.get(0)?, declared: row.get(1)?, key: row.get(2)? });
    statement.query_map([table], column).unwrap().map(Result::unwrap).collect()
}

fn key_columns(columns: &[Column]) -> impl Iterator<Item = &Column> {
    let mut key: Vec<&Column> = columns.iter().filter(|column| column.key > 0).collect();
    key.sort_by_key(|column| column.key);
    key.into_iter()
}

fn json_of(declared: &str, stored: Stored<'_>) -> Value {
    match stored {
        Stored::Null => Value::Null,
        Stored::Integer(number) if declared.starts_with("BOOL") => json!(number == 1),
        Stored::Integer(number) if is_text(declared) => json!(number.to_string()),
        Stored::Integer(number) => json!(number),
        Stored::Real(number) if is_text(declared) => json!(number.to_string()),
        Stored::Real(number) => json!(number),
        Stored::Text(octets) => json!(text_of(declared, std::str::from_utf8(octets).unwrap())),
        Stored::Blob(octets) if declared == "UUID" => json!(guid(octets)),
        Stored::Blob(octets) => json!(URL_SAFE_NO_PAD.encode(octets)),
    }
}

fn is_text(declared: &str) -> bool {
    declared.contains("CHAR") || declared.contains("TEXT") || declared == "STRING"
}

fn text_of(declared: &str, text: &str) -> String {
    match declared {
        "DATETIME" => format!("{}Z", text.replace(' ', "T")),
        "UUID" => text.to_lowercase(),
        _ => text.to_owned(),
    }
}

fn guid(octets: &[u8]) -> String {
    let digits: Vec<String> = octets.iter().map(|octet| format!("{octet:02x}")).collect();
    [0..4, 4..6, 6..8, 8..10, 10..16].map(|part| digits[part].concat()).join("-")
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// A name as a quoted identifier.
pub(crate) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
