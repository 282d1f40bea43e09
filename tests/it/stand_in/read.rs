//! A statement that reads rows, or counts them -> the same on SQLite, and its rows on their way.

use rusqlite::types::Value as Bound;
use rusqlite::{Connection, params_from_iter};

use super::engine::{skeleton, table};
use super::pattern::{slot, slots};
use super::store::{key, object, quoted, visible};
use super::token::Token;
use super::translate::{expression, list, translate};
use super::types::Declared;
use crate::tds::{Column, Fault, Reply, Request, Type, Value};

type Slots<'a> = [(String, &'a str)];

pub(super) fn answer(file: &Connection, request: &Request) -> Option<Reply> {
    let sql = request.sql.as_str();
    let made_from = |skeleton| slots(skeleton, sql);
    if let Some(found) = made_from(skeleton::ENTITIES) {
        return Some(entities(file, &found, request));
    }
    if let Some(found) = made_from(skeleton::CHANGES) {
        return Some(changes(file, &found, request));
    }
    if let Some(found) = made_from(skeleton::CHANGES_COUNT) {
        let (net, upper) = (net(file, &found), translate(slot(&found, "upper")));
        return Some(count(
            file,
            &format!("SELECT count(*) FROM ({net}) AS c WHERE c.SYS_CHANGE_VERSION <= {upper}"),
            request,
        ));
    }
    let found = made_from(skeleton::COUNT)?;
    let (from, condition) = (translate(slot(&found, "table")), translate(slot(&found, "where")));
    Some(count(file, &format!("SELECT count(*) FROM {from} AS t WHERE {condition}"), request))
}

fn entities(file: &Connection, found: &Slots<'_>, request: &Request) -> Reply {
    let columns = selected(file, found, slot(found, "columns"));
    let say = |name: &str| translate(slot(found, name));
    let sql = format!(
        "SELECT {} FROM {} AS t WHERE {} ORDER BY {} LIMIT {} OFFSET {}",
        names(&columns),
        visible(file, &table(slot(found, "table"))),
        say("where"),
        say("order"),
        say("limit"),
        say("skip")
    );
    rows(file, &sql, &[], &columns, request)
}

fn changes(file: &Connection, found: &Slots<'_>, request: &Request) -> Reply {
    let recorded = selected(file, found, slot(found, "recorded"));
    let properties = selected(file, found, slot(found, "columns"));
    let say = |name: &str| translate(slot(found, name));
    let rank = "CASE c.SYS_CHANGE_OPERATION WHEN 'D' THEN 0 ELSE 1 END";
    let sql = format!(
        "SELECT c.SYS_CHANGE_VERSION, CASE WHEN c.SYS_CHANGE_OPERATION = 'D' THEN 1 WHEN {} THEN 2 ELSE 0 END, {}, {}
         FROM ({}) AS c LEFT JOIN {} AS t ON {} WHERE c.SYS_CHANGE_VERSION <= {} AND ({})
         ORDER BY c.SYS_CHANGE_VERSION, {rank}, {} LIMIT {}",
        say("absent"),
        names(&recorded),
        names(&properties),
        net(file, found),
        visible(file, &table(slot(found, "table"))),
        say("same_row"),
        say("upper"),
        say("position").replace("CASE c.SYS_CHANGE_OPERATION WHEN 'D' THEN 0 ELSE 1 END", rank),
        say("order"),
        say("limit")
    );
    let fixed = vec![Column::new("SYS_CHANGE_VERSION", Type::BigInt), Column::new("gone", Type::Int)];
    let columns: Vec<Selected> = recorded.into_iter().chain(properties).collect();
    rows(file, &sql, &fixed, &columns, request)
}

/// `CHANGETABLE(CHANGES ...)`: one row a key that changed after a version, with the last thing that happened to it.
fn net(file: &Connection, found: &Slots<'_>) -> String {
    let table = table(slot(found, "table"));
    let keys = key(file, &table).iter().map(|name| quoted(name)).collect::<Vec<_>>().join(", ");
    let after = translate(slot(found, "after"));
    format!(
        "SELECT {keys}, version AS SYS_CHANGE_VERSION, operation AS SYS_CHANGE_OPERATION, max(rowid) FROM _changes_{} WHERE version > {after} GROUP BY {keys}",
        object(file, &table)
    )
}

/// A column of an answer: as SQLite selects it, and as what it travels.
struct Selected {
    expression: String,
    name: String,
    declared: Declared,
}

fn names(columns: &[Selected]) -> String {
    columns.iter().map(|column| column.expression.as_str()).collect::<Vec<_>>().join(", ")
}

fn selected(file: &Connection, found: &Slots<'_>, columns: &str) -> Vec<Selected> {
    let table = table(slot(found, "table"));
    list(columns).iter().map(|part| one(file, &table, part)).collect()
}

fn one(file: &Connection, table: &str, part: &[Token]) -> Selected {
    let name = part.iter().find_map(|token| if let Token::Name(name) = token { Some(name) } else { None });
    let name = name.unwrap_or_else(|| panic!("no column in {part:?}")).clone();
    let declared =
        file.query_row("SELECT type FROM pragma_table_xinfo(?1) WHERE name = ?2", [table, &name], |row| row.get(0));
    // Of a column that is gone, the statement itself will say so.
    let declared: String = declared.unwrap_or_else(|_| "INT".to_owned());
    Selected { expression: expression(part), declared: Declared::parse(&declared), name }
}

fn count(file: &Connection, sql: &str, request: &Request) -> Reply {
    rows(file, sql, &[Column::new("count", Type::BigInt)], &[], request)
}

/// The rows of `sql`: whole numbers for the `fixed` columns, then the `selected` ones.
fn rows(file: &Connection, sql: &str, fixed: &[Column], selected: &[Selected], request: &Request) -> Reply {
    let read = || -> rusqlite::Result<Vec<Vec<Value>>> {
        let mut statement = file.prepare_cached(sql)?;
        // SQLite counts only parameters that stand in the statement.
        let bound =
            request.parameters.iter().take(statement.parameter_count()).map(|parameter| bound(&parameter.value));
        let mut rows = statement.query(params_from_iter(bound))?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let mut values = Vec::with_capacity(fixed.len() + selected.len());
            for at in 0..fixed.len() {
                values.push(Value::Int(row.get(at)?));
            }
            for (at, column) in selected.iter().enumerate() {
                values.push(column.declared.value(row.get_ref(fixed.len() + at)?));
            }
            found.push(values);
        }
        Ok(found)
    };
    match read() {
        Ok(found) => {
            let mut columns = fixed.to_vec();
            columns.extend(selected.iter().map(|column| Column::new(&column.name, column.declared.wire())));
            Reply::new().rows(&columns, found)
        }
        Err(error) => Reply::new().error(fault(&error.to_string())),
    }
}

/// SQL Server's numbers for what is missing.
fn fault(error: &str) -> Fault {
    let number = if error.contains("no such table") {
        208
    } else if error.contains("no such column") {
        207
    } else {
        8180
    };
    Fault::new(number, error)
}

fn bound(value: &Value) -> Bound {
    match value {
        Value::Int(number) => Bound::Integer(*number),
        Value::Text(text) => Bound::Text(text.clone()),
        Value::Float(number) => Bound::Real(*number),
        Value::Bytes(octets) => Bound::Blob(octets.clone()),
        other => panic!("the gateway sends no {other:?}"),
    }
}
