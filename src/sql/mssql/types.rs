//! SQL Server's types -> properties, how their values are selected, and how values are compared with them. This table is the
//! whole rule:
//!
//! | declared as | property | selected as |
//! |---|---|---|
//! | `bit` | `Edm.Boolean` | itself |
//! | `tinyint`, `smallint`, `int`, `bigint` | `Edm.Byte`, `Edm.Int16`, `Edm.Int32`, `Edm.Int64` | itself |
//! | `decimal(p,s)`, `numeric(p,s)` | `Edm.Decimal(p,s)` | itself |
//! | `money`, `smallmoney` | `Edm.Decimal(19,4)`, `Edm.Decimal(10,4)` | `decimal`: the driver would make a double of it |
//! | `float`, `real` | `Edm.Double`, `Edm.Single` | itself |
//! | `date` | `Edm.Date` | itself |
//! | `time(n)` | `Edm.TimeOfDay(n)` | itself |
//! | `datetime2(n)` | `Edm.DateTimeOffset(n)`, taken as UTC | itself |
//! | `datetime`, `smalldatetime` | `Edm.DateTimeOffset(3)`, `Edm.DateTimeOffset(0)`, taken as UTC | itself |
//! | `datetimeoffset(n)` | `Edm.DateTimeOffset(n)`, with its offset | itself |
//! | `char(n)`, `varchar(n)` | `Edm.String(n)` | `nvarchar`: the server knows every code page |
//! | `varchar(max)`, `text`, `ntext` | `Edm.String` | `nvarchar(max)` |
//! | `nchar(n)`, `nvarchar(n)`, `nvarchar(max)` | `Edm.String(n)`, `Edm.String` | itself |
//! | `xml`, `json`, `vector` | `Edm.String` | `nvarchar(max)` |
//! | `uniqueidentifier` | `Edm.Guid` | itself |
//! | `binary(n)`, `varbinary(n)`, `varbinary(max)` | `Edm.Binary(n)`, `Edm.Binary` | itself |
//! | `image` | `Edm.Binary` | `varbinary(max)` |
//! | `rowversion` (`timestamp`) | `Edm.Binary(8)`, computed; the entity's tag | itself |
//! | `hierarchyid`, `geography`, `geometry` and other CLR types | `Edm.String` | its own `ToString()` |
//! | `sql_variant` | `Edm.String` | the text of the value in the form of its own type, nothing rounded |
//!
//! Lengths are those of the declaration. A key may have any type that OData allows in keys, except those that are selected as the
//! text of something else.
//!
//! Source: Microsoft, "Data types (Transact-SQL)" and "CAST and CONVERT (Transact-SQL)".

use crate::edm::EdmType;

/// The longest `nvarchar` with a length, in characters.
const LONGEST_TEXT: u32 = 4000;

/// Types whose values are what they are selected as.
const COMPARABLE: [&str; 23] = [
    "bigint",
    "bit",
    "char",
    "date",
    "datetime",
    "datetime2",
    "datetimeoffset",
    "decimal",
    "int",
    "money",
    "nchar",
    "numeric",
    "nvarchar",
    "smalldatetime",
    "smallint",
    "smallmoney",
    "time",
    "tinyint",
    "uniqueidentifier",
    "varchar",
    "sysname",
    "binary",
    "varbinary",
];

/// A type in words, from what the catalog says of it: `nvarchar(20)`, `decimal(10,2)`, `varbinary(max)`.
pub fn declared(name: &str, octets: i64, precision: i64, scale: i64) -> String {
    let name = name.to_ascii_lowercase();
    let length = |octets_each: i64| match octets {
        -1 => format!("{name}(max)"),
        octets => format!("{name}({})", octets / octets_each),
    };
    match name.as_str() {
        "sysname" => format!("nvarchar({})", octets / 2),
        "nchar" | "nvarchar" => length(2),
        "binary" | "char" | "varbinary" | "varchar" => length(1),
        "decimal" | "numeric" => format!("{name}({precision},{scale})"),
        "datetime2" | "datetimeoffset" | "time" => format!("{name}({scale})"),
        _ => name,
    }
}

/// The property's type for a declared one.
pub fn edm_type(declared: &str) -> EdmType {
    let (name, arguments) = split(declared);
    let length = arguments.first().copied();
    let small = |at: usize| arguments.get(at).and_then(|number| u8::try_from(*number).ok()).unwrap_or_default();
    match name {
        "bigint" => EdmType::Int64,
        "binary" | "varbinary" => EdmType::Binary { max_length: length },
        "bit" => EdmType::Boolean,
        "char" | "nchar" | "nvarchar" | "varchar" => EdmType::String { max_length: length },
        "date" => EdmType::Date,
        "datetime" => EdmType::DateTimeOffset { precision: 3 },
        "datetime2" | "datetimeoffset" => EdmType::DateTimeOffset { precision: small(0) },
        "decimal" | "numeric" => EdmType::Decimal { digits: Some((small(0), small(1))) },
        "float" => EdmType::Double,
        "image" => EdmType::Binary { max_length: None },
        "int" => EdmType::Int32,
        "money" => EdmType::Decimal { digits: Some((19, 4)) },
        "real" => EdmType::Single,
        "rowversion" | "timestamp" => EdmType::Binary { max_length: Some(8) },
        "smalldatetime" => EdmType::DateTimeOffset { precision: 0 },
        "smallint" => EdmType::Int16,
        "smallmoney" => EdmType::Decimal { digits: Some((10, 4)) },
        "time" => EdmType::TimeOfDay { precision: small(0) },
        "tinyint" => EdmType::Byte,
        "uniqueidentifier" => EdmType::Guid,
        _ => EdmType::String { max_length: None },
    }
}

/// Whether a value changes with each change of its row.
pub fn is_row_version(declared: &str) -> bool {
    matches!(declared, "rowversion" | "timestamp")
}

/// Whether values can be told apart, and put in order, by what is selected of them.
pub fn is_itself(declared: &str) -> bool {
    let (name, _) = split(declared);
    COMPARABLE.contains(&name)
}

/// `column` as it is selected.
pub fn selected(declared: &str, column: String) -> String {
    let (name, arguments) = split(declared);
    match name {
        "char" | "varchar" => match arguments.first() {
            Some(&length) if length <= LONGEST_TEXT => format!("CAST({column} AS nvarchar({length}))"),
            _ => format!("CAST({column} AS nvarchar(max))"),
        },
        "image" => format!("CAST({column} AS varbinary(max))"),
        "json" | "ntext" | "text" | "vector" | "xml" => format!("CAST({column} AS nvarchar(max))"),
        "money" => format!("CAST({column} AS decimal(19,4))"),
        "smallmoney" => format!("CAST({column} AS decimal(10,4))"),
        "sql_variant" => super::template::fill(include_str!("../../../sql/mssql/variant.sql"), &[("value", column)])
            .trim_end()
            .to_owned(),
        "bigint" | "binary" | "bit" | "date" | "datetime" | "datetime2" | "datetimeoffset" | "decimal" | "float"
        | "int" | "nchar" | "numeric" | "nvarchar" | "real" | "rowversion" | "smalldatetime" | "smallint"
        | "sysname" | "time" | "timestamp" | "tinyint" | "uniqueidentifier" | "varbinary" => column,
        _ => format!("{column}.ToString()"),
    }
}

/// `placeholder`, given in the form in which values are read, as a value of the declared type.
///
/// Text in a code page is converted by the column's own collation: by the database's, other characters could be lost.
pub fn parameter(declared: &str, collation: Option<&str>, placeholder: &str) -> String {
    let (name, _) = split(declared);
    match (name, collation.filter(|collation| is_plain(collation))) {
        ("char" | "varchar", Some(collation)) => format!("CAST({placeholder} COLLATE {collation} AS {declared})"),
        // These know no offset and are taken as UTC; the value may come with another one.
        ("datetime" | "datetime2" | "smalldatetime", _) => {
            format!("CAST(SWITCHOFFSET(CAST({placeholder} AS datetimeoffset(7)), N'+00:00') AS {declared})")
        }
        _ => format!("CAST({placeholder} AS {declared})"),
    }
}

/// The same, or NULL where it is no value of that type: for values that somebody else has made up.
pub fn sought(declared: &str, collation: Option<&str>, placeholder: &str) -> String {
    parameter(declared, collation, placeholder).replace("CAST(", "TRY_CAST(")
}

/// A type that tells apart what the declared one rounds to the same.
pub fn finer(declared: &str) -> Option<&'static str> {
    match declared {
        "datetime" => Some("datetime2(3)"),
        "smalldatetime" => Some("datetime2(0)"),
        _ => None,
    }
}

/// Collations cannot be quoted; every one of SQL Server's is a plain word.
pub fn is_plain(collation: &str) -> bool {
    !collation.is_empty() && collation.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// The name, and the numbers in parentheses; `max` is none.
fn split(declared: &str) -> (&str, Vec<u32>) {
    match declared.split_once('(') {
        Some((name, rest)) => {
            let numbers = rest.trim_end_matches(')').split(',').filter_map(|number| number.parse().ok());
            (name, numbers.collect())
        }
        None => (declared, Vec::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declarations_are_put_together_from_the_catalog() {
        for (name, octets, precision, scale, expected) in [
            ("nvarchar", 40, 0, 0, "nvarchar(20)"),
            ("nvarchar", -1, 0, 0, "nvarchar(max)"),
            ("VARCHAR", 8000, 0, 0, "varchar(8000)"),
            ("decimal", 9, 10, 2, "decimal(10,2)"),
            ("datetime2", 8, 27, 7, "datetime2(7)"),
            ("time", 3, 8, 0, "time(0)"),
            ("float", 8, 53, 0, "float"),
            ("xml", -1, 0, 0, "xml"),
            ("timestamp", 8, 0, 0, "timestamp"),
            ("hierarchyid", 892, 0, 0, "hierarchyid"),
        ] {
            assert_eq!(declared(name, octets, precision, scale), expected);
        }
    }

    #[test]
    fn types_map_as_the_table_says() {
        for (declared, property, selected_as) in [
            ("bit", "Edm.Boolean", "c"),
            ("tinyint", "Edm.Byte", "c"),
            ("smallint", "Edm.Int16", "c"),
            ("int", "Edm.Int32", "c"),
            ("bigint", "Edm.Int64", "c"),
            ("decimal(38,10)", "Edm.Decimal(38,10)", "c"),
            ("numeric(5,0)", "Edm.Decimal(5,0)", "c"),
            ("money", "Edm.Decimal(19,4)", "CAST(c AS decimal(19,4))"),
            ("smallmoney", "Edm.Decimal(10,4)", "CAST(c AS decimal(10,4))"),
            ("float", "Edm.Double", "c"),
            ("real", "Edm.Single", "c"),
            ("date", "Edm.Date", "c"),
            ("time(3)", "Edm.TimeOfDay(3)", "c"),
            ("datetime", "Edm.DateTimeOffset(3)", "c"),
            ("smalldatetime", "Edm.DateTimeOffset(0)", "c"),
            ("datetime2(7)", "Edm.DateTimeOffset(7)", "c"),
            ("datetimeoffset(0)", "Edm.DateTimeOffset(0)", "c"),
            ("char(10)", "Edm.String(10)", "CAST(c AS nvarchar(10))"),
            ("varchar(8000)", "Edm.String(8000)", "CAST(c AS nvarchar(max))"),
            ("varchar(max)", "Edm.String", "CAST(c AS nvarchar(max))"),
            ("nvarchar(20)", "Edm.String(20)", "c"),
            ("nvarchar(max)", "Edm.String", "c"),
            ("text", "Edm.String", "CAST(c AS nvarchar(max))"),
            ("xml", "Edm.String", "CAST(c AS nvarchar(max))"),
            ("uniqueidentifier", "Edm.Guid", "c"),
            ("binary(16)", "Edm.Binary(16)", "c"),
            ("varbinary(max)", "Edm.Binary", "c"),
            ("image", "Edm.Binary", "CAST(c AS varbinary(max))"),
            ("timestamp", "Edm.Binary(8)", "c"),
            ("hierarchyid", "Edm.String", "c.ToString()"),
            ("geography", "Edm.String", "c.ToString()"),
        ] {
            assert_eq!(edm_type(declared).to_string(), property, "{declared}");
            assert_eq!(selected(declared, "c".to_owned()), selected_as, "{declared}");
        }
        assert!(selected("sql_variant", "c".to_owned()).contains("CONVERT(float, c)"));
    }

    #[test]
    fn values_become_what_they_are_compared_with() {
        for (declared, collation, expected) in [
            ("int", None, "CAST(@P1 AS int)"),
            ("nvarchar(20)", Some("Latin1_General_CI_AS"), "CAST(@P1 AS nvarchar(20))"),
            ("varchar(20)", Some("Cyrillic_General_CI_AS"), "CAST(@P1 COLLATE Cyrillic_General_CI_AS AS varchar(20))"),
            ("varchar(20)", Some("x; DROP"), "CAST(@P1 AS varchar(20))"),
            ("datetime2(3)", None, "CAST(SWITCHOFFSET(CAST(@P1 AS datetimeoffset(7)), N'+00:00') AS datetime2(3))"),
        ] {
            assert_eq!(parameter(declared, collation, "@P1"), expected);
        }
        let moment = "TRY_CAST(SWITCHOFFSET(TRY_CAST(@P1 AS datetimeoffset(7)), N'+00:00') AS datetime)";
        assert_eq!(sought("datetime", None, "@P1"), moment);
    }

    #[test]
    fn keys_are_of_types_that_are_selected_as_themselves() {
        assert!(is_itself("nvarchar(20)") && is_itself("money") && is_itself("datetimeoffset(7)"));
        for declared in ["hierarchyid", "sql_variant", "geography", "xml", "float", "timestamp", "my_clr_type"] {
            assert!(!is_itself(declared), "{declared}");
        }
    }
}
