//! Calculations, as SQL Server does them: whole numbers stay whole, exact ones are cut to their scale, and what is too large is an error.

use rusqlite::types::{Value as Held, ValueRef as Stored};

use super::convert::{Exact, convert, overflow};
use super::functions::exact;
use super::kind::{Family, Kind, kind};
use crate::tds::Fault;

type Calculated = Result<Held, Fault>;

/// `left operator right`, both in canonical form, as a value of `result`.
pub(super) fn calculate(operator: &str, left: Stored<'_>, right: Stored<'_>, result: &Kind) -> Calculated {
    if left == Stored::Null || right == Stored::Null {
        return Ok(Held::Null);
    }
    match result.family() {
        Family::Integer => whole(operator, left, right, result),
        Family::Decimal => decimal(operator, left, right, result),
        _ => float(operator, left, right),
    }
}

fn by_zero() -> Fault {
    Fault::new(8134, "Divide by zero error encountered.")
}

fn whole(operator: &str, left: Stored<'_>, right: Stored<'_>, result: &Kind) -> Calculated {
    let (Stored::Integer(left), Stored::Integer(right)) = (left, right) else { return Err(overflow(&result.name)) };
    let found = match operator {
        "+" => left.checked_add(right),
        "-" => left.checked_sub(right),
        "*" => left.checked_mul(right),
        _ if right == 0 => return Err(by_zero()),
        "/" => left.checked_div(right),
        _ => left.checked_rem(right),
    };
    let found = found.ok_or_else(|| overflow(&result.name))?;
    convert(Stored::Integer(found), result, result)
}

fn decimal(operator: &str, left: Stored<'_>, right: Stored<'_>, result: &Kind) -> Calculated {
    let too_large = || overflow("numeric");
    let scale = u32::try_from(result.scale).unwrap();
    let (left, right) = exact(left).zip(exact(right)).ok_or_else(too_large)?;
    let both = || {
        let finer = left.scale.max(right.scale);
        left.with_scale(finer).zip(right.with_scale(finer)).map(|(one, other)| (one.units, other.units, finer))
    };
    let found = match operator {
        "+" => both().and_then(|(one, other, scale)| Some(Exact { units: one.checked_add(other)?, scale })),
        "-" => both().and_then(|(one, other, scale)| Some(Exact { units: one.checked_sub(other)?, scale })),
        "*" => left.units.checked_mul(right.units).map(|units| Exact { units, scale: left.scale + right.scale }),
        _ if right.units == 0 => return Err(by_zero()),
        // Cut, not rounded.
        "/" => left
            .with_scale(scale + right.scale)
            .map(|left| Exact { units: left.units / right.units, scale: left.scale - right.scale }),
        _ => both().map(|(one, other, scale)| Exact { units: one % other, scale }),
    };
    let found = found.ok_or_else(too_large)?.text();
    convert(Stored::Text(found.as_bytes()), &kind("decimal(38,0)"), result)
}

fn float(operator: &str, left: Stored<'_>, right: Stored<'_>) -> Calculated {
    let number = |value: Stored<'_>| match convert(value, &kind("float"), &kind("float"))? {
        Held::Real(number) => Ok(number),
        _ => Err(overflow("float")),
    };
    let (left, right) = (number(left)?, number(right)?);
    let found = match operator {
        "+" => left + right,
        "-" => left - right,
        "*" => left * right,
        _ if right == 0.0 => return Err(by_zero()),
        _ => left / right,
    };
    if found.is_finite() { Ok(Held::Real(found)) } else { Err(overflow("float")) }
}

/// `CEILING`, `FLOOR` and `ROUND(..., 0)`, as a value of `result`.
pub(super) fn rounded(how: &str, value: Stored<'_>, result: &Kind) -> Calculated {
    match value {
        Stored::Null => Ok(Held::Null),
        Stored::Real(number) => Ok(Held::Real(match how {
            "CEILING" => number.ceil(),
            "FLOOR" => number.floor(),
            _ => number.round(),
        })),
        value => {
            let number = exact(value).ok_or_else(|| overflow(&result.name))?;
            let whole = number.truncated();
            let rest = number.units - whole * 10_i128.pow(number.scale);
            let whole = match how {
                "CEILING" => whole + i128::from(rest > 0),
                "FLOOR" => whole - i128::from(rest < 0),
                _ => number.with_scale(0).ok_or_else(|| overflow(&result.name))?.units,
            };
            convert(Stored::Text(whole.to_string().as_bytes()), &kind("decimal(38,0)"), result)
        }
    }
}

#[test]
fn numbers_are_calculated_with_as_sql_server_does() {
    let text = |text: &'static str| Stored::Text(text.as_bytes());
    let of = |operator: &str, left, right, result: &str| {
        calculate(operator, left, right, &kind(result)).map_err(|fault| fault.number)
    };
    let whole = Stored::Integer;
    assert_eq!(of("/", whole(-7), whole(2), "int"), Ok(Held::Integer(-3)));
    assert_eq!(of("*", whole(65_536), whole(65_536), "int"), Err(8115));
    assert_eq!(of("/", text("2"), text("3"), "decimal(7,6)"), Ok(Held::Text("0.666666".to_owned())));
    assert_eq!(of("%", text("-7.5"), text("2"), "decimal(2,1)"), Ok(Held::Text("-1.5".to_owned())));
    assert_eq!(of("/", text("1"), whole(0), "decimal(7,6)"), Err(8134));
    let round = |how, value, result: &str| rounded(how, value, &kind(result)).map_err(|fault| fault.number);
    assert_eq!(round("ROUND", text("99.50"), "decimal(4,2)"), Err(8115));
    assert_eq!(round("ROUND", text("99.50"), "decimal(6,2)"), Ok(Held::Text("100.00".to_owned())));
    assert_eq!(round("FLOOR", text("-0.5"), "decimal(1,0)"), Ok(Held::Text("-1".to_owned())));
}
