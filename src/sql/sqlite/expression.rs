//! Expressions in SQLite, whose columns may hold anything: values are taken through functions that the backend adds to each
//! connection (`edm_...`), and that give what a client sees of a value, or NULL where it fits no type.
//!
//! | class | in expressions | as compared |
//! |---|---|---|
//! | Boolean | 0 or 1 | the same |
//! | Integer, Double, Decimal | a number; of a decimal the nearest double | the same |
//! | String, Guid, Date, Binary | text in canonical form; octets | the same; text by its octets |
//! | `TimeOfDay` | ticks of 100 ns since midnight | the same |
//! | `DateTimeOffset` | text in canonical form, with its offset | ticks of 100 ns since 0001-01-01, UTC |
//!
//! No index knows these functions. So a comparison with a constant is narrowed by a condition on the column itself, which an index
//! can serve, and which holds for every form in which the value may be stored.

use super::{Sqlite, narrowing};
use crate::edm::{EdmType, Property, Value, instant, ticks_of_day};
use crate::plan::{Arithmetic, Class, Comparison, Function, Typed};
use crate::sql::expression::{Expressions, Narrowing, value};
use crate::sql::statement::{Builder, Param};

const TICKS_A_SECOND: &str = "10000000";
const TICKS_A_MINUTE: &str = "600000000";
const TICKS_AN_HOUR: &str = "36000000000";

impl Expressions for Sqlite {
    fn value(&self, property: &Property, column: String) -> String {
        match property.ty {
            EdmType::DateTimeOffset { precision } => format!("edm_moment({column}, {precision})"),
            ty => normalised(ty, &column),
        }
    }

    fn comparable(&self, property: &Property, column: String) -> String {
        normalised(property.ty, &column)
    }

    fn compared(&self, class: Class, value: String) -> String {
        if class == Class::DateTimeOffset { format!("edm_instant({value}, 7)") } else { value }
    }

    fn constant(&self, build: &mut Builder<'_>, class: Class, value: &Value) -> String {
        match (class, value) {
            (Class::Decimal, Value::Text(text)) => real(build, text),
            (Class::TimeOfDay, Value::Text(text)) => ticks(build, ticks_of_day(text)),
            _ => build.param(Param::Value(value.clone())),
        }
    }

    fn comparable_constant(&self, build: &mut Builder<'_>, class: Class, value: &Value) -> String {
        match (class, value) {
            (Class::DateTimeOffset, Value::Text(text)) => ticks(build, instant(text)),
            _ => self.constant(build, class, value),
        }
    }

    /// Numbers and text have their own order, and mostly an index for it.
    fn ordered(&self, property: &Property, column: &str) -> Option<String> {
        match Class::of(property.ty) {
            Class::Decimal | Class::Double | Class::Integer => Some(column.to_owned()),
            Class::String => Some(format!("{column} COLLATE BINARY")),
            _ => None,
        }
    }

    fn ordered_position(&self, build: &mut Builder<'_>, _property: &Property, value: &Value) -> String {
        build.param(Param::Value(value.clone()))
    }

    fn position(&self, build: &mut Builder<'_>, _class: Class, value: &Value) -> String {
        build.param(Param::Value(value.clone()))
    }

    /// What fits no type is NULL, also where the column accepts none.
    fn may_be_null(&self, typed: &Typed) -> bool {
        typed.nullable || typed.constant().is_none()
    }

    fn is_true(&self, value: &str) -> String {
        value.to_owned()
    }

    fn same(&self, left: &str, right: &str) -> String {
        format!("{left} IS {right}")
    }

    fn arithmetic(&self, operation: Arithmetic, class: Class, left: &str, right: &str) -> String {
        match operation {
            Arithmetic::Add => format!("({left} + {right})"),
            Arithmetic::Sub => format!("({left} - {right})"),
            Arithmetic::Mul => format!("({left} * {right})"),
            Arithmetic::Div if class == Class::Integer => format!("({left} / {right})"),
            Arithmetic::Div => format!("(CAST({left} AS REAL) / {right})"),
            Arithmetic::Mod if class == Class::Integer => format!("({left} % {right})"),
            Arithmetic::Mod => format!("edm_mod({left}, {right})"),
        }
    }

    fn call(&self, build: &mut Builder<'_>, function: Function, arguments: &[Typed]) -> String {
        let class = arguments.first().map_or(Class::Null, |first| first.class);
        let written: Vec<String> = arguments.iter().map(|argument| value(build, argument)).collect();
        let first = written.first().cloned().unwrap_or_default();
        let all = written.join(", ");
        match function {
            Function::Concat => format!("({})", written.join(" || ")),
            Function::Contains => format!("edm_contains({all})"),
            Function::StartsWith => format!("edm_startswith({all})"),
            Function::EndsWith => format!("edm_endswith({all})"),
            Function::IndexOf => format!("edm_indexof({all})"),
            Function::Length => format!("edm_length({all})"),
            Function::Substring => format!("edm_substring({all})"),
            Function::Fold => format!("replace(edm_tolower({all}), char(962), char(963))"),
            Function::ToLower => format!("edm_tolower({all})"),
            Function::ToUpper => format!("edm_toupper({all})"),
            Function::Trim => format!("edm_trim({all})"),
            Function::Year => digits(&first, 1, 4),
            Function::Month => digits(&first, 6, 2),
            Function::Day => digits(&first, 9, 2),
            Function::Date => format!("substr({first}, 1, 10)"),
            Function::Time => format!("edm_clock({first})"),
            Function::TotalOffsetMinutes => format!("edm_offset({first})"),
            Function::Hour => format!("({} / {TICKS_AN_HOUR})", clock(class, &first)),
            Function::Minute => format!("({} / {TICKS_A_MINUTE} % 60)", clock(class, &first)),
            Function::Second => format!("({} / {TICKS_A_SECOND} % 60)", clock(class, &first)),
            Function::FractionalSeconds => {
                format!("({} % {TICKS_A_SECOND} / {TICKS_A_SECOND}.0)", clock(class, &first))
            }
            Function::Ceiling | Function::Floor | Function::Round if class == Class::Integer => first,
            Function::Ceiling => format!("edm_ceiling({first})"),
            Function::Floor => format!("edm_floor({first})"),
            Function::Round => format!("edm_round({first})"),
        }
    }

    fn narrowing(
        &self,
        build: &mut Builder<'_>,
        property: &Property,
        column: &str,
        comparison: Comparison,
        constant: &Value,
    ) -> Option<Narrowing> {
        narrowing::comparison(build, property, column, comparison, constant).map(Narrowing::Part)
    }

    fn narrowing_list(
        &self,
        build: &mut Builder<'_>,
        property: &Property,
        column: &str,
        constants: &[&Value],
    ) -> Option<Narrowing> {
        narrowing::list(build, property, column, constants).map(Narrowing::Part)
    }

    fn narrowing_call(
        &self,
        build: &mut Builder<'_>,
        function: Function,
        property: &Property,
        column: &str,
        text: &str,
    ) -> Option<String> {
        (function == Function::StartsWith).then(|| narrowing::beginning(build, property, column, text))?
    }
}

/// What a client sees of the column, as it is compared.
fn normalised(ty: EdmType, column: &str) -> String {
    let limited = |name: &str, limit: Option<u32>| match limit {
        Some(limit) => format!("{name}({column}, {limit})"),
        None => format!("{name}({column})"),
    };
    match ty {
        EdmType::Binary { max_length } => limited("edm_binary", max_length),
        EdmType::Boolean => format!("edm_boolean({column})"),
        EdmType::Byte => format!("edm_integer({column}, 8)"),
        EdmType::Date => format!("edm_date({column})"),
        EdmType::DateTimeOffset { precision } => format!("edm_instant({column}, {precision})"),
        EdmType::Decimal { digits: Some((precision, scale)) } => format!("edm_decimal({column}, {precision}, {scale})"),
        EdmType::Decimal { digits: None } => format!("edm_decimal({column})"),
        EdmType::Double | EdmType::Single => format!("edm_double({column})"),
        EdmType::Guid => format!("edm_guid({column})"),
        EdmType::Int16 => format!("edm_integer({column}, 16)"),
        EdmType::Int32 => format!("edm_integer({column}, 32)"),
        EdmType::Int64 => format!("edm_integer({column}, 64)"),
        EdmType::String { max_length } => limited("edm_text", max_length),
        EdmType::TimeOfDay { precision } => format!("edm_time({column}, {precision})"),
    }
}

/// Digits of a date's canonical text.
fn digits(text: &str, from: u8, count: u8) -> String {
    format!("CAST(substr({text}, {from}, {count}) AS INTEGER)")
}

/// Ticks since midnight, of a moment where it is told.
fn clock(class: Class, value: &str) -> String {
    if class == Class::DateTimeOffset { format!("edm_clock({value})") } else { value.to_owned() }
}

fn real(build: &mut Builder<'_>, text: &str) -> String {
    build.param(Param::Value(text.parse().map_or(Value::Null, Value::Real)))
}

fn ticks(build: &mut Builder<'_>, ticks: Option<i64>) -> String {
    build.param(Param::Value(ticks.map_or(Value::Null, Value::Integer)))
}
