//! API keys: a text that somebody brings -> whose it is, if it is one of those that the configuration knows by their digests.
//!
//! A newcomer's trap: a digest without salt is enough only because a key is 256 random bits. That is why nothing but what
//! `deltalink apikey` prints is taken for a key, whatever digest stands in the configuration.

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use subtle::{Choice, ConstantTimeEq};
use zeroize::Zeroizing;

use super::Principal;
use crate::error::{Error, Result};

/// What every key begins with, so that programs which look for lost secrets recognise one.
const PREFIX: &str = "dlk_";
/// Random octets of a key, and characters of base64url that they make.
const RANDOM: usize = 32;
const CHARACTERS: usize = 43;

/// A key, as whoever has it brings it.
pub struct ApiKey(Zeroizing<String>);

/// What is kept of a key: its SHA-256.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Digest([u8; 32]);

/// A key that the configuration knows.
#[derive(Clone, Debug)]
pub struct KnownKey {
    /// What is kept of it.
    pub digest: Digest,
    /// Whose it is.
    pub principal: Arc<Principal>,
    /// From when on it is refused.
    pub expires: Option<SystemTime>,
}

impl ApiKey {
    /// A fresh key: 256 random bits.
    pub fn generate() -> Self {
        let random = random();
        let mut text = Zeroizing::new(PREFIX.to_owned());
        URL_SAFE_NO_PAD.encode_string(*random, &mut text);
        Self(text)
    }

    /// The key itself, to be told once.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What is kept of it.
    pub fn digest(&self) -> Digest {
        Digest::of(&self.0)
    }
}

impl KnownKey {
    /// Whether it is refused by now.
    pub(super) fn has_expired(&self) -> bool {
        self.expires.is_some_and(|expires| expires <= SystemTime::now())
    }
}

impl Digest {
    /// Reads 64 hexadecimal digits.
    ///
    /// # Errors
    /// `Configuration`, without the text: it may be the key itself.
    pub fn parse(text: &str) -> Result<Self> {
        let nibble = |byte: &u8| char::from(*byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        let nibbles: Option<Vec<u8>> = text.as_bytes().iter().map(nibble).collect();
        let octets = nibbles.filter(|nibbles| nibbles.len() == 64).map(|nibbles| {
            let octets: Vec<u8> =
                nibbles.chunks(2).map(|pair| pair.iter().fold(0, |all, nibble| all << 4 | nibble)).collect();
            octets
        });
        octets.and_then(|octets| octets.try_into().ok()).map(Self).ok_or_else(|| {
            Error::configuration("A key's sha256 is 64 hexadecimal digits, as 'deltalink apikey' prints them.")
        })
    }

    fn of(key: &str) -> Self {
        Self(Sha256::digest(key).into())
    }
}

impl fmt::Display for Digest {
    /// As [`Digest::parse`] reads it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|octet| write!(f, "{octet:02x}"))
    }
}

impl fmt::Debug for Digest {
    /// No secret, but nothing for a dump either.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

fn random() -> Zeroizing<[u8; RANDOM]> {
    let mut random = Zeroizing::new([0; RANDOM]);
    getrandom::fill(&mut *random).expect("the operating system has a source of randomness");
    random
}

/// Whether `text` is meant to be a key, and no token.
pub(super) fn is_meant_by(text: &str) -> bool {
    text.starts_with(PREFIX)
}

/// Whether `text` has the form of a key.
fn is_key(text: &str) -> bool {
    let random = text.strip_prefix(PREFIX).map(str::as_bytes);
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_".contains(byte);
    random.is_some_and(|random| random.len() == CHARACTERS && random.iter().all(plain))
}

/// Whose key `text` is.
///
/// All keys are compared, each in constant time: how long it takes says nothing of which was nearly right.
///
/// # Errors
/// Why it is refused, in words that hold nothing of it.
pub(super) fn whose(text: &str, known: &[KnownKey]) -> Result<Arc<Principal>, String> {
    if !is_key(text) {
        return Err("what was brought as an API key does not look like one".to_owned());
    }
    let digest = Digest::of(text);
    let mut found = None;
    for key in known {
        let same: Choice = key.digest.0.ct_eq(&digest.0);
        if same.into() {
            found = Some(key);
        }
    }
    let key = found.ok_or_else(|| "the API key is not known".to_owned())?;
    if key.has_expired() {
        return Err(format!("the API key of {} has expired", key.principal.id));
    }
    Ok(Arc::clone(&key.principal))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::access::Claims;

    fn known(key: &ApiKey, name: &str, expires: Option<SystemTime>) -> KnownKey {
        let principal = Principal { id: format!("key:{name}"), roles: Vec::new(), claims: Claims::new() };
        KnownKey { digest: key.digest(), principal: Arc::new(principal), expires }
    }

    #[test]
    fn a_fresh_key_is_recognised_and_no_two_are_the_same() {
        let keys = [ApiKey::generate(), ApiKey::generate()];
        assert!(keys.iter().all(|key| is_key(key.reveal()) && key.reveal().len() == 47));
        assert_ne!(keys[0].reveal(), keys[1].reveal());
        let digest = keys[0].digest();
        assert_eq!(Digest::parse(&digest.to_string()).unwrap(), digest);
        assert_eq!(Digest::parse(&digest.to_string().to_uppercase()).unwrap(), digest);
        assert_eq!(format!("{digest:?}"), "***");
    }

    #[test]
    fn the_digest_is_the_sha_256_of_the_text() {
        let digest = Digest::of("abc").to_string();
        assert_eq!(digest, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        for wrong in ["", "abc", &digest[1..], &format!("{digest}0"), &digest.replace('b', "g"), "dlk_secret"] {
            let message = Digest::parse(wrong).unwrap_err().to_string();
            assert!(
                message.contains("deltalink apikey") && (wrong.is_empty() || !message.contains(wrong)),
                "{message}"
            );
        }
    }

    #[test]
    fn a_key_leads_to_its_principal_and_nothing_else_does() {
        let (mine, yours) = (ApiKey::generate(), ApiKey::generate());
        let ring = [known(&yours, "yours", None), known(&mine, "mine", None)];
        assert_eq!(whose(mine.reveal(), &ring).unwrap().id, "key:mine");
        assert_eq!(whose(yours.reveal(), &ring).unwrap().id, "key:yours");
        let stranger = ApiKey::generate();
        assert!(whose(stranger.reveal(), &ring).unwrap_err().contains("not known"));
        let mine = mine.reveal();
        let digest = Digest::of(mine).to_string();
        for wrong in [
            "",
            "dlk_",
            &mine[4..],
            &mine[..46],
            &format!("{mine}A"),
            &format!(" {mine}"),
            &digest,
            &"dlk_".repeat(9000),
        ] {
            assert!(whose(wrong, &ring).is_err(), "{wrong}");
        }
        assert!(whose(mine, &[]).is_err());
    }

    #[test]
    fn a_key_that_has_expired_is_refused() {
        let key = ApiKey::generate();
        let in_an_hour = SystemTime::now() + Duration::from_secs(3600);
        assert!(whose(key.reveal(), &[known(&key, "a", Some(in_an_hour))]).is_ok());
        let refusal = whose(key.reveal(), &[known(&key, "a", Some(SystemTime::UNIX_EPOCH))]).unwrap_err();
        assert!(refusal.contains("key:a has expired") && !refusal.contains(key.reveal()), "{refusal}");
    }
}
