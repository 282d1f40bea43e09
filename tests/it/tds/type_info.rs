//! A type into the octets that describe it in a result or a parameter, and back.

use std::io;

use bytes::{Buf, BufMut, BytesMut};

use super::collation::Collation;
use super::octets::{malformed, put_short_text, put_text, take};
use super::types::{Length, Type, decimal_size};

/// The longest that a `varchar(n)` can be, in octets.
const PAGE: u16 = 8000;
const MAX: u16 = 0xFFFF;

/// Describes the column's type; without NULL in its fixed form, if it has one.
pub(super) fn put_type_info(out: &mut BytesMut, kind: &Type, nullable: bool) {
    match kind.fixed_token() {
        Some(token) if !nullable => out.put_u8(token),
        _ => put_nullable(out, kind),
    }
}

fn put_nullable(out: &mut BytesMut, kind: &Type) {
    match kind {
        Type::Bit => out.put_slice(&[0x68, 1]),
        Type::TinyInt => out.put_slice(&[0x26, 1]),
        Type::SmallInt => out.put_slice(&[0x26, 2]),
        Type::Int => out.put_slice(&[0x26, 4]),
        Type::BigInt => out.put_slice(&[0x26, 8]),
        Type::Real => out.put_slice(&[0x6D, 4]),
        Type::Float => out.put_slice(&[0x6D, 8]),
        Type::Money => out.put_slice(&[0x6E, 8]),
        Type::SmallMoney => out.put_slice(&[0x6E, 4]),
        Type::Decimal { precision, scale } => out.put_slice(&[0x6A, decimal_size(*precision), *precision, *scale]),
        Type::Numeric { precision, scale } => out.put_slice(&[0x6C, decimal_size(*precision), *precision, *scale]),
        Type::Date => out.put_u8(0x28),
        Type::Time(scale) => out.put_slice(&[0x29, *scale]),
        Type::DateTime2(scale) => out.put_slice(&[0x2A, *scale]),
        Type::DateTimeOffset(scale) => out.put_slice(&[0x2B, *scale]),
        Type::DateTime => out.put_slice(&[0x6F, 8]),
        Type::SmallDateTime => out.put_slice(&[0x6F, 4]),
        Type::UniqueIdentifier => out.put_slice(&[0x24, 16]),
        Type::SqlVariant => put_long(out, 0x62, u32::from(PAGE) + 9, None),
        Type::Udt(name) => put_udt(out, name),
        Type::Xml => out.put_slice(&[0xF1, 0]),
        Type::Untyped => out.put_u8(0x1F),
        _ => put_characters_or_octets(out, kind),
    }
}

fn put_characters_or_octets(out: &mut BytesMut, kind: &Type) {
    match kind {
        Type::Char(length, collation) => put_short(out, 0xAF, *length, Some(*collation)),
        Type::VarChar(length, collation) => put_short(out, 0xA7, length.octets(1), Some(*collation)),
        Type::NChar(length) => put_short(out, 0xEF, length * 2, Some(Collation::LATIN1)),
        Type::NVarChar(length) => put_short(out, 0xE7, length.octets(2), Some(Collation::LATIN1)),
        Type::Binary(length) => put_short(out, 0xAD, *length, None),
        Type::VarBinary(length) => put_short(out, 0xA5, length.octets(1), None),
        Type::Text(collation) => put_long(out, 0x23, i32::MAX.unsigned_abs(), Some(*collation)),
        Type::NText => put_long(out, 0x63, i32::MAX.unsigned_abs() - 1, Some(Collation::LATIN1)),
        Type::Image => put_long(out, 0x22, i32::MAX.unsigned_abs(), None),
        _ => unreachable!("{kind:?} has been described before"),
    }
}

fn put_short(out: &mut BytesMut, token: u8, length: u16, collation: Option<Collation>) {
    out.put_u8(token);
    out.put_u16_le(length);
    if let Some(collation) = collation {
        out.put_slice(&collation.octets());
    }
}

fn put_long(out: &mut BytesMut, token: u8, length: u32, collation: Option<Collation>) {
    out.put_u8(token);
    out.put_u32_le(length);
    if let Some(collation) = collation {
        out.put_slice(&collation.octets());
    }
}

fn put_udt(out: &mut BytesMut, name: &str) {
    out.put_u8(0xF0);
    out.put_u16_le(MAX);
    put_short_text(out, "master");
    put_short_text(out, "sys");
    put_short_text(out, name);
    put_text(out, &format!("Microsoft.SqlServer.Types.{name}"));
}

impl Length {
    /// So many octets, with so many for a character.
    fn octets(self, each: u16) -> u16 {
        match self {
            Self::Limited(length) => length * each,
            Self::Max => MAX,
        }
    }

    fn from_octets(octets: u16, each: u16) -> Self {
        if octets == MAX { Self::Max } else { Self::Limited(octets / each) }
    }
}

/// Reads the type of a parameter: those types that a client sends, in their nullable forms.
pub(super) fn take_type_info(octets: &mut &[u8]) -> io::Result<Type> {
    let token = octets.try_get_u8()?;
    Ok(match token {
        0x1F => Type::Untyped,
        0x24 => take(octets, 1).map(|_| Type::UniqueIdentifier)?,
        0x68 => take(octets, 1).map(|_| Type::Bit)?,
        0x26 => match octets.try_get_u8()? {
            1 => Type::TinyInt,
            2 => Type::SmallInt,
            4 => Type::Int,
            _ => Type::BigInt,
        },
        0x6D if octets.try_get_u8()? == 4 => Type::Real,
        0x6D => Type::Float,
        0x6F if octets.try_get_u8()? == 4 => Type::SmallDateTime,
        0x6F => Type::DateTime,
        0x6A | 0x6C => {
            let [_, precision, scale] = take(octets, 3)? else { unreachable!("three were taken") };
            Type::Numeric { precision: *precision, scale: *scale }
        }
        0x28 => Type::Date,
        0x29 => Type::Time(octets.try_get_u8()?),
        0x2A => Type::DateTime2(octets.try_get_u8()?),
        0x2B => Type::DateTimeOffset(octets.try_get_u8()?),
        0xE7 => {
            let length = octets.try_get_u16_le()?;
            take(octets, 5)?;
            Type::NVarChar(Length::from_octets(length, 2))
        }
        0xA5 => Type::VarBinary(Length::from_octets(octets.try_get_u16_le()?, 1)),
        0xF1 => take(octets, 1).map(|_| Type::Xml)?,
        _ => return Err(malformed(&format!("a parameter of the unknown type {token:#04x}"))),
    })
}
