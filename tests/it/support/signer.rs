//! Claims -> a JSON Web Token, signed rightly or wrongly, without the library that the gateway reads it with.

use std::time::{SystemTime, UNIX_EPOCH};

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{self, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RsaKeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

pub(crate) const AUDIENCE: &str = "api://deltalink";

/// A key of an issuer, and what it signs with it.
pub(crate) struct Signer {
    pub(crate) id: String,
    algorithm: &'static str,
    key: Key,
}

enum Key {
    Rsa(RsaKeyPair),
    Curve(EcdsaKeyPair),
    Edwards(Ed25519KeyPair),
}

pub(crate) fn encoded(octets: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(octets)
}

pub(crate) fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs().try_into().unwrap()
}

/// The claims that a gateway wants, of `subject`.
pub(crate) fn claims(issuer: &str, subject: &str) -> Value {
    json!({ "iss": issuer, "aud": AUDIENCE, "sub": subject, "exp": now() + 3600, "nbf": now() - 5, "roles": ["reader"] })
}

/// `claims` with others instead; null takes one away.
pub(crate) fn with(claims: &Value, others: &Value) -> Value {
    let mut claims = claims.clone();
    for (name, value) in others.as_object().unwrap() {
        claims[name] = value.clone();
    }
    claims.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    claims
}

impl Signer {
    /// A fresh key called `id` for `algorithm`.
    pub(crate) fn new(id: &str, algorithm: &'static str) -> Self {
        let key = match algorithm {
            "ES256" => Key::Curve(EcdsaKeyPair::generate(&signature::ECDSA_P256_SHA256_FIXED_SIGNING).unwrap()),
            "ES384" => Key::Curve(EcdsaKeyPair::generate(&signature::ECDSA_P384_SHA384_FIXED_SIGNING).unwrap()),
            "EdDSA" => Key::Edwards(Ed25519KeyPair::generate().unwrap()),
            _ => Key::Rsa(RsaKeyPair::generate(KeySize::Rsa2048).unwrap()),
        };
        Self { id: id.to_owned(), algorithm, key }
    }

    /// The public key, as issuers publish it.
    pub(crate) fn jwk(&self) -> Value {
        let mut jwk = match &self.key {
            Key::Rsa(pair) => {
                let public = pair.public_key();
                let (n, e) = (public.modulus(), public.exponent());
                let [n, e] = [n, e].map(|number| encoded(number.big_endian_without_leading_zero()));
                json!({ "kty": "RSA", "n": n, "e": e })
            }
            Key::Curve(pair) => {
                let point = &pair.public_key().as_ref()[1..];
                let (x, y) = point.split_at(point.len() / 2);
                let curve = if x.len() == 32 { "P-256" } else { "P-384" };
                json!({ "kty": "EC", "crv": curve, "x": encoded(x), "y": encoded(y) })
            }
            Key::Edwards(pair) => json!({ "kty": "OKP", "crv": "Ed25519", "x": encoded(pair.public_key()) }),
        };
        jwk["kid"] = self.id.clone().into();
        jwk["use"] = "sig".into();
        jwk
    }

    /// The public key in DER, with which a forger would sign as if it were a secret.
    pub(crate) fn public_der(&self) -> Vec<u8> {
        match &self.key {
            Key::Rsa(pair) => {
                let der: aws_lc_rs::encoding::PublicKeyX509Der = pair.public_key().as_der().unwrap();
                der.as_ref().to_vec()
            }
            Key::Curve(pair) => pair.public_key().as_ref().to_vec(),
            Key::Edwards(pair) => pair.public_key().as_ref().to_vec(),
        }
    }

    pub(crate) fn header(&self) -> Value {
        json!({ "typ": "JWT", "alg": self.algorithm, "kid": self.id })
    }

    /// A token as it should be.
    pub(crate) fn token(&self, claims: &Value) -> String {
        self.token_with(&self.header(), claims)
    }

    /// A token with any header, rightly signed all the same.
    pub(crate) fn token_with(&self, header: &Value, claims: &Value) -> String {
        self.signed(&header.to_string(), &claims.to_string())
    }

    /// A token of any text, rightly signed.
    pub(crate) fn signed(&self, header: &str, claims: &str) -> String {
        let content = format!("{}.{}", encoded(header), encoded(claims));
        let signature = encoded(self.sign(content.as_bytes()));
        format!("{content}.{signature}")
    }

    fn sign(&self, content: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match &self.key {
            Key::Rsa(pair) => {
                let padding: &dyn signature::RsaEncoding = match self.algorithm {
                    "RS384" => &signature::RSA_PKCS1_SHA384,
                    "RS512" => &signature::RSA_PKCS1_SHA512,
                    "PS256" => &signature::RSA_PSS_SHA256,
                    "PS384" => &signature::RSA_PSS_SHA384,
                    "PS512" => &signature::RSA_PSS_SHA512,
                    _ => &signature::RSA_PKCS1_SHA256,
                };
                let mut octets = vec![0; pair.public_modulus_len()];
                pair.sign(padding, &random, content, &mut octets).unwrap();
                octets
            }
            Key::Curve(pair) => pair.sign(&random, content).unwrap().as_ref().to_vec(),
            Key::Edwards(pair) => pair.sign(content).as_ref().to_vec(),
        }
    }
}

/// A token that is signed with a shared secret.
pub(crate) fn with_secret(header: &Value, claims: &Value, secret: &[u8]) -> String {
    let content = format!("{}.{}", encoded(header.to_string()), encoded(claims.to_string()));
    let signature = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), content.as_bytes());
    format!("{content}.{}", encoded(signature))
}
