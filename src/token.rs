//! The state of a sync -> an opaque, signed token, and back.
//!
//! Everything a link needs is in its token, so the gateway keeps nothing between requests. Layout, all integers
//! LEB128 unless a width is given:
//!
//! ```text
//! format (1 byte) | key id (2) | flags (1) | entity set (length, UTF-8) | fingerprint (8)
//!   | principal (4) | rights (8)      if flag MARK
//!   | select: count, names            if flag SELECT
//!   | query (length, UTF-8)           if flag QUERY
//!   | incarnation (4) | since | witness version - since | witness mark (8)   if flag ANCHOR
//!   | upper bound | position version | deleted (1)   if flag CHANGES and flag AFTER
//!   | key: count, values              if flag AFTER
//!   | remaining of $top               if flag REMAINING
//!   | HMAC-SHA256 of all before, its first 16 bytes
//! ```
//!
//! written as base64url without padding. The same state always gives the same token.

mod fingerprint;
mod keyring;
mod mark;
#[cfg(test)]
mod tests;
mod wire;

pub use fingerprint::fingerprint;
pub use keyring::Keyring;
pub use mark::Mark;

use crate::edm::Value;
use crate::error::{Error, Result};
use crate::version::{ChangeVersion, Incarnation, Witness};
use wire::{Reader, Writer};

const FORMAT: u8 = 1;

/// What a link remembers.
#[derive(Clone, Debug, PartialEq)]
pub struct Token {
    /// The entity set's name, or the path of what else is read.
    pub set: String,
    /// The properties that `$select` named; `None` where the request had none.
    pub select: Option<Vec<String>>,
    /// The options that say which entities and in which order, as in a URL; `None` where the request had none.
    pub query: Option<String>,
    /// Of the key and the returned properties, to notice that the table has changed.
    pub fingerprint: u64,
    /// Whom it was given to, and what they could read; `None` where everybody may read everything.
    pub mark: Option<Mark>,
    /// Where to go on.
    pub state: State,
}

/// Where a link goes on.
#[derive(Clone, Debug, PartialEq)]
pub enum State {
    /// After a row of a delta, or with `after` absent: the delta link itself.
    Changes {
        /// What the client has seen.
        anchor: Anchor,
        /// The last item of the page before.
        after: Option<ChangePosition>,
    },
    /// After a row of an entity set, or at its beginning where another set has ended.
    Rows {
        /// The position of the last row of the page before: what it is ordered by, then its key. Empty at the beginning.
        after: Vec<Value>,
        /// Rows still to return because of `$top`.
        remaining: Option<u64>,
        /// Present while changes are tracked: where the delta link will start.
        anchor: Option<Anchor>,
    },
}

/// What a client has seen of a table's history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Anchor {
    /// The installation of tracking.
    pub incarnation: Incarnation,
    /// Changes after this version are news.
    pub since: ChangeVersion,
    /// The newest version whose rows the client may hold: a history without it is another history.
    pub witness: Witness,
}

/// The place of an item in a delta: within one version deletions come first, then keys in order.
#[derive(Clone, Debug, PartialEq)]
pub struct ChangePosition {
    /// The delta goes up to this version. It is not the anchor's witness: a page that is read later shows rows as they
    /// are then, and leaves out what has changed again, so the client has seen newer versions than the delta lists.
    pub upper: ChangeVersion,
    /// The version of the item.
    pub version: ChangeVersion,
    /// Whether it is a deletion.
    pub deleted: bool,
    /// Its key.
    pub key: Vec<Value>,
}

mod flag {
    pub(super) const CHANGES: u8 = 1;
    pub(super) const SELECT: u8 = 2;
    pub(super) const ANCHOR: u8 = 4;
    pub(super) const AFTER: u8 = 8;
    pub(super) const REMAINING: u8 = 16;
    pub(super) const QUERY: u8 = 32;
    pub(super) const MARK: u8 = 64;
    pub(super) const ALL: u8 = CHANGES | SELECT | ANCHOR | AFTER | REMAINING | QUERY | MARK;
}

impl Token {
    /// The token's text, signed with the ring's first key.
    pub fn seal(&self, keyring: &Keyring) -> String {
        let mut wire = Writer::new(FORMAT, keyring.signing_id());
        wire.byte(self.flags());
        wire.text(&self.set);
        wire.fixed(&self.fingerprint.to_be_bytes());
        if let Some(mark) = self.mark {
            wire.mark(mark);
        }
        if let Some(select) = &self.select {
            wire.number(select.len() as u64);
            for name in select {
                wire.text(name);
            }
        }
        if let Some(query) = &self.query {
            wire.text(query);
        }
        match &self.state {
            State::Changes { anchor, after } => {
                wire.anchor(anchor);
                if let Some(position) = after {
                    wire.number(position.upper.0);
                    wire.number(position.version.0);
                    wire.byte(u8::from(position.deleted));
                    wire.values(&position.key);
                }
            }
            State::Rows { after, remaining, anchor } => {
                if let Some(anchor) = anchor {
                    wire.anchor(anchor);
                }
                wire.values(after);
                if let Some(remaining) = remaining {
                    wire.number(*remaining);
                }
            }
        }
        keyring.sign(wire.finish())
    }

    /// The state in a token's text.
    ///
    /// # Errors
    /// `DeltaTokenInvalid` for whatever this ring's keys did not sign.
    pub fn open(text: &str, keyring: &Keyring) -> Result<Self> {
        keyring.verify(text).and_then(|signed| Self::read(&signed)).ok_or_else(Error::token_invalid)
    }

    fn flags(&self) -> u8 {
        let bit = |on: bool, flag: u8| if on { flag } else { 0 };
        let common = bit(self.select.is_some(), flag::SELECT)
            | bit(self.query.is_some(), flag::QUERY)
            | bit(self.mark.is_some(), flag::MARK);
        match &self.state {
            State::Changes { after, .. } => common | flag::CHANGES | flag::ANCHOR | bit(after.is_some(), flag::AFTER),
            State::Rows { remaining, anchor, .. } => {
                common | flag::AFTER | bit(anchor.is_some(), flag::ANCHOR) | bit(remaining.is_some(), flag::REMAINING)
            }
        }
    }

    fn read(signed: &[u8]) -> Option<Self> {
        let mut wire = Reader::new(signed, FORMAT)?;
        let flags = wire.byte()?;
        let has = |flag: u8| flags & flag != 0;
        if flags & !flag::ALL != 0 {
            return None;
        }
        let set = wire.text()?;
        let fingerprint = u64::from_be_bytes(wire.fixed()?);
        let mark = if has(flag::MARK) { Some(wire.mark()?) } else { None };
        let select = if has(flag::SELECT) { Some(wire.list(Reader::text)?) } else { None };
        let query = if has(flag::QUERY) { Some(wire.text()?) } else { None };
        let anchor = if has(flag::ANCHOR) { Some(wire.anchor()?) } else { None };
        let state = if has(flag::CHANGES) {
            let after = if has(flag::AFTER) { Some(wire.change_position()?) } else { None };
            State::Changes { anchor: anchor?, after }
        } else {
            let after = wire.list(Reader::value)?;
            State::Rows { after, remaining: if has(flag::REMAINING) { Some(wire.number()?) } else { None }, anchor }
        };
        wire.is_empty().then_some(Self { set, select, query, fingerprint, mark, state })
    }
}
