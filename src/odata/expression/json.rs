//! JSON within a URL -> lists. Objects are recognised, and not kept.

use super::cursor::Cursor;
use super::operator::expression;
use super::{Constant, Expression, Term};
use crate::error::Result;

/// ```text
/// arrayOrObject = array / object
/// array  = "[" [ valueInUrl *( "," valueInUrl ) ] "]"
/// object = "{" [ member *( "," member ) ] "}"
/// ```
pub(super) fn array_or_object(cursor: &mut Cursor<'_>) -> Result<Term> {
    if cursor.eat("[") {
        return items(cursor, "]", value).map(Term::List);
    }
    cursor.expect("{", "an array or an object")?;
    items(cursor, "}", member)?;
    Ok(Term::Unknown("{...}".to_owned()))
}

fn items(
    cursor: &mut Cursor<'_>,
    end: &str,
    item: impl Fn(&mut Cursor<'_>) -> Result<Expression>,
) -> Result<Vec<Expression>> {
    let mut items = Vec::new();
    cursor.blanks();
    if cursor.eat(end) {
        return Ok(items);
    }
    loop {
        items.push(item(cursor)?);
        cursor.blanks();
        if cursor.eat(end) {
            return Ok(items);
        }
        cursor.expect(",", &format!("a comma or '{end}'"))?;
        cursor.blanks();
    }
}

/// ```text
/// member = stringInUrl BWS ":" BWS valueInUrl
/// ```
fn member(cursor: &mut Cursor<'_>) -> Result<Expression> {
    string(cursor)?;
    cursor.blanks();
    cursor.expect(":", "a colon")?;
    cursor.blanks();
    value(cursor)
}

/// ```text
/// valueInUrl = stringInUrl / commonExpr
/// ```
fn value(cursor: &mut Cursor<'_>) -> Result<Expression> {
    if cursor.peek() != Some('"') {
        return expression(cursor);
    }
    let at = cursor.at();
    Ok(Expression { at, term: Term::Constant(Constant::String(string(cursor)?)) })
}

/// ```text
/// stringInUrl = quotation-mark *charInJSON quotation-mark
/// ```
fn string(cursor: &mut Cursor<'_>) -> Result<String> {
    let start = cursor.at();
    cursor.expect("\"", "a string in double quotes")?;
    let mut escaped = false;
    cursor.take(|character| {
        let inside = character != '"' || escaped;
        escaped = character == '\\' && !escaped;
        inside
    });
    cursor.expect("\"", "a closing double quote")?;
    serde_json::from_str(cursor.since(start)).map_err(|_| cursor.expected_at(start, "a JSON string"))
}
