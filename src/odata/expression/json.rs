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
    cursor.take(|_| true);
    let rest = cursor.since(start);
    let ends = |(_, character): &(usize, char)| {
        let end = *character == '"' && !escaped;
        escaped = *character == '\\' && !escaped;
        end
    };
    let Some((end, _)) = rest.char_indices().skip(1).find(ends) else {
        return Err(cursor.expected("a closing double quote"));
    };
    cursor.back_to(start + end + 1);
    serde_json::from_str(cursor.since(start)).map_err(|_| cursor.expected_at(start, "a JSON string"))
}
