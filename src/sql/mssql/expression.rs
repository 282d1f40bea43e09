//! Expressions in T-SQL.
//!
//! A condition is no value there, and a Boolean value no condition: `bit` values are compared with 1, and conditions become values through
//! `CASE`. Nothing is written twice that may be large: where a value is needed twice, a derived table of one row names it.
//!
//! Text is compared as its column's collation says, also by `contains` and its like.
//! Source: Microsoft, "Transact-SQL reference": the pages of the functions.

use super::{Mssql, functions, keys, moments, narrowing, types};
use crate::edm::{EdmType, Property, Value};
use crate::plan::{Arithmetic, Class, Comparison, Form, Function, Typed};
use crate::sql::expression::{Expressions, NULL, Narrowing, exact, value};
use crate::sql::rows::hidden;
use crate::sql::statement::{Builder, Param};

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
        let nearest = match (class, value) {
            (Class::DateTimeOffset, Value::Text(moment)) => Value::Text(moments::nearest(moment).to_owned()),
            _ => value.clone(),
        };
        let placeholder = build.param(Param::Value(nearest));
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
            Form::Call(function, arguments) => functions::truth_of(build, *function, arguments),
            _ => exact(build, condition),
        }
    }

    /// A constant may be what is left of an expression, and to order by that is an error, unless it is a query.
    fn in_order(&self, value: String) -> String {
        format!("(SELECT {value})")
    }

    /// Whole numbers would be divided without a remainder.
    fn promoted(&self, class: Class, value: String) -> String {
        if class == Class::Decimal { format!("CAST({value} AS decimal(19,0))") } else { value }
    }

    fn same(&self, left: &str, right: &str) -> String {
        format!("EXISTS (SELECT {left} INTERSECT SELECT {right})")
    }

    fn arithmetic(&self, operation: Arithmetic, class: Class, left: &str, right: &str) -> String {
        if left == NULL || right == NULL {
            return functions::null_of(class);
        }
        match (operation, class) {
            (Arithmetic::Add, _) => format!("({left} + {right})"),
            (Arithmetic::Sub, _) => format!("({left} - {right})"),
            (Arithmetic::Mul, _) => format!("({left} * {right})"),
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
        functions::call(build, function, arguments)
    }

    fn narrowing(
        &self,
        build: &mut Builder<'_>,
        property: &Property,
        column: &str,
        comparison: Comparison,
        constant: &Value,
    ) -> Option<Narrowing> {
        narrowing::comparison(build, property, column, comparison, constant)
    }

    fn narrowing_list(
        &self,
        build: &mut Builder<'_>,
        property: &Property,
        column: &str,
        constants: &[&Value],
    ) -> Option<Narrowing> {
        narrowing::list(build, property, column, constants)
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
    // What an aggregate is made of may be made before the `CASE` around it is asked.
    let cell = |value: String, hidden: Option<&String>| match hidden {
        Some(hidden) => format!("(CASE WHEN {hidden} THEN NULL ELSE CAST({value} AS int) END)"),
        None => format!("(CAST({value} AS int))"),
    };
    let hidden = hidden(build);
    let values: Vec<String> = operands.iter().map(|operand| cell(value(build, operand), hidden.as_ref())).collect();
    format!(
        "(SELECT CAST(CASE WHEN {decided} WHEN COUNT(v.b) < COUNT(*) THEN NULL ELSE {otherwise} END AS bit) FROM (VALUES {}) AS v(b))",
        values.join(", ")
    )
}
