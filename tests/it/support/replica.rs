//! A copy of one entity set, built from nothing but answers: what every client of delta links keeps.

use std::collections::BTreeMap;

use serde_json::Value;

use super::client::{Answer, Asking, Client};

/// The copy, and where it goes on.
#[derive(Clone, Debug)]
pub(crate) struct Replica {
    set: String,
    key: Vec<String>,
    pub(crate) page_size: Option<u32>,
    pub(crate) rows: BTreeMap<String, Value>,
    /// The next page or the delta link; `None` before the first request.
    pub(crate) link: Option<String>,
    /// Whether it would rather wait for a second than hear that there is nothing.
    pub(crate) waits: bool,
    /// The tag of what stands behind the link, where that has been seen.
    tag: Option<String>,
    /// Requests so far.
    asked: usize,
}

/// So many others ask what every third request asks, shortly before.
const CROWD: usize = 2;

/// In what its answers come, in turn. Small ones, too.
const CODINGS: [&str; 4] = ["identity", "zstd, identity;q=0", "br, identity;q=0", "gzip, identity;q=0"];

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
        Self {
            set: set.to_owned(),
            key,
            page_size,
            rows: BTreeMap::new(),
            link: None,
            waits: false,
            tag: None,
            asked: 0,
        }
    }

    /// Makes one request and applies its answer.
    #[track_caller]
    pub(crate) fn step(&mut self, client: &Client) -> Step {
        self.come_after_others(client);
        let answer = self.ask(client).send();
        self.take(&answer)
    }

    /// What is asked by many may be answered otherwise than what is asked by one.
    fn come_after_others(&mut self, client: &Client) {
        self.asked += 1;
        if self.asked.is_multiple_of(3) {
            (0..CROWD).for_each(|_| drop(self.ask(client).try_send()));
        }
    }

    /// The same; `None`, and nothing has changed, where the connection broke or the gateway had to refuse for now (503).
    #[track_caller]
    pub(crate) fn try_step(&mut self, client: &Client) -> Option<Step> {
        self.come_after_others(client);
        let answer = self.ask(client).try_send().ok().filter(|answer| answer.status != 503)?;
        Some(self.take(&answer))
    }

    /// Follows links until the copy is at one version: how often it had to start over on the way.
    #[track_caller]
    pub(crate) fn sync(&mut self, client: &Client) -> usize {
        let mut started_over = 0;
        loop {
            match self.step(client) {
                Step::UpToDate => return started_over,
                Step::Page => {}
                Step::StartedOver => started_over += 1,
            }
            assert!(started_over < 10, "a fresh start leads to the next one, without end");
        }
    }

    fn ask<'a>(&self, client: &'a Client) -> Asking<'a> {
        let url = self.link.clone().unwrap_or_else(|| format!("/odata/{}", self.set));
        let mut prefer = "odata.track-changes".to_owned();
        if let Some(size) = self.page_size {
            prefer = format!("{prefer}, odata.maxpagesize={size}");
        }
        if self.waits {
            prefer.push_str(", wait=1");
        }
        let coding = CODINGS[self.asked % CODINGS.len()];
        let asking = client.ask("GET", &url).header("Prefer", &prefer).header("Accept-Encoding", coding);
        match &self.tag {
            Some(tag) => asking.header("If-None-Match", tag),
            None => asking,
        }
    }

    #[track_caller]
    fn take(&mut self, answer: &Answer) -> Step {
        if answer.status == 410 {
            self.link = answer.header("Location").map(behind_host);
            self.tag = None;
            self.rows.clear();
            return Step::StartedOver;
        }
        if answer.status == 304 {
            assert!(self.tag.is_some(), "nothing was known that could be the same");
            return Step::UpToDate;
        }
        assert_eq!(answer.status, 200, "{}", answer.text());
        self.apply(answer)
    }

    #[track_caller]
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
        let link = next.or_else(|| answer.link("deltaLink"));
        let link = behind_host(&link.unwrap_or_else(|| panic!("neither link in {}", answer.text())));
        // The link leads where it stands: what was seen there is known.
        let stays = self.link.as_ref() == Some(&link);
        self.tag = answer.header("ETag").filter(|_| stays).map(str::to_owned);
        self.link = Some(link);
        step
    }

    fn id(&self, item: &Value) -> String {
        let value = |name: &String| match &item[name] {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        id(self.key.iter().map(value))
    }
}

/// What a row is known by: the values of its key, in key order, as they stand in URLs but without quotes.
pub(crate) fn id(values: impl Iterator<Item = String>) -> String {
    serde_json::to_string(&values.collect::<Vec<_>>()).unwrap()
}

fn id_of_url(url: &str) -> String {
    let open = url.rfind('(').unwrap();
    let inside = &url[open + 1..url.len() - 1];
    let values = inside.split(',').map(|pair| pair.split_once('=').map_or(pair, |(_, value)| value));
    id(values.map(|value| {
        let literal = percent_encoding::percent_decode_str(value).decode_utf8().unwrap();
        let quoted = literal.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
        quoted.map_or_else(|| literal.to_string(), |text| text.replace("''", "'"))
    }))
}

/// What of an absolute link follows the host: the next gateway on the same database may listen at another port.
fn behind_host(link: &str) -> String {
    let host = link.find("://").map_or(0, |at| at + 3);
    link[host..].find('/').map_or(link, |at| &link[host + at..]).to_owned()
}
