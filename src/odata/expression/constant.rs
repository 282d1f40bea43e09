//! Literals -> constants. Numbers, dates and the like keep their text.
//!
//! A newcomer's trap: a GUID may begin with a digit or a letter, so it is looked for before numbers and names.

use super::cursor::Cursor;
use super::{Constant, Term, instant, prefixed};
use crate::error::Result;
use crate::odata::literal::TYPE_LETTERS;

/// Reads a literal, if one begins here. Those of types that the tree does not have are `Term::Unknown`.
/// ```text
/// primitiveLiteral = null / boolean / guid / dateTimeOffsetLiteral / date / timeOfDayLiteral / decimalLiteral / ...
/// ```
pub(super) fn literal(cursor: &mut Cursor<'_>) -> Result<Option<Term>> {
    let start = cursor.at();
    if let Some(guid) = guid(cursor) {
        return Ok(Some(Term::Constant(guid)));
    }
    match cursor.peek() {
        Some('\'') => Ok(Some(Term::Constant(Constant::String(quoted(cursor)?)))),
        Some('0'..='9' | '+' | '-') => {
            let constant = if let Some(instant) = instant::instant(cursor)? { Some(instant) } else { number(cursor) };
            Ok(constant.map(Term::Constant))
        }
        _ => {
            let Some(name) = cursor.name() else { return Ok(None) };
            if cursor.peek() == Some('\'') {
                return prefixed::prefixed(cursor, name, start).map(Some);
            }
            let named = if matches!(cursor.peek(), Some('(' | '/')) { None } else { keyword(name) };
            if named.is_none() {
                cursor.back_to(start);
            }
            Ok(named.map(Term::Constant))
        }
    }
}

/// Whether the hyphen here belongs to a literal.
pub(super) fn negative(cursor: &Cursor<'_>) -> bool {
    number(&mut cursor.clone()).is_some()
}

/// ```text
/// null    = %s"null"
/// boolean = "true" / "false"
/// ```
fn keyword(name: &str) -> Option<Constant> {
    match name {
        "null" => Some(Constant::Null),
        "INF" | "NaN" => Some(Constant::Double(name.to_owned())),
        _ if name.eq_ignore_ascii_case("true") => Some(Constant::Boolean(true)),
        _ if name.eq_ignore_ascii_case("false") => Some(Constant::Boolean(false)),
        _ => None,
    }
}

/// ```text
/// guid = 8HEXDIG "-" 4HEXDIG "-" 4HEXDIG "-" 4HEXDIG "-" 12HEXDIG
/// ```
fn guid(cursor: &mut Cursor<'_>) -> Option<Constant> {
    let text = cursor.rest().get(..36)?;
    let hyphen = |at: usize| matches!(at, 8 | 13 | 18 | 23);
    let right = |(at, byte): (usize, u8)| if hyphen(at) { byte == b'-' } else { byte.is_ascii_hexdigit() };
    let found = text.bytes().enumerate().all(right) && cursor.eat(text);
    found.then(|| Constant::Guid(text.to_owned()))
}

/// ```text
/// number         = decimalLiteral [ "L" / "M" / "D" / "F" ] ; our own: OData 4 has no letters
/// decimalLiteral = [ SIGN ] 1*DIGIT [ "." 1*DIGIT ] [ "e" [ SIGN ] 1*DIGIT ] / %s"NaN" / %s"-INF" / %s"INF"
/// ```
fn number(cursor: &mut Cursor<'_>) -> Option<Constant> {
    let start = cursor.at();
    let sign = cursor.eat("-") || cursor.eat("+");
    if sign && cursor.since(start) == "-" && negative_infinity(cursor) {
        return Some(Constant::Double(cursor.since(start).to_owned()));
    }
    if digits(cursor).is_none() {
        cursor.back_to(start);
        return None;
    }
    let point = cursor.attempt(|cursor| cursor.eat(".").then(|| digits(cursor))?).is_some();
    let exponent = cursor.attempt(exponent).is_some();
    let text = cursor.since(start).to_owned();
    Some(match (type_letter(cursor), exponent, point) {
        (Some('D' | 'F'), ..) | (_, true, _) => Constant::Double(text),
        (Some('M'), ..) | (_, _, true) => Constant::Decimal(text),
        _ => Constant::Integer(text),
    })
}

/// The letter that OData 3 had for a number's type, which some clients still write.
fn type_letter(cursor: &mut Cursor<'_>) -> Option<char> {
    cursor.attempt(|cursor| {
        let letter = cursor.identifier()?;
        letter.parse().ok().filter(|letter| TYPE_LETTERS.contains(letter)).map(|letter| letter.to_ascii_uppercase())
    })
}

fn negative_infinity(cursor: &mut Cursor<'_>) -> bool {
    cursor.attempt(|cursor| (cursor.name()? == "INF").then_some(())).is_some()
}

fn exponent(cursor: &mut Cursor<'_>) -> Option<()> {
    let sign = |cursor: &mut Cursor<'_>| cursor.eat("-") || cursor.eat("+");
    (cursor.eat("e") || cursor.eat("E")).then(|| sign(cursor))?;
    digits(cursor)
}

fn digits(cursor: &mut Cursor<'_>) -> Option<()> {
    (!cursor.take(|character| character.is_ascii_digit()).is_empty()).then_some(())
}

/// ```text
/// stringLiteral    = SQUOTE *( SQUOTE-in-string / pchar-no-SQUOTE ) SQUOTE
/// SQUOTE-in-string = SQUOTE SQUOTE
/// ```
pub(super) fn quoted(cursor: &mut Cursor<'_>) -> Result<String> {
    cursor.expect("'", "a quote")?;
    let mut plain = String::new();
    loop {
        plain.push_str(cursor.take(|character| character != '\''));
        cursor.expect("'", "a closing quote (quotes inside a string are doubled)")?;
        if !cursor.eat("'") {
            return Ok(plain);
        }
        plain.push('\'');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Option<Term>> {
        literal(&mut Cursor::new("$filter", text))
    }

    fn constant(text: &str) -> Constant {
        match read(text) {
            Ok(Some(Term::Constant(constant))) => constant,
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn each_literal_has_its_kind() {
        let text = |text: &str| text.to_owned();
        for (literal, expected) in [
            ("null", Constant::Null),
            ("true", Constant::Boolean(true)),
            ("FALSE", Constant::Boolean(false)),
            ("-42", Constant::Integer(text("-42"))),
            ("+42", Constant::Integer(text("+42"))),
            ("1.50", Constant::Decimal(text("1.50"))),
            ("-1.5E+3", Constant::Double(text("-1.5E+3"))),
            ("1e5", Constant::Double(text("1e5"))),
            ("3L", Constant::Integer(text("3"))),
            ("-5M", Constant::Decimal(text("-5"))),
            ("0.5d", Constant::Double(text("0.5"))),
            ("2F", Constant::Double(text("2"))),
            ("-INF", Constant::Double(text("-INF"))),
            ("INF", Constant::Double(text("INF"))),
            ("NaN", Constant::Double(text("NaN"))),
            ("2024-01-31", Constant::Date(text("2024-01-31"))),
            ("08:30", Constant::TimeOfDay(text("08:30"))),
            ("01234567-89ab-cdef-0123-456789ABCDEF", Constant::Guid(text("01234567-89ab-cdef-0123-456789ABCDEF"))),
            ("abcdef01-89ab-cdef-0123-456789ABCDEF", Constant::Guid(text("abcdef01-89ab-cdef-0123-456789ABCDEF"))),
            ("'O''Neil'", Constant::String(text("O'Neil"))),
            ("''", Constant::String(String::new())),
            ("''''", Constant::String(text("'"))),
        ] {
            assert_eq!(constant(literal), expected, "{literal}");
        }
    }

    #[test]
    fn names_and_operators_are_left_to_others() {
        for text in
            ["Name", "true/x", "null(1)", "nullx", "Null", "-x", "-INFx", "- 1", "(1)", "@p", "", "\u{e9}", ".5"]
        {
            assert_eq!(read(text).unwrap(), None, "{text}");
        }
    }

    #[test]
    fn mistakes_have_their_position() {
        for (text, position) in [("'abc", 4), ("'abc''", 6)] {
            let error = read(text).unwrap_err();
            assert!(error.message().ends_with(&format!(" at position {position}.")), "{text}: {error}");
        }
    }
}
