//! What SQLite does not have, or has otherwise: functions and orders that the translation uses.
//!
//! Their errors say the number of SQL Server's first, as `fault` reads it.

use std::cmp::Ordering;

use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::{Value as Held, ValueRef as Stored};
use rusqlite::{Connection, Error, Result};

use super::calculate::{calculate, rounded};
use super::convert::{Exact, convert, units};
use super::kind::{Kind, kind};
use super::moment::{Moment, minutes};
use super::strings;
use crate::tds::Fault;

const FLAGS: FunctionFlags = FunctionFlags::SQLITE_DETERMINISTIC.union(FunctionFlags::SQLITE_UTF8);

/// Adds them to a connection.
pub(super) fn register(file: &Connection) -> Result<()> {
    orders(file)?;
    on_types(file)?;
    on_text(file)?;
    on_moments(file)
}

/// What went wrong in a function: its number, if it is one of SQL Server's, and what it says.
pub(super) fn fault(error: &str) -> Option<Fault> {
    let (number, message) = error.strip_prefix("TSQL ")?.split_once(": ")?;
    Some(Fault::new(number.parse().ok()?, message))
}

#[expect(clippy::needless_pass_by_value, reason = "it is what an error is made of")]
fn failed(fault: Fault) -> Error {
    Error::UserFunctionError(format!("TSQL {}: {}", fault.number, fault.message).into())
}

fn orders(file: &Connection) -> Result<()> {
    file.create_collation("TSQL_DECIMAL", |left, right| numbers(left).cmp(&numbers(right)))?;
    file.create_collation("TSQL_INSTANT", |left, right| instant(left).cmp(&instant(right)))?;
    file.create_collation("TSQL_GUID", |left, right| octets_in_order(left).cmp(&octets_in_order(right)))?;
    file.create_collation("TSQL_TEXT", padded)
}

/// Comparable whatever the scale.
fn numbers(text: &str) -> (i128, i128) {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let fraction: i128 = format!("{fraction:0<38}").parse().unwrap_or_default();
    (whole.parse().unwrap_or_default(), sign * fraction)
}

fn instant(text: &str) -> i64 {
    Moment::parse(text).map_or(0, Moment::instant)
}

/// The last group counts most.
fn octets_in_order(text: &str) -> String {
    let groups: Vec<&str> = text.split('-').collect();
    let [first, second, third, fourth, last] = groups.as_slice() else { return text.to_owned() };
    let swapped = |group: &str| -> String {
        let octets: Vec<&str> = (0..group.len() / 2).rev().map(|at| &group[at * 2..at * 2 + 2]).collect();
        octets.concat()
    };
    [*last, *fourth, &swapped(third), &swapped(second), &swapped(first)].concat().to_ascii_uppercase()
}

/// By UTF-16 units, the shorter one with blanks at its end.
fn padded(left: &str, right: &str) -> Ordering {
    let (mut left, mut right) = (left.encode_utf16(), right.encode_utf16());
    loop {
        let blank = u16::from(b' ');
        match (left.next(), right.next()) {
            (None, None) => return Ordering::Equal,
            (one, other) => match one.unwrap_or(blank).cmp(&other.unwrap_or(blank)) {
                Ordering::Equal => {}
                unequal => return unequal,
            },
        }
    }
}

fn on_types(file: &Connection) -> Result<()> {
    let cast = |call: &Context<'_>| convert(call.get_raw(0), &of_type(call, 1)?, &of_type(call, 2)?).map_err(failed);
    file.create_scalar_function("tsql_cast", 3, FLAGS, cast)?;
    file.create_scalar_function("tsql_try_cast", 3, FLAGS, move |call| Ok(cast(call).unwrap_or(Held::Null)))?;
    file.create_scalar_function("tsql_calculate", 4, FLAGS, |call| {
        let operator: String = call.get(0)?;
        calculate(&operator, call.get_raw(1), call.get_raw(2), &of_type(call, 3)?).map_err(failed)
    })?;
    file.create_scalar_function("tsql_made", -1, FLAGS, |_| Ok(true))?;
    file.create_scalar_function("tsql_round", 3, FLAGS, |call| {
        let how: String = call.get(0)?;
        rounded(&how, call.get_raw(1), &of_type(call, 2)?).map_err(failed)
    })
}

fn of_type(call: &Context<'_>, at: usize) -> Result<Kind> {
    Ok(kind(&call.get::<String>(at)?))
}

/// The arguments, unless one of them is null.
fn texts(call: &Context<'_>) -> Option<Vec<String>> {
    (0..call.len()).map(|at| call.get::<Option<String>>(at).ok().flatten()).collect()
}

type OfText = fn(&[String]) -> Held;

fn on_text(file: &Connection) -> Result<()> {
    let plain: [(&str, i32, OfText); 7] = [
        ("tsql_lower", 1, |given| given[0].to_lowercase().into()),
        ("tsql_upper", 1, |given| given[0].to_uppercase().into()),
        ("tsql_reverse", 1, |given| strings::reversed(&given[0]).into()),
        ("tsql_patindex", 2, |given| strings::place_of_pattern(&given[0], &given[1]).into()),
        ("tsql_charindex", 2, |given| strings::place(&given[0], &given[1]).into()),
        ("tsql_like", 3, |given| i64::from(strings::is_like(&given[0], &given[1], given[2].chars().next())).into()),
        ("tsql_replace", 3, |given| strings::replaced(&given[0], &given[1], &given[2]).into()),
    ];
    for (name, arguments, of) in plain {
        file.create_scalar_function(name, arguments, FLAGS, move |call| Ok(texts(call).map(|given| of(&given))))?;
    }
    file.create_scalar_function("tsql_units", 1, FLAGS, |call| {
        Ok(call.get::<Option<String>>(0)?.map(|text| i64::try_from(text.encode_utf16().count()).unwrap()))
    })?;
    file.create_scalar_function("tsql_cut", 2, FLAGS, |call| {
        let length: usize = call.get::<i64>(1)?.try_into().unwrap();
        Ok(call.get::<Option<String>>(0)?.map(|text| units(&text, length)))
    })?;
    file.create_scalar_function("tsql_nchar", 1, FLAGS, |call| {
        let code: Option<u16> = call.get(0)?;
        Ok(code.map(|code| String::from_utf16_lossy(&[code])))
    })?;
    file.create_scalar_function("tsql_substring", 3, FLAGS, |call| {
        let given: (Option<String>, Option<i64>, Option<i64>) = (call.get(0)?, call.get(1)?, call.get(2)?);
        let (Some(text), Some(start), Some(length)) = given else { return Ok(None) };
        if length < 0 {
            return Err(failed(Fault::new(537, "Invalid length parameter passed to the LEFT or SUBSTRING function.")));
        }
        Ok(Some(strings::part(&text, start, length)))
    })
}

fn on_moments(file: &Connection) -> Result<()> {
    file.create_scalar_function("tsql_datepart", 2, FLAGS, |call| {
        let part: String = call.get(0)?;
        Ok(moment(call, 1)?.and_then(|moment| moment.part(&part)))
    })?;
    file.create_scalar_function("tsql_switchoffset", 2, FLAGS, |call| told(call, Moment::switched))?;
    file.create_scalar_function("tsql_todatetimeoffset", 2, FLAGS, |call| {
        told(call, |moment, offset| Moment { offset, ..moment })
    })
}

fn moment(call: &Context<'_>, at: usize) -> Result<Option<Moment>> {
    Ok(call.get::<Option<String>>(at)?.and_then(|text| Moment::parse(&text)))
}

/// A moment with another offset, in its canonical form.
fn told(call: &Context<'_>, how: impl Fn(Moment, i64) -> Moment) -> Result<Option<String>> {
    let invalid = || failed(Fault::new(9812, "The timezone provided to builtin function is invalid."));
    let Some((moment, zone)) = moment(call, 0)?.zip(call.get::<Option<String>>(1)?) else { return Ok(None) };
    let moment = how(moment, minutes(&zone).ok_or_else(invalid)?);
    if !moment.exists() {
        return Err(failed(Fault::new(517, "Adding a value to a column caused an overflow.")));
    }
    Ok(Some(format!("{} {}{}", moment.date(), moment.clock(), moment.zone())))
}

/// What a null or a number is in calculations.
pub(super) fn exact(value: Stored<'_>) -> Option<Exact> {
    match value {
        Stored::Integer(number) => Some(Exact { units: number.into(), scale: 0 }),
        Stored::Text(text) => Exact::parse(std::str::from_utf8(text).ok()?),
        _ => None,
    }
}

#[test]
fn orders_are_those_of_sql_server() {
    assert_eq!(padded("a", "a  "), Ordering::Equal);
    assert_eq!(padded("a\t", "a"), Ordering::Less);
    assert!(numbers("-0.5") < numbers("0") && numbers("10.00") == numbers("10") && numbers("9.9") < numbers("10"));
    assert!(
        octets_in_order("FF000000-0000-0000-0000-000000000000")
            < octets_in_order("00000000-0000-0000-0000-000000000001")
    );
    assert!(instant("2024-01-01 00:00:00.0000000+02:00") < instant("2024-01-01 00:00:00.0000000+00:00"));
}
