//! A key's value in canonical form -> the forms in which a SQLite file may hold it.
//!
//! SQLite has no types for GUIDs, Booleans and moments; programs store them in a few customary ways. What is stored in
//! yet another way is still listed and synchronised, but not found by its key.

use crate::edm::{EdmType, Value};

pub(super) fn candidates(ty: EdmType, value: &Value) -> Vec<Value> {
    match (ty, value) {
        (EdmType::Boolean, Value::Integer(number)) => {
            vec![value.clone(), text(if *number == 0 { "false" } else { "true" })]
        }
        (EdmType::Guid, Value::Text(guid)) => guid_forms(guid),
        (EdmType::Date, Value::Text(date)) => vec![value.clone(), text(&format!("{date} 00:00:00"))],
        (EdmType::TimeOfDay { .. }, Value::Text(time)) => time_forms(time).iter().map(|time| text(time)).collect(),
        (EdmType::DateTimeOffset { .. }, Value::Text(moment)) => moment_forms(moment),
        _ => vec![value.clone()],
    }
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn guid_forms(guid: &str) -> Vec<Value> {
    let bare = guid.replace('-', "");
    let octet = |at: usize| u8::from_str_radix(&bare[at..at + 2], 16).unwrap_or_default();
    let octets = (0..bare.len() / 2).map(|index| octet(index * 2)).collect();
    let upper = |form: &str| text(&form.to_uppercase());
    vec![text(guid), upper(guid), text(&bare), upper(&bare), Value::Bytes(octets)]
}

/// As written; without a fraction that is zero; without seconds that are zero; with milli- and microseconds.
fn time_forms(time: &str) -> Vec<String> {
    let (clock, fraction) = time.split_once('.').unwrap_or((time, ""));
    let digits = fraction.trim_end_matches('0');
    let mut forms = vec![time.to_owned()];
    if digits.is_empty() {
        forms.push(clock.to_owned());
        forms.extend(clock.strip_suffix(":00").map(str::to_owned));
    }
    for width in [digits.len(), 3, 6, 7] {
        if width >= digits.len() && width > 0 {
            forms.push(format!("{clock}.{digits:0<width$}"));
        }
    }
    forms.sort();
    forms.dedup();
    forms
}

/// Each form of the time with a blank or a `T` before it, and, for UTC, with and without its offset behind it.
fn moment_forms(moment: &str) -> Vec<Value> {
    let (date, rest) = moment.split_at(10);
    let at = rest.rfind(['Z', '+', '-']).unwrap_or(rest.len());
    let (time, offset) = (rest[..at].trim_start_matches('T'), &rest[at..]);
    let offsets: &[&str] = if offset == "Z" { &["", "Z", "+00:00"] } else { &[offset] };
    let mut forms = Vec::new();
    for time in time_forms(time) {
        for separator in [' ', 'T'] {
            forms.extend(offsets.iter().map(|offset| text(&format!("{date}{separator}{time}{offset}"))));
        }
    }
    if offset == "Z" && time.trim_matches(['0', ':', '.']).is_empty() {
        forms.push(text(date));
    }
    forms
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_looked_for_as_programs_store_them() {
        let forms = candidates(EdmType::DateTimeOffset { precision: 7 }, &text("2009-01-01T00:00:00Z"));
        for stored in
            ["2009-01-01 00:00:00", "2009-01-01T00:00:00Z", "2009-01-01", "2009-01-01 00:00:00.000", "2009-01-01T00:00"]
        {
            assert!(forms.contains(&text(stored)), "{stored} in {forms:?}");
        }
        let forms = candidates(EdmType::DateTimeOffset { precision: 7 }, &text("2009-01-01T10:00:00.5+02:00"));
        assert!(forms.contains(&text("2009-01-01 10:00:00.500+02:00")) && !forms.contains(&text("2009-01-01")));
    }

    #[test]
    fn guids_are_looked_for_as_text_and_as_octets() {
        let forms = candidates(EdmType::Guid, &text("0f000000-0000-0000-0000-0000000000a0"));
        assert!(forms.contains(&text("0F000000-0000-0000-0000-0000000000A0")));
        assert!(forms.contains(&Value::Bytes(vec![15, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 160])));
    }
}
