//! Queries within expressions: `SELECT ... [FROM ... [WHERE ...]] [INTERSECT SELECT ...]`.

use super::kind::{Family, Kind, joined, kind};
use super::rows_of::Rows;
use super::scope::{Scope, Source, Typed, Uses};
use super::store::quoted;
use super::token::{Token, listed, parenthesis, split, unexpected};
use super::translate::{comparable, condition_of, converted, value_of};
use crate::tds::Fault;

type Found<T> = Result<T, Fault>;

/// A subquery that is a value.
pub(super) fn scalar(scope: &Scope<'_>, tokens: &[Token]) -> Found<Typed> {
    let query = select(scope, tokens)?;
    let [value] = query.columns.as_slice() else {
        return Err(Fault::new(116, "Only one expression can be specified in the select list."));
    };
    // SQL Server may make a join of it, and try what is made of the value before a row on the way is found to be one that is left out.
    let behind = if value.uses.aggregate { query.behind.concat() } else { String::new() };
    let sql = format!("(SELECT {}{}{behind})", value.sql, query.rest);
    Ok(Typed { sql, kind: value.kind.clone(), uses: query.uses() })
}

/// The condition that a subquery has rows.
pub(super) fn exists(scope: &Scope<'_>, tokens: &[Token]) -> Found<(String, Uses)> {
    let parts = split(tokens, |token| token.is_word("INTERSECT"));
    match parts.as_slice() {
        [one] => {
            let query = select(scope, one)?;
            Ok((format!("EXISTS ({})", query.sql("1")), query.uses()))
        }
        [one, other] => {
            let (one, other) = (select(scope, one)?, select(scope, other)?);
            let ([left], [right]) = (one.columns.as_slice(), other.columns.as_slice()) else {
                return Err(Fault::new(205, "All queries combined must have an equal number of expressions."));
            };
            let common = joined(&left.kind, &right.kind)?;
            let left = format!("{}{}", comparable(left, &common), common.collation());
            let sql = format!("EXISTS ({} INTERSECT {})", one.sql(&left), other.sql(&comparable(right, &common)));
            Ok((sql, one.uses().and(other.uses())))
        }
        _ => Err(unexpected(tokens)),
    }
}

struct Query {
    columns: Vec<Typed>,
    /// `FROM` and what follows it.
    rest: String,
    /// What is asked last of the rows of each source.
    behind: Vec<String>,
    /// What that is made of.
    used: Uses,
}

impl Query {
    fn sql(&self, columns: &str) -> String {
        format!("SELECT {columns}{}{}", self.rest, self.behind.concat())
    }

    /// As the query around it sees them: without its own rows.
    fn uses(&self) -> Uses {
        let all = Uses::of(&self.columns).and(self.used);
        Uses { columns: all.columns >> 1, aggregate: false, subquery: true, variable: all.variable }
    }
}

fn select(scope: &Scope<'_>, tokens: &[Token]) -> Found<Query> {
    let Some((select, tokens)) = tokens.split_first() else { return Err(unexpected(tokens)) };
    if !select.is_word("SELECT") {
        return Err(unexpected(tokens));
    }
    let parts = split(tokens, |token| token.is_word("WHERE"));
    let (head, condition) = match parts.as_slice() {
        [head] => (*head, None),
        [head, condition] => (*head, Some(*condition)),
        _ => return Err(unexpected(tokens)),
    };
    let parts = split(head, |token| token.is_word("FROM"));
    let (list, from) = match parts.as_slice() {
        [list] => (*list, None),
        [list, from] => (*list, Some(*from)),
        _ => return Err(unexpected(head)),
    };
    let mut inner = scope.inner(Vec::new());
    let (mut rest, mut used, mut behind) = (String::new(), Uses::default(), Vec::new());
    if let Some(from) = from {
        let of_rows;
        (rest, behind, of_rows) = joins(scope, &mut inner, from)?;
        (rest, used) = (format!(" FROM {rest}"), of_rows);
    }
    if let Some(condition) = condition {
        let (sql, of_condition) = condition_of(&inner, condition)?;
        rest = format!("{rest} WHERE {sql}");
        used = used.and(of_condition);
    }
    let columns: Vec<Typed> = listed(list).into_iter().map(|item| value_of(&inner, item)).collect::<Found<_>>()?;
    let all = Uses::of(&columns);
    if all.aggregate && all.columns & 1 == 1 {
        let message = "A column is invalid in the select list because it is not contained in an aggregate function.";
        return Err(Fault::new(8120, message));
    }
    Ok(Query { columns, rest, behind, used })
}

/// `source AS name [INNER JOIN source AS name ON condition] ...`
fn joins(scope: &Scope<'_>, inner: &mut Scope<'_>, from: &[Token]) -> Found<(String, Vec<String>, Uses)> {
    let (mut sql, mut behind, mut used) = (String::new(), Vec::new(), Uses::default());
    for (number, part) in split(from, |token| token.is_word("JOIN")).into_iter().enumerate() {
        let part = match part.split_last() {
            Some((last, part)) if last.is_word("INNER") => part,
            _ => part,
        };
        let parts = split(part, |token| token.is_word("ON"));
        let (text, source, last, of_rows) = source(scope, parts[0])?;
        behind.push(last);
        inner.sources.push(source);
        used = used.and(of_rows);
        match (number, parts.as_slice()) {
            (0, [_]) => sql = text,
            (1.., [_, on]) => {
                let (on, of_condition) = condition_of(inner, on)?;
                used = used.and(of_condition);
                sql = format!("{sql} INNER JOIN {text} ON {on}");
            }
            _ => return Err(unexpected(part)),
        }
    }
    Ok((sql, behind, used))
}

fn source(scope: &Scope<'_>, tokens: &[Token]) -> Found<(String, Source, String, Uses)> {
    if let [open, values, ..] = tokens
        && open.is_symbol("(")
        && values.is_word("VALUES")
    {
        return derived(scope, tokens);
    }
    match tokens {
        [rows @ .., by, Token::Word(alias)] if by.is_word("AS") => {
            let rows = Rows::of(scope.file, scope.parameters, rows, alias)?;
            Ok((format!("{} AS {alias}", rows.sql), rows.source, rows.last, Uses::default()))
        }
        _ => Err(unexpected(tokens)),
    }
}

/// `(VALUES (a, b), ...) AS v(a, b)`: the rows see what stands around the query, but not what stands beside them.
fn derived(scope: &Scope<'_>, tokens: &[Token]) -> Found<(String, Source, String, Uses)> {
    let (inside, behind) = parenthesis(tokens)?;
    let ([of, Token::Word(alias), list @ ..], [values, rows @ ..]) = (behind, inside) else {
        return Err(unexpected(tokens));
    };
    if !of.is_word("AS") || !values.is_word("VALUES") {
        return Err(unexpected(tokens));
    }
    let around = scope.inner(Vec::new());
    let rows: Vec<Vec<Typed>> = listed(rows).into_iter().map(|row| row_of(&around, row)).collect::<Found<_>>()?;
    let names: Vec<String> = listed(parenthesis(list)?.0).into_iter().map(name).collect::<Found<_>>()?;
    let kinds: Vec<Kind> = (0..names.len()).map(|at| column_kind(&rows, at)).collect::<Found<_>>()?;
    let selects = rows.iter().map(|row| {
        let cells = names.iter().zip(&kinds).zip(row);
        let cells = cells.map(|((name, kind), value)| format!("{} AS {}", converted(value, kind), quoted(name)));
        format!("SELECT {}", cells.collect::<Vec<_>>().join(", "))
    });
    let sql = format!("({}) AS {alias}", selects.collect::<Vec<_>>().join(" UNION ALL "));
    let columns = names.into_iter().zip(kinds).collect();
    let uses = Uses::of(rows.iter().flatten());
    Ok((sql, Source { alias: alias.clone(), columns, is_stored: false }, String::new(), uses))
}

fn row_of(scope: &Scope<'_>, tokens: &[Token]) -> Found<Vec<Typed>> {
    let (inside, behind) = parenthesis(tokens)?;
    if behind.is_empty() { super::translate::values(scope, inside) } else { Err(unexpected(behind)) }
}

fn name(tokens: &[Token]) -> Found<String> {
    match tokens {
        [Token::Word(name) | Token::Name(name)] => Ok(name.clone()),
        _ => Err(unexpected(tokens)),
    }
}

/// A column of nothing but nulls is one of `int`.
fn column_kind(rows: &[Vec<Typed>], at: usize) -> Found<Kind> {
    let mut common = kind("null");
    for row in rows {
        let value =
            row.get(at).ok_or_else(|| Fault::new(10709, "The number of columns for each row must be the same."))?;
        common = joined(&common, &value.kind)?;
    }
    Ok(if common.family() == Family::Null { kind("int") } else { common })
}
