//! A value that fits its type -> JSON, or text.
//!
//! Source: JSON Format 4.01 section 7.1; ABNF 4.01 for the values in quotes.

use std::io::Write;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::edm::{Fitted, ValueRef};

/// Appends `value` as JSON; `quote_numbers` is `IEEE754Compatible=true`.
pub(super) fn write_json(out: &mut Vec<u8>, value: &Fitted<'_>, quote_numbers: bool) {
    match value {
        Fitted::Null => out.extend_from_slice(b"null"),
        Fitted::Boolean(boolean) => out.extend_from_slice(if *boolean { b"true" } else { b"false" }),
        Fitted::Integer(number) => integer(out, *number),
        Fitted::Long(number) => quoted_if(out, quote_numbers, |out| integer(out, *number)),
        Fitted::Decimal(number) => {
            quoted_if(out, quote_numbers, |out| out.extend_from_slice(number.as_bytes()));
        }
        Fitted::Double(number) => double(out, *number),
        Fitted::Single(number) => single(out, *number),
        Fitted::Plain(text) => quoted_if(out, true, |out| out.extend_from_slice(text.as_bytes())),
        Fitted::Text(text) => string(out, text),
        Fitted::Binary(octets) => quoted_if(out, true, |out| base64(out, octets)),
    }
}

/// Appends `value` as the body of `/$value`.
pub(super) fn write_raw(out: &mut Vec<u8>, value: &Fitted<'_>) {
    match value {
        Fitted::Text(text) => out.extend_from_slice(text.as_bytes()),
        Fitted::Plain(text) => out.extend_from_slice(text.as_bytes()),
        Fitted::Binary(octets) => out.extend_from_slice(octets),
        Fitted::Double(number) if !number.is_finite() => out.extend_from_slice(not_finite(*number).as_bytes()),
        Fitted::Single(number) if !number.is_finite() => {
            out.extend_from_slice(not_finite((*number).into()).as_bytes());
        }
        other => write_json(out, other, false),
    }
}

/// The exact stored value as text, for the annotation of one that does not fit.
pub(super) fn exact_text(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Null => "null".to_owned(),
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Canonical(text) => text.as_str().to_owned(),
        ValueRef::Real(number) => number.to_string(),
        ValueRef::Single(number) => number.to_string(),
        ValueRef::Text(text) => text.to_owned(),
        ValueRef::Bytes(octets) | ValueRef::IllFormed(octets) => URL_SAFE_NO_PAD.encode(octets),
    }
}

pub(super) fn string(out: &mut Vec<u8>, text: &str) {
    serde_json::to_writer(out, text).expect("text is written to memory");
}

fn quoted_if(out: &mut Vec<u8>, quote: bool, write: impl FnOnce(&mut Vec<u8>)) {
    if quote {
        out.push(b'"');
    }
    write(out);
    if quote {
        out.push(b'"');
    }
}

fn base64(out: &mut Vec<u8>, octets: &[u8]) {
    let start = out.len();
    // Four characters for each three octets that are begun: with padding, which is then left out.
    out.resize(start + octets.len().div_ceil(3) * 4, 0);
    let written = URL_SAFE_NO_PAD.encode_slice(octets, &mut out[start..]).expect("there is room for all characters");
    out.truncate(start + written);
}

fn integer(out: &mut Vec<u8>, number: i64) {
    out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
}

fn double(out: &mut Vec<u8>, number: f64) {
    if number.is_finite() {
        serde_json::to_writer(out, &number).expect("a number is written to memory");
    } else {
        let _ = write!(out, "\"{}\"", not_finite(number));
    }
}

/// In its own precision: as a double it would have digits that nobody stored.
fn single(out: &mut Vec<u8>, number: f32) {
    if number.is_finite() {
        serde_json::to_writer(out, &number).expect("a number is written to memory");
    } else {
        double(out, number.into());
    }
}

fn not_finite(number: f64) -> &'static str {
    match number {
        f64::INFINITY => "INF",
        f64::NEG_INFINITY => "-INF",
        _ => "NaN",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edm::{EdmType, fit};

    fn json(ty: EdmType, value: ValueRef<'_>, quote_numbers: bool) -> String {
        let mut out = Vec::new();
        write_json(&mut out, &fit(ty, value).unwrap(), quote_numbers);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn numbers_are_quoted_only_where_a_client_may_lose_digits() {
        assert_eq!(json(EdmType::Int64, ValueRef::Integer(i64::MIN), false), "-9223372036854775808");
        assert_eq!(json(EdmType::Int64, ValueRef::Integer(5), true), "\"5\"");
        assert_eq!(json(EdmType::Int32, ValueRef::Integer(5), true), "5");
        assert_eq!(json(EdmType::Decimal { digits: Some((4, 2)) }, ValueRef::Real(1.25), true), "\"1.25\"");
        assert_eq!(json(EdmType::Double, ValueRef::Real(1e300), true).parse(), Ok(1e300));
    }

    #[test]
    fn what_json_cannot_hold_is_text() {
        assert_eq!(json(EdmType::Double, ValueRef::Real(f64::NEG_INFINITY), false), "\"-INF\"");
        assert_eq!(json(EdmType::Binary { max_length: None }, ValueRef::Bytes(&[0xFB, 0xFF]), false), "\"-_8\"");
        assert_eq!(
            json(EdmType::String { max_length: None }, ValueRef::Text("a\"\u{1}\n€"), false),
            "\"a\\\"\\u0001\\n€\""
        );
    }
}
