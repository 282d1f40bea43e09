//! A key predicate and an entity type -> the key, or an alternate one, with its values.
//!
//! Source: URL Conventions 4.01 sections 4.3.1, 4.3.5 (alternate keys) and 4.3.6 (keys as segments).

use crate::edm::{
    EdmType, EntitySet, Fitted, Property, Value, ValueRef, canonical_date, canonical_date_time_offset,
    canonical_time_of_day, fit,
};
use crate::error::{Error, ErrorKind, Result};
use crate::odata::{KeyPredicate, KeyValue, Literal, Options, literal};

/// Which entity: properties that tell it from all others, and their values.
#[derive(Clone, Debug, PartialEq)]
pub struct Key {
    /// Indexes of the properties.
    pub properties: Vec<usize>,
    /// Their values, in the canonical form of their types.
    pub values: Vec<Value>,
}

impl Key {
    /// The properties of `set` with their values.
    pub fn pairs<'a>(&'a self, set: &'a EntitySet) -> Vec<(&'a Property, &'a Value)> {
        self.properties.iter().map(|&property| &set.properties[property]).zip(&self.values).collect()
    }
}

/// The key that `predicate` gives to an entity of `set`.
pub(super) fn resolve(predicate: &KeyPredicate, set: &EntitySet, options: &Options) -> Result<Key> {
    match predicate {
        KeyPredicate::Single(given) => match set.key.as_slice() {
            [_] => of(&set.key, set, |property| value(given, property, options)),
            _ => Err(wrong_names(set)),
        },
        KeyPredicate::Named(pairs) => {
            let given = |property: &Property| pairs.iter().find(|(name, _)| *name == property.name);
            let named = |key: &&Vec<usize>| {
                key.len() == pairs.len() && key.iter().all(|&property| given(&set.properties[property]).is_some())
            };
            let keys = std::iter::once(&set.key).chain(&set.alternate_keys);
            let key = keys.into_iter().find(named).ok_or_else(|| wrong_names(set))?;
            of(key, set, |property| {
                let (_, given) = given(property).ok_or_else(|| wrong_names(set))?;
                value(given, property, options)
            })
        }
    }
}

/// The key that a path segment is, where keys are segments: without quotes.
pub(super) fn of_segment(segment: &str, set: &EntitySet) -> Result<Key> {
    if set.key.len() != 1 {
        return Err(wrong_names(set));
    }
    of(&set.key, set, |property| {
        let literal = match property.ty {
            EdmType::String { .. } => Literal::String(segment.to_owned()),
            _ => Literal::Bare(segment.to_owned()),
        };
        of_type(&literal, property.ty).ok_or_else(|| wrong_value(property))
    })
}

fn of(key: &[usize], set: &EntitySet, value: impl Fn(&Property) -> Result<Value>) -> Result<Key> {
    let values = key.iter().map(|&property| value(&set.properties[property])).collect::<Result<_>>()?;
    Ok(Key { properties: key.to_vec(), values })
}

fn wrong_names(set: &EntitySet) -> Error {
    let names: Vec<String> = set.key_properties().map(|property| format!("{}=...", property.name)).collect();
    let message = format!("The key of \"{}\" is written as {}({}).", set.name, set.name, names.join(","));
    Error::new(ErrorKind::SyntaxError, message).about("The path")
}

fn value(given: &KeyValue, property: &Property, options: &Options) -> Result<Value> {
    let wrong = || wrong_value(property);
    match given {
        KeyValue::Literal(literal) => of_type(literal, property.ty).ok_or_else(wrong),
        KeyValue::Alias(name) => {
            let missing = || Error::syntax("The query", 0, &format!("the parameter alias {name}"));
            let literal = literal(options.alias(name).ok_or_else(missing)?)?;
            of_type(&literal, property.ty).ok_or_else(wrong)
        }
    }
}

fn wrong_value(property: &Property) -> Error {
    let message =
        format!("The value of the key property \"{}\" is not a literal of {}.", property.name, property.ty.name());
    Error::new(ErrorKind::InvalidValue, message).about(property.name.as_str())
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
