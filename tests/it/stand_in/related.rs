//! Statements for the entities that others lead to -> the same on SQLite.

use rusqlite::Connection;

use super::kind::kind;
use super::pattern::slot;
use super::read::{Found, Selected, Slots, one, rows};
use super::rows_of::Rows;
use super::scope::{Scope, Source, Typed};
use super::token::{Token, listed, tokens, unexpected};
use super::translate::{condition, order, value, values};
use crate::tds::{Column, Reply, Request, Type};

pub(super) fn entities(file: &Connection, found: &Slots<'_>, request: &Request) -> Found<Reply> {
    let origins = Origins::read(file, found, request)?;
    let named = tokens(slot(found, "found"));
    let columns = listed(&named).into_iter().map(|part| column(&origins.scope, part)).collect::<Found<Vec<_>>>()?;
    let inner: Vec<String> =
        columns.iter().enumerate().map(|(at, column)| format!("{} AS c{at}", column.expression)).collect();
    let outer: Vec<String> = (0..columns.len()).map(|at| format!("r.c{at}")).collect();
    let scope = &origins.scope;
    let order = order(scope, slot(found, "order"))?;
    let sql = format!(
        "{} SELECT r.n, {} FROM (SELECT k.n AS n, {}, ROW_NUMBER() OVER (PARTITION BY k.n ORDER BY {}) AS place {} AND {}{}) AS r
         WHERE r.place > {} AND r.place <= {} ORDER BY r.n, r.place",
        origins.with,
        outer.join(", "),
        inner.join(", "),
        order.sql(),
        origins.from,
        order.tried(),
        origins.last,
        value(scope, slot(found, "skip"))?.sql,
        value(scope, slot(found, "last"))?.sql,
    );
    Ok(rows(file, &sql, &[Column::new("n", Type::BigInt)], &columns, request))
}

pub(super) fn counts(file: &Connection, found: &Slots<'_>, request: &Request) -> Found<Reply> {
    let origins = Origins::read(file, found, request)?;
    let Origins { with, from, last, .. } = &origins;
    let sql = format!("{with} SELECT k.n, count(*) {from}{last} GROUP BY k.n ORDER BY k.n");
    let columns = [Column::new("n", Type::BigInt), Column::new("count", Type::BigInt)];
    Ok(rows(file, &sql, &columns, &[], request))
}

/// Where the way begins, and where it leads.
struct Origins<'a> {
    scope: Scope<'a>,
    with: String,
    from: String,
    last: String,
}

impl<'a> Origins<'a> {
    fn read(file: &'a Connection, found: &Slots<'_>, request: &'a Request) -> Found<Self> {
        let target = Rows::read(file, request, slot(found, "table"), "t")?;
        let scope = Scope::new(file, &request.parameters, Vec::new());
        let parents = tokens(slot(found, "parents"));
        let origins = listed(&parents).into_iter().map(|row| origin(&scope, row)).collect::<Found<Vec<_>>>()?;
        let names: Vec<&str> = slot(found, "names").split(", ").collect();
        let kinds = origins.first().map(|row| row.iter().map(|value| value.kind.clone())).into_iter().flatten();
        let columns = names.iter().map(|&name| name.to_owned()).zip(kinds).collect();
        let source = Source { alias: "k".to_owned(), columns, is_stored: false };
        let scope = Scope::new(file, &request.parameters, vec![target.source, source]);
        let listed: Vec<String> = origins.iter().map(|row| format!("({})", sql(row))).collect();
        let with = format!("WITH k({}) AS (VALUES {})", names.join(", "), listed.join(", "));
        let (same, wanted) = (condition(&scope, slot(found, "same"))?, condition(&scope, slot(found, "where"))?);
        let from = format!("FROM k INNER JOIN {} AS t ON {same} WHERE {wanted}", target.sql);
        Ok(Self { scope, with, from, last: target.last })
    }
}

/// A row of values in parentheses.
fn origin(scope: &Scope<'_>, row: &[Token]) -> Found<Vec<Typed>> {
    match row {
        [open, inner @ .., close] if open.is_symbol("(") && close.is_symbol(")") => {
            let mut row = values(scope, inner)?;
            if let Some(number) = row.first_mut() {
                number.kind = kind("bigint");
            }
            Ok(row)
        }
        _ => Err(unexpected(row)),
    }
}

fn sql(row: &[Typed]) -> String {
    row.iter().map(|value| value.sql.as_str()).collect::<Vec<_>>().join(", ")
}

/// A column and the name that it gets.
fn column(scope: &Scope<'_>, part: &[Token]) -> Found<Selected> {
    match part {
        [column @ .., by, _] if by.is_word("AS") => one(scope, column),
        _ => Err(unexpected(part)),
    }
}
