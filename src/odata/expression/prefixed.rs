//! Literals whose type stands before their quotes: `binary'...'`, `duration'...'` and those of enumerations.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::constant::quoted;
use super::cursor::Cursor;
use super::{Constant, Term};
use crate::edm::is_identifier;
use crate::error::Result;

/// A literal whose type stands before its quote: `name` has been read, and began at `start`.
/// ```text
/// durationLiteral = "duration" SQUOTE durationValue SQUOTE
/// binaryLiteral   = "binary" SQUOTE binaryValue SQUOTE
/// enumLiteral     = qualifiedEnumTypeName SQUOTE singleEnumLiteral *( COMMA singleEnumLiteral ) SQUOTE
/// ```
pub(super) fn prefixed(cursor: &mut Cursor<'_>, name: &str, start: usize) -> Result<Term> {
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
    use crate::odata::expression::constant::literal;

    fn read(text: &str) -> Result<Option<Term>> {
        literal(&mut Cursor::new("$filter", text))
    }

    #[test]
    fn each_type_has_its_form() {
        let text = |text: &str| text.to_owned();
        for (literal, expected) in [
            ("binary'T0RhdGE'", Constant::Binary(b"OData".to_vec())),
            ("Binary'T0RhdGE='", Constant::Binary(b"OData".to_vec())),
            ("binary'_-8='", Constant::Binary(vec![0xff, 0xef])),
            ("binary'/+8'", Constant::Binary(vec![0xff, 0xef])),
            ("binary''", Constant::Binary(Vec::new())),
            ("duration'-P1DT2H3M4.5S'", Constant::Duration(text("-P1DT2H3M4.5S"))),
            ("DURATION'pt1m'", Constant::Duration(text("pt1m"))),
        ] {
            assert_eq!(read(literal).unwrap(), Some(Term::Constant(expected)), "{literal}");
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
    fn mistakes_have_their_position() {
        for (text, position) in [
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
