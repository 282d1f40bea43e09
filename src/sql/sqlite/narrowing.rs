//! Comparisons with constants -> conditions on the column itself, which an index can serve.
//!
//! Each follows from its comparison, for every form in which a value may be stored; none of them is the comparison.

use super::candidates::candidates;
use crate::edm::{EdmType, Property, Value, instant};
use crate::plan::Comparison;
use crate::sql::statement::{Builder, Param};

/// Of a comparison of a property with a constant.
pub(super) fn comparison(
    build: &mut Builder<'_>,
    property: &Property,
    column: &str,
    comparison: Comparison,
    constant: &Value,
) -> Option<String> {
    match (property.ty, constant) {
        (EdmType::Byte | EdmType::Int16 | EdmType::Int32 | EdmType::Int64 | EdmType::Double, _) => {
            let parameter = number(build, constant)?;
            ordering(comparison).map(|operator| format!("{column} {operator} {parameter}"))
        }
        (EdmType::Decimal { digits }, _) if !keeps_text(property) => {
            decimals(build, column, comparison, decimal(constant)?, digits)
        }
        (EdmType::String { .. }, Value::Text(_)) if has_text_affinity(property) => {
            let parameter = build.param(Param::Value(constant.clone()));
            ordering(comparison).map(|operator| format!("{column} COLLATE BINARY {operator} {parameter}"))
        }
        (EdmType::Date, Value::Text(day)) => days(build, column, comparison, day, 0, 1),
        // The day as it is stored may be the one before or behind that of UTC.
        (EdmType::DateTimeOffset { .. }, Value::Text(moment)) => {
            days(build, column, comparison, &utc_day(moment)?, 1, 2)
        }
        (EdmType::Guid, Value::Text(_)) if comparison == Comparison::Eq => {
            Some(forms(build, property, column, &[constant]))
        }
        _ => None,
    }
}

/// Of a property being one of `constants`.
pub(super) fn list(build: &mut Builder<'_>, property: &Property, column: &str, constants: &[&Value]) -> Option<String> {
    match property.ty {
        EdmType::Byte | EdmType::Int16 | EdmType::Int32 | EdmType::Int64 | EdmType::Guid => {
            Some(forms(build, property, column, constants))
        }
        EdmType::String { .. } if has_text_affinity(property) => {
            let list = parameters(build, constants.iter().map(|&constant| constant.clone()));
            Some(format!("{column} COLLATE BINARY IN ({list})"))
        }
        _ => None,
    }
}

/// Of a property's text beginning with `text`.
pub(super) fn beginning(build: &mut Builder<'_>, property: &Property, column: &str, text: &str) -> Option<String> {
    if !has_text_affinity(property) {
        return None;
    }
    let from = build.param(Param::Value(Value::Text(text.to_owned())));
    let lower = format!("{column} COLLATE BINARY >= {from}");
    let Some(behind) = behind(text) else { return Some(lower) };
    let to = build.param(Param::Value(Value::Text(behind)));
    Some(format!("{lower} AND {column} COLLATE BINARY < {to}"))
}

fn number(build: &mut Builder<'_>, constant: &Value) -> Option<String> {
    match constant {
        Value::Integer(_) | Value::Real(_) => Some(build.param(Param::Value(constant.clone()))),
        Value::Text(_) => decimal(constant).map(|number| build.param(Param::Value(Value::Real(number)))),
        _ => None,
    }
}

fn decimal(constant: &Value) -> Option<f64> {
    match constant {
        #[expect(clippy::cast_precision_loss, reason = "decimals are doubles here")]
        Value::Integer(number) => Some(*number as f64),
        Value::Real(number) => Some(*number),
        Value::Text(text) => text.parse().ok(),
        _ => None,
    }
}

/// No index helps to find what is different.
fn ordering(comparison: Comparison) -> Option<&'static str> {
    match comparison {
        Comparison::Eq => Some("="),
        Comparison::Ge => Some(">="),
        Comparison::Gt => Some(">"),
        Comparison::Le => Some("<="),
        Comparison::Lt => Some("<"),
        Comparison::Ne => None,
    }
}

/// What is stored may differ from the decimal that it stands for by half a unit of its last digit. SQLite keeps every decimal as a
/// number, however many digits it was written with, unless the column is declared to be of text too.
fn decimals(
    build: &mut Builder<'_>,
    column: &str,
    comparison: Comparison,
    number: f64,
    digits: Option<(u8, u8)>,
) -> Option<String> {
    let unit = digits.map_or(0.0, |(_, scale)| 10_f64.powi(-i32::from(scale)));
    let mut bound = |number: f64| build.param(Param::Value(Value::Real(number)));
    match comparison {
        Comparison::Eq => {
            let (low, high) = (bound(number - unit), bound(number + unit));
            Some(format!("{column} BETWEEN {low} AND {high}"))
        }
        Comparison::Ge | Comparison::Gt => Some(format!("{column} >= {}", bound(number - unit))),
        Comparison::Le | Comparison::Lt => Some(format!("{column} <= {}", bound(number + unit))),
        Comparison::Ne => None,
    }
}

/// Dates are stored as text that begins with them, so their order is that of the days, which may be stored as `before` days earlier
/// and less than `behind` days later.
fn days(
    build: &mut Builder<'_>,
    column: &str,
    comparison: Comparison,
    day: &str,
    before: i64,
    behind: i64,
) -> Option<String> {
    let mut bound = |days: i64| crate::edm::day_after(day, days).map(|day| build.param(Param::Value(Value::Text(day))));
    let column = format!("{column} COLLATE BINARY");
    match comparison {
        Comparison::Eq => Some(format!("{column} >= {} AND {column} < {}", bound(-before)?, bound(behind)?)),
        Comparison::Ge | Comparison::Gt => Some(format!("{column} >= {}", bound(-before)?)),
        Comparison::Le | Comparison::Lt => Some(format!("{column} < {}", bound(behind)?)),
        Comparison::Ne => None,
    }
}

fn utc_day(moment: &str) -> Option<String> {
    crate::edm::day_of(instant(moment)?)
}

/// Any of the forms in which a value may be stored.
fn forms(build: &mut Builder<'_>, property: &Property, column: &str, constants: &[&Value]) -> String {
    let forms = constants.iter().flat_map(|constant| candidates(property.ty, constant));
    let list = parameters(build, forms);
    format!("{column} IN ({list})")
}

fn parameters(build: &mut Builder<'_>, values: impl Iterator<Item = Value>) -> String {
    values.map(|value| build.param(Param::Value(value))).collect::<Vec<_>>().join(", ")
}

/// Whether a number that is written to the column as text stays text.
fn keeps_text(property: &Property) -> bool {
    let declared = property.declared.to_ascii_uppercase();
    has_text_affinity(property) || (declared.contains("BLOB") && !declared.contains("INT"))
}

/// Whether SQLite keeps whatever is written to the column as text (its "type affinity").
fn has_text_affinity(property: &Property) -> bool {
    let declared = property.declared.to_ascii_uppercase();
    !declared.contains("INT") && ["CHAR", "CLOB", "TEXT"].iter().any(|part| declared.contains(part))
}

/// A text behind all that begin with `text`, in the order of the octets of UTF-8 and of UTF-16 too, in which a file may keep text.
/// There the low octet may come first; so a character whose low octet cannot grow is left out.
fn behind(text: &str) -> Option<String> {
    let mut characters: Vec<char> = text.chars().collect();
    while let Some(last) = characters.pop() {
        let last = u32::from(last);
        if last & 0xFF != 0xFF
            && let Some(next) = char::from_u32(last + 1)
        {
            characters.push(next);
            return Some(characters.into_iter().collect());
        }
    }
    None
}
