//! A literal -> a value in the one form that its class has.

use super::{Class, Form, Typed};
use crate::edm::{
    EdmType, Fitted, Short, Value, ValueRef, canonical_date, canonical_date_time_offset, canonical_time_of_day, fit,
};
use crate::error::{Error, ErrorKind, Result};
use crate::odata::expression::Constant;

/// Digits of a second's fraction that both databases can compare.
const PRECISION: u8 = 7;
/// What SQL Server's exact numbers hold.
const LONGEST_DECIMAL: usize = 38;

/// The literal as an expression.
pub(super) fn constant(literal: &Constant, part: &str) -> Result<Typed> {
    let wrong = |what: &'static str| move || invalid(part, what);
    let (class, value) = match literal {
        Constant::Null => return Ok(Typed { form: Form::Null, class: Class::Null, nullable: true }),
        Constant::Binary(octets) => (Class::Binary, Value::Bytes(octets.clone())),
        Constant::Boolean(is) => (Class::Boolean, Value::Integer((*is).into())),
        Constant::Date(text) => (Class::Date, date(text).ok_or_else(wrong("a date that does not exist"))?),
        Constant::DateTimeOffset(text) => {
            (Class::DateTimeOffset, moment(text).ok_or_else(wrong("a moment that does not exist"))?)
        }
        Constant::Decimal(text) => (Class::Decimal, decimal(text).ok_or_else(wrong("a number of too many digits"))?),
        Constant::Double(text) => (Class::Double, double(text).ok_or_else(|| not_supported(part, text))?),
        Constant::Duration(_) => return Err(not_supported(part, "Edm.Duration")),
        Constant::Guid(text) => (Class::Guid, guid(text).ok_or_else(wrong("a GUID that is none"))?),
        Constant::Integer(text) => match text.parse() {
            Ok(number) => (Class::Integer, Value::Integer(number)),
            Err(_) => (Class::Decimal, decimal(text).ok_or_else(wrong("a number of too many digits"))?),
        },
        Constant::String(text) => (Class::String, Value::Text(text.clone())),
        Constant::TimeOfDay(text) => (Class::TimeOfDay, time(text).ok_or_else(wrong("a time that does not exist"))?),
    };
    Ok(Typed { form: Form::Constant(value), class, nullable: false })
}

/// `typed` as a value of `class`, where it is a literal that can be one: numbers that are promoted, and text that stands for
/// something else (Protocol 4.01 section 13.2.1: services accept literals in quotes).
pub(super) fn coerced(typed: Typed, class: Class) -> Typed {
    let Form::Constant(value) = &typed.form else { return typed };
    let value = match (typed.class, class, value) {
        (Class::Integer, Class::Decimal, Value::Integer(number)) => Some(Value::Text(number.to_string())),
        #[expect(clippy::cast_precision_loss, reason = "numeric promotion to binary64 may round")]
        (Class::Integer, Class::Double, Value::Integer(number)) => Some(Value::Real(*number as f64)),
        (Class::Decimal, Class::Double, Value::Text(text)) => text.parse().ok().map(Value::Real),
        (Class::Decimal, Class::Integer, Value::Text(text)) => whole(text).map(Value::Integer),
        (Class::String, Class::Date | Class::DateTimeOffset | Class::TimeOfDay | Class::Guid, Value::Text(text)) => {
            read(text, class)
        }
        _ => None,
    };
    match value {
        Some(value) => Typed { form: Form::Constant(value), class, nullable: false },
        None => typed,
    }
}

/// The same of text that stands for a number or a Boolean, and of a whole number that stands for text: whoever gave it a value did not
/// know the type of what it is compared with.
pub(super) fn leniently(typed: Typed, class: Class) -> Typed {
    let value = match (&typed.form, typed.class, class) {
        (
            Form::Constant(Value::Text(text)),
            Class::String,
            Class::Boolean | Class::Decimal | Class::Double | Class::Integer,
        ) => read(text, class),
        (Form::Constant(Value::Integer(number)), Class::Integer, Class::String) => {
            Some(Value::Text(number.to_string()))
        }
        _ => None,
    };
    match value {
        Some(value) => Typed { form: Form::Constant(value), class, nullable: false },
        None => typed,
    }
}

/// `typed`, compared with `other`: where that is a property of type `Edm.Single`, a constant that is written as one of its values is that
/// value. What a client sees as 0.1 is not the double 0.1.
pub(super) fn as_seen(typed: Typed, other: &Typed) -> Typed {
    let Form::Property(path) = &other.form else { return typed };
    let Form::Constant(Value::Real(number)) = typed.form else { return typed };
    if path.property().ty != EdmType::Single {
        return typed;
    }
    #[expect(clippy::cast_possible_truncation, reason = "a constant that is not written so is left as it is")]
    let single = number as f32;
    if single.to_string().parse() == Ok(number) {
        return Typed { form: Form::Constant(Value::Real(single.into())), ..typed };
    }
    typed
}

/// The whole number that a decimal is.
fn whole(decimal: &str) -> Option<i64> {
    let (whole, fraction) = decimal.split_once('.').unwrap_or((decimal, ""));
    whole.parse().ok().filter(|_| fraction.bytes().all(|digit| digit == b'0'))
}

/// The whole numbers below and above a decimal that is none.
pub(super) fn neighbours(decimal: &str) -> Option<(i64, i64)> {
    let (number, _) = decimal.split_once('.').filter(|_| whole(decimal).is_none())?;
    let cut: i64 = number.parse().ok()?;
    let further = if number.starts_with('-') { cut.checked_sub(1)? } else { cut.checked_add(1)? };
    Some((cut.min(further), cut.max(further)))
}

/// The value of `class` that `text` is.
pub(super) fn read(text: &str, class: Class) -> Option<Value> {
    match class {
        Class::Boolean if text.eq_ignore_ascii_case("true") => Some(Value::Integer(1)),
        Class::Boolean if text.eq_ignore_ascii_case("false") => Some(Value::Integer(0)),
        Class::Date => date(text),
        Class::DateTimeOffset => moment(text),
        Class::Decimal => decimal(text),
        Class::Double => double(text),
        Class::Guid => guid(text),
        Class::Integer => text.parse().ok().map(Value::Integer),
        Class::String => Some(Value::Text(text.to_owned())),
        Class::TimeOfDay => time(text),
        Class::Binary | Class::Boolean | Class::Null => None,
    }
}

/// The moment that `now()` is, and the first and the last that there are.
pub(super) fn moment_constant(text: &str) -> Typed {
    Typed { form: Form::Constant(Value::Text(text.to_owned())), class: Class::DateTimeOffset, nullable: false }
}

fn date(text: &str) -> Option<Value> {
    canonical_date(text).filter(|_| text.len() == 10).map(value)
}

fn moment(text: &str) -> Option<Value> {
    let upper = text.to_ascii_uppercase();
    canonical_date_time_offset(&upper, PRECISION).filter(|_| upper.contains('T')).map(value)
}

fn time(text: &str) -> Option<Value> {
    canonical_time_of_day(text, PRECISION).map(value)
}

fn guid(text: &str) -> Option<Value> {
    match fit(EdmType::Guid, ValueRef::Text(text)) {
        Ok(Fitted::Plain(guid)) if text.len() == 36 => Some(value(guid)),
        _ => None,
    }
}

fn decimal(text: &str) -> Option<Value> {
    let text = text.strip_prefix('+').unwrap_or(text);
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    match fit(EdmType::Decimal { digits: None }, ValueRef::Text(text)) {
        Ok(Fitted::Decimal(number)) if digits <= LONGEST_DECIMAL => Some(value(number)),
        _ => None,
    }
}

/// Neither database compares with what is no finite number.
fn double(text: &str) -> Option<Value> {
    text.parse().ok().filter(|number: &f64| number.is_finite()).map(Value::Real)
}

fn value(short: Short) -> Value {
    Value::Text(short.as_str().to_owned())
}

fn invalid(part: &str, what: &str) -> Error {
    Error::new(ErrorKind::InvalidValue, format!("The value of \"{part}\" holds {what}.")).about(part)
}

fn not_supported(part: &str, what: &str) -> Error {
    let message = format!("The value of \"{part}\" holds {what}, which this service does not support in expressions.");
    Error::new(ErrorKind::OptionNotSupported, message).about(part)
}
