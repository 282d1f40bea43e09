//! A batch in JSON -> its requests.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::{Individual, PART};
use crate::error::{Error, ErrorKind, Result};

/// Members that are not known may be annotations.
#[derive(Deserialize)]
struct Body {
    requests: Vec<Item>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    id: String,
    method: String,
    url: String,
    atomicity_group: Option<String>,
    depends_on: Option<Vec<String>>,
    r#if: Option<IgnoredAny>,
    headers: Option<BTreeMap<String, String>>,
    body: Option<IgnoredAny>,
}

pub(super) fn parse(body: &[u8]) -> Result<Vec<Individual>> {
    let body: Body = serde_json::from_slice(body).map_err(|error| malformed(&error))?;
    Ok(body.requests.into_iter().map(individual).collect())
}

/// The reader says what it missed, and at which line and column.
fn malformed(error: &serde_json::Error) -> Error {
    Error::new(ErrorKind::SyntaxError, format!("{PART} is not a batch in JSON: {error}.")).about(PART)
}

fn individual(item: Item) -> Individual {
    let headers = item.headers.unwrap_or_default();
    Individual {
        id: Some(item.id),
        depends_on: item.depends_on.unwrap_or_default(),
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
            "{\"requests\":[]",
            "{\"requests\":[]} x",
        ] {
            let error = parse(wrong.as_bytes()).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::SyntaxError, "{wrong}");
            assert!(error.message().contains("line") && error.message().contains("column"), "{error}");
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
