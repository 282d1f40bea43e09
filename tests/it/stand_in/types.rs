//! A declared type -> what `sys.columns` says of it, and how its values travel.

use rusqlite::types::ValueRef as Stored;

use super::time::{days, moment, ticks};
use crate::tds::{Length, Type, Value};

/// A type as a table declares it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Declared {
    /// In lower case.
    pub(super) name: String,
    /// `None` stands for `max`.
    pub(super) length: Option<i64>,
    pub(super) precision: i64,
    pub(super) scale: i64,
}

const LONGEST: i64 = -1;

impl Declared {
    /// `VARCHAR(20)`, `decimal(10,2)`, `INTEGER` ...
    pub(super) fn parse(text: &str) -> Self {
        let text = text.to_ascii_lowercase();
        let (name, rest) = text.split_once('(').unwrap_or((&text, ""));
        let numbers: Vec<Option<i64>> = rest
            .trim_end_matches(')')
            .split(',')
            .filter(|part| !part.is_empty())
            .map(|part| part.trim().parse().ok())
            .collect();
        let number = |at: usize, default: i64| numbers.get(at).copied().flatten().unwrap_or(default);
        let name = match name.trim() {
            "integer" => "int",
            other => other,
        };
        let (precision, scale) = match name {
            "decimal" | "numeric" => (number(0, 18), number(1, 0)),
            "datetime2" | "datetimeoffset" | "time" => (0, number(0, 7)),
            _ => (0, 0),
        };
        Self {
            name: name.to_owned(),
            length: numbers.first().copied().unwrap_or(Some(1)).filter(|length| *length > 0),
            precision,
            scale,
        }
    }

    pub(super) fn is_text(&self) -> bool {
        matches!(self.name.as_str(), "char" | "varchar" | "nchar" | "nvarchar")
    }

    /// `sys.columns.max_length`.
    pub(super) fn octets(&self) -> i64 {
        let each = if self.name.starts_with('n') && self.is_text() { 2 } else { 1 };
        match self.name.as_str() {
            "char" | "varchar" | "nchar" | "nvarchar" | "binary" | "varbinary" => {
                self.length.map_or(LONGEST, |length| length * each)
            }
            _ => 8,
        }
    }

    /// How it travels when it is selected as the gateway selects it.
    pub(super) fn wire(&self) -> Type {
        let scale = u8::try_from(self.scale).unwrap();
        let precision = u8::try_from(self.precision).unwrap();
        match self.name.as_str() {
            "bit" => Type::Bit,
            "tinyint" => Type::TinyInt,
            "smallint" => Type::SmallInt,
            "int" => Type::Int,
            "bigint" => Type::BigInt,
            "real" => Type::Real,
            "float" => Type::Float,
            "decimal" | "numeric" => Type::Decimal { precision, scale },
            "money" => Type::Decimal { precision: 19, scale: 4 },
            "date" => Type::Date,
            "time" => Type::Time(scale),
            "datetime" => Type::DateTime,
            "datetime2" => Type::DateTime2(scale),
            "datetimeoffset" => Type::DateTimeOffset(scale),
            "uniqueidentifier" => Type::UniqueIdentifier,
            "varbinary" => Type::VarBinary(Length::Max),
            name if self.is_text() => match (name, self.length) {
                (_, Some(length)) if length <= 4000 => Type::NVarChar(Length::Limited(u16::try_from(length).unwrap())),
                _ => Type::NVarChar(Length::Max),
            },
            other => panic!("the stand-in has no {other}"),
        }
    }

    /// A stored value on its way.
    #[expect(clippy::cast_precision_loss, reason = "whole numbers of tests are small")]
    pub(super) fn value(&self, stored: Stored<'_>) -> Value {
        let text = || stored.as_str().unwrap_or_else(|_| panic!("{stored:?} in a {}", self.name));
        match (self.name.as_str(), stored) {
            (_, Stored::Null) => Value::Null,
            ("bit", Stored::Integer(number)) => Value::Bit(number != 0),
            ("tinyint" | "smallint" | "int" | "bigint", Stored::Integer(number)) => Value::Int(number),
            ("float", Stored::Real(number)) => Value::Float(number),
            ("float", Stored::Integer(number)) => Value::Float(number as f64),
            #[expect(clippy::cast_possible_truncation, reason = "it is what the type has room for")]
            ("real", Stored::Real(number)) => Value::Real(number as f32),
            ("decimal" | "numeric" | "money", stored) => Value::Decimal(unscaled(stored, &self.wire())),
            ("date", _) => Value::Date(days(text())),
            ("time", _) => Value::Time(ticks(text(), self.scale)),
            ("datetime2", _) => {
                let (day, time, _) = moment(text(), self.scale);
                Value::DateTime2(day, time)
            }
            ("datetime", _) => {
                let (day, time, _) = moment(text(), 3);
                Value::DateTime(i32::try_from(day).unwrap() - 693_595, u32::try_from((time * 3 + 5) / 10).unwrap())
            }
            ("datetimeoffset", _) => {
                let (day, time, offset) = moment(text(), self.scale);
                Value::DateTimeOffset(day, time, offset)
            }
            ("uniqueidentifier", _) => Value::Guid(u128::from_str_radix(&text().replace('-', ""), 16).unwrap()),
            ("varbinary", Stored::Blob(octets)) => Value::Bytes(octets.to_vec()),
            (_, Stored::Text(_)) => Value::Text(text().to_owned()),
            (name, stored) => panic!("{stored:?} in a {name}"),
        }
    }
}

/// A decimal as SQLite keeps it, in units of the type's scale.
fn unscaled(stored: Stored<'_>, kind: &Type) -> i128 {
    let &Type::Decimal { scale, .. } = kind else { unreachable!("only decimals are asked for") };
    let text = match stored {
        Stored::Integer(number) => number.to_string(),
        Stored::Real(number) => format!("{number:.*}", usize::from(scale)),
        other => other.as_str().unwrap().to_owned(),
    };
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    format!("{whole}{fraction:0<width$}", width = usize::from(scale)).parse().unwrap()
}
