//! `[access]`: who may read what. Without it everybody may read all that is exposed.
//!
//! A newcomer's trap: whether the names in roles exist can be told only with the model at hand; `access::Policy` does that when the
//! server starts. What is wrong by itself is found here.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::SystemTime;

use serde::{Deserialize, Deserializer, Serialize};

use super::{Jwt, shown};
use crate::access::{
    Claims, DEFAULT_HEADER, Digest, Grant, KnownKey, Principal, Role, Roles, authenticator, check_header,
    check_parameter,
};
use crate::error::{Error, Result};

/// Who may read what.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Access {
    /// What each role may read.
    pub roles: Roles,
    /// The roles of whoever brings no credentials; with none, they are refused.
    pub anonymous: Vec<String>,
    /// The API keys, by their digests.
    pub api_keys: Vec<ApiKeyEntry>,
    /// The header in which an API key may stand; `X-API-Key` without it.
    pub api_key_header: Option<String>,
    /// The query option in which an API key may stand; without it, none.
    pub api_key_parameter: Option<String>,
    /// Whose tokens are believed.
    pub jwt: Option<Jwt>,
}

/// An API key, and whose it is.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ApiKeyEntry {
    /// Its owner.
    pub name: String,
    /// What is kept of the key.
    #[serde(deserialize_with = "digest", serialize_with = "shown::masked")]
    pub sha256: Digest,
    /// What the owner may read.
    pub roles: Vec<String>,
    /// What row filters know of the owner.
    #[serde(default)]
    pub claims: Claims,
    /// From when on it is refused.
    #[serde(
        default,
        deserialize_with = "moment",
        serialize_with = "shown::moment",
        skip_serializing_if = "Option::is_none"
    )]
    pub expires: Option<SystemTime>,
}

impl Access {
    /// Characters that the name of a key's owner may have.
    const LONGEST_NAME: usize = 100;

    pub(super) fn check(&self) -> Result<()> {
        for (name, role) in &self.roles {
            for (set, grant) in role {
                let Grant::Part(restriction) = grant else { continue };
                restriction.check().map_err(|error| {
                    Error::configuration(format!("access.roles.{name}.{set} is wrong")).caused_by(error)
                })?;
            }
        }
        known("access.anonymous", &self.anonymous, &self.roles)?;
        self.check_keys()?;
        let wrong =
            |name: &'static str| move |error| Error::configuration(format!("access.{name} is wrong")).caused_by(error);
        self.api_key_header.as_deref().map_or(Ok(()), check_header).map_err(wrong("api_key_header"))?;
        self.api_key_parameter.as_deref().map_or(Ok(()), check_parameter).map_err(wrong("api_key_parameter"))?;
        self.jwt.iter().try_for_each(|jwt| jwt.check(&self.roles))
    }

    /// The header in which an API key may stand, in lower case.
    pub(super) fn key_header(&self) -> String {
        self.api_key_header.as_deref().unwrap_or(DEFAULT_HEADER).to_ascii_lowercase()
    }

    fn check_keys(&self) -> Result<()> {
        let (mut owners, mut digests) = (BTreeMap::new(), BTreeSet::new());
        for key in &self.api_keys {
            let name = &key.name;
            if name.is_empty() || name.chars().count() > Self::LONGEST_NAME || name.contains(char::is_control) {
                let message = format!("The name of an API key has 1 to {} characters.", Self::LONGEST_NAME);
                return Err(Error::configuration(message));
            }
            if !digests.insert(key.sha256.to_string()) {
                let message =
                    format!("access.api_keys has the key of \"{name}\" twice. Each entry has a key of its own.");
                return Err(Error::configuration(message));
            }
            // While a key is changed, its owner has two.
            let owner = owners.entry(name).or_insert(key);
            if owner.roles != key.roles || owner.claims != key.claims {
                let message = format!(
                    "access.api_keys has \"{name}\" twice, with other roles or claims. The keys of one owner allow the same."
                );
                return Err(Error::configuration(message));
            }
            known(&format!("access.api_keys \"{name}\""), &key.roles, &self.roles)?;
        }
        Ok(())
    }

    /// What this means to who finds out who asks.
    ///
    /// # Errors
    /// None that [`super::Config::parse`] has not found.
    pub fn authentication(&self) -> Result<authenticator::Settings> {
        let grants = |role: &Role| role.values().any(|grant| *grant != Grant::Whole(false));
        Ok(authenticator::Settings {
            granting: self.roles.iter().filter(|(_, role)| grants(role)).map(|(name, _)| name.clone()).collect(),
            keys: self.api_keys.iter().map(ApiKeyEntry::known).collect(),
            header: self.key_header(),
            parameter: self.api_key_parameter.clone(),
            tokens: self.jwt.as_ref().map(Jwt::settings).transpose()?,
            authorization_uri: self.jwt.as_ref().and_then(|jwt| jwt.authorization_uri.clone()),
        })
    }
}

impl ApiKeyEntry {
    fn known(&self) -> KnownKey {
        let Self { name, sha256, roles, claims, expires } = self.clone();
        let principal = Principal { id: format!("key:{name}"), roles, claims };
        KnownKey { digest: sha256, principal: Arc::new(principal), expires }
    }
}

/// Refuses names of roles that do not exist: nobody would notice that they grant nothing.
pub(super) fn known(place: &str, named: &[String], roles: &Roles) -> Result<()> {
    match named.iter().find(|role| !roles.contains_key(*role)) {
        Some(role) => {
            let message = format!("{place} names the role \"{role}\", which access.roles does not have.");
            Err(Error::configuration(message))
        }
        None => Ok(()),
    }
}

fn digest<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Digest, D::Error> {
    let text = String::deserialize(deserializer)?;
    Digest::parse(&text).map_err(|error| serde::de::Error::custom(error.message()))
}

fn moment<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<SystemTime>, D::Error> {
    let text = String::deserialize(deserializer)?;
    let refused = |_| serde::de::Error::custom(format!("\"{text}\" is no moment such as \"2027-01-01T00:00:00Z\""));
    humantime::parse_rfc3339(&text).map(Some).map_err(refused)
}

#[cfg(test)]
mod tests {
    use super::super::Config;
    use super::*;
    use crate::access::Restriction;

    #[test]
    fn roles_grant_all_or_nothing_or_a_part() {
        let text = r#"
            [access]
            anonymous = ["visitor"]
            [access.roles.visitor]
            Orders = { columns = ["Status"], filter = "Region eq @region" }
            Invoices = false
            "*" = true
            [access.roles.nobody]
        "#;
        let access = Config::parse(text).unwrap().access.unwrap();
        let part =
            Restriction { columns: Some(vec!["Status".to_owned()]), filter: Some("Region eq @region".to_owned()) };
        assert_eq!(access.roles["visitor"]["Orders"], Grant::Part(part));
        assert_eq!(access.roles["visitor"]["Invoices"], Grant::Whole(false));
        assert_eq!(access.roles["visitor"]["*"], Grant::Whole(true));
        assert_eq!(access.anonymous, ["visitor"]);
        assert!(access.roles["nobody"].is_empty());
        assert!(Config::parse("").unwrap().access.is_none());
    }

    #[test]
    fn mistakes_are_told_with_their_place() {
        let message = |text: &str| Config::parse(text).unwrap_err().to_string();
        let unknown = message("[access.roles.reader]\nOrders = { colums = [] }");
        assert!(unknown.contains("line 2") && unknown.contains("colums"), "{unknown}");
        let kind = message("[access.roles.reader]\nOrders = \"yes\"");
        assert!(kind.contains("line 2") && kind.contains("true, false, or a table"), "{kind}");
        let syntax = message("[access.roles.reader]\nOrders = { filter = \"Region eq\" }");
        assert!(syntax.contains("access.roles.reader.Orders") && syntax.contains("position"), "{syntax}");
        assert!(message("[access]\nanonymous = [\"x\"]").contains("the role \"x\""));
    }

    const DIGEST: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    /// A configuration with this in `[access]`, and a key with that in it.
    fn with_a_key(access: &str, key: &str) -> Result<Config> {
        let text = format!(
            "[access]\n{access}\n[access.roles.reader]\n\"*\" = true\n[[access.api_keys]]\nsha256 = \"{DIGEST}\"\n{key}"
        );
        Config::parse(&text)
    }

    #[test]
    fn a_key_has_an_owner() {
        let key = "name = \"anna\"\nroles = [\"reader\"]\nclaims = { customer = 42, regions = [\"north\"] }\nexpires = \"2027-01-01T00:00:00Z\"";
        let access =
            with_a_key("api_key_header = \"X-Our-Key\"\napi_key_parameter = \"apikey\"", key).unwrap().access.unwrap();
        assert!(!format!("{access:?}").contains("ba78"), "{access:?}");
        let settings = access.authentication().unwrap();
        assert_eq!((settings.header.as_str(), settings.parameter.as_deref()), ("x-our-key", Some("apikey")));
        let KnownKey { digest, principal, expires } = &settings.keys[0];
        assert_eq!((digest.to_string().as_str(), principal.id.as_str()), (DIGEST, "key:anna"));
        assert_eq!((&principal.roles[..], principal.claims.len()), (&["reader".to_owned()][..], 2));
        assert!(expires.is_some());
    }

    #[test]
    fn mistakes_about_keys_are_told_and_hold_nothing_of_them() {
        let message = |access: &str, key: &str| with_a_key(access, key).unwrap_err().to_string();
        let plain = "name = \"anna\"\nroles = [\"reader\"]";
        for (access, key, told) in [
            ("", "name = \"anna\"\nroles = [\"writer\"]", "\"anna\" names the role \"writer\""),
            ("", "name = \"\"\nroles = [\"reader\"]", "1 to 100 characters"),
            ("", "name = \"anna\"", "roles"),
            ("", &format!("{plain}\nexpires = \"soon\""), "2027-01-01T00:00:00Z"),
            ("", &format!("{plain}\nkey = \"dlk_secret\""), "key"),
            (
                "",
                &format!("{plain}\n[[access.api_keys]]\nsha256 = \"{DIGEST}\"\nname = \"ben\"\nroles = []"),
                "the key of \"ben\" twice",
            ),
            (
                "",
                &format!("{plain}\n[[access.api_keys]]\nsha256 = \"dlk_secret\"\nname = \"ben\"\nroles = []"),
                "deltalink apikey",
            ),
            ("api_key_header = \"Accept\"", plain, "access.api_key_header is wrong"),
            ("api_key_header = \"X Key\"", plain, "access.api_key_header is wrong"),
            ("api_key_parameter = \"$key\"", plain, "access.api_key_parameter is wrong"),
            ("api_key_parameter = \"Select\"", plain, "access.api_key_parameter is wrong"),
        ] {
            let message = message(access, key);
            assert!(message.contains(told) && !message.contains("secret"), "{message}");
        }
    }
}
