//! What tokens promise: they are opened as they were sealed, and nothing else is.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
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
    let mark = proptest::option::of((any::<u32>(), any::<u64>()));
    let parts = (".{0,20}", select, query, any::<u64>(), mark, state());
    parts.prop_map(|(set, select, query, fingerprint, mark, state)| Token {
        set,
        select,
        query,
        fingerprint,
        mark: mark.map(|(principal, rights)| Mark { principal, rights }),
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
        mark: None,
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

/// Links that were given out before there were marks are followed still.
#[test]
fn a_mark_takes_twelve_octets_and_none_takes_nothing() {
    let (keyring, bare) = (Keyring::generate(), example());
    let octets = |token: &Token| URL_SAFE_NO_PAD.decode(token.seal(&keyring)).unwrap();
    let marked = Token { mark: Some(Mark { principal: 0x0102_0304, rights: 0x0506_0708_090a_0b0c }), ..example() };
    let (bare, marked) = (octets(&bare), octets(&marked));
    let behind_fingerprint = 4 + 1 + "OrderLines".len() + 8;
    assert_eq!((bare[3], marked[3]), (1 | 2 | 4 | 8, 1 | 2 | 4 | 8 | 64));
    assert_eq!(marked[behind_fingerprint..behind_fingerprint + 12], (1..=12).collect::<Vec<u8>>());
    assert_eq!(marked.len(), bare.len() + 12);
}
