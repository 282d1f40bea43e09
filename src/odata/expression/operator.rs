//! Operators and their operands, by precedence.
//!
//! A newcomer's trap: `has` and `in` bind closer than `not` does, and `not` closer than `eq`
//! (URL Conventions 4.01 section 5.1.1.16).

use super::balance::balanced;
use super::cursor::Cursor;
use super::primary::{members, primary};
use super::{BinaryOperator, Expression, Term, UnaryOperator, constant};
use crate::error::Result;

/// The operators between arithmetic and equality; the higher number binds closer.
const OPERATORS: [(&str, BinaryOperator, u8); 12] = [
    ("eq", BinaryOperator::Eq, 1),
    ("ne", BinaryOperator::Ne, 1),
    ("ge", BinaryOperator::Ge, 2),
    ("gt", BinaryOperator::Gt, 2),
    ("le", BinaryOperator::Le, 2),
    ("lt", BinaryOperator::Lt, 2),
    ("add", BinaryOperator::Add, 3),
    ("sub", BinaryOperator::Sub, 3),
    ("div", BinaryOperator::Div, 4),
    ("divby", BinaryOperator::DivBy, 4),
    ("mod", BinaryOperator::Mod, 4),
    ("mul", BinaryOperator::Mul, 4),
];

/// Reads an expression. Any number of operands may stand side by side with `and`, or with `or`, between them, so they are
/// made a tree that is no deeper than it has to be.
/// ```text
/// andExpr = RWS "and" RWS boolCommonExpr
/// orExpr  = RWS "or"  RWS boolCommonExpr
/// ```
pub(super) fn expression(cursor: &mut Cursor<'_>) -> Result<Expression> {
    cursor.enter()?;
    let (mut either, mut both) = (Vec::new(), Vec::new());
    let mut last = chain(cursor, 0)?;
    while let Some(or) = cursor.infix(|word| one_of(word, "or", "and"))? {
        let before = std::mem::replace(&mut last, chain(cursor, 0)?);
        if or {
            either.push(all(std::mem::take(&mut both), before));
        } else {
            both.push(before);
        }
    }
    cursor.leave();
    Ok(balanced(either, all(both, last), &|left, right| binary(BinaryOperator::Or, left, right)))
}

fn all(before: Vec<Expression>, last: Expression) -> Expression {
    balanced(before, last, &|left, right| binary(BinaryOperator::And, left, right))
}

/// Whether `word` is the `first` of the two, if it is one of them.
fn one_of(word: &str, first: &str, second: &str) -> Option<bool> {
    let is_first = word.eq_ignore_ascii_case(first);
    (is_first || word.eq_ignore_ascii_case(second)).then_some(is_first)
}

/// Operands with operators between them that bind at least as close as `lowest`, grouped from the left.
/// ```text
/// eqExpr = RWS "eq" RWS commonExpr ; and so on
/// ```
fn chain(cursor: &mut Cursor<'_>, lowest: u8) -> Result<Expression> {
    let known = |word: &str| {
        let found = OPERATORS.iter().find(|(name, ..)| name.eq_ignore_ascii_case(word));
        found.filter(|(_, _, strength)| *strength >= lowest)
    };
    let mut left = unary(cursor)?;
    while let Some((_, operator, strength)) = cursor.infix(known)? {
        let right = chain(cursor, strength + 1)?;
        left = binary(*operator, left, right);
    }
    Ok(left)
}

/// ```text
/// negateExpr = "-" BWS commonExpr
/// notExpr    = "not" RWS boolCommonExpr
/// ```
/// The hyphen before digits is part of a literal. White space may be missing between `not` and a parenthesis.
fn unary(cursor: &mut Cursor<'_>) -> Result<Expression> {
    let at = cursor.at();
    if cursor.peek() == Some('-') && !constant::negative(cursor) {
        cursor.eat("-");
        cursor.blanks();
        return prefixed(cursor, at, UnaryOperator::Negate);
    }
    let not =
        cursor.attempt(|cursor| (cursor.word("not") && (cursor.blanks() || cursor.peek() == Some('('))).then_some(()));
    if not.is_some() { prefixed(cursor, at, UnaryOperator::Not) } else { membership(cursor) }
}

fn prefixed(cursor: &mut Cursor<'_>, at: usize, operator: UnaryOperator) -> Result<Expression> {
    cursor.enter()?;
    let operand = unary(cursor)?;
    cursor.leave();
    Ok(Expression { at, term: Term::Unary(operator, Box::new(operand)) })
}

/// ```text
/// hasExpr = RWS "has" RWS enumLiteral
/// inExpr  = RWS "in"  RWS ( listExpr / commonExpr )
/// ```
fn membership(cursor: &mut Cursor<'_>) -> Result<Expression> {
    let mut left = primary(cursor)?;
    while let Some(has) = cursor.infix(|word| one_of(word, "has", "in"))? {
        left = if has {
            binary(BinaryOperator::Has, left, primary(cursor)?)
        } else {
            Expression { at: left.at, term: Term::In(Box::new(left), Box::new(members(cursor)?)) }
        };
    }
    Ok(left)
}

fn binary(operator: BinaryOperator, left: Expression, right: Expression) -> Expression {
    Expression { at: left.at, term: Term::Binary(operator, Box::new(left), Box::new(right)) }
}

#[cfg(test)]
mod tests {
    use crate::odata::expression::{filter, rendered::rendered};

    #[test]
    fn operators_bind_as_the_table_says() {
        for (text, expected) in [
            ("A or B and C", "(A or (B and C))"),
            ("A and B or C and D", "((A and B) or (C and D))"),
            ("(A or B) and C", "((A or B) and C)"),
            ("A eq 1 and B ne 2", "((A eq 1) and (B ne 2))"),
            ("A gt 1 eq true", "((A gt 1) eq true)"),
            ("A eq B lt 1", "(A eq (B lt 1))"),
            ("A add B mul C sub D eq 1", "(((A add (B mul C)) sub D) eq 1)"),
            ("A sub B sub C", "((A sub B) sub C)"),
            ("A div B divby C mod D", "(((A div B) divby C) mod D)"),
            ("A eq B eq C", "((A eq B) eq C)"),
            ("not A eq B", "((not A) eq B)"),
            ("not (A eq B)", "(not (A eq B))"),
            ("not(A)", "(not A)"),
            ("NOT\tnot A", "(not (not A))"),
            ("not A and not B", "((not A) and (not B))"),
            ("not A in (1,2)", "(not (A in (1,2)))"),
            ("A in (1) and B", "((A in (1)) and B)"),
            ("A has Shop.Color'Red' or B", "((A has Shop.Color'Red') or B)"),
            ("A has B eq true", "((A has B) eq true)"),
            ("-A mul B", "((- A) mul B)"),
            ("- A", "(- A)"),
            ("-(A add 1) lt -1", "((- (A add 1)) lt -1)"),
            ("-A/B", "(- A/B)"),
            ("--1", "(- -1)"),
            ("- 1", "(- 1)"),
            ("A sub -1", "(A sub -1)"),
            ("-INF lt -INFx", "(-INF lt (- INFx))"),
            ("A EQ 1 AnD\tB   Or C", "(((A eq 1) and B) or C)"),
            ("  A  ", "A"),
            ("A and B and C and D", "((A and B) and (C and D))"),
            ("and and or", "(and and or)"),
        ] {
            assert_eq!(rendered(&filter(text).unwrap()), expected, "{text}");
        }
    }

    #[test]
    fn mistakes_are_told_with_their_position() {
        let end = "expected an operator between white space, or the end at position";
        let blank = "expected white space behind the operator at position";
        let operand = "expected an expression at position";
        for (text, message) in [
            ("", format!("{operand} 0.")),
            ("A eq", format!("{blank} 4.")),
            ("A eq ", format!("{operand} 5.")),
            ("A eq'x'", format!("{blank} 4.")),
            ("A = 1", format!("{end} 2.")),
            ("A equals 1", format!("{end} 2.")),
            ("A eq 1and B", format!("{end} 6.")),
            ("(A)and(B)", format!("{end} 3.")),
            ("A eq 1 B", format!("{end} 7.")),
            ("A eq 12x", format!("{end} 7.")),
            ("A eq 5-3", format!("{end} 6.")),
            ("A and or B", format!("{end} 9.")),
            ("A eq 1)", format!("{end} 6.")),
            ("-", format!("{operand} 1.")),
            ("\u{e4} eq \u{2018}x\u{2019}", format!("{operand} 6.")),
            ("A\neq 1", format!("{end} 1.")),
        ] {
            let error = filter(text).unwrap_err();
            assert_eq!(error.message(), format!("The value of \"$filter\": {message}"), "{text}");
            assert_eq!((error.kind().status(), error.target()), (400, Some("$filter")));
        }
    }

    #[test]
    fn every_expression_knows_its_place() {
        let read = filter(" A eq 1 and  not (B gt 2)").unwrap();
        let crate::odata::expression::Term::Binary(_, left, right) = read.term else { panic!() };
        assert_eq!((read.at, left.at, right.at), (1, 1, 13));
    }
}
