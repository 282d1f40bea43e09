//! Octets of a remote procedure call into its parameters.

use std::io;

use bytes::Buf;

use super::octets::{malformed, take, take_short_text, utf16};
use super::temporal::temporal;
use super::type_info::take_type_info;
use super::types::{Framing, Type};
use super::value::Value;

/// A parameter as the client sent it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Parameter {
    pub(crate) name: String,
    /// What the declarations of `sp_executesql` say about it, such as `nvarchar(4000)`.
    pub(crate) declared: Option<String>,
    /// What it was sent as.
    pub(crate) kind: Type,
    pub(crate) value: Value,
}

pub(super) fn take_parameter(octets: &mut &[u8]) -> io::Result<Parameter> {
    let name = take_short_text(octets)?;
    let _flags = octets.try_get_u8()?;
    let kind = take_type_info(octets)?;
    let value = match take_framed(octets, &kind)? {
        None => Value::Null,
        Some(value) => {
            decode(&kind, &value).ok_or_else(|| malformed(&format!("{name} is not a {kind:?}: {value:x?}")))?
        }
    };
    Ok(Parameter { name, declared: None, kind, value })
}

/// The octets of the value; none for NULL.
fn take_framed(octets: &mut &[u8], kind: &Type) -> io::Result<Option<Vec<u8>>> {
    let length = match kind.framing(true) {
        Framing::Octet => Some(octets.try_get_u8()?).filter(|length| *length > 0).map(usize::from),
        Framing::Short => Some(octets.try_get_u16_le()?).filter(|length| *length < u16::MAX).map(usize::from),
        Framing::Chunks => return take_chunks(octets),
        _ => None,
    };
    length.map(|length| take(octets, length).map(<[u8]>::to_vec)).transpose()
}

fn take_chunks(octets: &mut &[u8]) -> io::Result<Option<Vec<u8>>> {
    if octets.try_get_u64_le()? == u64::MAX {
        return Ok(None);
    }
    let mut value = Vec::new();
    loop {
        match octets.try_get_u32_le()? {
            0 => return Ok(Some(value)),
            length => value.extend_from_slice(take(octets, length as usize)?),
        }
    }
}

/// The value of so many octets; none if there cannot be one.
fn decode(kind: &Type, mut octets: &[u8]) -> Option<Value> {
    Some(match kind {
        Type::Bit => Value::Bit(octets.try_get_u8().ok()? != 0),
        Type::TinyInt => Value::Int(octets.try_get_u8().ok()?.into()),
        Type::SmallInt => Value::Int(octets.try_get_i16_le().ok()?.into()),
        Type::Int => Value::Int(octets.try_get_i32_le().ok()?.into()),
        Type::BigInt => Value::Int(octets.try_get_i64_le().ok()?),
        Type::Real => Value::Real(octets.try_get_f32_le().ok()?),
        Type::Float => Value::Float(octets.try_get_f64_le().ok()?),
        Type::Numeric { .. } => decimal(octets)?,
        Type::UniqueIdentifier => guid(octets.try_into().ok()?),
        Type::NVarChar(_) | Type::Xml => Value::Text(utf16(octets).ok()?),
        Type::VarBinary(_) => Value::Bytes(octets.to_vec()),
        _ => return temporal(kind, octets),
    })
}

fn decimal(octets: &[u8]) -> Option<Value> {
    let (sign, magnitude) = octets.split_first()?;
    let mut all = [0; 16];
    all.get_mut(..magnitude.len())?.copy_from_slice(magnitude);
    let magnitude = i128::from_le_bytes(all);
    Some(Value::Decimal(if *sign == 0 { -magnitude } else { magnitude }))
}

fn guid(mut octets: [u8; 16]) -> Value {
    octets[..4].reverse();
    octets[4..6].reverse();
    octets[6..8].reverse();
    Value::Guid(u128::from_be_bytes(octets))
}
