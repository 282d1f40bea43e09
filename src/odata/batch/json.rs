//! A batch in JSON -> its requests.
//!
//! A newcomer's trap: the reader takes an array of values for an object with these members, in their order, unless it is told not to.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::{Individual, PART};
use crate::error::{Error, ErrorKind};

/// Members that are not known may be annotations.
#[derive(Deserialize)]
struct Body {
    requests: Array<Object<Item>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    id: String,
    method: String,
    url: String,
    atomicity_group: Option<String>,
    depends_on: Option<Array<String>>,
    r#if: Option<IgnoredAny>,
    headers: Option<Object<BTreeMap<String, String>>>,
    body: Option<IgnoredAny>,
}

/// What is written as a JSON object and in no other way.
struct Object<T>(T);

/// The same of arrays.
struct Array<T>(Vec<T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(OfJson::<Self>(PhantomData))
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Array<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(OfJson::<Self>(PhantomData))
    }
}

/// Reads the one, and not the other.
struct OfJson<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for OfJson<Object<T>> {
    type Value = Object<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Self::Value, A::Error> {
        T::deserialize(MapAccessDeserializer::new(members)).map(Object)
    }
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for OfJson<Array<T>> {
    type Value = Array<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let mut all = Vec::new();
        while let Some(item) = items.next_element()? {
            all.push(item);
        }
        Ok(Array(all))
    }
}

pub(super) fn parse(body: &[u8]) -> Result<Vec<Individual>, Error> {
    let Object(body) = serde_json::from_slice::<Object<Body>>(body).map_err(|error| malformed(&error))?;
    Ok(body.requests.0.into_iter().map(|Object(item)| individual(item)).collect())
}

/// The reader says what it missed, and at which line and column.
fn malformed(error: &serde_json::Error) -> Error {
    let missed = in_words_of_json(error.to_string());
    Error::new(ErrorKind::SyntaxError, format!("{PART} is not a batch in JSON: {missed}.")).about(PART)
}

/// The reader's own words are those of its data model.
fn in_words_of_json(missed: String) -> String {
    match missed.strip_prefix("invalid type: ").and_then(|unlike| unlike.split_once(", expected ")) {
        Some(("sequence", wanted)) => format!("an array stands in the place of {wanted}"),
        Some(("map", wanted)) => format!("an object stands in the place of {wanted}"),
        Some((found, wanted)) => format!("{found} stands in the place of {wanted}"),
        None => missed,
    }
}

fn individual(item: Item) -> Individual {
    let headers = item.headers.map(|Object(headers)| headers).unwrap_or_default();
    Individual {
        id: Some(item.id),
        depends_on: item.depends_on.map(|Array(ids)| ids).unwrap_or_default(),
        group: item.atomicity_group,
        conditional: item.r#if.is_some(),
        change_set: false,
        method: item.method,
        url: item.url,
        headers: headers.into_iter().map(|(name, value)| (name.to_ascii_lowercase(), value)).collect(),
        has_body: item.body.is_some(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn requests_are_read_in_their_order() {
        let body = br#"{"@note":1,"requests":[
            {"id":"1","method":"GET","url":"Orders","headers":{"Prefer":"track-changes"},"body":null},
            {"id":"2","method":"post","url":"Orders","atomicityGroup":"g","dependsOn":["1"],"if":"$1/$succeeded","body":{}}]}"#;
        let requests = parse(body).unwrap();
        assert_eq!(requests[0].headers, [("prefer".to_owned(), "track-changes".to_owned())]);
        assert!(!requests[0].has_body && !requests[0].conditional && requests[0].depends_on.is_empty());
        assert_eq!(
            (requests[1].group.as_deref(), requests[1].depends_on.as_slice()),
            (Some("g"), &["1".to_owned()][..])
        );
        assert!(requests[1].has_body && requests[1].conditional);
    }

    #[test]
    fn what_is_no_batch_is_refused_with_its_place() {
        for wrong in [
            "",
            "[]",
            "{}",
            "{\"requests\":{}}",
            "{\"requests\":[{\"id\":1,\"method\":\"get\",\"url\":\"A\"}]}",
            "{\"requests\":[{\"method\":\"get\",\"url\":\"A\"}]}",
            "{\"requests\":[{\"id\":\"1\",\"id\":\"2\",\"method\":\"get\",\"url\":\"A\"}]}",
            "[[]]",
            "1",
            "{\"requests\":[[\"1\",\"get\",\"A\",null,null,null,null,null]]}",
            "{\"requests\":[1]}",
            "{\"requests\":[{\"id\":\"1\",\"method\":\"get\",\"url\":\"A\",\"headers\":[]}]}",
            "{\"requests\":[{\"id\":\"1\",\"method\":\"get\",\"url\":\"A\",\"headers\":{\"a\":{}}}]}",
            "{\"requests\":[{\"id\":\"1\",\"method\":\"get\",\"url\":\"A\",\"dependsOn\":{}}]}",
            "{\"requests\":[{\"id\":[],\"method\":\"get\",\"url\":\"A\"}]}",
            "{\"requests\":[]",
            "{\"requests\":[]} x",
        ] {
            let error = parse(wrong.as_bytes()).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::SyntaxError, "{wrong}");
            assert!(error.message().contains("line") && error.message().contains("column"), "{error}");
            for word in ["struct", "Body", "Item", "sequence", "map"] {
                assert!(!error.message().contains(word), "{error}");
            }
        }
        assert!(parse("[".repeat(100_000).as_bytes()).is_err());
    }

    proptest! {
        #[test]
        fn no_body_panics(body in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = parse(&body);
        }
    }
}
