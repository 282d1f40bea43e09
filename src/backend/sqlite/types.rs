//! A column's declared type -> its type in the model. This table is the whole rule:
//!
//! | declared as (any case, the first match counts) | property |
//! |---|---|
//! | `BIT`, `BOOL`, `BOOLEAN` | `Edm.Boolean` |
//! | `TINYINT`, `SMALLINT`, `INT2` | `Edm.Int16` |
//! | `MEDIUMINT`, `INT4` | `Edm.Int32` |
//! | any other that contains `INT` | `Edm.Int64` |
//! | `DATE` | `Edm.Date` |
//! | `TIME` | `Edm.TimeOfDay`, precision 7 |
//! | `DATETIME`, `DATETIME2`, `DATETIMEOFFSET`, `SMALLDATETIME`, `TIMESTAMP`, also `... WITH TIME ZONE` | `Edm.DateTimeOffset`, precision 7; without an offset taken as UTC |
//! | `UUID`, `GUID`, `UNIQUEIDENTIFIER` | `Edm.Guid` |
//! | `DECIMAL(p,s)`, `NUMERIC(p,s)`, `NUMBER(p,s)`; `(p)` means scale 0 | `Edm.Decimal`, precision p, scale s |
//! | the same without `(p,s)` | `Edm.Decimal`, variable scale |
//! | `MONEY` | `Edm.Decimal(19,4)` |
//! | contains `CHAR`, `CLOB`, `TEXT`; `STRING`, `JSON`, `XML` | `Edm.String`; `(n)` is its maximum length |
//! | contains `REAL`, `FLOA`, `DOUB` | `Edm.Double` |
//! | contains `BLOB` or `BINARY`; `BYTEA`, `IMAGE` | `Edm.Binary`; `(n)` is its maximum length |
//! | anything else, or nothing | `Edm.String`, numbers as their text |
//!
//! `INT` and `INTEGER` are 64 bits wide because SQLite stores them so. Only a declaration that says how wide a column is
//! gives a narrower type.

use crate::edm::EdmType;

/// Digits of a second's fraction: what .NET clients can hold.
const PRECISION: u8 = 7;

pub(super) fn edm_type(declared: &str) -> EdmType {
    let declared = declared.trim().to_ascii_uppercase();
    let (name, arguments) = split(&declared);
    let contains = |parts: &[&str]| parts.iter().any(|part| name.contains(part));
    match name {
        "BIT" | "BOOL" | "BOOLEAN" => EdmType::Boolean,
        "TINYINT" | "SMALLINT" | "INT2" => EdmType::Int16,
        "MEDIUMINT" | "INT4" => EdmType::Int32,
        "DATE" => EdmType::Date,
        "TIME" => EdmType::TimeOfDay { precision: PRECISION },
        "UUID" | "GUID" | "UNIQUEIDENTIFIER" => EdmType::Guid,
        "DECIMAL" | "NUMERIC" | "NUMBER" => EdmType::Decimal { digits: digits(&arguments) },
        "MONEY" => EdmType::Decimal { digits: Some((19, 4)) },
        "STRING" | "JSON" | "XML" => EdmType::String { max_length: length(&arguments) },
        "BYTEA" | "IMAGE" => EdmType::Binary { max_length: length(&arguments) },
        _ if is_moment(name) => EdmType::DateTimeOffset { precision: PRECISION },
        _ if contains(&["INT"]) => EdmType::Int64,
        _ if contains(&["CHAR", "CLOB", "TEXT"]) => EdmType::String { max_length: length(&arguments) },
        _ if contains(&["REAL", "FLOA", "DOUB"]) => EdmType::Double,
        _ if contains(&["BLOB", "BINARY"]) => EdmType::Binary { max_length: length(&arguments) },
        _ => EdmType::String { max_length: None },
    }
}

fn is_moment(name: &str) -> bool {
    matches!(name, "DATETIME" | "DATETIME2" | "DATETIMEOFFSET" | "SMALLDATETIME" | "TIMESTAMP" | "TIMESTAMPTZ")
        || name.starts_with("TIMESTAMP WITH")
        || name.starts_with("TIMESTAMP  WITH")
}

/// The name, and the numbers in parentheses.
fn split(declared: &str) -> (&str, Vec<u32>) {
    match declared.split_once('(') {
        Some((name, rest)) => {
            let arguments = rest.split(')').next().unwrap_or_default().split(',');
            (name.trim(), arguments.filter_map(|number| number.trim().parse().ok()).collect())
        }
        None => (declared, Vec::new()),
    }
}

fn length(arguments: &[u32]) -> Option<u32> {
    arguments.first().copied().filter(|length| *length > 0)
}

/// Precision and scale, where both make sense.
fn digits(arguments: &[u32]) -> Option<(u8, u8)> {
    let precision = u8::try_from(*arguments.first()?).ok().filter(|precision| *precision > 0)?;
    let scale = u8::try_from(arguments.get(1).copied().unwrap_or(0)).ok()?;
    (scale <= precision).then_some((precision, scale))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declared_types_map_as_the_table_says() {
        let expected = [
            ("INTEGER", "Edm.Int64"),
            ("int", "Edm.Int64"),
            ("UNSIGNED BIG INT", "Edm.Int64"),
            ("SmallInt", "Edm.Int16"),
            ("MEDIUMINT", "Edm.Int32"),
            ("BOOLEAN", "Edm.Boolean"),
            ("REAL", "Edm.Double"),
            ("DOUBLE PRECISION", "Edm.Double"),
            ("NUMERIC(10,2)", "Edm.Decimal(10,2)"),
            ("DECIMAL( 5 )", "Edm.Decimal(5,0)"),
            ("NUMERIC", "Edm.Decimal"),
            ("DECIMAL(2,5)", "Edm.Decimal"),
            ("MONEY", "Edm.Decimal(19,4)"),
            ("TEXT", "Edm.String"),
            ("NVARCHAR(160)", "Edm.String(160)"),
            ("STRING", "Edm.String"),
            ("DATE", "Edm.Date"),
            ("TIME", "Edm.TimeOfDay(7)"),
            ("DATETIME", "Edm.DateTimeOffset(7)"),
            ("TIMESTAMP WITH TIME ZONE", "Edm.DateTimeOffset(7)"),
            ("UUID", "Edm.Guid"),
            ("BLOB", "Edm.Binary"),
            ("VARBINARY(16)", "Edm.Binary(16)"),
            ("POINT", "Edm.Int64"),
            ("GEOMETRY", "Edm.String"),
            ("", "Edm.String"),
        ];
        for (declared, property) in expected {
            assert_eq!(edm_type(declared).to_string(), property, "{declared}");
        }
    }
}
