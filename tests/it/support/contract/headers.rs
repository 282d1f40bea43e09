//! The headers of an answer, by lower-case name, held against those that a response declares.

use std::collections::BTreeMap;

use super::document::Response;

/// Plain HTTP, said by the server software; `Content-Type` is declared with the content.
const UNDECLARED: [&str; 10] = [
    "connection",
    "content-length",
    "content-security-policy",
    "content-type",
    "date",
    "referrer-policy",
    "server",
    "strict-transport-security",
    "transfer-encoding",
    "x-content-type-options",
];

/// What may stand in several lines.
const SEVERAL: &str = "www-authenticate";

/// The headers of one answer, each once; of one that may stand in several lines, the first line.
pub(super) struct Headers<'a> {
    once: BTreeMap<String, &'a str>,
    further: Vec<&'a str>,
}

impl<'a> Headers<'a> {
    pub(super) fn collect(pairs: &'a [(String, String)]) -> Result<Self, String> {
        let (mut once, mut further) = (BTreeMap::new(), Vec::new());
        for (name, value) in pairs {
            let name = name.to_ascii_lowercase();
            if once.contains_key(&name) && name == SEVERAL {
                further.push(value.as_str());
            } else if once.insert(name.clone(), value.as_str()).is_some() {
                return Err(format!("the header {name} comes twice"));
            }
        }
        Ok(Self { once, further })
    }

    pub(super) fn value(&self, name: &str) -> Option<&'a str> {
        self.once.get(name).copied()
    }

    /// Required headers are there, present ones are declared, and their values fit.
    pub(super) fn check(&self, response: &Response) -> Result<(), String> {
        self.check_required(response)?;
        self.further.iter().try_for_each(|value| check_header(response, SEVERAL, value))?;
        self.once.iter().try_for_each(|(name, value)| check_header(response, name, value))
    }

    fn check_required(&self, response: &Response) -> Result<(), String> {
        let mut required = response.headers.iter().filter(|(_, header)| header.required);
        match required.find(|(name, _)| !self.once.contains_key(*name)) {
            Some((name, _)) => Err(format!("the header {name} is missing")),
            None => Ok(()),
        }
    }
}

fn check_header(response: &Response, name: &str, value: &str) -> Result<(), String> {
    match response.headers.get(name) {
        Some(header) => header.check(value).map_err(|problem| format!("the header {name}: {problem}")),
        None if UNDECLARED.contains(&name) => Ok(()),
        None => Err(format!("the header {name} is not declared (it says {value:?})")),
    }
}
