//! The canned database into the eight results of `catalog.sql`.

use super::database::State;
use super::table::Table;
use super::types::{COLLATION, Stored, name, stored};
use crate::tds::{Column, Length, Reply, Type, Value};

fn columns(named: &[(&str, Type)]) -> Vec<Column> {
    named.iter().map(|(name, kind)| Column::new(name, kind.clone())).collect()
}

fn text(text: Option<&String>) -> Value {
    text.map_or(Value::Null, |text| text.as_str().into())
}

fn flag(flag: bool) -> Value {
    Value::Int(flag.into())
}

/// All that is known of the database; of `schema` only, if it names one.
pub(super) fn catalog(state: &State, schema: &str) -> Reply {
    let tables: Vec<&Table> = state.tables.iter().filter(|table| schema.is_empty() || table.schema == schema).collect();
    let long = || Type::NVarChar(Length::Max);
    let of_tables = columns(&[
        ("object_id", Type::Int),
        ("name", name()),
        ("name", name()),
        ("signature", Type::Int),
        ("may_select", Type::Int),
        ("may_view_changes", Type::Int),
        ("begin_version", Type::BigInt),
        ("description", Type::NVarChar(Length::Limited(4000))),
    ]);
    let of_columns = columns(&[
        ("object_id", Type::Int),
        ("column_id", Type::Int),
        ("name", name()),
        ("type_name", name()),
        ("max_length", Type::SmallInt),
        ("precision", Type::TinyInt),
        ("scale", Type::TinyInt),
        ("is_nullable", Type::Bit),
        ("is_made", Type::Int),
        ("collation_name", name()),
        ("default_definition", long()),
        ("description", Type::NVarChar(Length::Limited(4000))),
        ("is_encrypted", Type::Int),
        ("is_masked", Type::Int),
    ]);
    let of_indexes = columns(&[
        ("object_id", Type::Int),
        ("index_id", Type::Int),
        ("is_primary_key", Type::Bit),
        ("filter_definition", long()),
        ("column_id", Type::Int),
    ]);
    let of_references = columns(&[
        ("parent_object_id", Type::Int),
        ("name", name()),
        ("parent_column_id", Type::Int),
        ("referenced_schema", name()),
        ("referenced_table", name()),
        ("referenced_column", name()),
    ]);
    let reply = Reply::new()
        .rows(&of_tables, tables.iter().map(|table| table_row(table)).collect::<Vec<_>>())
        .rows(&of_columns, tables.iter().flat_map(|table| column_rows(table)).collect::<Vec<_>>())
        .rows(&of_indexes, tables.iter().flat_map(|table| key_rows(table)).collect::<Vec<_>>())
        .rows(&of_references, Vec::<Vec<Value>>::new());
    of_database(state, reply)
}

fn table_row(table: &Table) -> Vec<Value> {
    vec![
        table.object_id.into(),
        table.schema.as_str().into(),
        table.name.as_str().into(),
        table.signature().into(),
        flag(table.may_select),
        flag(table.may_view_changes),
        table.begin_version.map_or(Value::Null, Value::Int),
        text(table.description.as_ref()),
    ]
}

fn column_rows(table: &Table) -> Vec<Vec<Value>> {
    let row = |(number, column): (i64, &super::table::Column)| {
        let Stored { type_name, max_length, precision, scale } = stored(&column.declared);
        let collated = ["char", "nchar", "varchar", "nvarchar", "text", "ntext"].contains(&type_name.as_str());
        vec![
            table.object_id.into(),
            number.into(),
            column.name.as_str().into(),
            type_name.as_str().into(),
            max_length.into(),
            precision.into(),
            scale.into(),
            Value::Bit(column.nullable),
            flag(column.made),
            if collated { COLLATION.into() } else { Value::Null },
            text(column.default.as_ref()),
            text(column.description.as_ref()),
            flag(column.encrypted),
            flag(column.masked),
        ]
    };
    (1..).zip(&table.columns).map(row).collect()
}

fn key_rows(table: &Table) -> Vec<Vec<Value>> {
    let row = |&place: &usize| {
        let column = i64::try_from(place + 1).unwrap();
        vec![table.object_id.into(), 1.into(), Value::Bit(true), Value::Null, column.into()]
    };
    table.key.iter().map(row).collect()
}

/// The last four results.
fn of_database(state: &State, reply: Reply) -> Reply {
    let of_tracking = columns(&[
        ("retention_period", Type::Int),
        ("retention_period_units_desc", name()),
        ("is_auto_cleanup_on", Type::TinyInt),
    ]);
    let of_database = columns(&[
        ("name", name()),
        ("snapshot_isolation_state_desc", name()),
        ("updateability", name()),
        ("user_name", name()),
    ]);
    let of_commits = columns(&[("readable", Type::Int), ("age", Type::BigInt), ("is_current", Type::Int)]);
    let tracking =
        state.tracking.iter().map(|(period, unit, cleanup)| vec![(*period).into(), (*unit).into(), flag(*cleanup)]);
    let snapshots = if state.snapshots { "ON" } else { "OFF" };
    let updateability = if state.read_only { "READ_ONLY" } else { "READ_WRITE" };
    let database = vec![state.name.as_str().into(), snapshots.into(), updateability.into(), "deltalink".into()];
    let oldest = state.oldest_commit.map_or(Value::Null, Value::Int);
    let commits = vec![flag(state.sees_commits), oldest, flag(state.sees_commits)];
    reply
        .rows(&of_tracking, tracking.collect::<Vec<_>>())
        .rows(&of_database, vec![database])
        .rows(&of_commits, vec![commits])
        .rows(&columns(&[("readable", Type::Int)]), vec![vec![flag(state.sees_fork)]])
}
