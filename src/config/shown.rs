//! A configuration -> the TOML that says the same, without what nobody is to see.

use std::time::SystemTime;

use serde::Serializer;

use super::Config;
use crate::error::{Error, Result};

/// What stands in the place of a secret.
pub const MASKED: &str = "(not shown)";

impl Config {
    /// The text of a file that would say the same; secrets are masked.
    pub fn shown(&self) -> Result<String> {
        toml::to_string_pretty(self).map_err(Error::internal)
    }
}

/// The text that names the database: a file as it is; anything else may hold a password.
#[expect(clippy::ref_option, reason = "serde hands over a reference to what there is")]
pub(super) fn database<S: Serializer>(database: &Option<String>, serializer: S) -> Result<S::Ok, S::Error> {
    match database {
        Some(text) if text.starts_with("sqlite:") => serializer.serialize_some(text),
        Some(_) => serializer.serialize_some(MASKED),
        None => serializer.serialize_none(),
    }
}

/// An address without its query.
#[expect(clippy::ref_option, reason = "serde hands over a reference to what there is")]
pub(super) fn address<S: Serializer>(address: &Option<String>, serializer: S) -> Result<S::Ok, S::Error> {
    match address.as_deref().map(|address| address.split_once('?').ok_or(address)) {
        Some(Ok((place, _))) => serializer.collect_str(&format_args!("{place}?{MASKED}")),
        Some(Err(whole)) => serializer.serialize_some(whole),
        None => serializer.serialize_none(),
    }
}

/// What is no secret, and nobody's business either.
pub(super) fn masked<T, S: Serializer>(_: &T, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(MASKED)
}

#[expect(clippy::ref_option, reason = "serde hands over a reference to what there is")]
pub(super) fn moment<S: Serializer>(moment: &Option<SystemTime>, serializer: S) -> Result<S::Ok, S::Error> {
    match moment {
        Some(moment) => serializer.collect_str(&humantime::format_rfc3339_seconds(*moment)),
        None => serializer.serialize_none(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_says_the_same() {
        let text = "database = 'sqlite:shop.db'\nlisten = '127.0.0.1:9000'\n[service]\npage_size = 7\ncors_origins = ['*']\n\
             deleted_id = 'key'\n[sharing]\nlongest_wait = '1m 30s'\n[proxies]\ntrusted = ['10.0.0.0/8']\n\
             [tls]\ncertificate = 'c'\nkey = 'k'\n[tables.Orders]\ncolumns = ['Id']\n\
             [tables.Orders.navigation]\nA = false\nB = { to_one = 'C' }\n";
        let config = Config::parse(text).unwrap();
        let shown = config.shown().unwrap();
        let again = Config::parse(&shown).unwrap();
        assert_eq!(format!("{config:?}"), format!("{again:?}"), "{shown}");
        assert!(Config::parse(&Config::default().shown().unwrap()).is_ok());
    }

    #[test]
    fn what_is_kept_of_keys_is_masked_and_the_rest_is_shown() {
        let digest = "0123456789abcdef".repeat(4);
        let text = format!(
            "[access.roles.r]\nOrders = {{ columns = ['Id'], filter = 'Id eq @n' }}\nInvoices = false\n[[access.api_keys]]\nname = 'n'\n\
             sha256 = '{digest}'\nroles = ['r']\nclaims = {{ n = 1 }}\nexpires = '2027-01-01T00:00:00Z'\n\
             [access.jwt]\nissuer = 'https://issuer.example'\naudience = ['a', 'b']"
        );
        let shown = Config::parse(&text).unwrap().shown().unwrap();
        assert!(shown.contains(MASKED) && !shown.contains(&digest), "{shown}");
        for part in
            ["filter = \"Id eq @n\"", "Invoices = false", "n = 1", "2027-01-01T00:00:00Z", "https://issuer.example"]
        {
            assert!(shown.contains(part), "{part} in {shown}");
        }
    }

    #[test]
    fn the_query_of_an_address_is_masked() {
        let text = "[access.jwt]\nissuer = 'a'\naudience = 'b'\njwks = { url = 'https://a.example/keys?code=hunter2' }";
        let shown = Config::parse(text).unwrap().shown().unwrap();
        assert!(shown.contains(&format!("https://a.example/keys?{MASKED}")) && !shown.contains("hunter2"), "{shown}");
        let plain = Config::parse(&text.replace("?code=hunter2", "")).unwrap().shown().unwrap();
        assert!(plain.contains("\"https://a.example/keys\""), "{plain}");
    }

    #[test]
    fn a_connection_string_is_masked() {
        for text in ["mssql://sa:hunter2@db/shop", "Server=db;User Id=sa;Password=hunter2"] {
            let config = Config { database: Some(text.to_owned()), ..Config::default() };
            let shown = config.shown().unwrap();
            assert!(shown.contains(MASKED) && !shown.contains("hunter2"), "{shown}");
        }
    }
}
