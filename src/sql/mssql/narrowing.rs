//! Comparisons with constants -> conditions on the column itself, which an index can serve.
//!
//! Casting the constant to the column's type lets its index serve the comparison; only where that loses nothing.

use super::{keys, moments, types};
use crate::edm::{EdmType, Property, Value, fit};
use crate::plan::Comparison;
use crate::sql::expression::{Narrowing, operator};
use crate::sql::statement::{Builder, Param};

/// Of a comparison of a property with a constant.
pub(super) fn comparison(
    build: &mut Builder<'_>,
    property: &Property,
    column: &str,
    comparison: Comparison,
    constant: &Value,
) -> Option<Narrowing> {
    let is_code_page = is_code_page(property);
    if !is_exact(property, constant) || is_endless(property) || (is_code_page && comparison != Comparison::Eq) {
        return None;
    }
    let placeholder = build.param(Param::Value(constant.clone()));
    let operator = operator(comparison);
    let whole = format!("{column} {operator} {}", alike(property, &placeholder));
    if !is_code_page {
        return Some(Narrowing::Whole(whole));
    }
    let exactly = types::selected(&property.declared, column.to_owned());
    Some(Narrowing::Both(whole, format!("{exactly} {operator} {placeholder}")))
}

/// Of a property being one of `constants`. Each is one parameter, however often it is needed: there is an end to their number.
pub(super) fn list(
    build: &mut Builder<'_>,
    property: &Property,
    column: &str,
    constants: &[&Value],
) -> Option<Narrowing> {
    if is_endless(property) || !constants.iter().all(|constant| is_exact(property, constant)) {
        return None;
    }
    let placeholders: Vec<String> =
        constants.iter().map(|&constant| build.param(Param::Value(constant.clone()))).collect();
    let alike: Vec<String> = placeholders.iter().map(|placeholder| alike(property, placeholder)).collect();
    let whole = format!("{column} IN ({})", alike.join(", "));
    if !is_code_page(property) {
        return Some(Narrowing::Whole(whole));
    }
    let exactly = types::selected(&property.declared, column.to_owned());
    Some(Narrowing::Both(whole, format!("{exactly} IN ({})", placeholders.join(", "))))
}

/// Text of any character is compared as it is with a column that has any character.
fn alike(property: &Property, placeholder: &str) -> String {
    match property.ty {
        EdmType::String { .. } if !is_code_page(property) => placeholder.to_owned(),
        _ => keys::parameter(property, placeholder),
    }
}

/// What its code page does not have, another character stands for.
fn is_code_page(property: &Property) -> bool {
    ["char", "varchar"].iter().any(|name| property.declared.starts_with(name))
}

/// No index has such columns, and to compare what is long takes long.
fn is_endless(property: &Property) -> bool {
    property.declared.ends_with("(max)")
}

/// Whether the column's type has exactly this value.
fn is_exact(property: &Property, constant: &Value) -> bool {
    if !types::is_itself(&property.declared) || !moments::is_in_range(property, constant) {
        return false;
    }
    let fits = fit(property.ty, constant.borrow()).is_ok();
    match (property.declared.as_str(), constant) {
        // Kept in 300ths of a second, which are told as thousandths that end so.
        ("datetime", Value::Text(moment)) => {
            let thousandths = moment.split_once('.').map_or("", |(_, fraction)| fraction);
            let digits: String = thousandths.chars().take_while(char::is_ascii_digit).collect();
            fits && matches!(format!("{digits:0<3}").as_bytes().get(2), Some(b'0' | b'3' | b'7'))
        }
        ("smalldatetime", Value::Text(moment)) => fits && moment.get(16..19) == Some(":00"),
        _ => fits,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_constant_is_cast_only_to_types_that_have_it() {
        let property = |declared: &str| Property {
            name: String::new(),
            column: String::new(),
            declared: declared.to_owned(),
            ty: types::edm_type(declared),
            description: None,
            nullable: true,
            null_in_database: true,
            computed: false,
            calculated: false,
            signature: String::new(),
            collation: None,
        };
        let text = |text: &str| Value::Text(text.to_owned());
        for (declared, constant, expected) in [
            ("int", Value::Integer(1), true),
            ("int", Value::Integer(3_000_000_000), false),
            ("int", text("1.5"), false),
            ("int", Value::Real(1.0), false),
            ("decimal(10,2)", text("1.25"), true),
            ("decimal(10,2)", text("1.255"), false),
            ("float", Value::Real(1.0), false),
            ("datetime", text("2024-01-01T00:00:00.003Z"), true),
            ("datetime", text("2024-01-01T00:00:00.004Z"), false),
            ("datetime", text("0001-01-01T00:00:00Z"), false),
            ("smalldatetime", text("2024-01-01T00:01:00Z"), true),
            ("smalldatetime", text("2024-01-01T00:00:01Z"), false),
            ("smalldatetime", text("1899-12-31T00:00:00Z"), false),
            ("smalldatetime", text("2080-01-01T00:00:00Z"), false),
            ("datetime2(7)", text("0001-01-01T00:00:00Z"), true),
            ("datetime2(7)", text("0001-01-01T00:00:00+01:00"), false),
            ("nvarchar(3)", text("abc"), true),
            ("nvarchar(3)", text("abcd"), false),
        ] {
            assert_eq!(is_exact(&property(declared), &constant), expected, "{constant:?} in {declared}");
        }
    }
}
