//! Dates and times into the octets of their types, and back.

use bytes::{Buf, BufMut, BytesMut};

use super::types::Type;
use super::value::{Value, misfit};

pub(super) fn put_temporal(out: &mut BytesMut, kind: &Type, value: &Value) {
    match (kind, value) {
        (Type::Date, Value::Date(days)) => put_days(out, *days),
        (Type::Time(scale), Value::Time(ticks)) => put_ticks(out, *scale, *ticks),
        (Type::DateTime, Value::DateTime(days, ticks)) => {
            out.put_i32_le(*days);
            out.put_u32_le(*ticks);
        }
        (Type::SmallDateTime, Value::SmallDateTime(days, minutes)) => {
            out.put_u16_le(*days);
            out.put_u16_le(*minutes);
        }
        (Type::DateTime2(scale), Value::DateTime2(days, ticks)) => {
            put_ticks(out, *scale, *ticks);
            put_days(out, *days);
        }
        (Type::DateTimeOffset(scale), Value::DateTimeOffset(days, ticks, offset)) => {
            put_ticks(out, *scale, *ticks);
            put_days(out, *days);
            out.put_i16_le(*offset);
        }
        _ => misfit(kind, value),
    }
}

fn put_days(out: &mut BytesMut, days: u32) {
    out.put_slice(&days.to_le_bytes()[..3]);
}

fn put_ticks(out: &mut BytesMut, scale: u8, ticks: u64) {
    assert!(ticks < 86_400 * 10_u64.pow(scale.into()), "{ticks} is a day or more at scale {scale}");
    out.put_slice(&ticks.to_le_bytes()[..ticks_size(scale)]);
}

fn ticks_size(scale: u8) -> usize {
    match scale {
        0..=2 => 3,
        3..=4 => 4,
        _ => 5,
    }
}

/// Reads a value of one of these types; none if the octets are of another length.
pub(super) fn temporal(kind: &Type, octets: &[u8]) -> Option<Value> {
    match kind {
        Type::Date => days(octets).map(Value::Date),
        Type::Time(scale) if octets.len() == ticks_size(*scale) => Some(Value::Time(ticks(octets))),
        Type::DateTime => {
            let (mut days, mut ticks) = octets.split_at_checked(4)?;
            Some(Value::DateTime(days.get_i32_le(), ticks.try_get_u32_le().ok()?))
        }
        Type::SmallDateTime => {
            let (mut days, mut minutes) = octets.split_at_checked(2)?;
            Some(Value::SmallDateTime(days.get_u16_le(), minutes.try_get_u16_le().ok()?))
        }
        Type::DateTime2(scale) => {
            let (time, date) = octets.split_at_checked(ticks_size(*scale))?;
            Some(Value::DateTime2(days(date)?, ticks(time)))
        }
        Type::DateTimeOffset(scale) => {
            let (time, rest) = octets.split_at_checked(ticks_size(*scale))?;
            let (date, mut offset) = rest.split_at_checked(3)?;
            Some(Value::DateTimeOffset(days(date)?, ticks(time), offset.try_get_i16_le().ok()?))
        }
        _ => None,
    }
}

fn days(octets: &[u8]) -> Option<u32> {
    let [a, b, c] = *octets else { return None };
    Some(u32::from_le_bytes([a, b, c, 0]))
}

fn ticks(octets: &[u8]) -> u64 {
    octets.iter().rev().fold(0, |ticks, octet| ticks << 8 | u64::from(*octet))
}
