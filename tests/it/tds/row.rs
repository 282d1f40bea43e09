//! Columns and the values under them into the tokens of a result.

use bytes::{BufMut, BytesMut};

use super::octets::put_short_text;
use super::type_info::put_type_info;
use super::types::{Column, Framing, Type};
use super::value::{Value, put_octets};
use super::variant::put_variant;

const COLUMNS: u8 = 0x81;
const ROW: u8 = 0xD1;
const ROW_WITHOUT_NULLS: u8 = 0xD2;

/// So much of a long value goes into each of its chunks.
const CHUNK: usize = 8000;

/// Describes the columns of the rows that follow.
pub(super) fn put_columns(out: &mut BytesMut, columns: &[Column]) {
    out.put_u8(COLUMNS);
    out.put_u16_le(u16::try_from(columns.len()).expect("at most 4096 columns"));
    for column in columns {
        out.put_u32_le(0);
        out.put_u16_le(8 | u16::from(column.nullable));
        put_type_info(out, &column.kind, column.nullable);
        if matches!(column.kind, Type::Text(_) | Type::NText | Type::Image) {
            // The name of the table, in parts. It has none.
            out.put_u8(0);
        }
        put_short_text(out, &column.name);
    }
}

/// Puts a row, in whichever of the two forms is shorter, as SQL Server does.
pub(super) fn put_row(out: &mut BytesMut, columns: &[Column], values: &[Value]) {
    assert_eq!(columns.len(), values.len(), "{values:?} is not a row of {columns:?}");
    let nulls = |(column, _): &(&Column, &Value)| null_size(column.kind.framing(column.nullable));
    let cells = || columns.iter().zip(values);
    let saved: usize = cells().filter(|(_, value)| **value == Value::Null).map(|cell| nulls(&cell)).sum();
    if saved <= columns.len().div_ceil(8) {
        out.put_u8(ROW);
        cells().for_each(|(column, value)| put_value(out, &column.kind, column.nullable, value));
        return;
    }
    out.put_u8(ROW_WITHOUT_NULLS);
    for eight in values.chunks(8) {
        let bits = eight.iter().rev().fold(0, |bits, value| bits << 1 | u8::from(*value == Value::Null));
        out.put_u8(bits);
    }
    for (column, value) in cells().filter(|(_, value)| **value != Value::Null) {
        put_value(out, &column.kind, column.nullable, value);
    }
}

fn null_size(framing: Framing) -> usize {
    match framing {
        Framing::Bare => 0,
        Framing::Octet | Framing::Pointer => 1,
        Framing::Short => 2,
        Framing::Variant => 4,
        Framing::Chunks => 8,
    }
}

fn put_value(out: &mut BytesMut, kind: &Type, nullable: bool, value: &Value) {
    assert!(nullable || *value != Value::Null, "a column that is not nullable has NULL");
    let framing = kind.framing(nullable);
    if *value == Value::Null {
        let octet = if matches!(framing, Framing::Short | Framing::Chunks) { 0xFF } else { 0 };
        return out.put_bytes(octet, null_size(framing));
    }
    match framing {
        Framing::Bare => put_octets(out, kind, value),
        Framing::Octet => {
            let octets = octets(kind, value);
            out.put_u8(u8::try_from(octets.len()).expect("a short value"));
            out.put_slice(&octets);
        }
        Framing::Short => {
            let octets = octets(kind, value);
            out.put_u16_le(u16::try_from(octets.len()).expect("a value of a page"));
            out.put_slice(&octets);
        }
        Framing::Chunks => {
            let octets = octets(kind, value);
            out.put_u64_le(octets.len() as u64);
            for chunk in octets.chunks(CHUNK) {
                out.put_u32_le(u32::try_from(chunk.len()).expect("a chunk"));
                out.put_slice(chunk);
            }
            out.put_u32_le(0);
        }
        Framing::Pointer => {
            let octets = octets(kind, value);
            out.put_u8(16);
            out.put_slice(b"a pointer to it.");
            out.put_slice(b"its time");
            out.put_u32_le(u32::try_from(octets.len()).expect("a text of less than 4 GiB"));
            out.put_slice(&octets);
        }
        Framing::Variant => put_variant(out, value),
    }
}

fn octets(kind: &Type, value: &Value) -> BytesMut {
    let mut octets = BytesMut::new();
    put_octets(&mut octets, kind, value);
    octets
}
