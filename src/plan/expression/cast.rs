//! `cast` of text -> the value that it stands for, or `null` where it stands for none.
//!
//! A newcomer's trap: what is cast here is a literal, before any row is read. What the rows hold is not: databases do not agree on
//! which text is a number. Source: URL Conventions 4.01 section 5.1.1.10.1.

use super::constant::{coerced, read};
use super::resolve::Resolver;
use super::{Class, Form, Typed};
use crate::edm::Value;
use crate::error::Result;
use crate::odata::expression::{Expression, Step, Term};

impl Resolver<'_> {
    pub(super) fn cast(&mut self, arguments: &[Expression]) -> Result<Typed> {
        let [operand, Expression { term: Term::Path(steps), .. }] = arguments else {
            return Err(self.not_supported("cast of a whole entity"));
        };
        let target = match steps.as_slice() {
            [Step::Qualified(name) | Step::Name(name)] => target(name),
            _ => None,
        };
        let (class, whole) = target.ok_or_else(|| self.not_supported("cast to that type"))?;
        let operand = self.typed(operand)?;
        let null = || Typed { form: Form::Null, class: Class::Null, nullable: true };
        match (&operand.form, operand.class) {
            (Form::Null, _) => Ok(null()),
            (Form::Constant(Value::Text(text)), Class::String) => {
                let value = read(text, class).filter(|value| within(value, whole));
                Ok(value.map_or_else(null, |value| Typed { form: Form::Constant(value), class, nullable: false }))
            }
            _ => match coerced(operand, class) {
                same if same.class == class && whole.is_none() && matches!(same.form, Form::Constant(_)) => Ok(same),
                _ => Err(self.not_supported("cast of something else than a literal")),
            },
        }
    }
}

/// The class of a type, and the least and the greatest of its whole numbers.
fn target(name: &str) -> Option<(Class, Option<(i64, i64)>)> {
    let whole = |least: i64, greatest: i64| (Class::Integer, Some((least, greatest)));
    Some(match name.strip_prefix("Edm.").unwrap_or(name) {
        "Boolean" => (Class::Boolean, None),
        "Byte" => whole(0, u8::MAX.into()),
        "Date" => (Class::Date, None),
        "DateTimeOffset" => (Class::DateTimeOffset, None),
        "Decimal" => (Class::Decimal, None),
        "Double" | "Single" => (Class::Double, None),
        "Guid" => (Class::Guid, None),
        "Int16" => whole(i16::MIN.into(), i16::MAX.into()),
        "Int32" => whole(i32::MIN.into(), i32::MAX.into()),
        "Int64" => whole(i64::MIN, i64::MAX),
        "SByte" => whole(i8::MIN.into(), i8::MAX.into()),
        "String" => (Class::String, None),
        "TimeOfDay" => (Class::TimeOfDay, None),
        _ => return None,
    })
}

fn within(value: &Value, bounds: Option<(i64, i64)>) -> bool {
    match (value, bounds) {
        (Value::Integer(number), Some((least, greatest))) => (least..=greatest).contains(number),
        _ => true,
    }
}
