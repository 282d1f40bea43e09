//! Dates and times as literals: their text, of which only the form and the ranges of its parts are checked.
//!
//! Operators are words, so digits and hyphens are never a subtraction: `2024-01-31` is one date.

use std::ops::RangeInclusive;

use super::Constant;
use super::cursor::Cursor;
use crate::error::Result;

/// Reads a date or a time, if one begins here.
/// ```text
/// date                  = year "-" month "-" day
/// dateTimeOffsetLiteral = date "T" timeOfDayLiteral ( "Z" / SIGN hour ":" minute )
/// ```
pub(super) fn instant(cursor: &mut Cursor<'_>) -> Result<Option<Constant>> {
    let start = cursor.at();
    if begins_time(cursor.rest()) && !(cursor.ends_at_colon() && ends_condition(cursor.rest())) {
        time(cursor)?;
        return Ok(Some(Constant::TimeOfDay(cursor.since(start).to_owned())));
    }
    if !begins_date(cursor.rest()) {
        return Ok(None);
    }
    date(cursor)?;
    if !(cursor.eat("T") || cursor.eat("t")) {
        return Ok(Some(Constant::Date(cursor.since(start).to_owned())));
    }
    time(cursor)?;
    offset(cursor)?;
    Ok(Some(Constant::DateTimeOffset(cursor.since(start).to_owned())))
}

/// Two digits, a colon and a digit.
fn begins_time(text: &str) -> bool {
    matches!(text.as_bytes(), [a, b, b':', c, ..] if [a, b, c].iter().all(|byte| byte.is_ascii_digit()))
}

/// Whether the colon of `text`, which begins as a time does, is that of `case`. The grammar allows both readings of
/// `case(A lt 10:15,...)`; the one is taken that leaves a value behind the condition.
fn ends_condition(text: &str) -> bool {
    let minute = text.get(3..5).is_some_and(|two| two.bytes().all(|byte| byte.is_ascii_digit()));
    let behind = text.get(5..).unwrap_or_default().trim_start_matches([' ', '\t']);
    !minute || behind.starts_with(|next: char| next.is_ascii_digit() || ",).".contains(next))
}

/// ```text
/// year = [ "-" ] ( "0" 3DIGIT / oneToNine 3*DIGIT )
/// ```
fn begins_date(text: &str) -> bool {
    let text = text.strip_prefix('-').unwrap_or(text);
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    (digits == 4 || digits > 4 && !text.starts_with('0')) && text.as_bytes().get(digits) == Some(&b'-')
}

/// ```text
/// month = "0" oneToNine / "1" ( "0" / "1" / "2" )
/// day   = "0" oneToNine / ( "1" / "2" ) DIGIT / "3" ( "0" / "1" )
/// ```
fn date(cursor: &mut Cursor<'_>) -> Result<()> {
    cursor.eat("-");
    cursor.take(|character| character.is_ascii_digit());
    cursor.expect("-", "a date, as 2024-01-31")?;
    two(cursor, 1..=12, "a month from 01 to 12")?;
    cursor.expect("-", "a date, as 2024-01-31")?;
    two(cursor, 1..=31, "a day from 01 to 31")
}

/// ```text
/// timeOfDayLiteral  = hour ":" minute [ ":" second [ "." fractionalSeconds ] ]
/// fractionalSeconds = 1*12DIGIT
/// ```
fn time(cursor: &mut Cursor<'_>) -> Result<()> {
    two(cursor, 0..=23, "an hour from 00 to 23")?;
    cursor.expect(":", "a time, as 08:30:00")?;
    two(cursor, 0..=59, "a minute from 00 to 59")?;
    // What stands behind the minutes of a condition is the colon of `case`.
    let behind = cursor.rest().strip_prefix(':');
    if !behind.is_some_and(|rest| rest.starts_with(|next: char| next.is_ascii_digit()) || !cursor.ends_at_colon()) {
        return Ok(());
    }
    cursor.eat(":");
    two(cursor, 0..=60, "a second from 00 to 60")?;
    if !cursor.eat(".") {
        return Ok(());
    }
    let at = cursor.at();
    let fraction = cursor.take(|character| character.is_ascii_digit());
    if (1..=12).contains(&fraction.len()) { Ok(()) } else { Err(cursor.expected_at(at, "1 to 12 digits of a second")) }
}

fn offset(cursor: &mut Cursor<'_>) -> Result<()> {
    if cursor.eat("Z") || cursor.eat("z") {
        return Ok(());
    }
    if !(cursor.eat("+") || cursor.eat("-")) {
        return Err(cursor.expected("Z or an offset, as +01:00 (its plus sign encoded as %2B)"));
    }
    two(cursor, 0..=23, "an hour from 00 to 23")?;
    cursor.expect(":", "an offset, as +01:00")?;
    two(cursor, 0..=59, "a minute from 00 to 59")
}

/// Two digits within `range`.
fn two(cursor: &mut Cursor<'_>, range: RangeInclusive<u8>, expected: &str) -> Result<()> {
    let at = cursor.at();
    let digits = cursor.rest().get(..2).filter(|two| two.bytes().all(|byte| byte.is_ascii_digit()));
    match digits.and_then(|digits| digits.parse().ok()) {
        Some(number) if range.contains(&number) => {
            cursor.eat(digits.unwrap_or_default());
            Ok(())
        }
        _ => Err(cursor.expected_at(at, expected)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Option<Constant>> {
        instant(&mut Cursor::new("$filter", text))
    }

    #[test]
    fn dates_and_times_keep_their_text() {
        for text in ["2024-01-31", "0001-12-01", "-0044-03-15", "12024-01-31"] {
            assert_eq!(read(text).unwrap(), Some(Constant::Date(text.to_owned())));
        }
        for text in ["08:30", "23:59:60", "08:30:00.123456789012"] {
            assert_eq!(read(text).unwrap(), Some(Constant::TimeOfDay(text.to_owned())));
        }
        for text in ["2024-01-31T08:30Z", "2024-01-31t08:30:00.5z", "2024-01-31T08:30:00+01:00", "-1-", "01234-01-01"] {
            let expected = text.starts_with('2').then(|| Constant::DateTimeOffset(text.to_owned()));
            assert_eq!(read(text).unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn other_digits_are_left_to_others() {
        for text in ["2024", "24-01-31", "1:2", "12:x", "1e5", "-5", ""] {
            assert_eq!(read(text).unwrap(), None, "{text}");
        }
    }

    #[test]
    fn each_part_has_its_range() {
        for (text, position) in [
            ("2024-13-01", 5),
            ("2024-00-01", 5),
            ("2024-1-1", 5),
            ("2024-01-32", 8),
            ("2024-01", 7),
            ("24:00", 0),
            ("08:60", 3),
            ("08:30:61", 6),
            ("08:30:00.", 9),
            ("08:30:00.1234567890123", 9),
            ("2024-01-31T08:30", 16),
            ("2024-01-31T08:30+1", 17),
            ("2024-01-31T8:30Z", 11),
            ("2024-01-3\u{e9}", 8),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.message().ends_with(&format!(" at position {position}.")), "{text}: {error}");
        }
    }
}
