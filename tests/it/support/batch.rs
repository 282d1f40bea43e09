//! Batches on their way out, and the answers in them, each checked against the contract like an answer of its own.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::Contract;
use super::client::{Answer, Asking, Client};

/// One request of a batch in JSON.
#[derive(Clone)]
pub(crate) struct Item(Value);

/// GET of `url`, called `id`.
pub(crate) fn get(id: &str, url: &str) -> Item {
    Item(json!({ "id": id, "method": "get", "url": url, "headers": {} }))
}

impl Item {
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.0["headers"][name] = value.into();
        self
    }

    /// Ends with a delta link.
    pub(crate) fn tracked(self) -> Self {
        self.header("prefer", "track-changes")
    }

    /// With another member.
    pub(crate) fn with(mut self, name: &str, value: Value) -> Self {
        self.0[name] = value;
        self
    }
}

/// A batch in JSON.
pub(crate) fn json<'c>(client: &'c Client, items: &[Item]) -> Asking<'c> {
    let requests: Vec<&Value> = items.iter().map(|item| &item.0).collect();
    client.ask("POST", "/odata/$batch").body("application/json", json!({ "requests": requests }).to_string())
}

/// A batch of parts, each with its own headers, an empty line, and its content.
pub(crate) fn multipart<'c>(client: &'c Client, parts: &[&str]) -> Asking<'c> {
    let mut body = String::new();
    for part in parts {
        body += "--batch\r\n";
        body += &part.replace('\n', "\r\n");
        body += "\r\n";
    }
    client.ask("POST", "/odata/$batch").body("multipart/mixed; boundary=batch", body + "--batch--\r\n")
}

/// A part that asks for `url`.
pub(crate) fn part(url: &str) -> String {
    format!("Content-Type: application/http\nContent-Transfer-Encoding: binary\n\nGET {url} HTTP/1.1\n\n")
}

/// The answer to one request of a batch.
#[derive(Debug)]
pub(crate) struct Part {
    pub(crate) id: Option<String>,
    pub(crate) answer: Answer,
}

/// The answers in `answer`, in their order, checked as answers to GET of `paths`.
#[track_caller]
pub(crate) fn parts(answer: &Answer, paths: &[&str]) -> Vec<Part> {
    let content_type = answer.header("Content-Type").unwrap();
    let parts = match content_type.split_once("boundary=") {
        Some((_, boundary)) => of_multipart(&answer.text(), boundary),
        None => answer.json()["responses"].as_array().unwrap().iter().map(of_json).collect(),
    };
    for (Part { answer: Answer { status, headers, body }, .. }, path) in parts.iter().zip(paths) {
        // What only a batch says.
        if ![405, 424].contains(status) {
            Contract::shared().check("GET", path, *status, headers, body);
        }
    }
    parts
}

/// The statuses of the answers.
pub(crate) fn statuses(parts: &[Part]) -> Vec<u16> {
    parts.iter().map(|part| part.answer.status).collect()
}

fn of_json(part: &Value) -> Part {
    let headers = part["headers"].as_object().unwrap().iter();
    let headers: Vec<_> = headers.map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned())).collect();
    let is_text = headers.iter().any(|(name, value)| name == "content-type" && value.starts_with("text/"));
    let body = match part.get("body") {
        None => Vec::new(),
        Some(Value::String(text)) if is_text => text.clone().into_bytes(),
        Some(Value::String(octets)) => URL_SAFE_NO_PAD.decode(octets).unwrap(),
        Some(json) => json.to_string().into_bytes(),
    };
    let status = part["status"].as_u64().unwrap().try_into().unwrap();
    Part { id: part.get("id").map(|id| id.as_str().unwrap().to_owned()), answer: Answer { status, headers, body } }
}

fn of_multipart(text: &str, boundary: &str) -> Vec<Part> {
    let delimiter = format!("--{boundary}");
    let (parts, end) = text.rsplit_once(&delimiter).unwrap();
    assert_eq!(end, "--\r\n", "the last boundary is missing");
    let line = format!("{delimiter}\r\n");
    let parts = parts.split(&line).skip(1);
    parts.map(|part| one_of_multipart(part.strip_suffix("\r\n").unwrap())).collect()
}

fn one_of_multipart(part: &str) -> Part {
    let (envelope, http) = part.split_once("\r\n\r\n").unwrap();
    let (head, body) = http.split_once("\r\n\r\n").unwrap();
    let (status, lines) = head.split_once("\r\n").unwrap();
    let headers = |lines: &str| -> Vec<(String, String)> {
        let header =
            |line: &str| line.split_once(": ").map(|(name, value)| (name.to_owned(), value.to_owned())).unwrap();
        lines.lines().map(header).collect()
    };
    let envelope = headers(envelope);
    let value = |name: &str| envelope.iter().find(|(own, _)| own == name).map(|(_, value)| value.clone());
    assert_eq!(value("Content-Type").as_deref(), Some("application/http"));
    let answer = Answer {
        status: status.strip_prefix("HTTP/1.1 ").unwrap()[..3].parse().unwrap(),
        headers: headers(lines),
        body: body.as_bytes().to_vec(),
    };
    if let Some(length) = answer.header("Content-Length") {
        assert_eq!(length.parse(), Ok(answer.body.len()));
    }
    Part { id: value("Content-ID"), answer }
}
