//! Types of T-SQL's expressions: which of two wins, what a calculation gives, and how values of a type are compared.
//!
//! Source: Microsoft, "Data type precedence (Transact-SQL)" and "Precision, scale, and length (Transact-SQL)".

use super::types::Declared;
use crate::tds::Fault;

/// A type: as a table declares it, or `null` for the bare constant.
pub(super) type Kind = Declared;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    Binary,
    Date,
    Decimal,
    Float,
    Guid,
    Instant,
    Integer,
    Moment,
    Null,
    Text,
    Time,
}

/// From the weakest to the strongest.
const PRECEDENCE: [&str; 24] = [
    "null",
    "binary",
    "varbinary",
    "char",
    "varchar",
    "nchar",
    "nvarchar",
    "uniqueidentifier",
    "bit",
    "tinyint",
    "smallint",
    "int",
    "bigint",
    "smallmoney",
    "money",
    "decimal",
    "numeric",
    "real",
    "float",
    "time",
    "date",
    "smalldatetime",
    "datetime",
    "datetime2",
];

/// The digits that an exact number can have.
const DIGITS: i64 = 38;

pub(super) fn kind(text: &str) -> Kind {
    Declared::parse(text)
}

impl Declared {
    pub(super) fn family(&self) -> Family {
        match self.name.as_str() {
            "null" => Family::Null,
            "binary" | "varbinary" => Family::Binary,
            "uniqueidentifier" => Family::Guid,
            "bit" | "tinyint" | "smallint" | "int" | "bigint" => Family::Integer,
            "smallmoney" | "money" | "decimal" | "numeric" => Family::Decimal,
            "real" | "float" => Family::Float,
            "date" => Family::Date,
            "time" => Family::Time,
            "smalldatetime" | "datetime" | "datetime2" => Family::Moment,
            "datetimeoffset" => Family::Instant,
            name if self.is_text() || name == "text" => Family::Text,
            other => panic!("the stand-in has no {other}"),
        }
    }

    /// Whether there is such a type.
    pub(super) fn is_known(&self) -> bool {
        self.name == "datetimeoffset" || PRECEDENCE[1..].contains(&self.name.as_str())
    }

    /// What compares values of the type in their canonical form. It is always said of text: an expression would have that of any part of it.
    pub(super) fn collation(&self) -> &'static str {
        match self.family() {
            Family::Decimal => " COLLATE TSQL_DECIMAL",
            Family::Guid => " COLLATE TSQL_GUID",
            Family::Instant => " COLLATE TSQL_INSTANT",
            Family::Text => " COLLATE TSQL_TEXT",
            Family::Date | Family::Moment | Family::Time => " COLLATE BINARY",
            Family::Binary | Family::Float | Family::Integer | Family::Null => "",
        }
    }

    /// As it is handed to functions.
    pub(super) fn said(&self) -> String {
        match (self.name.as_str(), self.length) {
            ("decimal" | "numeric", _) => format!("'{}({},{})'", self.name, self.precision, self.scale),
            ("time" | "datetime2" | "datetimeoffset", _) => format!("'{}({})'", self.name, self.scale),
            ("char" | "varchar" | "nchar" | "nvarchar" | "binary" | "varbinary", Some(length)) => {
                format!("'{}({length})'", self.name)
            }
            ("char" | "varchar" | "nchar" | "nvarchar" | "binary" | "varbinary", None) => {
                format!("'{}(max)'", self.name)
            }
            _ => format!("'{}'", self.name),
        }
    }

    fn rank(&self) -> usize {
        PRECEDENCE.iter().position(|name| *name == self.name).unwrap_or(PRECEDENCE.len())
    }

    /// Digits before and behind the point.
    fn digits(&self) -> (i64, i64) {
        match self.name.as_str() {
            "bit" => (1, 0),
            "tinyint" => (3, 0),
            "smallint" => (5, 0),
            // A constant counts as long as it is.
            "int" if self.precision > 0 => (self.precision, 0),
            "int" => (10, 0),
            "bigint" => (19, 0),
            "money" => (15, 4),
            "smallmoney" => (6, 4),
            _ => (self.precision - self.scale, self.scale),
        }
    }
}

fn decimal(whole: i64, scale: i64) -> Kind {
    kind(&format!("decimal({},{scale})", (whole + scale).max(1)))
}

/// The type of a constant of digits.
pub(super) fn of_number(text: &str) -> Kind {
    match text.split_once('.') {
        Some((whole, fraction)) => decimal(i64::try_from(whole.len()).unwrap(), i64::try_from(fraction.len()).unwrap()),
        None => Kind { precision: i64::try_from(text.len()).unwrap(), ..kind("int") },
    }
}

/// The type that two values are converted to where they meet.
pub(super) fn joined(left: &Kind, right: &Kind) -> Result<Kind, Fault> {
    let (weak, strong) = if left.rank() <= right.rank() { (left, right) } else { (right, left) };
    if !converts(weak, strong) {
        let message = format!("Operand type clash: {} is incompatible with {}", left.name, right.name);
        return Err(Fault::new(206, &message));
    }
    Ok(match (weak.family(), strong.family()) {
        (Family::Text, Family::Text) | (Family::Binary, Family::Binary) => {
            let length = weak.length.zip(strong.length).map(|(one, other)| one.max(other));
            Kind { length, ..strong.clone() }
        }
        (Family::Decimal | Family::Integer, Family::Decimal) => {
            let ((whole, scale), (also, finer)) = (weak.digits(), strong.digits());
            let whole = whole.max(also).min(DIGITS);
            decimal(whole, scale.max(finer).min(DIGITS - whole))
        }
        (Family::Time, Family::Time) | (Family::Moment | Family::Instant, Family::Moment | Family::Instant) => {
            Kind { scale: weak.scale.max(strong.scale), ..strong.clone() }
        }
        _ => strong.clone(),
    })
}

/// Whether a value is converted without being asked to.
fn converts(weak: &Kind, strong: &Kind) -> bool {
    use Family as F;
    match (weak.family(), strong.family()) {
        (F::Text, F::Binary) => false,
        (one, other) => {
            one == other
                || matches!(
                    (one, other),
                    (F::Null | F::Text, _)
                        | (F::Integer, F::Decimal | F::Float)
                        | (F::Decimal, F::Float)
                        | (F::Date, F::Moment | F::Instant)
                        | (F::Moment, F::Instant)
                )
        }
    }
}

/// Whether `CAST` does.
pub(super) fn casts(from: &Kind, to: &Kind) -> bool {
    use Family as F;
    let number = |family| matches!(family, F::Integer | F::Decimal | F::Float);
    let (from_family, to_family) = (from.family(), to.family());
    let also = matches!(
        (from_family, to_family),
        (F::Moment | F::Instant, F::Date | F::Time | F::Moment)
            | (F::Integer | F::Decimal | F::Guid | F::Date | F::Time, F::Text)
    );
    also || number(from_family) && number(to_family) || converts(from, to)
}

/// What a calculation with numbers gives.
pub(super) fn calculated(operator: &str, left: &Kind, right: &Kind) -> Result<Kind, Fault> {
    let both = joined(left, right)?;
    if !matches!(both.family(), Family::Integer | Family::Decimal | Family::Float) || both.name == "bit" {
        let operation = match operator {
            "+" => "add",
            "-" => "subtract",
            "*" => "multiply",
            "/" => "divide",
            _ => "modulo",
        };
        let message = format!("Operand data type {} is invalid for {operation} operator.", both.name);
        return Err(Fault::new(8117, &message));
    }
    if both.name == "float" && operator == "%" {
        return Err(Fault::new(402, "The data types float and float are incompatible in the modulo operator."));
    }
    if both.family() != Family::Decimal {
        return Ok(both);
    }
    let ((whole, scale), (also, finer)) = (left.digits(), right.digits());
    Ok(match operator {
        "*" => capped(whole + also + 1, scale + finer),
        "/" => capped(whole + finer, (scale + also + finer + 1).max(6)),
        "%" => decimal(whole.min(also), scale.max(finer)),
        _ => {
            let (whole, scale) = (whole.max(also) + 1, scale.max(finer));
            let whole = whole.min(DIGITS);
            // What is one digit too long loses it before the point.
            if whole + scale > DIGITS {
                decimal(whole - 1, scale.min(DIGITS - whole + 1))
            } else {
                decimal(whole, scale)
            }
        }
    })
}

/// Digits before the point are kept, as long as six behind it are left.
fn capped(whole: i64, scale: i64) -> Kind {
    if whole + scale <= DIGITS {
        return decimal(whole, scale);
    }
    let kept = scale.min((DIGITS - whole).max(scale.min(6)));
    decimal(DIGITS - kept, kept)
}

#[test]
fn calculations_give_what_the_table_of_the_documentation_says() {
    let of = |operator, left, right| calculated(operator, &kind(left), &kind(right)).map(|kind| kind.said());
    for (operator, left, right, expected) in [
        ("+", "int", "bigint", "'bigint'"),
        ("+", "decimal(10,2)", "decimal(5,4)", "'decimal(13,4)'"),
        ("*", "decimal(10,2)", "bigint", "'decimal(30,2)'"),
        ("/", "decimal(10,2)", "decimal(1,0)", "'decimal(14,6)'"),
        ("/", "decimal(38,10)", "decimal(1,0)", "'decimal(38,10)'"),
        ("/", "int", "decimal(11,1)", "'decimal(23,12)'"),
        ("*", "decimal(38,10)", "decimal(38,10)", "'decimal(38,6)'"),
        ("+", "decimal(38,10)", "decimal(1,0)", "'decimal(38,10)'"),
        ("-", "float", "bigint", "'float'"),
    ] {
        assert_eq!(of(operator, left, right).unwrap(), expected, "{left} {operator} {right}");
    }
    assert!(of("%", "float", "int").is_err() && of("+", "date", "int").is_err() && of("-", "bit", "bit").is_err());
}
