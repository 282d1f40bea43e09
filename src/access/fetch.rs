//! The address of an issuer's document -> its octets, within bounds.
//!
//! A newcomer's trap: whoever can answer in the issuer's place decides who may read. So nothing is fetched without TLS but from this
//! machine itself, and no redirection is followed.

use std::fmt;
use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Client, Url};

use crate::error::{Error, Result};

/// How long all of it may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// Octets that a document may have.
const LARGEST: usize = 512 * 1024;

/// Where a document may be fetched from.
#[derive(Clone, PartialEq, Eq)]
pub struct Address(Url);

impl Address {
    /// Reads a URL with `https`, or with `http` and this machine as its host.
    ///
    /// # Errors
    /// `Configuration`, for every other text.
    pub fn parse(text: &str) -> Result<Self> {
        let refused = || {
            // Neither a query nor what stands before a host is shown: either may be a secret.
            let place = text.split('?').next().filter(|place| !place.contains('@'));
            let place = place.map_or_else(|| "What is given".to_owned(), |place| format!("\"{place}\""));
            let message =
                format!("{place} is not a URL such as https://login.example.com (http only for this machine).");
            Error::configuration(message)
        };
        let url = Url::parse(text).map_err(|_| refused())?;
        let is_plain = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
        if is_plain && (url.scheme() == "https" || (url.scheme() == "http" && is_this_machine(&url))) {
            Ok(Self(url))
        } else {
            Err(refused())
        }
    }

    /// Below an issuer, where it describes itself (Discovery 1.0 of `OpenID` Connect, section 4).
    ///
    /// # Errors
    /// `Configuration`, if `issuer` is no address.
    pub fn of_description(issuer: &str) -> Result<Self> {
        Self::parse(issuer)?;
        Self::parse(&format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/')))
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The query may hold a secret.
        let mut place = self.0.clone();
        place.set_query(None);
        place.fmt(f)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// Fetches documents.
pub(super) struct Fetcher {
    /// For the internet, perhaps by a proxy that the environment names.
    beyond: Client,
    /// For this machine.
    here: Client,
}

impl Fetcher {
    pub(super) fn new() -> Result<Self> {
        let client = || {
            // Each fetch has its own connection: it lives in the thread that asked, and the next may ask in another.
            Client::builder().redirect(Policy::none()).timeout(PATIENCE).pool_max_idle_per_host(0)
        };
        let built = |client: reqwest::ClientBuilder| client.build().map_err(Error::internal);
        Ok(Self { beyond: built(client())?, here: built(client().no_proxy())? })
    }

    /// What stands at `address`.
    pub(super) async fn fetch(&self, address: &Address) -> Result<Vec<u8>> {
        let failed = |error: reqwest::Error| {
            // The error names the address itself otherwise.
            Error::configuration(format!("{address} cannot be fetched")).caused_by(error.without_url())
        };
        let client = if is_this_machine(&address.0) { &self.here } else { &self.beyond };
        let mut response =
            client.get(address.0.clone()).header("Accept", "application/json").send().await.map_err(failed)?;
        if response.status() != reqwest::StatusCode::OK {
            return Err(Error::configuration(format!("{address} answers with status {}.", response.status().as_u16())));
        }
        let mut octets = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(failed)? {
            if octets.len() + chunk.len() > LARGEST {
                return Err(Error::configuration(format!("What {address} answers has more than {LARGEST} octets.")));
            }
            octets.extend_from_slice(&chunk);
        }
        Ok(octets)
    }
}

fn is_this_machine(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let literal = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || literal.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_safe_from_who_listens_on_the_way() {
        for right in [
            "https://login.example.com/tenant/v2.0",
            "http://127.0.0.1:9000",
            "http://[::1]:80/x",
            "http://localhost/keys",
        ] {
            assert!(Address::parse(right).is_ok(), "{right}");
        }
        for wrong in [
            "",
            "login.example.com",
            "http://login.example.com",
            "http://127.0.0.1.example.com",
            "http://localhost.example.com/",
            "https://user:secret@example.com",
            "https://example.com/#x",
            "file:///etc/passwd",
            "ftp://127.0.0.1/",
        ] {
            assert!(Address::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_issuer_describes_itself_below_its_own_address() {
        for issuer in ["https://login.example.com/a", "https://login.example.com/a/"] {
            let address = Address::of_description(issuer).unwrap().to_string();
            assert_eq!(address, "https://login.example.com/a/.well-known/openid-configuration");
        }
        assert!(Address::of_description("Contoso").is_err());
    }
}
