//! A value and its type into the octets of the value alone, without length.

use bytes::{BufMut, BytesMut};

use super::octets::put_utf16;
use super::temporal::put_temporal;
use super::types::{Length, Type, decimal_size};

/// A value of a column or a parameter.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Null,
    Bit(bool),
    /// From `tinyint` to `bigint`.
    Int(i64),
    Real(f32),
    Float(f64),
    /// Of `decimal` and `numeric` in units of its scale; of `money` in ten-thousandths.
    Decimal(i128),
    Text(String),
    /// Also a text as it stands on the wire, for texts that no `String` can hold.
    Bytes(Vec<u8>),
    /// As it is written, without its hyphens.
    Guid(u128),
    /// Days since 0001-01-01.
    Date(u32),
    /// Since midnight, in units of the type's scale.
    Time(u64),
    /// Days since 1900-01-01, and three-hundredths of a second.
    DateTime(i32, u32),
    /// Days since 1900-01-01, and minutes.
    SmallDateTime(u16, u16),
    /// Days and time, as above.
    DateTime2(u32, u64),
    /// Days and time in UTC, and the minutes that the offset adds.
    DateTimeOffset(u32, u64, i16),
    /// What stands in a `sql_variant`.
    Variant(Type, Box<Value>),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

/// Puts a value that is not NULL. A value that does not fit its type is a mistake of the test, and ends it.
pub(super) fn put_octets(out: &mut BytesMut, kind: &Type, value: &Value) {
    match value {
        Value::Bit(bit) if *kind == Type::Bit => out.put_u8(u8::from(*bit)),
        Value::Int(number) => put_integer(out, kind, *number),
        Value::Real(number) if *kind == Type::Real => out.put_f32_le(*number),
        Value::Float(number) if *kind == Type::Float => out.put_f64_le(*number),
        Value::Decimal(units) => put_decimal(out, kind, *units),
        Value::Text(text) => put_characters(out, kind, text),
        Value::Bytes(octets) => put_bytes(out, kind, octets),
        Value::Guid(guid) if *kind == Type::UniqueIdentifier => put_guid(out, *guid),
        _ => put_temporal(out, kind, value),
    }
}

/// What becomes of a value that its type cannot hold.
pub(super) fn misfit(kind: &Type, value: &dyn std::fmt::Debug) -> ! {
    panic!("{value:?} does not fit a column of type {kind:?}")
}

fn put_integer(out: &mut BytesMut, kind: &Type, number: i64) {
    match kind {
        Type::TinyInt => out.put_u8(number.try_into().unwrap_or_else(|_| misfit(kind, &number))),
        Type::SmallInt => out.put_i16_le(number.try_into().unwrap_or_else(|_| misfit(kind, &number))),
        Type::Int => out.put_i32_le(number.try_into().unwrap_or_else(|_| misfit(kind, &number))),
        Type::BigInt => out.put_i64_le(number),
        _ => misfit(kind, &number),
    }
}

fn put_decimal(out: &mut BytesMut, kind: &Type, units: i128) {
    match kind {
        Type::Decimal { precision, .. } | Type::Numeric { precision, .. } => {
            out.put_u8(u8::from(units >= 0));
            let magnitude = units.unsigned_abs().to_le_bytes();
            let (kept, beyond) = magnitude.split_at(usize::from(decimal_size(*precision)) - 1);
            assert!(beyond.iter().all(|octet| *octet == 0), "{units} has more than {precision} digits");
            out.put_slice(kept);
        }
        Type::SmallMoney => out.put_i32_le(units.try_into().unwrap_or_else(|_| misfit(kind, &units))),
        Type::Money => {
            let units = i64::try_from(units).unwrap_or_else(|_| misfit(kind, &units)).to_le_bytes();
            out.put_slice(&units[4..]);
            out.put_slice(&units[..4]);
        }
        _ => misfit(kind, &units),
    }
}

fn put_characters(out: &mut BytesMut, kind: &Type, text: &str) {
    match kind {
        Type::Char(_, collation) | Type::VarChar(_, collation) | Type::Text(collation) => {
            put_bytes(out, kind, &collation.encode(text));
        }
        Type::NChar(_) | Type::NVarChar(_) | Type::NText | Type::Xml => {
            let start = out.len();
            put_utf16(out, text);
            let units = (out.len() - start) / 2;
            match kind {
                Type::NChar(length) => {
                    let missing = usize::from(*length).checked_sub(units).unwrap_or_else(|| misfit(kind, &text));
                    put_utf16(out, &" ".repeat(missing));
                }
                Type::NVarChar(Length::Limited(length)) if units > usize::from(*length) => misfit(kind, &text),
                _ => {}
            }
        }
        _ => misfit(kind, &text),
    }
}

fn put_bytes(out: &mut BytesMut, kind: &Type, octets: &[u8]) {
    let (limit, padding) = match kind {
        Type::Char(length, _) => (Some(*length), Some(b' ')),
        Type::Binary(length) => (Some(*length), Some(0)),
        Type::VarChar(Length::Limited(length), _) | Type::VarBinary(Length::Limited(length)) => (Some(*length), None),
        Type::NVarChar(Length::Limited(length)) => (Some(length * 2), None),
        Type::VarChar(..) | Type::VarBinary(_) | Type::Text(_) | Type::Image | Type::Udt(_) => (None, None),
        _ => misfit(kind, &octets),
    };
    let missing = limit.map(|limit| usize::from(limit).checked_sub(octets.len()));
    let missing = missing.map(|missing| missing.unwrap_or_else(|| misfit(kind, &octets)));
    out.put_slice(octets);
    if let (Some(missing), Some(padding)) = (missing, padding) {
        out.put_bytes(padding, missing);
    }
}

/// The first three groups are little-endian, as Windows has them in memory.
fn put_guid(out: &mut BytesMut, guid: u128) {
    let mut octets = guid.to_be_bytes();
    octets[..4].reverse();
    octets[4..6].reverse();
    octets[6..8].reverse();
    out.put_slice(&octets);
}
