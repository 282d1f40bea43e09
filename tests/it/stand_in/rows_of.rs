//! What a statement names in the place of a table -> the same on SQLite: the table, or those of its rows that a filter lets through.
//!
//! `(SELECT t.[A] AS [A], ... FROM [schema].[table] AS t WHERE condition)`: the columns are those of the table as they are stored.

use rusqlite::Connection;

use super::read::Found;
use super::scope::{Scope, Source};
use super::store::{quoted, visible};
use super::token::{Token, listed, parenthesis, split, tokens, unexpected};
use super::translate::condition_of;
use crate::tds::{Parameter, Request};

/// A table, or some of its rows.
pub(super) struct Rows {
    pub(super) sql: String,
    pub(super) source: Source,
}

impl Rows {
    /// Of a whole slot; the statement calls it `alias`.
    pub(super) fn read(file: &Connection, request: &Request, text: &str, alias: &str) -> Found<Self> {
        Self::of(file, &request.parameters, &tokens(text), alias)
    }

    pub(super) fn of(file: &Connection, parameters: &[Parameter], tokens: &[Token], alias: &str) -> Found<Self> {
        if let [Token::Name(_), dot, Token::Name(table)] = tokens
            && dot.is_symbol(".")
        {
            return Ok(Self { sql: visible(file, table), source: Source::table(file, table, alias)? });
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
        let columns = listed(columns).into_iter().map(|part| column(part, name)).collect::<Found<Vec<_>>>()?;
        let listed: Vec<String> = columns.iter().map(|column| format!("{name}.{}", quoted(column))).collect();
        let sql = format!("(SELECT {} FROM {} AS {name} WHERE {wanted})", listed.join(", "), table.sql);
        let mut source = scope.sources.into_iter().next().ok_or_else(|| unexpected(tokens))?;
        source.columns.retain(|(column, _)| columns.contains(column));
        alias.clone_into(&mut source.alias);
        Ok(Self { sql, source })
    }
}

/// `t.[A] AS [A]`
fn column(part: &[Token], table: &str) -> Found<String> {
    match part {
        [of, dot, Token::Name(column), by, Token::Name(name)]
            if of.is_word(table) && dot.is_symbol(".") && by.is_word("AS") && column == name =>
        {
            Ok(column.clone())
        }
        _ => Err(unexpected(part)),
    }
}
