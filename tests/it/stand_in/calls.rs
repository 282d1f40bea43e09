//! T-SQL's functions -> SQLite's, or those that `functions` gives it.

use super::kind::{Family, Kind, casts, joined, kind};
use super::scope::{Scope, Typed, Uses};
use super::token::{Token, listed, unexpected};
use super::translate::{comparable, converted, typed_as, value_of, values};
use crate::tds::Fault;

type Found = Result<Typed, Fault>;

/// What text without `max` can hold.
const LONGEST: i64 = 4000;

/// `name(inside)`; `all` is where that begins.
pub(super) fn call(scope: &Scope<'_>, name: &str, inside: &[Token], all: &[Token]) -> Found {
    let name = name.to_ascii_uppercase();
    match name.as_str() {
        "CAST" | "TRY_CAST" => return cast(scope, &name, inside),
        "DATEPART" => return date_part(scope, inside),
        "COUNT" | "COUNT_BIG" | "MIN" | "MAX" => return aggregate(scope, &name, inside),
        _ => {}
    }
    let given = values(scope, inside)?;
    let uses = Uses::of(&given);
    let typed = |sql: String, kind: Kind| Ok(Typed { sql, kind, uses });
    match (name.as_str(), given.as_slice()) {
        ("NULLIF", [value, other]) => null_if(value, other),
        ("DATALENGTH", [of]) => octets(of),
        ("LOWER" | "REVERSE" | "UPPER", [text]) => {
            wants(Family::Text, text, 1, &name)?;
            typed(format!("tsql_{}({})", name.to_lowercase(), text.sql), text.kind.clone())
        }
        ("REPLACE", [text, from, to]) => {
            all_want(Family::Text, &given, &name)?;
            let replaced = format!("tsql_replace({}, {}, {})", text.sql, from.sql, to.sql);
            if text.kind.length.is_none() {
                return typed(replaced, text.kind.clone());
            }
            typed(format!("tsql_cut({replaced}, {LONGEST})"), kind("nvarchar(4000)"))
        }
        ("CHARINDEX", [part, text]) => {
            all_want(Family::Text, &given, &name)?;
            let result = if text.kind.length.is_none() { "bigint" } else { "int" };
            typed(format!("tsql_charindex({}, {})", part.sql, text.sql), kind(result))
        }
        ("PATINDEX", [pattern, text]) => {
            all_want(Family::Text, &given, &name)?;
            let result = if text.kind.length.is_none() { "bigint" } else { "int" };
            typed(format!("tsql_patindex({}, {})", pattern.sql, text.sql), kind(result))
        }
        ("SUBSTRING", [text, start, length]) => {
            wants(Family::Text, text, 1, &name)?;
            wants(Family::Integer, start, 2, &name)?;
            wants(Family::Integer, length, 3, &name)?;
            typed(format!("tsql_substring({}, {}, {})", text.sql, start.sql, length.sql), text.kind.clone())
        }
        ("NCHAR", [code]) => {
            wants(Family::Integer, code, 1, &name)?;
            typed(format!("tsql_nchar({})", code.sql), kind("nchar(1)"))
        }
        ("SWITCHOFFSET", [moment, zone]) => {
            wants(Family::Instant, moment, 1, &name)?;
            wants(Family::Text, zone, 2, &name)?;
            typed(format!("tsql_switchoffset({}, {})", moment.sql, zone.sql), moment.kind.clone())
        }
        ("TODATETIMEOFFSET", [moment, zone]) if moment.kind.name == "datetime2" => {
            wants(Family::Text, zone, 2, &name)?;
            let result = kind(&format!("datetimeoffset({})", moment.kind.scale));
            typed(format!("tsql_todatetimeoffset({}, {})", moment.sql, zone.sql), result)
        }
        ("CEILING" | "FLOOR", [number]) => rounded(&name, number, uses),
        ("ROUND", [number, digits]) if digits.sql == "0" => rounded(&name, number, uses),
        _ => Err(unexpected(all)),
    }
}

/// Error 8116, unless the argument is of `family`.
pub(super) fn wants(family: Family, argument: &Typed, number: usize, function: &str) -> Result<(), Fault> {
    if argument.kind.family() == family {
        return Ok(());
    }
    let name = if argument.kind.family() == Family::Null { "NULL" } else { &argument.kind.name };
    let message = format!("Argument data type {name} is invalid for argument {number} of {function} function.");
    Err(Fault::new(8116, &message))
}

fn all_want(family: Family, given: &[Typed], function: &str) -> Result<(), Fault> {
    (1..).zip(given).try_for_each(|(number, argument)| wants(family, argument, number, function))
}

fn cast(scope: &Scope<'_>, name: &str, inside: &[Token]) -> Found {
    let (value, to) = typed_as(inside)?;
    let value = value_of(scope, value)?;
    if !casts(&value.kind, &to) {
        let message = format!("Explicit conversion from data type {} to {} is not allowed.", value.kind.name, to.name);
        return Err(Fault::new(529, &message));
    }
    let sql = match value.kind.family() {
        Family::Null => "NULL".to_owned(),
        Family::Text if holds(&to, &value.kind) => value.sql,
        _ => format!("tsql_{}({}, {}, {})", name.to_lowercase(), value.sql, value.kind.said(), to.said()),
    };
    Ok(Typed { sql, kind: to, uses: value.uses })
}

/// Whether every text of `kind` is one of `to` as it is.
fn holds(to: &Kind, kind: &Kind) -> bool {
    to.family() == Family::Text && to.length.is_none_or(|longest| kind.length.is_some_and(|length| length <= longest))
}

fn date_part(scope: &Scope<'_>, inside: &[Token]) -> Found {
    let parts = listed(inside);
    let [[Token::Word(part)], value] = parts.as_slice() else { return Err(unexpected(inside)) };
    let value = value_of(scope, value)?;
    let known = match part.as_str() {
        "year" | "month" | "day" => [Family::Date, Family::Moment, Family::Instant],
        "hour" | "minute" | "second" | "nanosecond" => [Family::Time, Family::Moment, Family::Instant],
        "tzoffset" => [Family::Instant; 3],
        _ => return Err(unexpected(inside)),
    };
    if !known.contains(&value.kind.family()) {
        let name = &value.kind.name;
        let message = format!("The datepart {part} is not supported by date function datepart for data type {name}.");
        return Err(Fault::new(9810, &message));
    }
    Ok(Typed { sql: format!("tsql_datepart('{part}', {})", value.sql), kind: kind("int"), uses: value.uses })
}

/// The first value, in its own type.
fn null_if(value: &Typed, other: &Typed) -> Found {
    if value.kind.family() == Family::Null {
        let message = "The type of the first argument to NULLIF cannot be the NULL constant.";
        return Err(Fault::new(4151, message));
    }
    let common = joined(&value.kind, &other.kind)?;
    let (left, right) = (comparable(value, &common), comparable(other, &common));
    let sql = format!("(CASE WHEN {left}{} = {right} THEN NULL ELSE {} END)", common.collation(), value.sql);
    Ok(Typed { sql, kind: value.kind.clone(), uses: value.uses.and(other.uses) })
}

/// Two for each unit of UTF-16; in a code page, one for each character that the tests have.
fn octets(of: &Typed) -> Found {
    let sql = match (of.kind.family(), of.kind.name.as_str()) {
        (Family::Text, "nchar" | "nvarchar") => format!("(2 * tsql_units({}))", of.sql),
        (Family::Text | Family::Binary, _) => format!("length({})", of.sql),
        _ => return Err(Fault::new(102, "The stand-in knows DATALENGTH of text and of octets only.")),
    };
    Ok(Typed { sql, kind: kind(if of.kind.length.is_none() { "bigint" } else { "int" }), uses: of.uses })
}

fn rounded(name: &str, number: &Typed, uses: Uses) -> Found {
    let kind = match (number.kind.family(), name) {
        (Family::Float | Family::Integer, _) | (Family::Decimal, "ROUND") => number.kind.clone(),
        (Family::Decimal, _) => kind(&format!("decimal({},0)", number.kind.precision)),
        _ => return wants(Family::Decimal, number, 1, name).map(|()| number.clone()),
    };
    Ok(Typed { sql: format!("tsql_round('{name}', {}, {})", number.sql, kind.said()), kind, uses })
}

/// What follows the rules for the columns of an aggregate: its own rows' only, and nothing that is itself a query.
fn aggregate(scope: &Scope<'_>, name: &str, inside: &[Token]) -> Found {
    let uses = Uses { aggregate: true, ..Uses::default() };
    let count = kind(if name == "COUNT_BIG" { "bigint" } else { "int" });
    if let [all] = inside
        && all.is_symbol("*")
        && name.starts_with("COUNT")
    {
        return Ok(Typed { sql: "count(*)".to_owned(), kind: count, uses });
    }
    let value = value_of(scope, inside)?;
    let own = value.uses.columns & 1 == 1;
    let (number, message) = match value.uses {
        Uses { aggregate: true, .. } | Uses { subquery: true, .. } => {
            (130, "Cannot perform an aggregate function on an expression containing an aggregate or a subquery.")
        }
        Uses { columns, .. } if own && columns != 1 => {
            (8124, "Multiple columns are specified in an aggregated expression containing an outer reference.")
        }
        Uses { columns, .. } if !own && columns > 1 => (147, "An aggregate of an outer reference may not stand here."),
        _ if value.kind.name == "bit" => (8117, "Operand data type bit is invalid for the aggregate."),
        _ if value.kind.family() == Family::Null => (8117, "Operand data type NULL is invalid for the aggregate."),
        _ if name.starts_with("COUNT") => {
            return Ok(Typed { sql: format!("count({})", value.sql), kind: count, uses });
        }
        _ => {
            let sql = format!("{}({}{})", name.to_lowercase(), value.sql, value.kind.collation());
            return Ok(Typed { sql, kind: value.kind, uses });
        }
    };
    Err(Fault::new(number, message))
}

/// Cut without a word where neither is `max`.
pub(super) fn concatenation(left: &Typed, right: &Typed) -> Typed {
    let national = [left, right].iter().any(|part| part.kind.name.starts_with('n'));
    let name = if national { "nvarchar" } else { "varchar" };
    let length = |part: &Typed| if part.kind.family() == Family::Null { Some(1) } else { part.kind.length };
    let joined = format!("({} || {})", converted(left, &left.kind), right.sql);
    let uses = left.uses.and(right.uses);
    match length(left).zip(length(right)) {
        None => Typed { sql: joined, kind: kind(&format!("{name}(max)")), uses },
        Some((one, other)) => {
            let length = (one + other).min(LONGEST);
            Typed { sql: format!("tsql_cut({joined}, {length})"), kind: kind(&format!("{name}({length})")), uses }
        }
    }
}
