//! A JSON Web Key Set -> the keys in it that can prove who signed a token.
//!
//! A newcomer's trap: a key set is what a stranger's server sends. Keys that are of no use here are passed over and spoil nothing, and a
//! symmetric key is never one of use, whatever the set says: a token that its "signer" could have made of public data proves nothing.
//!
//! Source: RFC 7517.

use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyAlgorithm, KeyOperations, PublicKeyUse};
use jsonwebtoken::{Algorithm, AlgorithmFamily, DecodingKey};
use serde::Deserialize;
use serde_json::Value;

use crate::error::{Error, Result};

/// Keys that a set may have; issuers have a handful.
const MOST: usize = 100;

/// The keys of an issuer.
pub(super) struct KeySet {
    keys: Vec<Key>,
}

struct Key {
    id: Option<String>,
    /// The one that it is for, where the set says so.
    algorithm: Option<KeyAlgorithm>,
    /// Those that it can be for.
    family: AlgorithmFamily,
    curve: Option<EllipticCurve>,
    decoding: DecodingKey,
}

#[derive(Deserialize)]
struct Document {
    keys: Vec<Value>,
}

impl KeySet {
    /// Reads a set.
    ///
    /// # Errors
    /// When it is none, or has no key of use.
    pub(super) fn parse(octets: &[u8]) -> Result<Self> {
        let document: Document = serde_json::from_slice(octets)
            .map_err(|error| Error::configuration("This is no JSON Web Key Set").caused_by(error))?;
        let keys: Vec<Key> = document.keys.into_iter().take(MOST).filter_map(Key::of).collect();
        if keys.is_empty() {
            return Err(Error::configuration("This JSON Web Key Set has no key that signatures can be verified with."));
        }
        Ok(Self { keys })
    }

    /// The key called `id` for `algorithm`. Without a name, the only one that it can be.
    pub(super) fn find(&self, id: Option<&str>, algorithm: Algorithm) -> Option<&DecodingKey> {
        let mut fitting =
            self.keys.iter().filter(|key| key.fits(algorithm) && (id.is_none() || key.id.as_deref() == id));
        let first = fitting.next()?;
        (id.is_some() || fitting.next().is_none()).then_some(&first.decoding)
    }

    /// How many keys there are.
    pub(super) fn len(&self) -> usize {
        self.keys.len()
    }
}

impl Key {
    /// The key that a member of a set is, if it is of use.
    fn of(value: Value) -> Option<Self> {
        let jwk: Jwk = serde_json::from_value(value).ok()?;
        let is_for_signatures =
            jwk.common.public_key_use.as_ref().is_none_or(|usage| *usage == PublicKeyUse::Signature);
        let verifies = |operations: &Vec<KeyOperations>| operations.contains(&KeyOperations::Verify);
        if !is_for_signatures || !jwk.common.key_operations.as_ref().is_none_or(verifies) {
            return None;
        }
        let (family, curve) = match &jwk.algorithm {
            AlgorithmParameters::RSA(_) => (AlgorithmFamily::Rsa, None),
            AlgorithmParameters::EllipticCurve(parameters) => (AlgorithmFamily::Ec, Some(parameters.curve.clone())),
            AlgorithmParameters::OctetKeyPair(parameters) => (AlgorithmFamily::Ed, Some(parameters.curve.clone())),
            _ => return None,
        };
        let decoding = DecodingKey::from_jwk(&jwk).ok()?;
        Some(Self { id: jwk.common.key_id, algorithm: jwk.common.key_algorithm, family, curve, decoding })
    }

    fn fits(&self, algorithm: Algorithm) -> bool {
        let curve = match algorithm {
            Algorithm::ES256 => Some(EllipticCurve::P256),
            Algorithm::ES384 => Some(EllipticCurve::P384),
            Algorithm::EdDSA => Some(EllipticCurve::Ed25519),
            _ => None,
        };
        let meant = self.algorithm.is_none_or(|own| own == KeyAlgorithm::from(algorithm));
        meant && self.family == algorithm.family() && self.curve == curve
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn rsa(more: &Value) -> Value {
        let mut key = json!({ "kty": "RSA", "kid": "a", "n": "AQAB", "e": "AQAB" });
        key.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        key
    }

    fn set(keys: &[Value]) -> Result<KeySet> {
        KeySet::parse(json!({ "keys": keys }).to_string().as_bytes())
    }

    #[test]
    fn a_key_is_found_by_its_name_and_its_algorithm() {
        let curve = json!({ "kty": "EC", "crv": "P-256", "kid": "b", "x": "AQAB", "y": "AQAB" });
        let keys = set(&[rsa(&json!({})), rsa(&json!({ "kid": "c", "alg": "PS256" })), curve]).unwrap();
        let found = |id, algorithm| keys.find(id, algorithm).is_some();
        assert!(found(Some("a"), Algorithm::RS256) && found(Some("a"), Algorithm::PS512));
        assert!(found(Some("c"), Algorithm::PS256) && !found(Some("c"), Algorithm::RS256));
        assert!(found(Some("b"), Algorithm::ES256) && !found(Some("b"), Algorithm::ES384));
        assert!(!found(Some("b"), Algorithm::RS256) && !found(Some("d"), Algorithm::RS256));
        assert!(!found(Some("a"), Algorithm::HS256), "a public key is no secret");
        assert!(found(None, Algorithm::RS256) && !found(None, Algorithm::PS256), "two could be meant");
    }

    #[test]
    fn keys_are_understood_as_issuers_write_them() {
        let of_entra = rsa(&json!({
            "use": "sig", "x5t": "dGh1bWI", "x5c": ["MIIC"], "cloud_instance_name": "microsoftonline.com",
            "issuer": "https://login.microsoftonline.com/{tenantid}/v2.0",
        }));
        let of_keycloak = rsa(&json!({ "use": "sig", "alg": "RS256", "x5t#S256": "dGh1bWI", "kid": "b" }));
        let for_encryption = rsa(&json!({ "use": "enc", "alg": "RSA-OAEP", "kid": "c" }));
        let new = json!({ "kty": "AKP", "alg": "ML-DSA-65", "kid": "d", "pub": "AQAB" });
        let keys = set(&[of_entra, of_keycloak, for_encryption, new]).unwrap();
        assert!(keys.len() == 2 && ["a", "b"].iter().all(|id| keys.find(Some(id), Algorithm::RS256).is_some()));
    }

    #[test]
    fn keys_of_no_use_are_passed_over() {
        let secret = json!({ "kty": "oct", "kid": "a", "k": "c2VjcmV0" });
        for useless in [
            secret,
            rsa(&json!({ "use": "enc" })),
            rsa(&json!({ "key_ops": ["encrypt"] })),
            rsa(&json!({ "n": 1 })),
            rsa(&json!({ "n": "*" })),
            json!({ "kty": "new" }),
            json!(null),
        ] {
            assert!(set(std::slice::from_ref(&useless)).is_err(), "{useless}");
            assert_eq!(set(&[useless, rsa(&json!({ "use": "sig" }))]).unwrap().len(), 1);
        }
        for wrong in ["", "{}", "[]", "{\"keys\":{}}", "<html>"] {
            assert!(KeySet::parse(wrong.as_bytes()).is_err(), "{wrong}");
        }
    }
}
