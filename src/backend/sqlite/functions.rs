//! The functions that expressions use (`edm_...`, see `sql::sqlite::expression`): a stored value -> what a client sees of it, in a form
//! that SQLite can compare; and OData's functions on such values.
//!
//! NULL in, NULL out; what fits no type is NULL too. Text is counted in UTF-16 code units, as SQL Server does.

use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::{Value as Stored, ValueRef as Given};
use rusqlite::{Connection, Result};

use crate::edm::{EdmType, Fitted, ValueRef, clock, fit, instant, offset, ticks_of_day};

const FLAGS: FunctionFlags =
    FunctionFlags::SQLITE_UTF8.union(FunctionFlags::SQLITE_DETERMINISTIC).union(FunctionFlags::SQLITE_DIRECTONLY);
/// As many arguments as a call has.
const ANY: i32 = -1;

/// What a function makes of a moment.
type Part = fn(&str) -> Option<i64>;
/// What it finds in a text.
type Test = fn(&str, &str) -> bool;
/// What it makes of a text.
type Change = fn(&str) -> String;
/// What it makes of a number.
type Rounding = fn(f64) -> f64;
/// From the arguments of a call to the type of its value.
type TypeOf = fn(&Context<'_>) -> EdmType;
/// From what a client sees to what SQLite compares.
type FormOf = fn(Fitted<'_>) -> Stored;

/// Adds the functions to a connection.
pub(super) fn install(connection: &Connection) -> Result<()> {
    values(connection)?;
    texts(connection)?;
    numbers(connection)
}

/// What a client sees of a stored value.
fn values(connection: &Connection) -> Result<()> {
    let seen: [(&str, TypeOf, FormOf); 11] = [
        ("edm_binary", |call| EdmType::Binary { max_length: limit(call) }, plain),
        ("edm_boolean", |_| EdmType::Boolean, plain),
        ("edm_date", |_| EdmType::Date, plain),
        ("edm_decimal", |call| EdmType::Decimal { digits: digits(call) }, number),
        ("edm_double", |_| EdmType::Double, plain),
        ("edm_guid", |_| EdmType::Guid, plain),
        ("edm_instant", |call| EdmType::DateTimeOffset { precision: small(call, 1) }, |seen| ticks(&seen, instant)),
        ("edm_integer", |call| integer(small(call, 1)), plain),
        ("edm_moment", |call| EdmType::DateTimeOffset { precision: small(call, 1) }, plain),
        ("edm_text", |call| EdmType::String { max_length: limit(call) }, plain),
        ("edm_time", |call| EdmType::TimeOfDay { precision: small(call, 1) }, |seen| ticks(&seen, ticks_of_day)),
    ];
    for (name, ty, form) in seen {
        connection.create_scalar_function(name, ANY, FLAGS, move |call| {
            Ok(fit(ty(call), lent(call.get_raw(0))).map_or(Stored::Null, form))
        })?;
    }
    let moments: [(&str, Part); 2] = [("edm_clock", clock), ("edm_offset", offset)];
    for (name, part) in moments {
        connection.create_scalar_function(name, 1, FLAGS, move |call| Ok(text(call, 0).and_then(part)))?;
    }
    Ok(())
}

fn lent(given: Given<'_>) -> ValueRef<'_> {
    match given {
        Given::Null => ValueRef::Null,
        Given::Integer(number) => ValueRef::Integer(number),
        Given::Real(number) => ValueRef::Real(number),
        Given::Text(octets) => std::str::from_utf8(octets).map_or(ValueRef::IllFormed(octets), ValueRef::Text),
        Given::Blob(octets) => ValueRef::Bytes(octets),
    }
}

fn plain(seen: Fitted<'_>) -> Stored {
    match seen {
        Fitted::Binary(octets) => Stored::Blob(octets.to_vec()),
        Fitted::Boolean(is) => Stored::Integer(is.into()),
        Fitted::Decimal(text) | Fitted::Plain(text) => Stored::Text(text.as_str().to_owned()),
        Fitted::Double(number) => Stored::Real(number),
        Fitted::Integer(number) | Fitted::Long(number) => Stored::Integer(number),
        Fitted::Null => Stored::Null,
        Fitted::Single(number) => Stored::Real(number.into()),
        Fitted::Text(text) => Stored::Text(text.into_owned()),
    }
}

/// A decimal is the double that is nearest to it.
fn number(seen: Fitted<'_>) -> Stored {
    match seen {
        Fitted::Decimal(text) => text.as_str().parse().map_or(Stored::Null, Stored::Real),
        other => plain(other),
    }
}

fn ticks(seen: &Fitted<'_>, count: fn(&str) -> Option<i64>) -> Stored {
    match seen {
        Fitted::Plain(text) => count(text.as_str()).map_or(Stored::Null, Stored::Integer),
        _ => Stored::Null,
    }
}

fn integer(bits: u8) -> EdmType {
    match bits {
        8 => EdmType::Byte,
        16 => EdmType::Int16,
        32 => EdmType::Int32,
        _ => EdmType::Int64,
    }
}

fn limit(call: &Context<'_>) -> Option<u32> {
    if call.len() > 1 { whole(call, 1).and_then(|limit| limit.try_into().ok()) } else { None }
}

fn digits(call: &Context<'_>) -> Option<(u8, u8)> {
    (call.len() > 2).then(|| (small(call, 1), small(call, 2)))
}

fn small(call: &Context<'_>, at: usize) -> u8 {
    if at < call.len() { whole(call, at).and_then(|number| number.try_into().ok()).unwrap_or_default() } else { 0 }
}

/// OData's functions on text.
fn texts(connection: &Connection) -> Result<()> {
    let conditions: [(&str, Test); 3] = [
        ("edm_contains", |text, part| text.contains(part)),
        ("edm_startswith", |text, part| text.starts_with(part)),
        ("edm_endswith", |text, part| text.ends_with(part)),
    ];
    for (name, holds) in conditions {
        connection.create_scalar_function(name, 2, FLAGS, move |call| {
            Ok(text(call, 0).zip(text(call, 1)).map(|(text, part)| holds(text, part)))
        })?;
    }
    let changes: [(&str, Change); 3] = [
        ("edm_tolower", str::to_lowercase),
        ("edm_toupper", str::to_uppercase),
        ("edm_trim", |text| text.trim().to_owned()),
    ];
    for (name, change) in changes {
        connection.create_scalar_function(name, 1, FLAGS, move |call| Ok(text(call, 0).map(change)))?;
    }
    connection.create_scalar_function("edm_length", 1, FLAGS, |call| Ok(text(call, 0).map(length)))?;
    connection.create_scalar_function("edm_indexof", 2, FLAGS, |call| {
        Ok(text(call, 0).zip(text(call, 1)).map(|(text, part)| text.find(part).map_or(-1, |at| length(&text[..at]))))
    })?;
    connection.create_scalar_function("edm_substring", ANY, FLAGS, |call| {
        let count = if call.len() > 2 { whole(call, 2) } else { Some(i64::MAX) };
        Ok(text(call, 0).zip(whole(call, 1)).zip(count).map(|((text, from), count)| substring(text, from, count)))
    })
}

fn length(text: &str) -> i64 {
    i64::try_from(text.encode_utf16().count()).unwrap_or(i64::MAX)
}

/// What of the text lies between `from` and `from + count`; a negative `from` counts from the end of the text.
fn substring(text: &str, from: i64, count: i64) -> String {
    let from = if from < 0 { length(text).saturating_add(from).max(0) } else { from };
    let to = from.saturating_add(count.max(0));
    let units: Vec<u16> =
        text.encode_utf16().zip(0_i64..).filter(|(_, at)| (from..to).contains(at)).map(|(unit, _)| unit).collect();
    String::from_utf16_lossy(&units)
}

/// OData's functions on numbers that are not whole.
fn numbers(connection: &Connection) -> Result<()> {
    let rounding: [(&str, Rounding); 3] =
        [("edm_ceiling", f64::ceil), ("edm_floor", f64::floor), ("edm_round", f64::round)];
    for (name, round) in rounding {
        connection.create_scalar_function(name, 1, FLAGS, move |call| Ok(real(call, 0).map(round)))?;
    }
    connection.create_scalar_function("edm_mod", 2, FLAGS, |call| {
        Ok(real(call, 0).zip(real(call, 1)).filter(|(_, by)| *by != 0.0).map(|(number, by)| number % by))
    })
}

fn text<'a>(call: &'a Context<'_>, at: usize) -> Option<&'a str> {
    match call.get_raw(at) {
        Given::Text(octets) => std::str::from_utf8(octets).ok(),
        _ => None,
    }
}

fn whole(call: &Context<'_>, at: usize) -> Option<i64> {
    match call.get_raw(at) {
        Given::Integer(number) => Some(number),
        _ => None,
    }
}

fn real(call: &Context<'_>, at: usize) -> Option<f64> {
    match call.get_raw(at) {
        #[expect(clippy::cast_precision_loss, reason = "whole numbers among others are doubles here")]
        Given::Integer(number) => Some(number as f64),
        Given::Real(number) => Some(number),
        _ => None,
    }
}
