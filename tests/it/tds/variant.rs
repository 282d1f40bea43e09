//! A `sql_variant` into its octets: a value together with its own type.

use bytes::{BufMut, BytesMut};

use super::collation::Collation;
use super::types::{Length, Type};
use super::value::{Value, misfit, put_octets};

pub(super) fn put_variant(out: &mut BytesMut, value: &Value) {
    let Value::Variant(kind, inner) = value else { misfit(&Type::SqlVariant, value) };
    let mut octets = BytesMut::new();
    put_base_type(&mut octets, kind);
    put_octets(&mut octets, kind, inner);
    out.put_u32_le(u32::try_from(octets.len()).expect("a variant of at most a page"));
    out.put_slice(&octets);
}

/// The token of the type, how many octets of properties follow, and these.
fn put_base_type(out: &mut BytesMut, kind: &Type) {
    if let Some(token) = kind.fixed_token() {
        return out.put_slice(&[token, 0]);
    }
    match kind {
        Type::UniqueIdentifier => out.put_slice(&[0x24, 0]),
        Type::Date => out.put_slice(&[0x28, 0]),
        Type::Time(scale) => out.put_slice(&[0x29, 1, *scale]),
        Type::DateTime2(scale) => out.put_slice(&[0x2A, 1, *scale]),
        Type::DateTimeOffset(scale) => out.put_slice(&[0x2B, 1, *scale]),
        Type::Decimal { precision, scale } => out.put_slice(&[0x6A, 2, *precision, *scale]),
        Type::Numeric { precision, scale } => out.put_slice(&[0x6C, 2, *precision, *scale]),
        Type::VarBinary(Length::Limited(length)) => {
            out.put_slice(&[0xA5, 2]);
            out.put_u16_le(*length);
        }
        Type::VarChar(Length::Limited(length), collation) => put_characters(out, 0xA7, *collation, *length),
        Type::NVarChar(Length::Limited(length)) => put_characters(out, 0xE7, Collation::LATIN1, length * 2),
        _ => panic!("a sql_variant of {kind:?} is not known here"),
    }
}

fn put_characters(out: &mut BytesMut, token: u8, collation: Collation, length: u16) {
    out.put_slice(&[token, 7]);
    out.put_slice(&collation.octets());
    out.put_u16_le(length);
}
