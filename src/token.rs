//! The state of a sync -> an opaque, signed token, and back.
//!
//! Everything a link needs is in its token, so the gateway keeps nothing between requests. Layout, all integers
//! LEB128 unless a width is given:
//!
//! ```text
//! format (1 byte) | key id (2) | flags (1) | entity set (length, UTF-8) | fingerprint (8)
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
mod wire;

pub use fingerprint::fingerprint;
pub use keyring::Keyring;

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
    pub(super) const ALL: u8 = CHANGES | SELECT | ANCHOR | AFTER | REMAINING | QUERY;
}

impl Token {
    /// The token's text, signed with the ring's first key.
    pub fn seal(&self, keyring: &Keyring) -> String {
        let mut wire = Writer::new(FORMAT, keyring.signing_id());
        wire.byte(self.flags());
        wire.text(&self.set);
        wire.fixed(&self.fingerprint.to_be_bytes());
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
        let select = bit(self.select.is_some(), flag::SELECT) | bit(self.query.is_some(), flag::QUERY);
        match &self.state {
            State::Changes { after, .. } => select | flag::CHANGES | flag::ANCHOR | bit(after.is_some(), flag::AFTER),
            State::Rows { remaining, anchor, .. } => {
                select | flag::AFTER | bit(anchor.is_some(), flag::ANCHOR) | bit(remaining.is_some(), flag::REMAINING)
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
        wire.is_empty().then_some(Self { set, select, query, fingerprint, state })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::version::HistoryMark;

    fn value() -> impl Strategy<Value = Value> {
        prop_oneof![
            Just(Value::Null),
            any::<i64>().prop_map(Value::Integer),
            any::<f64>().prop_filter("equality", |number| !number.is_nan()).prop_map(Value::Real),
            ".{0,12}".prop_map(Value::Text),
            proptest::collection::vec(any::<u8>(), 0..12).prop_map(Value::Bytes),
            proptest::collection::vec(any::<u8>(), 0..12).prop_map(Value::IllFormed),
        ]
    }

    fn anchor() -> impl Strategy<Value = Anchor> {
        (any::<u32>(), 0..u64::MAX / 2, 0..1000u64, any::<u64>()).prop_map(|(incarnation, since, ahead, mark)| Anchor {
            incarnation: Incarnation(incarnation),
            since: ChangeVersion(since),
            witness: Witness { version: ChangeVersion(since + ahead), mark: HistoryMark(mark) },
        })
    }

    fn state() -> impl Strategy<Value = State> {
        let key = || proptest::collection::vec(value(), 1..4);
        let rows = proptest::collection::vec(value(), 0..4);
        let position = (any::<u64>(), any::<u64>(), any::<bool>(), key()).prop_map(|(upper, version, deleted, key)| {
            ChangePosition { upper: ChangeVersion(upper), version: ChangeVersion(version), deleted, key }
        });
        prop_oneof![
            (anchor(), proptest::option::of(position)).prop_map(|(anchor, after)| State::Changes { anchor, after }),
            (rows, proptest::option::of(any::<u64>()), proptest::option::of(anchor()))
                .prop_map(|(after, remaining, anchor)| State::Rows { after, remaining, anchor }),
        ]
    }

    fn token() -> impl Strategy<Value = Token> {
        let select = proptest::option::of(proptest::collection::vec("[A-Za-z]{1,12}", 0..4));
        let query = proptest::option::of(".{0,20}");
        (".{0,20}", select, query, any::<u64>(), state()).prop_map(|(set, select, query, fingerprint, state)| Token {
            set,
            select,
            query,
            fingerprint,
            state,
        })
    }

    fn example() -> Token {
        let witness = Witness { version: ChangeVersion(48_211), mark: HistoryMark(0x0123_4567_89ab_cdef) };
        Token {
            set: "OrderLines".to_owned(),
            select: Some(vec!["OrderId".to_owned(), "Quantity".to_owned()]),
            query: None,
            fingerprint: 7,
            state: State::Changes {
                anchor: Anchor { incarnation: Incarnation(9), since: ChangeVersion(48_000), witness },
                after: Some(ChangePosition {
                    upper: ChangeVersion(48_200),
                    version: ChangeVersion(48_100),
                    deleted: false,
                    key: vec![Value::Integer(10_248), Value::Integer(3)],
                }),
            },
        }
    }

    proptest! {
        #[test]
        fn what_is_sealed_is_opened_again(token in token()) {
            let keyring = Keyring::generate();
            let text = token.seal(&keyring);
            prop_assert_eq!(&text, &token.seal(&keyring), "the same state gives the same token");
            prop_assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'));
            prop_assert_eq!(Token::open(&text, &keyring).unwrap(), token);
        }

        #[test]
        fn rubbish_is_refused(text in "\\PC{0,80}|[A-Za-z0-9_-]{0,300}") {
            prop_assert!(Token::open(&text, &Keyring::generate()).is_err());
        }
    }

    #[test]
    fn every_flipped_bit_and_every_truncation_is_refused() {
        let keyring = Keyring::generate();
        let text = example().seal(&keyring);
        assert!(text.len() < 200, "{} characters", text.len());
        for at in 0..text.len() {
            assert!(Token::open(&text[..at], &keyring).is_err(), "cut at {at}");
            for bit in 0..8 {
                let mut bytes = text.clone().into_bytes();
                bytes[at] ^= 1 << bit;
                let Ok(altered) = String::from_utf8(bytes) else { continue };
                assert!(Token::open(&altered, &keyring).is_err(), "bit {bit} of character {at}");
            }
        }
    }

    #[test]
    fn keys_rotate() {
        let (old, new) = (Keyring::generate_key(), Keyring::generate_key());
        let ring = |keys: &[&str]| Keyring::parse(&keys.join("\n")).unwrap();
        let token = example();
        let text = token.seal(&ring(&[&old]));
        assert_eq!(Token::open(&text, &ring(&[&new, &old])).unwrap(), token);
        assert!(Token::open(&text, &ring(&[&new])).is_err());
        assert_eq!(token.seal(&ring(&[&new, &old])), token.seal(&ring(&[&new])));
    }
}
