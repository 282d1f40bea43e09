//! Expressions in T-SQL.
//!
//! A condition is no value there, and a Boolean value no condition: `bit` values are compared with 1, and conditions become values through
//! `CASE`. Nothing is written twice that may be large: where a value is needed twice, a derived table of one row names it.
//!
//! Text is compared as its column's collation says, also by `contains` and its like.
//! Source: Microsoft, "Transact-SQL reference": the pages of the functions.

use super::types;
use super::{Mssql, keys};
use crate::edm::{EdmType, Property, Value, fit};
use crate::plan::{Arithmetic, Class, Comparison, Form, Function, Typed};
use crate::sql::expression::{Expressions, Narrowing, exact, value};
use crate::sql::statement::{Builder, Param};

/// What Unicode calls white space, as `trim` wants it.
const WHITE_SPACE: &str = "NCHAR(9) + NCHAR(10) + NCHAR(11) + NCHAR(12) + NCHAR(13) + NCHAR(32) + NCHAR(133) + NCHAR(160) + NCHAR(5760) + \
     NCHAR(8192) + NCHAR(8193) + NCHAR(8194) + NCHAR(8195) + NCHAR(8196) + NCHAR(8197) + NCHAR(8198) + NCHAR(8199) + NCHAR(8200) + \
     NCHAR(8201) + NCHAR(8202) + NCHAR(8232) + NCHAR(8233) + NCHAR(8239) + NCHAR(8287) + NCHAR(12288)";

impl Expressions for Mssql {
    fn value(&self, property: &Property, column: String) -> String {
        let declared = property.declared.as_str();
        match property.ty {
            EdmType::DateTimeOffset { .. } if !declared.starts_with("datetimeoffset") => {
                let finer = types::finer(declared).map_or(column.clone(), |finer| format!("CAST({column} AS {finer})"));
                format!("TODATETIMEOFFSET({finer}, N'+00:00')")
            }
            EdmType::Byte | EdmType::Int16 | EdmType::Int32 => format!("CAST({column} AS bigint)"),
            EdmType::Single => format!("CAST({column} AS float)"),
            _ => types::selected(declared, column),
        }
    }

    fn constant(&self, build: &mut Builder<'_>, class: Class, value: &Value) -> String {
        let placeholder = build.param(Param::Value(value.clone()));
        match (class, value) {
            (Class::Boolean, _) => format!("CAST({placeholder} AS bit)"),
            (Class::Date, _) => format!("CAST({placeholder} AS date)"),
            (Class::DateTimeOffset, _) => format!("CAST({placeholder} AS datetimeoffset(7))"),
            (Class::Decimal, Value::Text(text)) => format!("CAST({placeholder} AS {})", decimal_type(text)),
            (Class::Guid, _) => format!("CAST({placeholder} AS uniqueidentifier)"),
            (Class::TimeOfDay, _) => format!("CAST({placeholder} AS time(7))"),
            _ => placeholder,
        }
    }

    fn ordered(&self, property: &Property, column: &str) -> Option<String> {
        types::is_itself(&property.declared).then(|| column.to_owned())
    }

    fn ordered_position(&self, build: &mut Builder<'_>, property: &Property, value: &Value) -> String {
        let placeholder = build.param(Param::Value(value.clone()));
        keys::parameter(property, &placeholder)
    }

    fn position(&self, build: &mut Builder<'_>, class: Class, value: &Value) -> String {
        self.constant(build, class, value)
    }

    fn is_true(&self, value: &str) -> String {
        format!("{value} = 1")
    }

    fn truth_value(&self, build: &mut Builder<'_>, condition: &Typed) -> String {
        if !condition.nullable {
            return format!("CAST(CASE WHEN {} THEN 1 ELSE 0 END AS bit)", exact(build, condition));
        }
        match &condition.form {
            Form::All(operands) => logic(build, operands, "MIN(v.b) = 0 THEN 0", "1"),
            Form::AnyOf(operands) => logic(build, operands, "MAX(v.b) = 1 THEN 1", "0"),
            Form::Not(operand) => format!("CAST(1 - {} AS bit)", value(build, operand)),
            Form::Call(function, arguments) => {
                let [left, right] =
                    [0, 1].map(|place| arguments.get(place).map_or("NULL".to_owned(), |a| value(build, a)));
                let found = pattern_of(*function, "v.b");
                format!(
                    "(SELECT CAST(CASE WHEN v.a LIKE {found} ESCAPE N'\\' THEN 1 WHEN v.a IS NOT NULL AND v.b IS NOT NULL THEN 0 \
                     END AS bit) FROM (VALUES ({left}, {right})) AS v(a, b))"
                )
            }
            _ => exact(build, condition),
        }
    }

    fn same(&self, left: &str, right: &str) -> String {
        format!("EXISTS (SELECT {left} INTERSECT SELECT {right})")
    }

    fn arithmetic(&self, operation: Arithmetic, class: Class, left: &str, right: &str) -> String {
        match (operation, class) {
            (Arithmetic::Add, _) => format!("({left} + {right})"),
            (Arithmetic::Sub, _) => format!("({left} - {right})"),
            (Arithmetic::Mul, _) => format!("({left} * {right})"),
            (Arithmetic::Div, Class::Decimal) => format!("(CAST({left} AS decimal(38,10)) / NULLIF({right}, 0))"),
            (Arithmetic::Div, _) => format!("({left} / NULLIF({right}, 0))"),
            // T-SQL has no remainder of floating-point numbers.
            (Arithmetic::Mod, Class::Double) => format!(
                "(SELECT v.a - v.b * CASE WHEN v.a / v.b < 0 THEN CEILING(v.a / v.b) ELSE FLOOR(v.a / v.b) END \
                 FROM (VALUES ({left}, NULLIF({right}, 0))) AS v(a, b))"
            ),
            (Arithmetic::Mod, _) => format!("({left} % NULLIF({right}, 0))"),
        }
    }

    fn call(&self, build: &mut Builder<'_>, function: Function, arguments: &[Typed]) -> String {
        if let (Function::Contains | Function::EndsWith | Function::StartsWith, [text, part]) = (function, arguments) {
            return like(build, function, text, part);
        }
        let class = arguments.first().map_or(Class::Null, |first| first.class);
        let written: Vec<String> = arguments.iter().map(|argument| value(build, argument)).collect();
        let first = written.first().cloned().unwrap_or_default();
        let second = written.get(1).cloned().unwrap_or_default();
        match function {
            Function::Contains | Function::EndsWith | Function::StartsWith => "1 = 0".to_owned(),
            Function::Concat => format!("({first} + {second})"),
            Function::IndexOf => format!(
                "(SELECT CASE WHEN DATALENGTH(v.b) = 0 THEN 0 ELSE CHARINDEX(v.b, v.a) - 1 END FROM (VALUES ({first}, {second})) AS v(a, b))"
            ),
            Function::Length => format!("(DATALENGTH(CAST({first} AS nvarchar(max))) / 2)"),
            Function::Substring => {
                let counts_from_end = !matches!(arguments.get(1).and_then(Typed::constant), Some(Value::Integer(0..)));
                substring(&first, &second, written.get(2), counts_from_end)
            }
            Function::ToLower => format!("LOWER({first})"),
            Function::ToUpper => format!("UPPER({first})"),
            Function::Trim => format!("TRIM({WHITE_SPACE} FROM {first})"),
            Function::Year => format!("CAST(DATEPART(year, {first}) AS bigint)"),
            Function::Month => format!("CAST(DATEPART(month, {first}) AS bigint)"),
            Function::Day => format!("CAST(DATEPART(day, {first}) AS bigint)"),
            Function::Hour => format!("CAST(DATEPART(hour, {first}) AS bigint)"),
            Function::Minute => format!("CAST(DATEPART(minute, {first}) AS bigint)"),
            Function::Second => format!("CAST(DATEPART(second, {first}) AS bigint)"),
            Function::FractionalSeconds => {
                format!("CAST(DATEPART(nanosecond, {first}) / 1000000000.0 AS decimal(10,9))")
            }
            Function::Date => format!("CAST({first} AS date)"),
            Function::Time => format!("CAST({first} AS time(7))"),
            Function::TotalOffsetMinutes => format!("CAST(DATEPART(tzoffset, {first}) AS bigint)"),
            Function::Ceiling | Function::Floor | Function::Round if class == Class::Integer => first,
            Function::Ceiling => format!("CEILING({first})"),
            Function::Floor => format!("FLOOR({first})"),
            Function::Round => format!("ROUND({first}, 0)"),
        }
    }

    /// Casting the constant to the column's type lets its index serve the comparison; only where that loses nothing.
    fn narrowing(
        &self,
        build: &mut Builder<'_>,
        property: &Property,
        column: &str,
        comparison: Comparison,
        constant: &Value,
    ) -> Option<Narrowing> {
        let declared = property.declared.as_str();
        if !types::is_itself(declared) || !is_exact(property, constant) {
            return None;
        }
        let is_code_page = declared.starts_with("char") || declared.starts_with("varchar");
        if is_code_page && comparison != Comparison::Eq {
            return None;
        }
        let placeholder = build.param(Param::Value(constant.clone()));
        let parameter = match property.ty {
            EdmType::String { .. } if !is_code_page => placeholder,
            _ => keys::parameter(property, &placeholder),
        };
        let condition = format!("{column} {} {parameter}", crate::sql::expression::operator(comparison));
        Some(if is_code_page { Narrowing::Part(condition) } else { Narrowing::Whole(condition) })
    }

    fn narrowing_list(
        &self,
        build: &mut Builder<'_>,
        property: &Property,
        column: &str,
        constants: &[&Value],
    ) -> Option<String> {
        let exact =
            types::is_itself(&property.declared) && constants.iter().all(|constant| is_exact(property, constant));
        let mut parameter = |constant: &&Value| {
            let placeholder = build.param(Param::Value((*constant).clone()));
            keys::parameter(property, &placeholder)
        };
        exact.then(|| format!("{column} IN ({})", constants.iter().map(&mut parameter).collect::<Vec<_>>().join(", ")))
    }
}

/// Whether the column's type has exactly this value.
fn is_exact(property: &Property, constant: &Value) -> bool {
    let fits = fit(property.ty, constant.borrow()).is_ok();
    match (property.declared.as_str(), constant) {
        // Kept in 300ths of a second, which are told as thousandths that end so.
        ("datetime", Value::Text(moment)) => {
            let thousandths = moment.split_once('.').map_or("", |(_, fraction)| fraction);
            let digits: String = thousandths.chars().take_while(char::is_ascii_digit).collect();
            fits && matches!(format!("{digits:0<3}").as_bytes().get(2), Some(b'0' | b'3' | b'7'))
        }
        ("smalldatetime", Value::Text(moment)) => fits && moment.get(16..19) == Some(":00"),
        (_, Value::Integer(_)) if property.ty == EdmType::Double => true,
        _ => fits,
    }
}

/// Exactly the digits that are there.
fn decimal_type(text: &str) -> String {
    let (whole, fraction) = text.trim_start_matches('-').split_once('.').unwrap_or((text.trim_start_matches('-'), ""));
    let (precision, scale) = ((whole.len() + fraction.len()).clamp(1, 38), fraction.len().min(38));
    format!("decimal({precision},{scale})")
}

/// `and` and `or` of values that may be null: `decided` says when one of them decides, and what.
fn logic(build: &mut Builder<'_>, operands: &[Typed], decided: &str, otherwise: &str) -> String {
    let values: Vec<String> =
        operands.iter().map(|operand| format!("(CAST({} AS int))", value(build, operand))).collect();
    format!(
        "(SELECT CAST(CASE WHEN {decided} WHEN COUNT(v.b) < COUNT(*) THEN NULL ELSE {otherwise} END AS bit) FROM (VALUES {}) AS v(b))",
        values.join(", ")
    )
}

/// What `LIKE` takes for more than itself.
const SPECIAL: [char; 4] = ['\\', '%', '_', '['];

fn like(build: &mut Builder<'_>, function: Function, text: &Typed, part: &Typed) -> String {
    let left = value(build, text);
    let pattern = if let Some(Value::Text(part)) = part.constant() {
        build.param(Param::Value(Value::Text(pattern(function, part))))
    } else {
        let part = value(build, part);
        pattern_of(function, &part)
    };
    format!("{left} LIKE {pattern} ESCAPE N'\\'")
}

fn pattern(function: Function, part: &str) -> String {
    let mut escaped = String::with_capacity(part.len() + 2);
    for character in part.chars() {
        if SPECIAL.contains(&character) {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    match function {
        Function::StartsWith => format!("{escaped}%"),
        Function::EndsWith => format!("%{escaped}"),
        _ => format!("%{escaped}%"),
    }
}

/// The same of a value that only the database knows.
fn pattern_of(function: Function, part: &str) -> String {
    let escaped =
        SPECIAL.iter().fold(part.to_owned(), |text, special| format!("REPLACE({text}, N'{special}', N'\\{special}')"));
    match function {
        Function::StartsWith => format!("{escaped} + N'%'"),
        Function::EndsWith => format!("N'%' + {escaped}"),
        _ => format!("N'%' + {escaped} + N'%'"),
    }
}

/// A negative length is none. Where the start may be negative, it counts from the end of the text.
fn substring(text: &str, start: &str, length: Option<&String>, counts_from_end: bool) -> String {
    let length = length.map_or("2147483647".to_owned(), |length| {
        format!("(SELECT MAX(v.n) FROM (VALUES (CAST({length} AS bigint)), (0)) AS v(n))")
    });
    if !counts_from_end {
        return format!("SUBSTRING({text}, {start} + 1, {length})");
    }
    let end = "DATALENGTH(CAST(v.a AS nvarchar(max))) / 2";
    let from = format!("CASE WHEN v.b >= 0 THEN v.b WHEN {end} + v.b < 0 THEN 0 ELSE {end} + v.b END");
    format!("(SELECT SUBSTRING(v.a, {from} + 1, {length}) FROM (VALUES ({text}, {start})) AS v(a, b))")
}
