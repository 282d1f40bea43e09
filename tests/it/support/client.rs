//! An HTTP client that checks every answer against the contract, so every test is a contract test.

use std::io::Read;
use std::sync::{Arc, Mutex};

use serde_json::Value;

use super::{Checked, Contract, coding};

/// Asks one gateway.
#[derive(Clone)]
pub(crate) struct Client {
    pub(crate) base: String,
    proof: Proof,
    agent: ureq::Agent,
}

/// The `Authorization` of every request that brings no other; the clients of a gateway share it.
pub(super) type Proof = Arc<Mutex<Option<String>>>;

/// A request in the making.
pub(crate) struct Asking<'a> {
    client: &'a Client,
    method: &'static str,
    path: String,
    headers: Vec<(String, String)>,
    body: Option<Vec<u8>>,
}

/// An answer that the contract describes.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    /// Decoded.
    pub(crate) body: Vec<u8>,
}

impl Client {
    pub(crate) fn new(base: &str) -> Self {
        let config = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).build();
        Self { base: base.to_owned(), proof: Proof::default(), agent: config.into() }
    }

    /// Its requests bring what is there, whenever it changes.
    pub(super) fn proving(self, proof: &Proof) -> Self {
        Self { proof: Arc::clone(proof), ..self }
    }

    /// GET a path such as `/odata/Orders`, or an absolute link.
    pub(crate) fn get(&self, path: &str) -> Answer {
        self.ask("GET", path).send()
    }

    /// GET with `Prefer: odata.track-changes`.
    pub(crate) fn track(&self, path: &str) -> Answer {
        self.ask("GET", path).header("Prefer", "odata.track-changes").send()
    }

    pub(crate) fn ask(&self, method: &'static str, path: &str) -> Asking<'_> {
        let path = path.strip_prefix(&self.base).unwrap_or(path).to_owned();
        Asking { client: self, method, path, headers: Vec::new(), body: None }
    }
}

impl Asking<'_> {
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// With a body of that content type.
    pub(crate) fn body(self, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Self { body: Some(body.into()), ..self }.header("Content-Type", content_type)
    }

    /// Sends, reads the whole answer, and checks it.
    #[track_caller]
    pub(crate) fn send(self) -> Answer {
        self.send_checked().0
    }

    /// As [`Self::send`], and tells what the contract calls the answer.
    #[track_caller]
    pub(crate) fn send_checked(self) -> (Answer, Checked) {
        let (method, path) = (self.method, self.path.clone());
        let answer = self.try_send().unwrap_or_else(|error| panic!("{method} {path}: {error}"));
        let checked = Contract::shared().check(method, &path, answer.status, &answer.headers, &answer.body);
        (answer, checked)
    }

    /// Sends and reads; an error when the connection or the body broke off. Such an answer is not checked.
    pub(crate) fn try_send(self) -> Result<Answer, Box<dyn std::error::Error>> {
        let url = format!("{}{}", self.client.base, self.path);
        let mut request = ureq::http::Request::builder().method(self.method).uri(url);
        let proof = self.client.proof.lock().unwrap().clone();
        let proof = proof.filter(|_| self.headers.iter().all(|(name, _)| name != "Authorization"));
        let proof = proof.map(|proof| ("Authorization".to_owned(), proof));
        for (name, value) in self.headers.into_iter().chain(proof) {
            request = request.header(name, value);
        }
        let response = match self.body {
            Some(body) => self.client.agent.run(request.body(body)?)?,
            None => self.client.agent.run(request.body(())?)?,
        };
        let (parts, body) = response.into_parts();
        let mut octets = Vec::new();
        body.into_reader().read_to_end(&mut octets)?;
        let text = |value: &ureq::http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let headers = parts.headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect();
        let mut answer = Answer { status: parts.status.as_u16(), headers, body: octets };
        if !answer.body.is_empty() {
            answer.body = coding::decode(answer.header("Content-Encoding"), &answer.body)?;
        }
        Ok(answer)
    }
}

impl Answer {
    /// Asserts the status.
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text());
        self
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error} in {}", self.text()))
    }

    /// The items of a collection or delta.
    #[track_caller]
    pub(crate) fn value(&self) -> Vec<Value> {
        self.json()["value"].as_array().unwrap_or_else(|| panic!("no value in {}", self.text())).clone()
    }

    /// `@odata.nextLink`, `@odata.deltaLink`: the link `name`, in whichever form.
    pub(crate) fn link(&self, name: &str) -> Option<String> {
        let json = self.json();
        let link = json.get(format!("@odata.{name}")).or_else(|| json.get(format!("@{name}")))?;
        link.as_str().map(str::to_owned)
    }

    #[track_caller]
    pub(crate) fn delta_link(&self) -> String {
        self.link("deltaLink").unwrap_or_else(|| panic!("no delta link in {}", self.text()))
    }

    /// The code of an error.
    #[track_caller]
    pub(crate) fn code(&self) -> String {
        self.json()["error"]["code"].as_str().unwrap_or_else(|| panic!("no error in {}", self.text())).to_owned()
    }
}
