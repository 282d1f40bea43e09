//! The file's schema -> the eight results of `catalog.sql`.

use rusqlite::Connection;

use super::signature::signature;
use super::types::Declared;
use crate::tds::{Column, Length, Reply, Type, Value};

fn text(name: &str) -> Column {
    Column::new(name, Type::NVarChar(Length::Limited(4000)))
}

fn int(name: &str) -> Column {
    Column::new(name, Type::BigInt)
}

/// A column of the file as it stands in the schema.
struct Found {
    object: i64,
    number: i64,
    name: String,
    declared: Declared,
    nullable: bool,
    key: i64,
    /// 2 and 3 for what SQLite generates: when it is read, and when it is written.
    hidden: i64,
}

pub(super) fn reply(file: &Connection) -> Reply {
    let columns = columns(file);
    Reply::new()
        .rows(
            &[
                int("object_id"),
                text("schema"),
                text("name"),
                int("signature"),
                int("s"),
                int("c"),
                int("begun"),
                text("d"),
            ],
            tables(file),
        )
        .rows(
            &[
                int("object_id"),
                int("column_id"),
                text("name"),
                text("type_name"),
                int("max_length"),
                int("precision"),
                int("scale"),
                int("is_nullable"),
                int("is_made"),
                text("collation_name"),
                text("default"),
                text("d"),
            ],
            columns.iter().map(described).collect::<Vec<_>>(),
        )
        .rows(
            &[int("object_id"), int("index_id"), int("is_primary_key"), text("filter"), int("column_id")],
            [keys(&columns), unique_indexes(file)].concat(),
        )
        .rows(&[int("o"), text("n"), int("c"), text("s"), text("t"), text("r")], references(file))
        .rows(&[int("period"), text("unit"), int("auto")], tracking(file))
        .rows(&[text("name"), text("snapshots"), text("updateability"), text("user")], database(file))
        .rows(
            &[int("readable"), int("age"), int("is_current")],
            vec![vec![Value::Int(1), Value::Int(60), Value::Int(1)]],
        )
        .rows(&[int("readable")], vec![vec![Value::Int(1)]])
}

fn tables(file: &Connection) -> Vec<Vec<Value>> {
    let mut statement = file.prepare("SELECT object, name, begun FROM _table ORDER BY name").unwrap();
    let table = |row: &rusqlite::Row<'_>| {
        let (object, name, begun): (i64, String, Option<i64>) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let signature = signature(file, &name).map_or(Value::Null, Value::Int);
        let begun = begun.map_or(Value::Null, Value::Int);
        Ok(vec![
            Value::Int(object),
            "dbo".into(),
            Value::Text(name),
            signature,
            Value::Int(1),
            Value::Int(1),
            begun,
            Value::Null,
        ])
    };
    statement.query_map([], table).unwrap().map(Result::unwrap).collect()
}

fn columns(file: &Connection) -> Vec<Found> {
    let sql = "SELECT t.object, k.number, c.name, c.type, c.\"notnull\", c.pk, c.hidden
               FROM _table AS t JOIN pragma_table_xinfo(t.name) AS c JOIN _column AS k ON k.object = t.object AND k.name = c.name
               ORDER BY t.object, k.number";
    let mut statement = file.prepare(sql).unwrap();
    let column = |row: &rusqlite::Row<'_>| {
        let declared: String = row.get(3)?;
        let (not_null, key): (bool, i64) = (row.get(4)?, row.get(5)?);
        let declared = Declared::parse(&declared);
        Ok(Found {
            object: row.get(0)?,
            number: row.get(1)?,
            name: row.get(2)?,
            declared,
            nullable: !not_null && key == 0,
            key,
            hidden: row.get(6)?,
        })
    };
    statement.query_map([], column).unwrap().map(Result::unwrap).collect()
}

fn described(column: &Found) -> Vec<Value> {
    let Declared { name, precision, scale, .. } = &column.declared;
    let collation = if column.declared.is_text() { "Latin1_General_100_BIN2".into() } else { Value::Null };
    vec![
        Value::Int(column.object),
        Value::Int(column.number),
        Value::Text(column.name.clone()),
        Value::Text(name.clone()),
        Value::Int(column.declared.octets()),
        Value::Int(*precision),
        Value::Int(*scale),
        Value::Int(column.nullable.into()),
        Value::Int([0, 0, 2, 1][usize::try_from(column.hidden).unwrap()]),
        collation,
        Value::Null,
        Value::Null,
    ]
}

/// The primary keys.
fn keys(columns: &[Found]) -> Vec<Vec<Value>> {
    let mut keys: Vec<&Found> = columns.iter().filter(|column| column.key > 0).collect();
    keys.sort_by_key(|column| (column.object, column.key));
    keys.into_iter()
        .map(|column| {
            vec![Value::Int(column.object), Value::Int(1), Value::Int(1), Value::Null, Value::Int(column.number)]
        })
        .collect()
}

/// The unique indexes beside the primary keys.
fn unique_indexes(file: &Connection) -> Vec<Vec<Value>> {
    let sql = "SELECT t.object, i.seq + 2, CASE WHEN i.partial THEN '(filtered)' END, k.number
               FROM _table AS t JOIN pragma_index_list(t.name) AS i JOIN pragma_index_xinfo(i.name) AS x
               JOIN _column AS k ON k.object = t.object AND k.name = x.name
               WHERE i.\"unique\" AND i.origin <> 'pk' AND x.key
               ORDER BY t.object, i.seq, x.seqno";
    let mut statement = file.prepare(sql).unwrap();
    let index = |row: &rusqlite::Row<'_>| {
        let filter: Option<String> = row.get(2)?;
        Ok(vec![
            Value::Int(row.get(0)?),
            Value::Int(row.get(1)?),
            Value::Int(0),
            filter.map_or(Value::Null, Value::Text),
            Value::Int(row.get(3)?),
        ])
    };
    statement.query_map([], index).unwrap().map(Result::unwrap).collect()
}

/// The foreign keys. SQLite does not tell their names, so they are called after their table and columns.
fn references(file: &Connection) -> Vec<Vec<Value>> {
    let sql = "SELECT t.object,
                      (SELECT 'FK_' || t.name || '_' || group_concat(n.\"from\", '_') FROM pragma_foreign_key_list(t.name) AS n WHERE n.id = f.id),
                      k.number, r.name, coalesce(f.\"to\", (SELECT c.name FROM pragma_table_xinfo(r.name) AS c WHERE c.pk = f.seq + 1))
               FROM _table AS t JOIN pragma_foreign_key_list(t.name) AS f
               JOIN _column AS k ON k.object = t.object AND k.name = f.\"from\"
               JOIN _table AS r ON r.name = f.\"table\" COLLATE NOCASE
               ORDER BY t.object, f.id, f.seq";
    let mut statement = file.prepare(sql).unwrap();
    let reference = |row: &rusqlite::Row<'_>| {
        Ok(vec![
            Value::Int(row.get(0)?),
            Value::Text(row.get(1)?),
            Value::Int(row.get(2)?),
            "dbo".into(),
            Value::Text(row.get(3)?),
            Value::Text(row.get(4)?),
        ])
    };
    statement.query_map([], reference).unwrap().map(Result::unwrap).collect()
}

fn tracking(file: &Connection) -> Vec<Vec<Value>> {
    let sql = "SELECT tracking, retention FROM _state";
    let (on, minutes): (bool, i64) = file.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    let row = vec![Value::Int(minutes), "MINUTES".into(), Value::Int(1)];
    on.then_some(row).into_iter().collect()
}

fn database(file: &Connection) -> Vec<Vec<Value>> {
    let on: bool = file.query_row("SELECT snapshots FROM _state", [], |row| row.get(0)).unwrap();
    vec![vec!["stand_in".into(), if on { "ON" } else { "OFF" }.into(), "READ_WRITE".into(), "tester".into()]]
}
