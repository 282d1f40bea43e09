//! Signing keys: texts of configuration -> signatures and their verification. The first key signs, all verify.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::error::{Error, Result};

/// Octets of a key, and of the signature that is kept: half of SHA-256's, as RFC 2104 allows at least.
const KEY_LENGTH: usize = 32;
const SIGNATURE_LENGTH: usize = 16;

/// One or more signing keys.
pub struct Keyring {
    keys: Vec<Key>,
}

struct Key {
    id: [u8; 2],
    secret: Zeroizing<[u8; KEY_LENGTH]>,
}

impl Keyring {
    /// Reads keys as `deltalink key` prints them, separated by white space or commas; `#` begins a comment line.
    ///
    /// # Errors
    /// When there is no key, or one is malformed; the message tells which by number, never the key.
    pub fn parse(text: &str) -> Result<Self> {
        let lines = text.lines().filter(|line| !line.trim_start().starts_with('#'));
        let words = lines.flat_map(|line| line.split([' ', '\t', ',', ';'])).filter(|word| !word.is_empty());
        let keys =
            words.enumerate().map(|(index, word)| Key::parse(word.trim(), index + 1)).collect::<Result<Vec<_>>>()?;
        if keys.is_empty() {
            return Err(Error::configuration("There is no signing key. 'deltalink key' prints a fresh one."));
        }
        Ok(Self { keys })
    }

    /// A ring with one fresh key: for a demonstration or a test.
    pub fn generate() -> Self {
        Self { keys: vec![Key::new(random_secret())] }
    }

    /// A fresh key as text: 256 random bits.
    pub fn generate_key() -> String {
        URL_SAFE_NO_PAD.encode(*random_secret())
    }

    /// Which key signs: no secret, and with the key another one.
    pub fn signing_id(&self) -> [u8; 2] {
        self.keys[0].id
    }

    /// Appends the signature and writes the whole as text.
    pub(super) fn sign(&self, mut content: Vec<u8>) -> String {
        let signature = self.keys[0].mac(&content).finalize().into_bytes();
        content.extend_from_slice(&signature[..SIGNATURE_LENGTH]);
        URL_SAFE_NO_PAD.encode(content)
    }

    /// The signed content, if one of the keys signed it. Compares in constant time.
    pub(super) fn verify(&self, text: &str) -> Option<Vec<u8>> {
        let mut signed = URL_SAFE_NO_PAD.decode(text).ok()?;
        let split = signed.len().checked_sub(SIGNATURE_LENGTH)?;
        let (content, signature) = signed.split_at(split);
        let id = content.get(1..3)?;
        let by = |key: &&Key| key.id == id && key.mac(content).verify_truncated_left(signature).is_ok();
        self.keys.iter().find(by)?;
        signed.truncate(split);
        Some(signed)
    }
}

impl fmt::Debug for Keyring {
    /// Says how many keys there are and nothing else.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keyring of {}", self.keys.len())
    }
}

impl Key {
    fn new(secret: Zeroizing<[u8; KEY_LENGTH]>) -> Self {
        let digest = Sha256::new().chain_update(b"deltalink key id\0").chain_update(*secret).finalize();
        Self { id: [digest[0], digest[1]], secret }
    }

    fn parse(text: &str, number: usize) -> Result<Self> {
        let mut secret = Zeroizing::new([0; KEY_LENGTH]);
        match URL_SAFE_NO_PAD.decode_slice(text, &mut *secret) {
            Ok(KEY_LENGTH) => Ok(Self::new(secret)),
            _ => Err(Error::configuration(format!(
                "Signing key number {number} is not 43 characters of base64url. 'deltalink key' prints a fresh one."
            ))),
        }
    }

    fn mac(&self, content: &[u8]) -> Hmac<Sha256> {
        Hmac::<Sha256>::new_from_slice(&*self.secret).expect("HMAC takes keys of any length").chain_update(content)
    }
}

fn random_secret() -> Zeroizing<[u8; KEY_LENGTH]> {
    let mut secret = Zeroizing::new([0; KEY_LENGTH]);
    getrandom::fill(&mut *secret).expect("the operating system has a source of randomness");
    secret
}
