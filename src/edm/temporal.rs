//! Dates and times as text, checked and brought into the one form that OData writes.
//!
//! Source: ABNF 4.01, rules `dateValue`, `timeOfDayValue`, `dateTimeOffsetValue`. Input is what SQLite's own date
//! functions accept as text; a moment without an offset is taken as UTC.

use super::short::Short;

/// `2024-02-29`; also from a moment whose time is midnight.
pub fn canonical_date(text: &str) -> Option<Short> {
    let (date, rest) = split_date(text)?;
    let midnight = rest.is_empty()
        || rest
            .strip_prefix([' ', 'T'])
            .and_then(|time| canonical_time_of_day(time, 7))
            .is_some_and(|time| is_midnight(time.as_str()));
    midnight.then(|| Short::from_parts(&[date]))?
}

/// `08:30:00` or `08:30:00.125`, with at most `precision` digits of fraction.
pub fn canonical_time_of_day(text: &str, precision: u8) -> Option<Short> {
    let (clock, seconds, fraction) = split_time(text, precision)?;
    match fraction {
        "" => Short::from_parts(&[clock, ":", seconds]),
        _ => Short::from_parts(&[clock, ":", seconds, ".", fraction]),
    }
}

/// `2024-02-29T08:30:00Z` or with `+02:00`, with at most `precision` digits of fraction.
pub fn canonical_date_time_offset(text: &str, precision: u8) -> Option<Short> {
    let (date, rest) = split_date(text)?;
    if rest.is_empty() {
        return Short::from_parts(&[date, "T00:00:00Z"]);
    }
    let (time, offset) = split_offset(rest.strip_prefix([' ', 'T', 't'])?)?;
    Short::from_parts(&[date, "T", canonical_time_of_day(time, precision)?.as_str(), offset])
}

fn is_midnight(time: &str) -> bool {
    time.bytes().all(|byte| matches!(byte, b'0' | b':' | b'.'))
}

/// A valid day of the years 0001 to 9999, and what follows it.
fn split_date(text: &str) -> Option<(&str, &str)> {
    let (date, rest) = text.split_at_checked(10)?;
    let bytes = date.as_bytes();
    if bytes[4] != b'-' || bytes[7] != b'-' {
        return None;
    }
    let (year, month, day) = (number(&date[..4])?, number(&date[5..7])?, number(&date[8..])?);
    (year >= 1 && (1..=12).contains(&month) && day >= 1 && day <= days_in(year, month)).then_some((date, rest))
}

fn days_in(year: u32, month: u32) -> u32 {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// `HH:MM`, `SS` (`00` where absent), and the fraction cut to `precision`, if only zeros are cut.
fn split_time(text: &str, precision: u8) -> Option<(&str, &str, &str)> {
    let (clock, rest) = text.split_at_checked(5)?;
    if clock.as_bytes()[2] != b':' || number(&clock[..2])? > 23 || number(&clock[3..])? > 59 {
        return None;
    }
    if rest.is_empty() {
        return Some((clock, "00", ""));
    }
    let (seconds, rest) = rest.strip_prefix(':')?.split_at_checked(2)?;
    if number(seconds)? > 59 {
        return None;
    }
    if rest.is_empty() {
        return Some((clock, seconds, ""));
    }
    let fraction = rest.strip_prefix('.')?;
    if fraction.is_empty() || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (kept, cut) = fraction.split_at(fraction.len().min(usize::from(precision)));
    cut.bytes().all(|byte| byte == b'0').then_some((clock, seconds, kept))
}

/// The time, and its offset as `Z` or `+HH:MM`.
fn split_offset(text: &str) -> Option<(&str, &str)> {
    if let Some(time) = text.strip_suffix(['Z', 'z']) {
        return Some((time, "Z"));
    }
    let Some(sign) = text.rfind(['+', '-']) else { return Some((text, "Z")) };
    let (time, offset) = text.split_at(sign);
    let (hours, minutes) = offset[1..].split_once(':')?;
    let valid = hours.len() == 2 && minutes.len() == 2 && number(hours)? <= 14 && number(minutes)? <= 59;
    valid.then_some((time.trim_end(), offset))
}

/// Digits only; `parse` alone would let a sign through.
fn number(digits: &str) -> Option<u32> {
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(text: &str) -> Option<String> {
        canonical_date_time_offset(text, 7).map(|short| short.as_str().to_owned())
    }

    #[test]
    fn days_must_exist() {
        assert_eq!(canonical_date("2024-02-29").unwrap().as_str(), "2024-02-29");
        assert_eq!(canonical_date("2024-02-29 00:00:00").unwrap().as_str(), "2024-02-29");
        for wrong in [
            "2023-02-29",
            "2024-13-01",
            "2024-00-01",
            "0000-01-01",
            "2024-1-1",
            "+024-01-01",
            "2024-01-01 08:00",
            "",
            "2024-01-0é",
        ] {
            assert!(canonical_date(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn times_are_completed_and_never_rounded() {
        assert_eq!(canonical_time_of_day("08:30", 7).unwrap().as_str(), "08:30:00");
        assert_eq!(canonical_time_of_day("08:30:59.1250000000", 7).unwrap().as_str(), "08:30:59.1250000");
        for wrong in ["24:00", "08:60", "08:30:60", "08:30:00.", "08:30:00.12345678", "8:30", "08:30:00Z"] {
            assert!(canonical_time_of_day(wrong, 7).is_none(), "{wrong}");
        }
    }

    #[test]
    fn moments_keep_their_offset_or_are_utc() {
        assert_eq!(moment("2009-01-01 00:00:00").unwrap(), "2009-01-01T00:00:00Z");
        assert_eq!(moment("2009-01-01T10:20").unwrap(), "2009-01-01T10:20:00Z");
        assert_eq!(moment("2019-10-28T17:27:23-08:00").unwrap(), "2019-10-28T17:27:23-08:00");
        assert_eq!(moment("2019-10-28 17:27:23.5 +02:00").unwrap(), "2019-10-28T17:27:23.5+02:00");
        assert_eq!(moment("2019-10-28").unwrap(), "2019-10-28T00:00:00Z");
        for wrong in [
            "1572283643",
            "2019-10-28T25:00Z",
            "2019-10-28T10:00+2:00",
            "2019-10-28T10:00:00+15:00",
            "now",
            "2019-10-28 ",
        ] {
            assert!(moment(wrong).is_none(), "{wrong}");
        }
    }
}
