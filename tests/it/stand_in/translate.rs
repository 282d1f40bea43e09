//! An expression of T-SQL -> one of SQLite: the few forms that the gateway's statements have, and no others.

use super::token::{Token, tokens};

/// `text` as SQLite says it. Parameters keep their numbers.
pub(super) fn translate(text: &str) -> String {
    expression(&tokens(text))
}

/// The parts of a list.
pub(super) fn list(text: &str) -> Vec<Vec<Token>> {
    let all = tokens(text);
    split(&all, |token| token.is_symbol(",")).into_iter().map(<[Token]>::to_vec).collect()
}

pub(super) fn expression(tokens: &[Token]) -> String {
    let mut out = String::new();
    let mut rest = tokens;
    while let Some((token, after)) = rest.split_first() {
        let (text, left) = match token {
            Token::Word(word) if after.first().is_some_and(|next| next.is_symbol("(")) => {
                let (inside, left) = parenthesis(after);
                (call(word, inside), left)
            }
            Token::Word(word) if word.eq_ignore_ascii_case("COLLATE") => (collation(&after[0]), &after[1..]),
            // A schema, which SQLite does not have.
            Token::Name(_)
                if matches!(after, [dot, Token::Name(_), ..] if dot.is_symbol(".")) && !out.ends_with('.') =>
            {
                (String::new(), &after[1..])
            }
            Token::Symbol(dot) if dot == "." && after.first().is_some_and(|next| next.is_word("ToString")) => {
                (String::new(), parenthesis(&after[1..]).1)
            }
            token => (one(token), after),
        };
        let glued = text.is_empty() || text == "." || out.is_empty() || out.ends_with('.');
        out.push_str(if glued { "" } else { " " });
        out.push_str(&text);
        rest = left;
    }
    out
}

fn one(token: &Token) -> String {
    match token {
        Token::Name(name) => format!("\"{}\"", name.replace('"', "\"\"")),
        Token::Text(text) => format!("'{}'", text.replace('\'', "''")),
        Token::Parameter(number) => format!("?{number}"),
        Token::Word(text) | Token::Symbol(text) => text.clone(),
    }
}

/// What stands in the parenthesis that `tokens` begin with, and what follows it.
pub(super) fn parenthesis(tokens: &[Token]) -> (&[Token], &[Token]) {
    let mut depth = 0;
    for (at, token) in tokens.iter().enumerate() {
        depth += i32::from(token.is_symbol("(")) - i32::from(token.is_symbol(")"));
        if depth == 0 {
            return (&tokens[1..at], &tokens[at + 1..]);
        }
    }
    panic!("no end of {tokens:?}")
}

/// The parts between the tokens outside parentheses that `ends`.
pub(super) fn split(tokens: &[Token], ends: impl Fn(&Token) -> bool) -> Vec<&[Token]> {
    let (mut parts, mut start, mut depth) = (Vec::new(), 0, 0);
    for (at, token) in tokens.iter().enumerate() {
        depth += i32::from(token.is_symbol("(")) - i32::from(token.is_symbol(")"));
        if depth == 0 && ends(token) {
            parts.push(&tokens[start..at]);
            start = at + 1;
        }
    }
    parts.push(&tokens[start..]);
    parts
}

fn call(name: &str, inside: &[Token]) -> String {
    match name.to_ascii_uppercase().as_str() {
        "DATALENGTH" => format!("length({})", expression(inside)),
        "CAST" | "TRY_CAST" => {
            let parts = split(inside, |token| token.is_word("AS"));
            let [value, kind] = parts.as_slice() else { panic!("CAST of {inside:?}") };
            cast(&expression(value), kind)
        }
        // To UTC, which is what the tests' values are in.
        "SWITCHOFFSET" => expression(split(inside, |token| token.is_symbol(","))[0]),
        "AND" | "OR" | "IN" | "WHEN" | "THEN" => format!("{name} ({})", expression(inside)),
        other => panic!("the stand-in does not know {other}"),
    }
}

fn cast(value: &str, kind: &[Token]) -> String {
    let Some(Token::Word(kind)) = kind.first() else { panic!("CAST to {kind:?}") };
    match kind.as_str() {
        "bigint" | "bit" | "int" | "smallint" | "tinyint" => format!("CAST({value} AS INTEGER)"),
        "decimal" | "money" | "numeric" | "smallmoney" => format!("CAST({value} AS NUMERIC)"),
        "datetime" | "datetime2" | "smalldatetime" | "time" => format!("stored_moment({value})"),
        "uniqueidentifier" => format!("({value} COLLATE NOCASE)"),
        _ => value.to_owned(),
    }
}

/// The one that makes a difference compares octets; keys are compared so by SQLite anyway.
fn collation(name: &Token) -> String {
    if name.is_word("Latin1_General_100_BIN2") { "COLLATE BINARY".to_owned() } else { String::new() }
}

#[test]
fn the_gateways_expressions_are_understood() {
    for (tsql, sqlite) in [
        ("t.[a]]b] > CAST(@P1 AS int)", "t.\"a]b\" > CAST(?1 AS INTEGER)"),
        ("[dbo].[T]", "\"T\""),
        ("CAST(t.[N] AS nvarchar(20)) = @P2 COLLATE Latin1_General_100_BIN2", "t.\"N\" = ?2 COLLATE BINARY"),
        ("CAST(@P1 COLLATE Latin1_General_CI_AS AS varchar(5))", "?1"),
        ("CAST(SWITCHOFFSET(CAST(@P1 AS datetimeoffset(7)), N'+00:00') AS datetime2(3))", "stored_moment(?1)"),
        ("a >= 1 AND (a > 1 OR (b > N'it''s'))", "a >= 1 AND (a > 1 OR (b > 'it''s'))"),
        ("t.[h].ToString()", "t.\"h\""),
    ] {
        assert_eq!(
            translate(tsql).split_whitespace().collect::<String>(),
            sqlite.split_whitespace().collect::<String>()
        );
    }
}
