//! A statement into what the canned database answers: rows as they are listed, counts, versions, the history.

use super::catalog::catalog;
use super::database::State;
use super::incident::Trouble;
use super::statement::{Part, Statement, integer};
use super::table::{Change, Row, Rows, Table};
use crate::tds::{Column, Event, Fault, Length, Reply, Type, Value};

/// Ends the test, by way of the peer, where a part is asked for outside of its place in a transaction.
pub(super) fn answer(state: &mut State, statement: &Statement<'_>, in_transaction: bool, trouble: Trouble) -> Reply {
    let expected = !matches!(statement.part, Part::Catalog | Part::Open | Part::Script);
    if statement.part != Part::Abandon {
        assert_eq!(in_transaction, expected, "{:?} has no place here", statement.part);
    }
    match statement.part {
        Part::Catalog => {
            let Value::Text(schema) = statement.parameter(1) else { panic!("the schema is text") };
            catalog(state, schema)
        }
        Part::Open => open(state, statement),
        Part::History => history(state, statement),
        Part::Count => one(Type::BigInt, Value::Int(count(&table(state, statement).rows))),
        Part::Entities => entities(table(state, statement), statement, trouble),
        Part::ChangesCount => {
            let (after, upper) = (statement.number("after"), statement.number("upper"));
            let counts = |change: &&Change| change.version > after && change.version <= upper;
            let count = table(state, statement).changes.iter().filter(counts).count();
            one(Type::BigInt, Value::Int(count.try_into().unwrap()))
        }
        Part::Changes => changes(table(state, statement), statement, trouble),
        Part::Close => Reply::new().tx_end(true),
        Part::Abandon if in_transaction => Reply::new().tx_end(false),
        Part::Abandon | Part::Script => Reply::new(),
    }
}

fn one(kind: Type, value: Value) -> Reply {
    Reply::new().rows(&[Column::new("", kind)], vec![vec![value]])
}

fn table<'s>(state: &'s mut State, statement: &Statement<'_>) -> &'s mut Table {
    let name = statement.slot("table");
    state.table(name).unwrap_or_else(|| panic!("no table {name}"))
}

fn count(rows: &Rows) -> i64 {
    match rows {
        Rows::Listed(rows) => rows.len().try_into().unwrap(),
        Rows::Made(count, ..) => (*count).try_into().unwrap(),
    }
}

/// A table that is gone is missed only when its statement is reached, with the transaction begun.
fn open(state: &mut State, statement: &Statement<'_>) -> Reply {
    let version = state.tracking.map_or(Value::Null, |_| Value::Int(state.version));
    let mut reply = Reply::new().tx_begin().rows(&[Column::new("current_version", Type::BigInt)], vec![vec![version]]);
    for name in statement.checked() {
        let Some(table) = state.table(name) else {
            return reply.error(Fault::new(208, &format!("Invalid object name '{name}'.")));
        };
        let row = vec![Value::Int(table.signature()), Value::Int(1)];
        reply = reply.rows(&[Column::new("signature", Type::Int), Column::new("touched", Type::Int)], vec![row]);
    }
    reply
}

/// A login sees of changes only what it may.
fn history(state: &mut State, statement: &Statement<'_>) -> Reply {
    let object_id = integer(statement.parameter(1));
    let found = state.tables.iter().find(|table| table.object_id == object_id);
    let begin = found.and_then(|table| table.begin_version);
    let min_valid = found.filter(|table| table.may_view_changes).and_then(|table| table.min_valid_version);
    let number = |number: Option<i64>| number.map_or(Value::Null, Value::Int);
    let fork = if statement.slot("fork") == "NULL" { Value::Null } else { Value::Guid(state.fork) };
    let commit = |slot: &str, version: &dyn Fn() -> i64| {
        let known = (statement.slot(slot) != "NULL").then(|| state.commits.get(&version()));
        known.flatten().map_or(Value::Null, |text| text.as_str().into())
    };
    let (newest, witness) = (|| state.version, || integer(statement.parameter(2)));
    let text = || Type::NVarChar(Length::Limited(400));
    let columns = [
        Column::new("min_valid_version", Type::BigInt),
        Column::new("begin_version", Type::BigInt),
        Column::new("create_date", Type::DateTime),
        Column::new("recovery_fork", Type::UniqueIdentifier),
        Column::new("newest_version", Type::BigInt),
        Column::new("newest_commit", text()),
        Column::new("witness_commit", text()),
        Column::new("tracking_table", Type::Int),
        Column::new("retention_period", Type::Int),
        Column::new("retention_period_units_desc", text()),
    ];
    let created = Value::DateTime(46_000, 300 * 3600);
    let (newest_commit, witness_commit) = (commit("newest", &newest), commit("witness", &witness));
    let row = vec![
        number(min_valid),
        number(begin),
        created,
        fork,
        Value::Int(state.version),
        newest_commit,
        witness_commit,
        Value::Null,
        number(state.tracking.map(|(period, ..)| period)),
        state.tracking.map_or(Value::Null, |(_, unit, _)| unit.into()),
    ];
    Reply::new().rows(&columns, vec![row])
}

fn entities(table: &mut Table, statement: &Statement<'_>, trouble: Trouble) -> Reply {
    let (skip, limit) = (size(statement.number("skip")), size(statement.number("limit")));
    let condition = statement.slot("where");
    let rows: Box<dyn Iterator<Item = Row> + Send> = match condition {
        "1 = 1" => table.rows.iterate(),
        "1 = 0" => Box::new(std::iter::empty()),
        _ if statement.slot("limit") == "1" => Box::new(of_key(table, statement).into_iter()),
        _ if table.pages.is_empty() => {
            let after = integer(statement.parameter(1));
            let key = table.key[0];
            Box::new(table.rows.iterate().skip_while(move |row| integer(&row[key]) <= after))
        }
        _ => Box::new(table.pages.remove(0).into_iter()),
    };
    let columns = table.resolve(statement.slot("columns"));
    let places: Vec<usize> = columns.iter().map(|(_, place, _)| *place).collect();
    let shown: Vec<Column> = columns.into_iter().map(|(.., column)| column).collect();
    let rows = rows.skip(skip).take(limit);
    let picked = rows.map(move |row| Event::Row(places.iter().map(|&place| row[place].clone()).collect()));
    Reply::new().rows(&shown, trouble.among(picked))
}

/// The row whose key was given, where keys are sent as they are stored.
fn of_key(table: &Table, statement: &Statement<'_>) -> Option<Row> {
    let is_it = |row: &Row| (1..).zip(table.key_of(row)).all(|(number, value)| statement.parameter(number) == value);
    table.rows.iterate().find(is_it)
}

fn changes(table: &mut Table, statement: &Statement<'_>, trouble: Trouble) -> Reply {
    let (after, upper) = (statement.number("after"), statement.number("upper"));
    let changes = match statement.slot("position") {
        "1 = 1" => table.changes.clone(),
        _ => table.change_pages.remove(0),
    };
    let changes = changes.into_iter().filter(move |change| change.version > after && change.version <= upper);
    let selected = format!("{}, {}", statement.slot("recorded"), statement.slot("columns"));
    let columns = table.resolve(&selected);
    let mut shown = vec![Column::new("SYS_CHANGE_VERSION", Type::BigInt).not_null(), Column::new("gone", Type::Int)];
    shown.extend(columns.iter().map(|(alias, _, column)| {
        let column = column.clone();
        // An outer join: what is gone has no columns.
        Column { nullable: *alias == 't' || column.nullable, ..column }
    }));
    let row = move |change: Change| {
        let mut row = vec![Value::Int(change.version), Value::Int(change.gone.into())];
        let cell = |(alias, place, _): &(char, usize, Column)| {
            if *alias == 't' && change.gone { Value::Null } else { change.row[*place].clone() }
        };
        row.extend(columns.iter().map(cell));
        Event::Row(row)
    };
    let limit = size(statement.number("limit"));
    Reply::new().rows(&shown, trouble.among(changes.take(limit).map(row)))
}

fn size(number: i64) -> usize {
    number.try_into().unwrap()
}
