//! A column and a value of every kind that has a way of its own from the wire to JSON.

use crate::tds::{Column, Length, Type, Value};

/// A kind of column.
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    /// Its type in a SQLite file, from which the catalog is taken.
    pub(crate) in_file: &'static str,
    /// Its type in SQL Server.
    pub(crate) declared: &'static str,
    wire: Type,
    value: fn(u32) -> Value,
}

const fn kind(name: &'static str, declared: &'static str, wire: Type, value: fn(u32) -> Value) -> Kind {
    Kind { name, in_file: "TEXT", declared, wire, value }
}

pub(crate) const KINDS: [Kind; 16] = [
    Kind { in_file: "INTEGER PRIMARY KEY", ..kind("Id", "bigint", Type::BigInt, |number| Value::Int(number.into())) },
    kind("Guid", "uniqueidentifier", Type::UniqueIdentifier, |number| Value::Guid(u128::from(number) << 90)),
    kind("Moment", "datetime2(7)", Type::DateTime2(7), |number| Value::DateTime2(738_520, number.into())),
    kind("Amount", "decimal(38,10)", Type::Decimal { precision: 38, scale: 10 }, |number| {
        Value::Decimal(i128::from(number) << 90)
    }),
    kind("Number", "int", Type::Int, |number| Value::Int(number.into())),
    kind("Yes", "bit", Type::Bit, |number| Value::Bit(number & 1 == 0)),
    kind("Text", "nvarchar(60)", Type::NVarChar(Length::Limited(60)), |number| {
        Value::Text(format!("\"{number}\" with some more text"))
    }),
    kind("Absent", "nvarchar(60)", Type::NVarChar(Length::Limited(60)), |_| Value::Null),
    kind("Octets", "varbinary(60)", Type::VarBinary(Length::Limited(60)), |_| Value::Bytes(vec![7; 50])),
    kind("Day", "date", Type::Date, |number| Value::Date(700_000 + number)),
    kind("Clock", "time(7)", Type::Time(7), |number| Value::Time(number.into())),
    kind("Local", "datetimeoffset(7)", Type::DateTimeOffset(7), |number| {
        Value::DateTimeOffset(738_520, number.into(), 90)
    }),
    kind("Old", "datetime", Type::DateTime, |number| Value::DateTime(45_000, number)),
    kind("Double", "float", Type::Float, |number| Value::Float(f64::from(number) / 7.0)),
    kind("Single", "real", Type::Real, |number| Value::Real(f32::from(u16::try_from(number).unwrap_or(1)) / 7.0)),
    kind("Byte", "tinyint", Type::TinyInt, |number| Value::Int(i64::from(number) & 255)),
];

pub(crate) fn column(kind: &Kind) -> Column {
    let column = Column::new(kind.name, kind.wire.clone());
    if kind.name == "Id" { column.not_null() } else { column }
}

/// The row with this number.
pub(crate) fn row(kinds: &[Kind], number: u32) -> Vec<Value> {
    kinds.iter().map(|kind| (kind.value)(number)).collect()
}
