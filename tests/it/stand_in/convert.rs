//! `CAST`: a value in the canonical form of one type -> the same in that of another, or the error of SQL Server.
//!
//! Canonical in SQLite are whole numbers and floats as they are, exact numbers as text with all digits of their scale, GUIDs in capitals,
//! and times as `moment` has them.

use rusqlite::types::{Value as Held, ValueRef as Stored};

use super::kind::{Family, Kind};
use super::moment::Moment;
use crate::tds::Fault;

/// Units of a number's scale, and the scale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Exact {
    pub(super) units: i128,
    pub(super) scale: u32,
}

impl Exact {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (whole, fraction) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
        let digits = whole.trim_start_matches(['-', '+']);
        let valid = !(digits.is_empty() && fraction.is_empty())
            && digits.bytes().chain(fraction.bytes()).all(|digit| digit.is_ascii_digit());
        let units = if valid { format!("{whole}{fraction}").parse().ok()? } else { return None };
        Some(Self { units, scale: u32::try_from(fraction.len()).ok()? })
    }

    /// With so many digits behind the point, rounded away from zero; none where that is too long.
    pub(super) fn with_scale(self, scale: u32) -> Option<Self> {
        let units = if scale >= self.scale {
            self.units.checked_mul(10_i128.checked_pow(scale - self.scale)?)?
        } else {
            let unit = 10_i128.checked_pow(self.scale - scale)?;
            (self.units.checked_add(self.units.signum() * unit / 2)?) / unit
        };
        Some(Self { units, scale })
    }

    /// The whole number before the point.
    pub(super) fn truncated(self) -> i128 {
        10_i128.checked_pow(self.scale).map_or(0, |unit| self.units / unit)
    }

    pub(super) fn text(self) -> String {
        let width = self.scale as usize + 1;
        let digits = format!("{:0width$}", self.units.unsigned_abs());
        let (whole, fraction) = digits.split_at(digits.len() - self.scale as usize);
        let sign = if self.units < 0 { "-" } else { "" };
        if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
    }
}

type Converted = Result<Held, Fault>;

/// `value`, which is in some stored form of `from`, as `to`.
pub(super) fn convert(value: Stored<'_>, from: &Kind, to: &Kind) -> Converted {
    if value == Stored::Null {
        return Ok(Held::Null);
    }
    match to.family() {
        Family::Integer => integer(value, from, to),
        Family::Decimal => exact(value, to),
        Family::Float => float(value, from, to),
        Family::Text => text(value, to),
        Family::Guid => guid(value),
        Family::Binary => {
            Ok(Held::Blob(value.as_blob().map_err(|_| fault(8114, "Error converting data type."))?.to_vec()))
        }
        Family::Date | Family::Time | Family::Moment | Family::Instant => temporal(value, to),
        Family::Null => Ok(Held::Null),
    }
}

fn fault(number: u32, message: &str) -> Fault {
    Fault::new(number, message)
}

pub(super) fn overflow(to: &str) -> Fault {
    fault(8115, &format!("Arithmetic overflow error converting expression to data type {to}."))
}

fn of_text(value: Stored<'_>) -> Result<&str, Fault> {
    value.as_str().map_err(|_| fault(8114, "Error converting data type."))
}

fn integer(value: Stored<'_>, from: &Kind, to: &Kind) -> Converted {
    let number = match value {
        Stored::Integer(number) => i128::from(number),
        #[expect(clippy::cast_possible_truncation, reason = "as casts do; the range is checked below")]
        Stored::Real(number) => number as i128,
        _ if from.family() == Family::Decimal => {
            Exact::parse(of_text(value)?).ok_or_else(|| overflow(&to.name))?.truncated()
        }
        _ => {
            let message =
                format!("Conversion failed when converting the {} value to data type {}.", from.name, to.name);
            of_text(value)?.trim().parse().map_err(|_| fault(245, &message))?
        }
    };
    let range = match to.name.as_str() {
        "bit" => return Ok(Held::Integer((number != 0).into())),
        "tinyint" => 0..=255,
        "smallint" => i128::from(i16::MIN)..=i128::from(i16::MAX),
        "int" => i128::from(i32::MIN)..=i128::from(i32::MAX),
        _ => i128::from(i64::MIN)..=i128::from(i64::MAX),
    };
    i64::try_from(number).ok().filter(|_| range.contains(&number)).map(Held::Integer).ok_or_else(|| overflow(&to.name))
}

fn exact(value: Stored<'_>, to: &Kind) -> Converted {
    let (scale, precision) = match to.name.as_str() {
        "money" => (4, 19),
        "smallmoney" => (4, 10),
        _ => (u32::try_from(to.scale).unwrap(), u32::try_from(to.precision).unwrap()),
    };
    let number = match value {
        Stored::Integer(number) => Some(Exact { units: number.into(), scale: 0 }),
        Stored::Real(number) => Exact::parse(&format!("{number:.*}", scale as usize)),
        _ => Some(
            Exact::parse(of_text(value)?)
                .ok_or_else(|| fault(8114, "Error converting data type nvarchar to numeric."))?,
        ),
    };
    let number = number.and_then(|number| number.with_scale(scale)).ok_or_else(|| overflow(&to.name))?;
    let fits = 10_u128.checked_pow(precision).is_none_or(|bound| number.units.unsigned_abs() < bound);
    if fits { Ok(Held::Text(number.text())) } else { Err(overflow(&to.name)) }
}

#[expect(clippy::cast_precision_loss, reason = "as casts do")]
/// Of half the width where one of the types is.
fn float(value: Stored<'_>, from: &Kind, to: &Kind) -> Converted {
    let number = match value {
        Stored::Integer(number) => number as f64,
        Stored::Real(number) => number,
        _ => {
            of_text(value)?.trim().parse().map_err(|_| fault(8114, "Error converting data type nvarchar to float."))?
        }
    };
    #[expect(clippy::cast_possible_truncation, reason = "it is what the type has room for")]
    let half = || f64::from(number as f32);
    Ok(Held::Real(if [from, to].iter().any(|kind| kind.name == "real") { half() } else { number }))
}

/// Cut without a word, as `CAST` does.
fn text(value: Stored<'_>, to: &Kind) -> Converted {
    let text = match value {
        Stored::Integer(number) => number.to_string(),
        value => of_text(value)?.to_owned(),
    };
    Ok(Held::Text(match to.length {
        Some(length) => units(&text, usize::try_from(length).unwrap()),
        None => text,
    }))
}

/// The first units of UTF-16.
pub(super) fn units(text: &str, length: usize) -> String {
    String::from_utf16_lossy(&text.encode_utf16().take(length).collect::<Vec<_>>())
}

fn guid(value: Stored<'_>) -> Converted {
    let text = of_text(value)?.to_ascii_uppercase();
    let digits = text.bytes().filter(u8::is_ascii_hexdigit).count();
    let valid = text.len() == 36 && digits == 32 && [8, 13, 18, 23].iter().all(|&at| text.as_bytes()[at] == b'-');
    if valid {
        Ok(Held::Text(text))
    } else {
        Err(fault(8169, "Conversion failed when converting to uniqueidentifier."))
    }
}

fn temporal(value: Stored<'_>, to: &Kind) -> Converted {
    let failed = || fault(241, "Conversion failed when converting date and/or time from character string.");
    let moment = Moment::parse(of_text(value)?).filter(|moment| moment.exists()).ok_or_else(failed)?;
    let moment = match to.name.as_str() {
        "datetime" => moment.in_three_hundredths(),
        "smalldatetime" => moment.in_minutes(),
        "date" => moment,
        _ => moment.rounded(to.scale),
    };
    let date = moment.date();
    let in_range = match to.name.as_str() {
        "datetime" => date.as_str() >= "1753-01-01",
        "smalldatetime" => ("1900-01-01"..="2079-06-06").contains(&date.as_str()),
        _ => moment.exists(),
    };
    if !in_range {
        return Err(fault(242, &format!("The conversion to {} resulted in an out-of-range value.", to.name)));
    }
    Ok(Held::Text(match to.family() {
        Family::Date => moment.date(),
        Family::Time => moment.clock(),
        Family::Moment => format!("{} {}", moment.date(), moment.clock()),
        _ => format!("{} {}{}", moment.date(), moment.clock(), moment.zone()),
    }))
}

#[test]
fn values_are_converted_as_casts_do() {
    use super::kind::kind;
    let of = |text: &str, from: &str, to: &str| convert(Stored::Text(text.as_bytes()), &kind(from), &kind(to));
    for (text, from, to, expected) in [
        ("0.126", "nvarchar(9)", "decimal(3,2)", Ok("0.13")),
        ("-0.5", "nvarchar(9)", "decimal(1,0)", Ok("-1")),
        ("1000", "nvarchar(9)", "decimal(3,0)", Err(8115)),
        ("none", "nvarchar(9)", "decimal(3,0)", Err(8114)),
        ("abc", "nvarchar(9)", "nvarchar(2)", Ok("ab")),
        ("2024-02-29T08:30:00+02:00", "nvarchar(40)", "datetimeoffset(7)", Ok("2024-02-29 08:30:00.0000000+02:00")),
        ("2024-02-29 08:30:00.0000000+02:00", "datetimeoffset(7)", "date", Ok("2024-02-29")),
        ("2024-02-29", "date", "datetime2(7)", Ok("2024-02-29 00:00:00.0000000")),
        ("1752-12-31", "date", "datetime", Err(242)),
        ("2024-02-30", "nvarchar(10)", "date", Err(241)),
        (
            "6f9619ff-8b86-d011-b42d-00cf4fc964ff",
            "nvarchar(40)",
            "uniqueidentifier",
            Ok("6F9619FF-8B86-D011-B42D-00CF4FC964FF"),
        ),
    ] {
        let found = of(text, from, to).map_err(|fault| fault.number);
        assert_eq!(found, expected.map(|text| Held::Text(text.to_owned())), "{text} as {to}");
    }
    assert_eq!(of("7.9", "decimal(2,1)", "int"), Ok(Held::Integer(7)));
    assert_eq!(of("300", "nvarchar(3)", "tinyint").map_err(|fault| fault.number), Err(8115));
}
