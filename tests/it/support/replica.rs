//! A copy of one entity set, built from nothing but answers: what every client of delta links keeps.

use std::collections::BTreeMap;

use serde_json::Value;

use super::client::{Answer, Client};

/// The copy, and where it goes on.
#[derive(Clone, Debug)]
pub(crate) struct Replica {
    set: String,
    key: Vec<String>,
    page_size: Option<u32>,
    pub(crate) rows: BTreeMap<String, Value>,
    /// The next page or the delta link; `None` before the first request.
    pub(crate) link: Option<String>,
}

/// What one request brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// A page with a next link.
    Page,
    /// A page with a delta link: the copy is now at one version.
    UpToDate,
    /// 410: the copy was emptied and starts over with the next step.
    StartedOver,
}

impl Replica {
    /// A copy of `set`, whose key properties are `key`.
    pub(crate) fn new(set: &str, key: &[&str], page_size: Option<u32>) -> Self {
        let key = key.iter().map(|&name| name.to_owned()).collect();
        Self { set: set.to_owned(), key, page_size, rows: BTreeMap::new(), link: None }
    }

    /// Makes one request and applies its answer.
    #[track_caller]
    pub(crate) fn step(&mut self, client: &Client) -> Step {
        let url = self.link.clone().unwrap_or_else(|| format!("/odata/{}", self.set));
        let mut prefer = "odata.track-changes".to_owned();
        if let Some(size) = self.page_size {
            prefer = format!("{prefer}, odata.maxpagesize={size}");
        }
        let answer = client.ask("GET", &url).header("Prefer", &prefer).send();
        if answer.status == 410 {
            self.link = answer.header("Location").map(str::to_owned);
            self.rows.clear();
            return Step::StartedOver;
        }
        self.apply(&answer.expect(200))
    }

    /// Follows links until the copy is at one version. Starts over as often as it is told to.
    #[track_caller]
    pub(crate) fn sync(&mut self, client: &Client) {
        while self.step(client) != Step::UpToDate {}
    }

    fn apply(&mut self, answer: &Answer) -> Step {
        for item in answer.value() {
            let deleted = item.get("reason").is_some() && item.get("id").is_some();
            if deleted {
                self.rows.remove(&id_of_url(item["id"].as_str().unwrap()));
            } else {
                self.rows.insert(self.id(&item), item);
            }
        }
        let next = answer.link("nextLink");
        let step = if next.is_some() { Step::Page } else { Step::UpToDate };
        self.link = next.or_else(|| answer.link("deltaLink"));
        assert!(self.link.is_some(), "neither link in {}", answer.text());
        step
    }

    /// `5`, or `5,'x'`: the key as it stands in an entity's URL, without names.
    fn id(&self, item: &Value) -> String {
        let literal = |name: &String| match &item[name] {
            Value::String(text) if is_bare(text) => text.clone(),
            Value::String(text) => format!("'{}'", text.replace('\'', "''")),
            other => other.to_string(),
        };
        self.key.iter().map(literal).collect::<Vec<_>>().join(",")
    }
}

/// GUIDs and dates stand in URLs without quotes.
fn is_bare(text: &str) -> bool {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    (text.len() == 36 || text.len() == 10) && text.contains('-') && digits(text)
}

fn id_of_url(url: &str) -> String {
    let open = url.rfind('(').unwrap();
    let inside = &url[open + 1..url.len() - 1];
    let decoded = |text: &str| percent_encoding::percent_decode_str(text).decode_utf8().unwrap().into_owned();
    let values = inside.split(',').map(|pair| pair.split_once('=').map_or(pair, |(_, value)| value));
    values.map(decoded).collect::<Vec<_>>().join(",")
}
