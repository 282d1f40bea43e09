//! What a statement names in the place of a table -> the same on SQLite: the table, or those of its rows that a filter lets through.
//!
//! `(SELECT t.[A] AS [A], ..., CASE ... END AS [deltalink shown] FROM [schema].[table] AS t WHERE condition)`: the columns are those of the
//! table as they are stored, and what is made of them.
//!
//! A newcomer's trap: SQL Server may try conditions in any order. This does the worst: what the rows are filtered by comes last of all, behind
//! whatever the statement asks about them, and values to order by are made before it.

use rusqlite::Connection;

use super::kind::Kind;
use super::read::Found;
use super::scope::{Scope, Source};
use super::store::{quoted, visible};
use super::token::{Token, listed, parenthesis, split, tokens, unexpected};
use super::translate::{condition_of, value_of};
use crate::tds::{Parameter, Request};

/// A table, or some of its rows.
pub(super) struct Rows {
    pub(super) sql: String,
    pub(super) source: Source,
    /// What is left to ask of each, behind everything else.
    pub(super) last: String,
}

/// The column that says whether a row is one of those that are wanted.
const WANTED: &str = "\"tsql wanted\"";

impl Rows {
    /// Of a whole slot; the statement calls it `alias`.
    pub(super) fn read(file: &Connection, request: &Request, text: &str, alias: &str) -> Found<Self> {
        Self::of(file, &request.parameters, &tokens(text), alias)
    }

    pub(super) fn of(file: &Connection, parameters: &[Parameter], tokens: &[Token], alias: &str) -> Found<Self> {
        if let [Token::Name(_), dot, Token::Name(table)] = tokens
            && dot.is_symbol(".")
        {
            let source = Source::table(file, table, alias)?;
            return Ok(Self { sql: visible(file, table), source, last: String::new() });
        }
        let (inside, []) = parenthesis(tokens)? else { return Err(unexpected(tokens)) };
        Self::filtered(file, parameters, inside, alias)
    }

    fn filtered(file: &Connection, parameters: &[Parameter], tokens: &[Token], alias: &str) -> Found<Self> {
        let [select, rest @ ..] = tokens else { return Err(unexpected(tokens)) };
        let parts = split(rest, |token| token.is_word("FROM") || token.is_word("WHERE"));
        let [columns, [from @ .., by, Token::Word(name)], wanted] = parts.as_slice() else {
            return Err(unexpected(tokens));
        };
        if !select.is_word("SELECT") || !by.is_word("AS") {
            return Err(unexpected(tokens));
        }
        let table = Self::of(file, parameters, from, name)?;
        let scope = Scope::new(file, parameters, vec![table.source]);
        let (wanted, _) = condition_of(&scope, wanted)?;
        let columns = listed(columns).into_iter().map(|part| column(&scope, part)).collect::<Found<Vec<_>>>()?;
        let named = |(sql, name, _): &(String, String, Kind)| format!("{sql} AS {}", quoted(name));
        let listed: Vec<String> = columns.iter().map(named).collect();
        let sql = format!("(SELECT {}, {wanted} AS {WANTED} FROM {} AS {name})", listed.join(", "), table.sql);
        let columns = columns.into_iter().map(|(_, name, kind)| (name, kind)).collect();
        let source = Source { alias: alias.to_owned(), columns, is_stored: true };
        // SQLite tries queries behind whatever else there is, and queries in their order.
        Ok(Self { sql, source, last: format!(" AND (SELECT {alias}.{WANTED})") })
    }
}

/// `t.[A] AS [A]`, as it is stored, or a value that is given a name.
fn column(scope: &Scope<'_>, part: &[Token]) -> Found<(String, String, Kind)> {
    let [value @ .., by, Token::Name(name)] = part else { return Err(unexpected(part)) };
    if !by.is_word("AS") {
        return Err(unexpected(part));
    }
    let typed = value_of(scope, value)?;
    match value {
        [Token::Word(table), dot, Token::Name(column)] if dot.is_symbol(".") => {
            Ok((format!("{table}.{}", quoted(column)), name.clone(), typed.kind))
        }
        _ => Ok((typed.sql, name.clone(), typed.kind)),
    }
}
