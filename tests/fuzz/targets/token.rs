//! A token: as a text that nobody signed, as a content that somebody with the key signed, and as that text altered; and a state made
//! of the octets, sealed and opened.

use std::sync::OnceLock;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use deltalink::edm::Value;
use deltalink::odata::RawHeaders;
use deltalink::token::{Anchor, ChangePosition, Keyring, Mark, State, Token, fingerprint};
use deltalink::version::{ChangeVersion, HistoryMark, Incarnation, Witness};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use super::model::{KEY, edm, keyring};
use super::{outcome, planning};

pub(super) fn run(input: &[u8]) -> u64 {
    let text = String::from_utf8_lossy(input);
    assert!(Token::open(&text, others()).is_err(), "a token of another key was opened");
    let unsigned = Token::open(&text, keyring()).is_ok();
    let made = made(&mut Octets(input));
    let sealed = made.seal(keyring());
    assert_eq!(format!("{:?}", Token::open(&sealed, keyring()).unwrap()), format!("{made:?}"));
    altered(&sealed, input);
    let came = (unsigned, outcome::skeleton(&format!("{:?}", made.state)), follow(&made, &sealed, input));
    let signed = sign(input);
    let Ok(token) = Token::open(&signed, keyring()) else { return outcome::of(&came) };
    // The same number can be written in more than one way; what we write is always the same.
    let sealed = token.seal(keyring());
    let again = Token::open(&sealed, keyring()).unwrap();
    assert_eq!(format!("{again:?}"), format!("{token:?}"));
    assert_eq!(again.seal(keyring()), sealed);
    altered(&signed, input);
    outcome::of(&(came, outcome::skeleton(&format!("{:?}", token.state)), follow(&token, &signed, input)))
}

/// Octets that decide something, one by one; zeros behind the end.
struct Octets<'a>(&'a [u8]);

impl Octets<'_> {
    fn one(&mut self) -> u8 {
        self.0.split_off_first().copied().unwrap_or(0)
    }

    fn number(&mut self) -> u64 {
        // Small ones, and all of them.
        let length = usize::from(self.one() % 9);
        (0..length).fold(0, |number, _| number << 8 | u64::from(self.one()))
    }

    fn few<T>(&mut self, one: impl Fn(&mut Self) -> T) -> Vec<T> {
        (0..self.one() % 5).map(|_| one(self)).collect()
    }

    fn text(&mut self) -> String {
        let length = usize::from(self.one()).min(self.0.len());
        let (text, rest) = self.0.split_at(length);
        self.0 = rest;
        String::from_utf8_lossy(text).into_owned()
    }
}

fn made(octets: &mut Octets<'_>) -> Token {
    let names =
        |octets: &mut Octets<'_>| ["Id", "OrderId", "Number", "Note", "zq"][usize::from(octets.one() % 5)].to_owned();
    let anchor = |octets: &mut Octets<'_>| {
        let since = octets.number() / 2;
        let version = since.saturating_add(octets.number() / 2);
        let witness = Witness { version: ChangeVersion(version), mark: HistoryMark(octets.number()) };
        Anchor { incarnation: Incarnation(u32::from(octets.one())), since: ChangeVersion(since), witness }
    };
    let is = |octets: &mut Octets<'_>| octets.one() & 1 == 1;
    let set = ["Orders", "Line", "Customer", "zq", "$all"][usize::from(octets.one() % 5)].to_owned();
    let state = if is(octets) {
        let position = |octets: &mut Octets<'_>| ChangePosition {
            upper: ChangeVersion(octets.number()),
            version: ChangeVersion(octets.number()),
            deleted: is(octets),
            key: octets.few(value),
        };
        State::Changes { anchor: anchor(octets), after: is(octets).then(|| position(octets)) }
    } else {
        let remaining = is(octets).then(|| octets.number());
        State::Rows { anchor: is(octets).then(|| anchor(octets)), remaining, after: octets.few(value) }
    };
    let select = is(octets).then(|| octets.few(names));
    let query = is(octets)
        .then(|| ["$filter=", "$orderby=", "$expand=", ""][usize::from(octets.one() % 4)].to_owned() + &octets.text());
    let fingerprint = octets.number();
    let mark = is(octets).then(|| Mark { principal: u32::from(octets.one()), rights: octets.number() });
    Token { set, select, query, fingerprint, mark, state }
}

fn value(octets: &mut Octets<'_>) -> Value {
    match octets.one() % 6 {
        0 => Value::Null,
        1 => Value::Integer(octets.number().cast_signed()),
        2 => Value::Real(f64::from_bits(octets.number())),
        3 => Value::Bytes(octets.text().into_bytes()),
        4 => Value::IllFormed(octets.text().into_bytes()),
        _ => Value::Text(octets.text()),
    }
}

/// What is altered in any way is refused.
fn altered(signed: &str, input: &[u8]) {
    for (number, octet) in input.iter().enumerate().take(16) {
        let mut octets = signed.as_bytes().to_vec();
        let at = (number * 31 + usize::from(*octet)) % octets.len();
        octets[at] = if octets[at] == b'A' { b'B' } else { b'A' };
        let other = String::from_utf8(octets).unwrap();
        assert!(Token::open(&other, keyring()).is_err(), "{other} is an altered token");
        assert!(Token::open(&signed[..at], keyring()).is_err(), "{at} characters of {signed}");
    }
    assert!(Token::open(&format!("{signed}A"), keyring()).is_err());
}

/// Even what somebody with the key made is planned or refused; with the number of what its set looks like now, too.
fn follow(token: &Token, signed: &str, input: &[u8]) -> Vec<u64> {
    let sets = edm().sets();
    let known = sets.iter().find(|set| set.name == token.set).unwrap_or(&sets[0]);
    let property = |name: &String| known.properties.iter().position(|property| property.name == *name);
    let returned = match &token.select {
        Some(names) => names.iter().filter_map(property).collect(),
        None => (0..known.properties.len()).collect::<Vec<_>>(),
    };
    let fitting = Token { fingerprint: fingerprint(known, &returned), ..token.clone() }.seal(keyring());
    let of = |path: &str, option: &str, text: &str| {
        planning::run_url(&format!("/{path}?{option}={text}"), &RawHeaders::default(), input)
    };
    [signed, &fitting]
        .into_iter()
        .flat_map(|text| {
            [of(&known.name, "$deltatoken", text), of(&known.name, "$skiptoken", text), of("$all", "$skiptoken", text)]
        })
        .collect()
}

/// As the keyring signs; the beginning is put right, so that inputs need not know it.
fn sign(input: &[u8]) -> String {
    let id = Sha256::new().chain_update(b"deltalink key id\0").chain_update(KEY).finalize();
    let mut content = vec![1, id[0], id[1]];
    content.extend_from_slice(input);
    let signature = Hmac::<Sha256>::new_from_slice(&KEY).unwrap().chain_update(&content).finalize().into_bytes();
    content.extend_from_slice(&signature[..16]);
    URL_SAFE_NO_PAD.encode(content)
}

/// Keys of another service.
fn others() -> &'static Keyring {
    static OTHERS: OnceLock<Keyring> = OnceLock::new();
    OTHERS.get_or_init(|| Keyring::parse(&URL_SAFE_NO_PAD.encode([8; 32])).unwrap())
}
