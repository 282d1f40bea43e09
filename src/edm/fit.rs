//! A stored value and its property's type -> a value of that type, or the finding that it is none.
//!
//! SQLite lets any column hold anything, so this is asked for every cell; it borrows and never allocates for values
//! that are stored in the form in which they are written.

use std::borrow::Cow;

use super::short::Short;
use super::temporal::{canonical_date, canonical_date_time_offset, canonical_time_of_day};
use super::types::EdmType;
use super::value::ValueRef;

/// A value that is known to fit its type, in the form that writers need.
#[derive(Clone, Debug, PartialEq)]
pub enum Fitted<'a> {
    /// Octets.
    Binary(&'a [u8]),
    /// True or false.
    Boolean(bool),
    /// An exact number in long notation.
    Decimal(Short),
    /// A floating-point number.
    Double(f64),
    /// A whole number of at most 32 bits.
    Integer(i64),
    /// A whole number that a JSON client may not hold exactly.
    Long(i64),
    /// Absent.
    Null,
    /// A date, time, moment or GUID: needs no escaping anywhere, quoted in JSON only.
    Plain(Short),
    /// A floating-point number of half the width.
    Single(f32),
    /// Text.
    Text(Cow<'a, str>),
}

/// The stored value is not one of its property's type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Misfit;

/// `value` as a value of `ty`.
pub fn fit(ty: EdmType, value: ValueRef<'_>) -> Result<Fitted<'_>, Misfit> {
    if matches!(value, ValueRef::Null) {
        return Ok(Fitted::Null);
    }
    match ty {
        EdmType::Binary { max_length } => binary(max_length, value),
        EdmType::Boolean => boolean(value),
        EdmType::Byte => integer(value, 0..=i64::from(u8::MAX)).map(Fitted::Integer),
        EdmType::Date => plain(value, canonical_date),
        EdmType::DateTimeOffset { precision } => plain(value, |text| canonical_date_time_offset(text, precision)),
        EdmType::Decimal { digits } => decimal(digits, value),
        EdmType::Double => double(value),
        EdmType::Guid => guid(value),
        EdmType::Int16 => integer(value, i64::from(i16::MIN)..=i64::from(i16::MAX)).map(Fitted::Integer),
        EdmType::Int32 => integer(value, i64::from(i32::MIN)..=i64::from(i32::MAX)).map(Fitted::Integer),
        EdmType::Int64 => integer(value, i64::MIN..=i64::MAX).map(Fitted::Long),
        EdmType::Single => single(value),
        EdmType::String { max_length } => text(max_length, value),
        EdmType::TimeOfDay { precision } => plain(value, |text| canonical_time_of_day(text, precision)),
    }
}

fn binary(max_length: Option<u32>, value: ValueRef<'_>) -> Result<Fitted<'_>, Misfit> {
    match value {
        ValueRef::Bytes(bytes) if max_length.is_none_or(|max| bytes.len() <= max as usize) => Ok(Fitted::Binary(bytes)),
        _ => Err(Misfit),
    }
}

fn boolean(value: ValueRef<'_>) -> Result<Fitted<'_>, Misfit> {
    match value {
        ValueRef::Integer(0) => Ok(Fitted::Boolean(false)),
        ValueRef::Integer(1) => Ok(Fitted::Boolean(true)),
        ValueRef::Text(text) if text.eq_ignore_ascii_case("false") => Ok(Fitted::Boolean(false)),
        ValueRef::Text(text) if text.eq_ignore_ascii_case("true") => Ok(Fitted::Boolean(true)),
        _ => Err(Misfit),
    }
}

fn double(value: ValueRef<'_>) -> Result<Fitted<'_>, Misfit> {
    match value {
        ValueRef::Real(number) => Ok(Fitted::Double(number)),
        #[expect(clippy::cast_precision_loss, reason = "whole numbers up to 2^53 only")]
        ValueRef::Integer(number) if number.unsigned_abs() <= 1 << 53 => Ok(Fitted::Double(number as f64)),
        _ => Err(Misfit),
    }
}

fn single(value: ValueRef<'_>) -> Result<Fitted<'_>, Misfit> {
    match value {
        ValueRef::Single(number) => Ok(Fitted::Single(number)),
        _ => Err(Misfit),
    }
}

fn integer(value: ValueRef<'_>, range: std::ops::RangeInclusive<i64>) -> Result<i64, Misfit> {
    match value {
        ValueRef::Integer(number) if range.contains(&number) => Ok(number),
        _ => Err(Misfit),
    }
}

fn text(max_length: Option<u32>, value: ValueRef<'_>) -> Result<Fitted<'_>, Misfit> {
    let text = match value {
        ValueRef::Text(text) => Cow::Borrowed(text),
        ValueRef::Integer(number) => Cow::Owned(number.to_string()),
        ValueRef::Real(number) => Cow::Owned(number.to_string()),
        ValueRef::Canonical(text) => Cow::Owned(text.as_str().to_owned()),
        ValueRef::Single(number) => Cow::Owned(number.to_string()),
        ValueRef::Bytes(_) | ValueRef::IllFormed(_) | ValueRef::Null => return Err(Misfit),
    };
    let fits = max_length.is_none_or(|max| text.len() <= max as usize || text.chars().count() <= max as usize);
    if fits { Ok(Fitted::Text(text)) } else { Err(Misfit) }
}

fn plain(value: ValueRef<'_>, canonical: impl Fn(&str) -> Option<Short>) -> Result<Fitted<'_>, Misfit> {
    match value {
        ValueRef::Canonical(text) => Ok(Fitted::Plain(text)),
        ValueRef::Text(text) => canonical(text).map(Fitted::Plain).ok_or(Misfit),
        _ => Err(Misfit),
    }
}

/// From the usual 36 characters, from 32 hexadecimal digits, or from 16 octets in network order; always lower case.
fn guid(value: ValueRef<'_>) -> Result<Fitted<'_>, Misfit> {
    let octets = match value {
        ValueRef::Canonical(text) => return Ok(Fitted::Plain(text)),
        ValueRef::Bytes(bytes) => bytes.try_into().map_err(|_| Misfit)?,
        ValueRef::Text(text) => guid_octets(text).ok_or(Misfit)?,
        _ => return Err(Misfit),
    };
    Ok(Fitted::Plain(Short::guid(octets)))
}

fn guid_octets(text: &str) -> Option<[u8; 16]> {
    let bytes = text.as_bytes();
    let dashed = match bytes.len() {
        36 if [8, 13, 18, 23].iter().all(|&at| bytes[at] == b'-') => true,
        32 => false,
        _ => return None,
    };
    let mut octets = [0; 16];
    let mut at = 0;
    for (index, octet) in octets.iter_mut().enumerate() {
        if dashed && matches!(index, 4 | 6 | 8 | 10) {
            at += 1;
        }
        *octet = hex(bytes[at])? << 4 | hex(bytes[at + 1])?;
        at += 2;
    }
    Some(octets)
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

/// SQLite keeps decimals as whole numbers or doubles. A double stands for the decimal with the column's scale that is
/// nearest to it; where the column gives no scale, for its shortest notation.
fn decimal(digits: Option<(u8, u8)>, value: ValueRef<'_>) -> Result<Fitted<'_>, Misfit> {
    let number = match value {
        ValueRef::Canonical(number) => return Ok(Fitted::Decimal(number)),
        ValueRef::Integer(number) => Short::display(format_args!("{number}")),
        ValueRef::Real(number) if number.is_finite() => match digits {
            Some((_, scale)) => scaled(number, scale),
            None => Short::display(format_args!("{number}")),
        },
        ValueRef::Text(text) if is_decimal(text) => Short::from_parts(&[text]),
        _ => None,
    };
    number
        .filter(|number| digits.is_none_or(|digits| within(number.as_str(), digits)))
        .map(Fitted::Decimal)
        .ok_or(Misfit)
}

/// The decimal of `scale` digits whose nearest double is `number`, or which has the same 15 significant digits.
fn scaled(number: f64, scale: u8) -> Option<Short> {
    let exact = Short::display(format_args!("{number}"))?;
    if fraction_digits(exact.as_str()) <= usize::from(scale) {
        return Some(exact);
    }
    let rounded = Short::display(format_args!("{number:.*}", usize::from(scale)))?;
    let nearest: f64 = rounded.as_str().parse().ok()?;
    // Doubles carry 15 decimal digits exactly; what differs only beyond them is arithmetic's residue, not data.
    let same = nearest != 0.0 && ((nearest - number) / number).abs() < 5e-16;
    same.then(|| rounded.without_trailing_zeros())
}

fn fraction_digits(number: &str) -> usize {
    number.split_once('.').map_or(0, |(_, fraction)| fraction.len())
}

/// Whether `number` has at most the column's digits before and after the point.
fn within(number: &str, (precision, scale): (u8, u8)) -> bool {
    let whole = number.trim_start_matches('-').split('.').next().unwrap_or_default().trim_start_matches('0').len();
    whole <= usize::from(precision.saturating_sub(scale)) && fraction_digits(number) <= usize::from(scale)
}

/// `decimalValue` without exponent: JSON's grammar, so that it can be written as it is.
fn is_decimal(text: &str) -> bool {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    digits(whole) && digits(fraction) && (whole.len() == 1 || !whole.starts_with('0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MONEY: EdmType = EdmType::Decimal { digits: Some((10, 2)) };

    fn decimal_text(ty: EdmType, value: ValueRef<'_>) -> Option<String> {
        match fit(ty, value) {
            Ok(Fitted::Decimal(number)) => Some(number.as_str().to_owned()),
            _ => None,
        }
    }

    #[test]
    fn decimals_stored_as_doubles_come_back_as_written() {
        assert_eq!(decimal_text(MONEY, ValueRef::Real(0.99)).unwrap(), "0.99");
        assert_eq!(decimal_text(MONEY, ValueRef::Real(0.1 + 0.2)).unwrap(), "0.3");
        assert_eq!(decimal_text(MONEY, ValueRef::Integer(-7)).unwrap(), "-7");
        assert_eq!(decimal_text(MONEY, ValueRef::Real(0.125)), None);
        assert_eq!(decimal_text(MONEY, ValueRef::Integer(123_456_789)), None);
        assert_eq!(decimal_text(MONEY, ValueRef::Text("12.34")).unwrap(), "12.34");
        assert_eq!(decimal_text(MONEY, ValueRef::Text("1e3")), None);
        assert_eq!(
            decimal_text(EdmType::Decimal { digits: None }, ValueRef::Real(1e20)).unwrap(),
            "100000000000000000000"
        );
        assert_eq!(decimal_text(EdmType::Decimal { digits: None }, ValueRef::Real(f64::INFINITY)), None);
    }

    #[test]
    fn guids_are_read_in_three_forms_and_written_in_one() {
        let expected = "a1b2c3d4-e5f6-1122-3344-5566778899aa";
        let octets = [0xa1, 0xb2, 0xc3, 0xd4, 0xe5, 0xf6, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xaa];
        for value in [
            ValueRef::Text("A1B2C3D4-E5F6-1122-3344-5566778899AA"),
            ValueRef::Text("a1b2c3d4e5f6112233445566778899aa"),
            ValueRef::Bytes(&octets),
        ] {
            assert_eq!(fit(EdmType::Guid, value), Ok(Fitted::Plain(Short::from_parts(&[expected]).unwrap())));
        }
        assert_eq!(fit(EdmType::Guid, ValueRef::Text("a1b2c3d4-e5f6-1122-3344-5566778899ag")), Err(Misfit));
    }

    #[test]
    fn a_value_of_another_type_is_a_misfit_and_null_never_is() {
        assert_eq!(fit(EdmType::Int64, ValueRef::Text("five")), Err(Misfit));
        assert_eq!(fit(EdmType::Int16, ValueRef::Integer(40_000)), Err(Misfit));
        assert_eq!(fit(EdmType::Boolean, ValueRef::Integer(2)), Err(Misfit));
        assert_eq!(fit(EdmType::String { max_length: Some(3) }, ValueRef::Text("äöü")), Ok(Fitted::Text("äöü".into())));
        assert_eq!(fit(EdmType::String { max_length: Some(3) }, ValueRef::Text("four")), Err(Misfit));
        assert_eq!(fit(EdmType::Binary { max_length: None }, ValueRef::Text("x")), Err(Misfit));
        assert_eq!(fit(EdmType::Guid, ValueRef::Null), Ok(Fitted::Null));
    }
}
