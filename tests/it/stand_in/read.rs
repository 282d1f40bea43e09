//! A statement that reads rows, or counts them -> the same on SQLite, and its rows on their way.

use rusqlite::types::Value as Bound;
use rusqlite::{Connection, params_from_iter};

use super::engine::{skeleton, table};
use super::kind::{Family, kind};
use super::pattern::{slot, slots};
use super::rows_of::Rows;
use super::scope::{Scope, Source};
use super::store::{key, object, quoted};
use super::token::{Token, listed, tokens};
use super::translate::{condition, order, value, value_of};
use super::types::Declared;
use super::{functions, related};
use crate::tds::{Column, Fault, Reply, Request, Type, Value};

pub(super) type Slots<'a> = [(String, &'a str)];
pub(super) type Found<T> = Result<T, Fault>;

/// Of a procedure, which `sp_executesql` is: the statement and the declarations are two of them.
const MOST_PARAMETERS: usize = 2100 - 2;

pub(super) fn answer(file: &Connection, request: &Request) -> Option<Reply> {
    let sql = request.sql.as_str();
    let found = [
        (skeleton::ENTITIES, entities as fn(&Connection, &Slots<'_>, &Request) -> Found<Reply>),
        (skeleton::CHANGES, changes),
        (skeleton::CHANGES_COUNT, changes_count),
        (skeleton::RELATED, related::entities),
        (skeleton::RELATED_COUNT, related::counts),
        (skeleton::COUNT, count),
    ];
    let (slots, answer) = found.into_iter().find_map(|(skeleton, answer)| Some((slots(skeleton, sql)?, answer)))?;
    if request.parameters.len() > MOST_PARAMETERS {
        let message = "The incoming request has too many parameters. The server supports a maximum of 2100 parameters.";
        return Some(Reply::new().error(Fault::new(8003, message)));
    }
    Some(answer(file, &slots, request).unwrap_or_else(|fault| Reply::new().error(fault)))
}

fn entities(file: &Connection, found: &Slots<'_>, request: &Request) -> Found<Reply> {
    let table = Rows::read(file, request, slot(found, "table"), "t")?;
    let scope = Scope::new(file, &request.parameters, vec![table.source]);
    let columns = selected(&scope, slot(found, "columns"))?;
    let order = order(&scope, slot(found, "order"))?;
    let sql = format!(
        "SELECT {} FROM {} AS t WHERE {} AND {}{} ORDER BY {} LIMIT {} OFFSET {}",
        names(&columns),
        table.sql,
        order.tried(),
        condition(&scope, slot(found, "where"))?,
        table.last,
        order.sql(),
        value(&scope, slot(found, "limit"))?.sql,
        value(&scope, slot(found, "skip"))?.sql
    );
    Ok(rows(file, &sql, &[], &columns, request))
}

fn count(file: &Connection, found: &Slots<'_>, request: &Request) -> Found<Reply> {
    let table = Rows::read(file, request, slot(found, "table"), "t")?;
    let scope = Scope::new(file, &request.parameters, vec![table.source]);
    let condition = condition(&scope, slot(found, "where"))?;
    Ok(number(file, &format!("SELECT count(*) FROM {} AS t WHERE {condition}{}", table.sql, table.last), request))
}

fn changes_count(file: &Connection, found: &Slots<'_>, request: &Request) -> Found<Reply> {
    let scope = with_changes(file, found, request)?;
    let (net, upper) = (net(&scope, found)?, value(&scope, slot(found, "upper"))?.sql);
    Ok(number(file, &format!("SELECT count(*) FROM ({net}) AS c WHERE c.SYS_CHANGE_VERSION <= {upper}"), request))
}

fn changes(file: &Connection, found: &Slots<'_>, request: &Request) -> Found<Reply> {
    let table = Rows::read(file, request, slot(found, "rows"), "t")?;
    let mut scope = with_changes(file, found, request)?;
    scope.sources.push(table.source);
    let recorded = selected(&scope, slot(found, "recorded"))?;
    let properties = selected(&scope, slot(found, "columns"))?;
    let rank = "CASE c.SYS_CHANGE_OPERATION WHEN 'D' THEN 0 ELSE 1 END";
    let sql = format!(
        "SELECT c.SYS_CHANGE_VERSION, CASE WHEN c.SYS_CHANGE_OPERATION = 'D' THEN 1 WHEN {} THEN 2 ELSE 0 END, {}, {}
         FROM ({}) AS c LEFT JOIN {} AS t ON {}{} WHERE c.SYS_CHANGE_VERSION <= {} AND ({})
         ORDER BY c.SYS_CHANGE_VERSION, {rank}, {} LIMIT {}",
        condition(&scope, slot(found, "absent"))?,
        names(&recorded),
        names(&properties),
        net(&scope, found)?,
        table.sql,
        condition(&scope, slot(found, "same_row"))?,
        table.last,
        value(&scope, slot(found, "upper"))?.sql,
        condition(&scope, slot(found, "position"))?,
        order(&scope, slot(found, "order"))?.sql(),
        value(&scope, slot(found, "limit"))?.sql
    );
    let fixed = vec![Column::new("SYS_CHANGE_VERSION", Type::BigInt), Column::new("gone", Type::Int)];
    let columns: Vec<Selected> = recorded.into_iter().chain(properties).collect();
    Ok(rows(file, &sql, &fixed, &columns, request))
}

/// What is recorded of the table.
fn with_changes<'a>(file: &'a Connection, found: &Slots<'_>, request: &'a Request) -> Found<Scope<'a>> {
    let name = table(slot(found, "table"));
    let mut changes = Source::table(file, &name, "c")?;
    let key = key(file, &name);
    changes.columns.retain(|(column, _)| key.contains(column));
    changes.columns.push(("SYS_CHANGE_VERSION".to_owned(), kind("bigint")));
    changes.columns.push(("SYS_CHANGE_OPERATION".to_owned(), kind("nchar(1)")));
    Ok(Scope::new(file, &request.parameters, vec![changes]))
}

/// `CHANGETABLE(CHANGES ...)`: one row a key that changed after a version, with the last thing that happened to it.
fn net(scope: &Scope<'_>, found: &Slots<'_>) -> Found<String> {
    let table = table(slot(found, "table"));
    let keys = key(scope.file, &table).iter().map(|name| quoted(name)).collect::<Vec<_>>().join(", ");
    let after = value(scope, slot(found, "after"))?.sql;
    Ok(format!(
        "SELECT {keys}, version AS SYS_CHANGE_VERSION, operation AS SYS_CHANGE_OPERATION, max(rowid) FROM _changes_{} WHERE version > {after} GROUP BY {keys}",
        object(scope.file, &table)
    ))
}

/// A column of an answer: as SQLite selects it, and as what it travels.
pub(super) struct Selected {
    pub(super) expression: String,
    name: String,
    declared: Declared,
}

fn names(columns: &[Selected]) -> String {
    columns.iter().map(|column| column.expression.as_str()).collect::<Vec<_>>().join(", ")
}

fn selected(scope: &Scope<'_>, columns: &str) -> Found<Vec<Selected>> {
    listed(&tokens(columns)).into_iter().map(|part| one(scope, part)).collect()
}

/// A column that is selected as it is travels as it is stored.
pub(super) fn one(scope: &Scope<'_>, part: &[Token]) -> Found<Selected> {
    let mut typed = value_of(scope, part)?;
    if typed.kind.family() == Family::Null {
        typed.kind = kind("int");
    }
    let (expression, name) = match part {
        [Token::Word(alias), _, Token::Name(name)] => (format!("{alias}.{}", quoted(name)), name.clone()),
        _ => (typed.sql, String::new()),
    };
    Ok(Selected { expression, name, declared: typed.kind })
}

fn number(file: &Connection, sql: &str, request: &Request) -> Reply {
    rows(file, sql, &[Column::new("count", Type::BigInt)], &[], request)
}

/// The rows of `sql`: whole numbers for the `fixed` columns, then the `selected` ones.
pub(super) fn rows(file: &Connection, sql: &str, fixed: &[Column], selected: &[Selected], request: &Request) -> Reply {
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
    if let Some(fault) = functions::fault(error) {
        return fault;
    }
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
