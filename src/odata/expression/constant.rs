//! Literals -> constants. Numbers, dates and the like keep their text.
//!
//! A newcomer's trap: a GUID may begin with a digit or a letter, so it is looked for before numbers and names.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::cursor::Cursor;
use super::{Constant, Term, instant};
use crate::edm::is_identifier;
use crate::error::Result;

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
                return prefixed(cursor, name, start).map(Some);
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
    Some(match (exponent, point) {
        (true, _) => Constant::Double(text),
        (false, true) => Constant::Decimal(text),
        (false, false) => Constant::Integer(text),
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

/// A literal whose type stands before its quote: `name` has been read, and began at `start`.
/// ```text
/// durationLiteral = "duration" SQUOTE durationValue SQUOTE
/// binaryLiteral   = "binary" SQUOTE binaryValue SQUOTE
/// enumLiteral     = qualifiedEnumTypeName SQUOTE singleEnumLiteral *( COMMA singleEnumLiteral ) SQUOTE
/// ```
fn prefixed(cursor: &mut Cursor<'_>, name: &str, start: usize) -> Result<Term> {
    let inside = cursor.at() + 1;
    let named = |known: &str| name.eq_ignore_ascii_case(known);
    if !(name.contains('.') || ["binary", "duration", "geography", "geometry"].into_iter().any(named)) {
        let expected = "binary, duration, geography, geometry or an enumeration type before the quote";
        return Err(cursor.expected_at(start, expected));
    }
    let text = quoted(cursor)?;
    if named("binary") {
        let octets = binary(&text).ok_or_else(|| cursor.expected_at(inside, "octets in base64url"))?;
        Ok(Term::Constant(Constant::Binary(octets)))
    } else if named("duration") {
        let right = duration(&text);
        let expected = "a duration of days, hours, minutes and seconds, as P1DT2H3M4.5S";
        if right { Ok(Term::Constant(Constant::Duration(text))) } else { Err(cursor.expected_at(inside, expected)) }
    } else if name.contains('.') {
        let right = text.split(',').all(|member| is_identifier(member.trim()) || integer(member.trim()));
        let literal = cursor.since(start).to_owned();
        if right { Ok(Term::Unknown(literal)) } else { Err(cursor.expected_at(inside, "members of an enumeration")) }
    } else {
        Ok(Term::Unknown(name.to_ascii_lowercase()))
    }
}

/// base64url, and base64 too; padding may be left out.
fn binary(text: &str) -> Option<Vec<u8>> {
    let bare = text.strip_suffix("==").or_else(|| text.strip_suffix('=')).unwrap_or(text);
    let padded = bare.len() < text.len();
    let url_safe = bare.replace('+', "-").replace('/', "_");
    if padded && !text.len().is_multiple_of(4) { None } else { URL_SAFE_NO_PAD.decode(url_safe).ok() }
}

/// ```text
/// durationValue = [ "-" ] "P" [ 1*DIGIT "D" ] [ "T" [ 1*DIGIT "H" ] [ 1*DIGIT "M" ] [ 1*DIGIT [ "." 1*DIGIT ] "S" ] ]
/// ```
/// At least one part stands there, and one behind `T`.
fn duration(text: &str) -> bool {
    let text = text.to_ascii_uppercase();
    let Some(parts) = text.strip_prefix('-').unwrap_or(&text).strip_prefix('P') else { return false };
    let (days, time) = parts.split_once('T').map_or((parts, None), |(days, time)| (days, Some(time)));
    let Some(rest) = part(days, 'D', false) else { return false };
    let time_is_right = |time: &str| {
        let rest =
            part(time, 'H', false).and_then(|rest| part(rest, 'M', false)).and_then(|rest| part(rest, 'S', true));
        !time.is_empty() && rest == Some("")
    };
    rest.is_empty() && !parts.is_empty() && time.is_none_or(time_is_right)
}

/// What follows the digits that `unit` ends; all of `text` if that unit is not there.
fn part(text: &str, unit: char, fraction: bool) -> Option<&str> {
    let Some((number, rest)) = text.split_once(unit) else { return Some(text) };
    let whole = |digits: &str| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let right = match number.split_once('.') {
        Some((seconds, fractions)) => fraction && whole(seconds) && whole(fractions),
        None => whole(number),
    };
    right.then_some(rest)
}

fn integer(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
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
            ("binary'T0RhdGE'", Constant::Binary(b"OData".to_vec())),
            ("Binary'T0RhdGE='", Constant::Binary(b"OData".to_vec())),
            ("binary'_-8='", Constant::Binary(vec![0xff, 0xef])),
            ("binary'/+8'", Constant::Binary(vec![0xff, 0xef])),
            ("binary''", Constant::Binary(Vec::new())),
            ("duration'-P1DT2H3M4.5S'", Constant::Duration(text("-P1DT2H3M4.5S"))),
            ("DURATION'pt1m'", Constant::Duration(text("pt1m"))),
        ] {
            assert_eq!(constant(literal), expected, "{literal}");
        }
    }

    #[test]
    fn what_the_tree_has_not_keeps_its_name() {
        for (literal, name) in [
            ("Shop.Color'Red,Blue'", "Shop.Color'Red,Blue'"),
            ("Shop.Color'-1'", "Shop.Color'-1'"),
            ("geography'SRID=0;Point(1 2)'", "geography"),
            ("Geometry'SRID=0;Point(1 2)'", "geometry"),
        ] {
            assert_eq!(read(literal).unwrap(), Some(Term::Unknown(name.to_owned())));
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
        for (text, position) in [
            ("'abc", 4),
            ("'abc''", 6),
            ("guid'x'", 0),
            ("binary'a'", 7),
            ("binary'a*bc'", 7),
            ("binary'T0RhdGE=='", 7),
            ("duration'1D'", 9),
            ("duration'P'", 9),
            ("duration'PT'", 9),
            ("duration'P1H'", 9),
            ("duration'P1.5D'", 9),
            ("duration'PT1M1H'", 9),
            ("Shop.Color'a b'", 11),
            ("Shop.Color''", 11),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.message().ends_with(&format!(" at position {position}.")), "{text}: {error}");
        }
    }
}
