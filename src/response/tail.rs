//! The state behind a page -> the link at its end: to the next page, or to what will change.

use std::sync::Arc;

use super::Style;
use super::control::{Control, json_string};
use crate::edm::EntitySet;
use crate::plan::{Expansion, Read, place_in_all};
use crate::token::{Keyring, State, Token, fingerprint};

/// Makes the links of one read.
pub(super) struct Links {
    keyring: Arc<Keyring>,
    root: String,
}

/// Which link a page ends with.
pub(super) enum Link {
    /// To what will change.
    Delta,
    /// To the next page.
    Next,
}

impl Links {
    pub(super) fn new(keyring: Arc<Keyring>, style: &Style) -> Self {
        Self { keyring, root: style.root.clone() }
    }

    /// `,"@odata.nextLink":"..."` or `,"@odata.deltaLink":"..."`
    pub(super) fn write(&self, out: &mut Vec<u8>, read: &Read, control: &Control, link: &Link, state: State) {
        let token = Token {
            set: read.token_path.clone(),
            select: read.select.clone(),
            query: read.query.text.clone(),
            fingerprint: fingerprint(&read.set, &read.returned),
            mark: read.mark,
            state,
        };
        self.write_token(out, read, control, link, &token);
    }

    /// The same, to the beginning of `next` where all sets are read one after the other; `remaining` is what `$top` leaves.
    pub(super) fn write_to_set(
        &self,
        out: &mut Vec<u8>,
        read: &Read,
        control: &Control,
        next: &EntitySet,
        remaining: Option<u64>,
    ) {
        let all: Vec<usize> = (0..next.properties.len()).collect();
        let token = Token {
            set: place_in_all(next),
            select: None,
            query: read.query.text.clone(),
            fingerprint: fingerprint(next, &all),
            mark: read.mark,
            state: State::Rows { after: Vec::new(), remaining, anchor: None },
        };
        self.write_token(out, read, control, &Link::Next, &token);
    }

    fn write_token(&self, out: &mut Vec<u8>, read: &Read, control: &Control, link: &Link, token: &Token) {
        let (name, option) = match link {
            Link::Delta => ("deltaLink", "$deltatoken"),
            Link::Next => ("nextLink", "$skiptoken"),
        };
        let url = format!("{}{}", self.root, read.link(option, &token.seal(&self.keyring)));
        out.push(b',');
        out.extend_from_slice(control.name(name).as_bytes());
        out.extend_from_slice(json_string(&url).as_bytes());
    }
}

impl Links {
    /// The URL of what follows a part of the related entities at `path`.
    pub(super) fn related(&self, path: &str, expansion: &Expansion, state: State) -> String {
        let set = &expansion.hop.to;
        let token = Token {
            set: path.to_owned(),
            select: expansion.select.clone(),
            query: expansion.query.text.clone(),
            fingerprint: fingerprint(set, &expansion.returned),
            mark: expansion.mark,
            state,
        };
        format!("{}{}", self.root, expansion.link(path, &token.seal(&self.keyring)))
    }
}

/// `,"Orders@odata.count":5`; `name` ends in the colon.
pub(super) fn write_count_of(out: &mut Vec<u8>, name: &str, count: u64, quoted: bool) {
    let quote = if quoted { "\"" } else { "" };
    out.extend_from_slice(format!("{name}{quote}{count}{quote}").as_bytes());
}

/// `"@odata.count":5,`
pub(super) fn write_count(out: &mut Vec<u8>, control: &Control, count: u64) {
    let quote = if control.format.ieee754_compatible { "\"" } else { "" };
    out.extend_from_slice(format!("{}{quote}{count}{quote},", control.name("count")).as_bytes());
}
