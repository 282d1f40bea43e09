//! `[access.jwt]`: which issuer's tokens are believed, and what of them.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{durations, shown};
use crate::access::jwt::{Algorithms, Settings};
use crate::access::{Roles, Source};
use crate::error::{Error, Result};

/// Which tokens are believed.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Jwt {
    /// Who issues them, as their `iss` has it.
    pub issuer: String,
    /// For whom they are: their `aud` names one of these.
    pub audience: OneOrMore,
    /// Where the issuer's keys are; without it, where the issuer says.
    #[serde(default)]
    pub jwks: Option<Jwks>,
    /// How they may be signed.
    #[serde(default = "rs256")]
    pub algorithms: Vec<String>,
    /// How far the issuer's clock and ours may be apart.
    #[serde(default = "a_minute", with = "durations")]
    pub clock_skew: Duration,
    /// The claim that says who it is.
    #[serde(default = "sub")]
    pub principal_claim: String,
    /// The claims that say which roles it has.
    #[serde(default = "roles")]
    pub roles_claim: OneOrMore,
    /// The roles that each value of those claims means; without it, the role of that name.
    #[serde(default)]
    pub roles: Option<BTreeMap<String, Vec<String>>>,
    /// Where clients are told that tokens are to be had.
    #[serde(default)]
    pub authorization_uri: Option<String>,
}

/// A text, or several.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(untagged, expecting = "expected a text or a list of texts")]
pub enum OneOrMore {
    /// One.
    One(String),
    /// Several.
    More(Vec<String>),
}

/// Where keys are.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Jwks {
    /// A file.
    pub file: Option<PathBuf>,
    /// An address; what its query holds may be a secret.
    #[serde(serialize_with = "shown::address")]
    pub url: Option<String>,
}

impl OneOrMore {
    fn list(&self) -> &[String] {
        match self {
            Self::One(text) => std::slice::from_ref(text),
            Self::More(texts) => texts,
        }
    }
}

impl Jwt {
    /// The most that clocks may be apart.
    const LONGEST_SKEW: Duration = Duration::from_secs(10 * 60);

    pub(super) fn check(&self, roles: &Roles) -> Result<()> {
        for (name, texts) in [("audience", &self.audience), ("roles_claim", &self.roles_claim)] {
            if texts.list().is_empty() || texts.list().iter().any(String::is_empty) {
                return Err(Error::configuration(format!("access.jwt.{name} must name something.")));
            }
        }
        if self.issuer.is_empty() || self.principal_claim.is_empty() {
            return Err(Error::configuration("access.jwt.issuer and access.jwt.principal_claim must not be empty."));
        }
        if self.clock_skew > Self::LONGEST_SKEW {
            let [longest, given] = [Self::LONGEST_SKEW, self.clock_skew].map(humantime::format_duration);
            return Err(Error::configuration(format!("access.jwt.clock_skew must be at most {longest}, not {given}.")));
        }
        if let Some(uri) = self.authorization_uri.as_ref().filter(|uri| !is_uri(uri)) {
            let message = format!(
                "access.jwt.authorization_uri \"{uri}\" is not a URL such as https://login.example.com/authorize."
            );
            return Err(Error::configuration(message));
        }
        for (value, meant) in self.roles.iter().flatten() {
            super::access::known(&format!("access.jwt.roles.{value}"), meant, roles)?;
        }
        self.settings().map(|_| ())
    }

    /// What this means to who believes tokens.
    pub(super) fn settings(&self) -> Result<Settings> {
        let wrong = |name: &'static str| {
            move |error| Error::configuration(format!("access.jwt.{name} is wrong")).caused_by(error)
        };
        let (file, url) = self.jwks.as_ref().map_or((None, None), |jwks| (jwks.file.clone(), jwks.url.as_deref()));
        let place = if self.jwks.is_some() { "jwks" } else { "issuer" };
        if self.jwks.is_some() && file.is_none() && url.is_none() {
            return Err(Error::configuration("access.jwt.jwks must have a file or a url."));
        }
        Ok(Settings {
            issuer: self.issuer.clone(),
            audiences: self.audience.list().to_vec(),
            source: Source::new(&self.issuer, file, url).map_err(wrong(place))?,
            algorithms: Algorithms::parse(&self.algorithms).map_err(wrong("algorithms"))?,
            clock_skew: self.clock_skew,
            principal_claim: self.principal_claim.clone(),
            roles_claims: self.roles_claim.list().to_vec(),
            roles: self.roles.clone(),
        })
    }
}

fn rs256() -> Vec<String> {
    vec!["RS256".to_owned()]
}

fn a_minute() -> Duration {
    Duration::from_secs(60)
}

fn sub() -> String {
    "sub".to_owned()
}

fn roles() -> OneOrMore {
    OneOrMore::One("roles".to_owned())
}

/// What may stand between quotation marks in a header.
fn is_uri(text: &str) -> bool {
    let graphic = |byte: u8| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\';
    (text.starts_with("https://") || text.starts_with("http://")) && text.bytes().all(graphic)
}

#[cfg(test)]
mod tests {
    use super::super::Config;

    fn parse(jwt: &str) -> Result<(), String> {
        let config = format!(
            "[access.roles.reader]\n\"*\" = true\n[access.jwt]\nissuer = \"https://login.example.com\"\naudience = \"api://deltalink\"\n{jwt}"
        );
        Config::parse(&config).map(|_| ()).map_err(|error| error.to_string())
    }

    #[test]
    fn an_issuer_and_an_audience_are_enough() {
        parse("").unwrap();
        parse("jwks = { file = \"keys.json\" }\nalgorithms = [\"ES256\", \"PS512\"]\nclock_skew = \"10m\"").unwrap();
        parse("roles_claim = [\"roles\", \"scp\"]\nroles = { \"Orders.Read\" = [\"reader\"] }").unwrap();
        parse("authorization_uri = \"https://login.example.com/oauth2/authorize\"").unwrap();
    }

    #[test]
    fn mistakes_are_told_with_their_name() {
        for (wrong, told) in [
            ("algorithms = [\"HS256\"]", "access.jwt.algorithms is wrong: \"HS256\""),
            ("algorithms = [\"none\"]", "access.jwt.algorithms is wrong: \"none\""),
            ("algorithms = []", "access.jwt.algorithms is wrong"),
            ("clock_skew = \"11m\"", "access.jwt.clock_skew must be at most 10m, not 11m"),
            ("jwks = { url = \"http://example.com\" }", "access.jwt.jwks is wrong"),
            ("jwks = { url = \"https://example.com\", file = \"keys.json\" }", "not both"),
            ("jwks = { path = \"keys.json\" }", "path"),
            ("roles = { a = [\"writer\"] }", "access.jwt.roles.a names the role \"writer\""),
            ("roles_claim = []", "access.jwt.roles_claim"),
            ("roles_claim = 1", "a text or a list of texts"),
            ("authorization_uri = \"https://a\\\" b\"", "access.jwt.authorization_uri"),
            ("principal_claim = \"\"", "access.jwt.principal_claim"),
        ] {
            let message = parse(wrong).unwrap_err();
            assert!(message.contains(told), "{message}");
        }
        let incomplete = Config::parse("[access.jwt]\nissuer = \"https://login.example.com\"").unwrap_err().to_string();
        assert!(incomplete.contains("audience"), "{incomplete}");
    }
}
