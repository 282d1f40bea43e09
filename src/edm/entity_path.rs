//! A key's values -> the entity's URL, and the bare key.
//!
//! Source: URL Conventions 4.01 section 4.3 (canonical URL), ABNF `keyPredicate`.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};

use super::fit::{Fitted, Misfit, fit};
use super::model::EntitySet;
use super::value::ValueRef;

/// Everything but `unreserved` and the quote, which delimits strings.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'\'');

/// `Orders(1)` or `OrderLines(OrderId=1,Product='a%2Fb')`, relative to the service root.
pub fn entity_path(set: &EntitySet, key: &[ValueRef<'_>]) -> Result<String, Misfit> {
    Ok(format!("{}{}", encoded(&set.name), key_path(set, &set.key, key)?))
}

/// `(1)` or `(OrderId=1,Product='a%2Fb')`; where the properties are not the key, all of them are named.
pub fn key_path(set: &EntitySet, properties: &[usize], values: &[ValueRef<'_>]) -> Result<String, Misfit> {
    let values = literals(set, properties, values)?.into_iter().map(|literal| encoded(&literal));
    Ok(format!("({})", predicate(set, properties, values, encoded)))
}

fn encoded(text: &str) -> String {
    percent_encode(text.as_bytes(), RESERVED).to_string()
}

/// The bare key: `1`, `a/b`, or `OrderId=1,Product='a/b'`.
pub fn bare_key(set: &EntitySet, key: &[ValueRef<'_>]) -> Result<String, Misfit> {
    match (set.key.as_slice(), key) {
        ([index], [value]) => match fit(set.properties[*index].ty, *value)? {
            Fitted::Text(text) => Ok(text.into_owned()),
            other => literal(&other),
        },
        _ => Ok(predicate(set, &set.key, literals(set, &set.key, key)?.into_iter(), str::to_owned)),
    }
}

fn predicate(
    set: &EntitySet,
    properties: &[usize],
    values: impl ExactSizeIterator<Item = String>,
    name: impl Fn(&str) -> String,
) -> String {
    if values.len() == 1 && properties == set.key {
        return values.collect();
    }
    let names = properties.iter().map(|&property| name(&set.properties[property].name));
    names.zip(values).map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(",")
}

fn literals(set: &EntitySet, properties: &[usize], values: &[ValueRef<'_>]) -> Result<Vec<String>, Misfit> {
    let types = properties.iter().map(|&property| set.properties[property].ty);
    types.zip(values).map(|(ty, value)| literal(&fit(ty, *value)?)).collect()
}

/// The literal; null has none, because a key cannot be null.
fn literal(value: &Fitted<'_>) -> Result<String, Misfit> {
    match value {
        Fitted::Boolean(boolean) => Ok(boolean.to_string()),
        Fitted::Integer(number) | Fitted::Long(number) => Ok(number.to_string()),
        Fitted::Decimal(text) | Fitted::Plain(text) => Ok(text.as_str().to_owned()),
        Fitted::Text(text) => Ok(format!("'{}'", text.replace('\'', "''"))),
        Fitted::Binary(_) | Fitted::Double(_) | Fitted::Null | Fitted::Single(_) => Err(Misfit),
    }
}
