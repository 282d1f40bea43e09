//! A JSON Web Token -> the principal that an issuer says somebody is.
//!
//! A newcomer's trap: the token itself says how it wants to be verified. It is not asked: the algorithm must be one that the operator
//! allows, the key one that the issuer publishes for that algorithm, and only then is anything in the token believed.
//!
//! Sources: RFC 7515, RFC 7519, RFC 8725.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Duration;

use jsonwebtoken::{Algorithm, AlgorithmFamily, Validation, decode, decode_header};
use serde_json::{Map, Value};

use super::fetch::Address;
use super::issuer::{Issuer, NoKey, Source};
use super::{Claim, Principal};
use crate::error::{Error, Result};

/// Octets that a token may have. Those of people in very many groups have about 12 thousand.
pub(super) const LARGEST: usize = 16 * 1024;
/// Characters that the name of a principal may have.
const LONGEST_NAME: usize = 512;

/// How a token algorithm is called in the configuration.
const ALGORITHMS: [(&str, Algorithm); 9] = [
    ("RS256", Algorithm::RS256),
    ("RS384", Algorithm::RS384),
    ("RS512", Algorithm::RS512),
    ("PS256", Algorithm::PS256),
    ("PS384", Algorithm::PS384),
    ("PS512", Algorithm::PS512),
    ("ES256", Algorithm::ES256),
    ("ES384", Algorithm::ES384),
    ("EdDSA", Algorithm::EdDSA),
];

/// Whom to believe, and what of it.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Who issues tokens: their `iss`.
    pub issuer: String,
    /// For whom: their `aud` names one of these.
    pub audiences: Vec<String>,
    /// Where the issuer's keys are.
    pub source: Source,
    /// How tokens may be signed.
    pub algorithms: Algorithms,
    /// How far clocks may be apart.
    pub clock_skew: Duration,
    /// The claim that says who it is.
    pub principal_claim: String,
    /// The claims that say which roles it has.
    pub roles_claims: Vec<String>,
    /// The roles that a value of those claims means; without it, the role of that name.
    pub roles: Option<BTreeMap<String, Vec<String>>>,
}

/// How tokens may be signed. Every one of these has a public key for verifying: what proves a token cannot make one.
#[derive(Clone, Debug)]
pub struct Algorithms(Vec<Algorithm>);

impl Algorithms {
    /// Reads names.
    ///
    /// # Errors
    /// `Configuration`: for names that are not known, for symmetric ones, and if there is none.
    pub fn parse(names: &[String]) -> Result<Self> {
        let known = || ALGORITHMS.map(|(name, _)| name).join(", ");
        let meant = |name: &String| {
            let found = ALGORITHMS.iter().find(|(known, _)| known == name).map(|(_, algorithm)| *algorithm);
            found.ok_or_else(|| Error::configuration(format!("\"{name}\" is not one of {}.", known())))
        };
        let algorithms = names.iter().map(meant).collect::<Result<Vec<_>>>()?;
        if algorithms.is_empty() {
            return Err(Error::configuration(format!("At least one of {} is needed.", known())));
        }
        Ok(Self(algorithms))
    }
}

impl Source {
    /// Where the keys of `issuer` are: in the file, at the address, or, if neither is given, where the issuer says.
    ///
    /// # Errors
    /// `Configuration`, if both are given, or an address is none.
    pub fn new(issuer: &str, file: Option<PathBuf>, url: Option<&str>) -> Result<Self> {
        match (file, url) {
            (Some(_), Some(_)) => Err(Error::configuration("Give a file or a url, not both.")),
            (Some(file), None) => Ok(Self::File(file)),
            (None, Some(url)) => Address::parse(url).map(Self::Url),
            (None, None) => {
                let description = Address::of_description(issuer)?;
                Ok(Self::Discovery { issuer: issuer.to_owned(), description })
            }
        }
    }
}

/// Believes tokens.
pub(super) struct Believer {
    settings: Settings,
    pub(super) issuer: Issuer,
}

/// Why a token is not believed.
pub(super) enum Disbelief {
    /// What is wrong with it, in words that hold nothing of it.
    Refused(String),
    /// It cannot be told now.
    Unavailable,
}

impl<T: Into<String>> From<T> for Disbelief {
    fn from(cause: T) -> Self {
        Self::Refused(cause.into())
    }
}

impl Believer {
    pub(super) fn new(settings: Settings) -> Result<Self> {
        let issuer = Issuer::new(settings.source.clone())?;
        Ok(Self { settings, issuer })
    }

    /// The principal that `token` proves.
    pub(super) async fn principal(&self, token: &str) -> Result<Principal, Disbelief> {
        if token.len() > LARGEST {
            return Err("the token is longer than any that is taken".into());
        }
        // What the library says of it may quote it, so it is not told.
        let header = decode_header(token).map_err(|_| "what was brought is no JSON Web Token")?;
        if header.alg.family() == AlgorithmFamily::Hmac || !self.settings.algorithms.0.contains(&header.alg) {
            return Err("the token is signed with an algorithm that is not allowed".into());
        }
        if header.crit.is_some() {
            return Err("the token wants something to be understood that is not".into());
        }
        let key = self.issuer.key(header.kid.as_deref(), header.alg).await.map_err(|cause| match cause {
            NoKey::Unknown => "the token names no key of the issuer's for its algorithm".into(),
            NoKey::Unavailable => Disbelief::Unavailable,
        })?;
        let claims = decode::<Map<String, Value>>(token, &key, &self.validation(header.alg))
            .map_err(|error| format!("the token is not believed: {}", cause(&error)))?
            .claims;
        // The library would take a list that has the issuer in it.
        if claims.get("iss").and_then(Value::as_str) != Some(&self.settings.issuer) {
            return Err("the token is of another issuer".into());
        }
        Ok(self.settings.principal(claims)?)
    }

    fn validation(&self, algorithm: Algorithm) -> Validation {
        let mut validation = Validation::new(algorithm);
        validation.leeway = self.settings.clock_skew.as_secs();
        validation.validate_nbf = true;
        validation.set_issuer(&[&self.settings.issuer]);
        validation.set_audience(&self.settings.audiences);
        validation.set_required_spec_claims(&["exp", "iss", "aud"]);
        validation
    }
}

impl Settings {
    /// Who the holder of `claims` is.
    fn principal(&self, claims: Map<String, Value>) -> Result<Principal, String> {
        let name = match claims.get(&self.principal_claim) {
            Some(Value::String(name)) if !name.is_empty() && name.len() <= LONGEST_NAME => name,
            _ => return Err("the token does not say whose it is".to_owned()),
        };
        let id = format!("jwt:{}#{name}", self.issuer);
        let roles = self.roles(&claims);
        let claims = claims.into_iter().filter_map(|(name, value)| claim(value).map(|claim| (name, claim))).collect();
        Ok(Principal { id, roles, claims })
    }

    fn roles(&self, claims: &Map<String, Value>) -> Vec<String> {
        let told = self.roles_claims.iter().filter_map(|name| claims.get(name)).flat_map(words);
        let meant: BTreeSet<String> = match &self.roles {
            None => told.map(str::to_owned).collect(),
            Some(mapping) => told.filter_map(|word| mapping.get(word)).flatten().cloned().collect(),
        };
        meant.into_iter().collect()
    }
}

/// The texts of a claim: those of a list, or what stands between the blanks, as in `scp` and `scope`.
fn words(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => text.split(' ').filter(|word| !word.is_empty()).collect(),
        Value::Array(values) => values.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

/// The value of a claim, as far as row filters can compare with it.
fn claim(value: Value) -> Option<Claim> {
    match value {
        Value::Bool(truth) => Some(Claim::Boolean(truth)),
        Value::Number(number) => number.as_i64().map(Claim::Number),
        Value::String(text) => Some(Claim::Text(text)),
        Value::Array(values) => {
            let scalar = |value: Value| if value.is_array() { None } else { claim(value) };
            let claims = values.into_iter().map(scalar).collect::<Option<Vec<_>>>()?;
            let kind = claims.first().map(std::mem::discriminant);
            claims.iter().all(|claim| Some(std::mem::discriminant(claim)) == kind).then_some(Claim::List(claims))
        }
        Value::Null | Value::Object(_) => None,
    }
}

/// What the library found, without anything out of the token.
fn cause(error: &jsonwebtoken::errors::Error) -> &'static str {
    use jsonwebtoken::errors::ErrorKind as Kind;
    match error.kind() {
        Kind::InvalidSignature => "its signature is not the issuer's",
        Kind::ExpiredSignature => "it has expired",
        Kind::ImmatureSignature => "it is not valid yet",
        Kind::InvalidAudience => "it is for another audience",
        Kind::InvalidIssuer => "it is of another issuer",
        Kind::MissingRequiredClaim(_) => "exp, iss or aud is missing",
        _ => "it is malformed",
    }
}

#[cfg(test)]
mod tests;
