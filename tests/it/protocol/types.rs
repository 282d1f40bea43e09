//! A type as somebody declares it into what SQL Server says of it: in `sys.columns`, and on the wire once it is selected.
//!
//! Written here a second time, so that the gateway's own table is checked by it.

use crate::tds::{Length, Type};

/// What the columns of `sys.columns` hold for a type.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Stored {
    pub(super) type_name: String,
    pub(super) max_length: i64,
    pub(super) precision: i64,
    pub(super) scale: i64,
}

/// The name, and what stands in brackets: numbers, -1 for `max`.
fn parts(declared: &str) -> (&str, Vec<i64>) {
    let Some((name, rest)) = declared.split_once('(') else { return (declared, Vec::new()) };
    let numbers = rest.trim_end_matches(')').split(',');
    (name, numbers.map(|number| if number == "max" { -1 } else { number.parse().unwrap() }).collect())
}

pub(super) fn stored(declared: &str) -> Stored {
    let (name, numbers) = parts(declared);
    let first = numbers.first().copied().unwrap_or_default();
    let fraction = first + i64::from(first > 0);
    let (max_length, precision, scale) = match name {
        "bit" => (1, 1, 0),
        "tinyint" => (1, 3, 0),
        "smallint" => (2, 5, 0),
        "int" => (4, 10, 0),
        "bigint" => (8, 19, 0),
        "decimal" | "numeric" => (if first <= 9 { 5 } else { 17 }, first, numbers[1]),
        "money" => (8, 19, 4),
        "smallmoney" => (4, 10, 4),
        "real" => (4, 24, 0),
        "float" => (8, 53, 0),
        "date" => (3, 10, 0),
        "time" => (5, 8 + fraction, first),
        "datetime2" => (8, 19 + fraction, first),
        "datetimeoffset" => (10, 26 + fraction, first),
        "datetime" => (8, 23, 3),
        "smalldatetime" => (4, 16, 0),
        "nchar" | "nvarchar" if first > 0 => (first * 2, 0, 0),
        "char" | "varchar" | "nchar" | "nvarchar" | "binary" | "varbinary" => (first, 0, 0),
        "text" | "ntext" | "image" | "uniqueidentifier" => (16, 0, 0),
        "xml" | "geography" | "geometry" => (-1, 0, 0),
        "timestamp" => (8, 0, 0),
        "hierarchyid" => (892, 0, 0),
        "sql_variant" => (8016, 0, 0),
        _ => panic!("{declared} is not known here"),
    };
    Stored { type_name: name.to_owned(), max_length, precision, scale }
}

/// The expression that has to stand in the statement for the column, and the type that its values then have.
pub(super) fn selected(declared: &str, column: &str) -> (String, Type) {
    let (name, numbers) = parts(declared);
    let first = numbers.first().copied().unwrap_or_default();
    let small = || u8::try_from(first).unwrap();
    let long = || Type::NVarChar(Length::Max);
    let cast = |to: &str, kind: Type| (format!("CAST({column} AS {to})"), kind);
    let kind = match name {
        "bit" => Type::Bit,
        "tinyint" => Type::TinyInt,
        "smallint" => Type::SmallInt,
        "int" => Type::Int,
        "bigint" => Type::BigInt,
        "decimal" => Type::Decimal { precision: small(), scale: u8::try_from(numbers[1]).unwrap() },
        "numeric" => Type::Numeric { precision: small(), scale: u8::try_from(numbers[1]).unwrap() },
        "money" => return cast("decimal(19,4)", Type::Decimal { precision: 19, scale: 4 }),
        "smallmoney" => return cast("decimal(10,4)", Type::Decimal { precision: 10, scale: 4 }),
        "real" => Type::Real,
        "float" => Type::Float,
        "date" => Type::Date,
        "time" => Type::Time(small()),
        "datetime2" => Type::DateTime2(small()),
        "datetimeoffset" => Type::DateTimeOffset(small()),
        "datetime" => Type::DateTime,
        "smalldatetime" => Type::SmallDateTime,
        "nchar" => Type::NChar(u16::try_from(first).unwrap()),
        "nvarchar" => Type::NVarChar(length(first)),
        "char" | "varchar" if (1..=4000).contains(&first) => {
            return cast(&format!("nvarchar({first})"), Type::NVarChar(length(first)));
        }
        "char" | "varchar" | "text" | "ntext" | "xml" => return cast("nvarchar(max)", long()),
        "binary" => Type::Binary(u16::try_from(first).unwrap()),
        "varbinary" => Type::VarBinary(length(first)),
        "image" => return cast("varbinary(max)", Type::VarBinary(Length::Max)),
        "uniqueidentifier" => Type::UniqueIdentifier,
        "timestamp" => Type::Binary(8),
        "hierarchyid" | "geography" | "geometry" => return (format!("{column}.ToString()"), long()),
        "sql_variant" => return (variant(column), long()),
        _ => panic!("{declared} is not known here"),
    };
    (column.to_owned(), kind)
}

fn length(declared: i64) -> Length {
    u16::try_from(declared).map_or(Length::Max, Length::Limited)
}

/// Too long to be written a second time.
fn variant(column: &str) -> String {
    let slot = include_str!("../../../sql/mssql/variant.sql");
    let lines: Vec<&str> = slot.lines().filter(|line| !line.starts_with("--")).collect();
    lines.join("\n").replace("{value}", column)
}

/// The collation of text columns.
pub(super) const COLLATION: &str = "Latin1_General_CI_AS";

/// The type of names in the catalog.
pub(super) fn name() -> Type {
    Type::NVarChar(Length::Limited(128))
}
