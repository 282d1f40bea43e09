//! A key predicate and an entity type -> the key's values, in key order.

use crate::edm::{
    EdmType, EntitySet, Fitted, Property, Value, ValueRef, canonical_date, canonical_date_time_offset,
    canonical_time_of_day, fit,
};
use crate::error::{Error, ErrorKind, Result};
use crate::odata::{KeyPredicate, KeyValue, Literal, Options, literal};

/// The values that `predicate` gives to the key of `set`.
pub(super) fn resolve(predicate: &KeyPredicate, set: &EntitySet, options: &Options) -> Result<Vec<Value>> {
    match predicate {
        KeyPredicate::Single(given) => match set.key.as_slice() {
            [_] => set.key_properties().map(|property| value(given, property, options)).collect(),
            _ => Err(wrong_names(set)),
        },
        KeyPredicate::Named(pairs) if pairs.len() == set.key.len() => set
            .key_properties()
            .map(|property| {
                let (_, given) =
                    pairs.iter().find(|(name, _)| *name == property.name).ok_or_else(|| wrong_names(set))?;
                value(given, property, options)
            })
            .collect(),
        KeyPredicate::Named(_) => Err(wrong_names(set)),
    }
}

fn wrong_names(set: &EntitySet) -> Error {
    let names: Vec<String> = set.key_properties().map(|property| format!("{}=...", property.name)).collect();
    let message = format!("The key of \"{}\" is written as {}({}).", set.name, set.name, names.join(","));
    Error::new(ErrorKind::SyntaxError, message).about("The path")
}

fn value(given: &KeyValue, property: &Property, options: &Options) -> Result<Value> {
    let wrong = || {
        let message =
            format!("The value of the key property \"{}\" is not a literal of {}.", property.name, property.ty.name());
        Error::new(ErrorKind::InvalidValue, message).about(property.name.as_str())
    };
    match given {
        KeyValue::Literal(literal) => of_type(literal, property.ty).ok_or_else(wrong),
        KeyValue::Alias(name) => {
            let missing = || Error::syntax("The query", 0, &format!("the parameter alias {name}"));
            let literal = literal(options.alias(name).ok_or_else(missing)?)?;
            of_type(&literal, property.ty).ok_or_else(wrong)
        }
    }
}

/// The literal as a value of `ty`, in the one form that is looked up.
fn of_type(literal: &Literal, ty: EdmType) -> Option<Value> {
    match (ty, literal) {
        (EdmType::String { .. }, Literal::String(text)) => Some(Value::Text(text.clone())),
        (EdmType::Boolean, Literal::Bare(text)) => match text.as_str() {
            "true" => Some(Value::Integer(1)),
            "false" => Some(Value::Integer(0)),
            _ => None,
        },
        (EdmType::Byte | EdmType::Int16 | EdmType::Int32 | EdmType::Int64, Literal::Bare(text)) => {
            text.parse().ok().map(Value::Integer)
        }
        (EdmType::Decimal { .. }, Literal::Bare(text)) => {
            match fit(EdmType::Decimal { digits: None }, ValueRef::Text(text)) {
                Ok(Fitted::Decimal(number)) => Some(Value::Text(number.as_str().to_owned())),
                _ => None,
            }
        }
        (EdmType::Date, Literal::Bare(text)) if text.len() == 10 => canonical_date(text).map(text_value),
        (EdmType::TimeOfDay { precision }, Literal::Bare(text)) => {
            canonical_time_of_day(text, precision).map(text_value)
        }
        (EdmType::DateTimeOffset { precision }, Literal::Bare(text)) if text.contains('T') => {
            canonical_date_time_offset(text, precision).map(text_value)
        }
        (EdmType::Guid, Literal::Bare(text)) if text.len() == 36 => match fit(ty, ValueRef::Text(text)) {
            Ok(Fitted::Plain(guid)) => Some(text_value(guid)),
            _ => None,
        },
        _ => None,
    }
}

fn text_value(short: crate::edm::Short) -> Value {
    Value::Text(short.as_str().to_owned())
}
