//! What an operator stands before or between: a literal, a path, a call, or something in brackets.

use super::cursor::Cursor;
use super::operator::expression;
use super::{Expression, Term, constant, function, json, path};
use crate::error::Result;

/// Reads an operand.
/// ```text
/// commonExpr = primitiveLiteral / arrayOrObject / rootExpr / functionExpr / methodCallExpr / parenExpr / firstMemberExpr
/// ```
pub(super) fn primary(cursor: &mut Cursor<'_>) -> Result<Expression> {
    let at = cursor.at();
    if cursor.peek() == Some('(') {
        return match <[Expression; 1]>::try_from(parenthesised(cursor)?) {
            Ok([only]) => Ok(only),
            Err(none) if none.is_empty() => Err(cursor.expected_at(at, "an expression")),
            Err(items) => Ok(Expression { at, term: Term::List(items) }),
        };
    }
    if let Some(term) = constant::literal(cursor)? {
        return Ok(Expression { at, term });
    }
    let term = match cursor.peek() {
        Some('[' | '{') => json::array_or_object(cursor)?,
        _ => match function::call(cursor)? {
            Some(call) => call,
            None => path::path(cursor)?,
        },
    };
    Ok(Expression { at, term })
}

/// The right side of `in`. A single literal in parentheses is a list too.
/// ```text
/// listExpr = OPEN BWS [ primitiveLiteral BWS *( COMMA BWS primitiveLiteral BWS ) ] CLOSE
/// ```
pub(super) fn members(cursor: &mut Cursor<'_>) -> Result<Expression> {
    let at = cursor.at();
    if cursor.peek() != Some('(') {
        return primary(cursor);
    }
    let collection = |only: &Expression| !matches!(only.term, Term::Constant(_) | Term::Unknown(_));
    match <[Expression; 1]>::try_from(parenthesised(cursor)?) {
        Ok([only]) if collection(&only) => Ok(only),
        Ok([only]) => Ok(Expression { at, term: Term::List(vec![only]) }),
        Err(items) => Ok(Expression { at, term: Term::List(items) }),
    }
}

/// ```text
/// parenExpr = OPEN BWS commonExpr BWS CLOSE
/// ```
fn parenthesised(cursor: &mut Cursor<'_>) -> Result<Vec<Expression>> {
    let mut within = Vec::new();
    cursor.expect("(", "an opening parenthesis")?;
    cursor.blanks();
    if cursor.eat(")") {
        return Ok(within);
    }
    loop {
        within.push(expression(cursor)?);
        cursor.blanks();
        if cursor.eat(")") {
            return Ok(within);
        }
        cursor.expect(",", "an operator between white space, a comma or a closing parenthesis")?;
        cursor.blanks();
    }
}

#[cfg(test)]
mod tests {
    use crate::odata::expression::{expression, rendered::rendered};

    #[test]
    fn lists_stand_in_parentheses_or_brackets() {
        for (text, expected) in [
            ("A in ( 1 , 2 )", "(A in (1,2))"),
            ("A in ('x')", "(A in ('x'))"),
            ("A in ()", "(A in ())"),
            ("A in (Shop.Color'Red')", "(A in (Shop.Color'Red'))"),
            ("A in [1,2]", "(A in (1,2))"),
            ("A in (Names)", "(A in Names)"),
            ("A in Names", "(A in Names)"),
            ("A in @p", "(A in @p)"),
            ("A in (@p)", "(A in @p)"),
            ("(1,2)", "(1,2)"),
            ("( 1 )", "1"),
            ("((A))", "A"),
            ("[ 1, \"x\\\"\\u00e4\" ,'y',[ ]]", "(1,'x\"ä','y',())"),
            ("[]", "()"),
            ("[{},{ \"a\" : [1], \"b\":{\"c\":null}}]", "({...},{...})"),
        ] {
            assert_eq!(rendered(&expression(text).unwrap()), expected, "{text}");
        }
    }

    #[test]
    fn mistakes_have_their_position() {
        for (text, position) in [
            ("()", 0),
            ("(", 1),
            ("(1", 2),
            ("(1,", 3),
            ("(1,)", 3),
            ("(1 2)", 3),
            ("[1", 2),
            ("[1,]", 3),
            ("[\"x]", 4),
            ("[\"\\x\"]", 1),
            ("{a:1}", 1),
            ("{\"a\" 1}", 5),
            ("{\"a\":1", 6),
            ("\"x\"", 0),
        ] {
            let error = expression(text).unwrap_err();
            assert!(error.message().ends_with(&format!(" at position {position}.")), "{text}: {error}");
            assert!(error.message().starts_with("The value of a parameter alias: "), "{error}");
        }
    }
}
