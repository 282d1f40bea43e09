//! Requests of a principal -> whether they come too quickly, one after another.
//!
//! A newcomer's trap: a rate is of a principal and not of a key or a connection, so a second key of the same owner does not double it. Whoever
//! brings no credentials is told apart by address.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;

use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use quick_cache::sync::Cache;

use crate::access::{ANONYMOUS, Principal};
use crate::error::{Error, ErrorKind, Result};

/// Principals whose requests are counted. Who is forgotten begins anew.
const KNOWN: usize = 10_000;

/// Lets so many requests a second pass, and as many at once after a pause.
pub struct Rates {
    quota: Option<Quota>,
    known: Cache<String, Arc<DefaultDirectRateLimiter>>,
}

impl Rates {
    /// `most` requests a second; as many as anybody likes with 0.
    pub(super) fn new(most: u32) -> Self {
        Self { quota: NonZeroU32::new(most).map(Quota::per_second), known: Cache::new(KNOWN) }
    }

    /// Lets a request of `principal` pass, which came from `address`.
    ///
    /// # Errors
    /// `TooManyRequests` where it comes too soon after others.
    pub fn admit(&self, principal: &Principal, address: Option<IpAddr>) -> Result<()> {
        let Some(quota) = self.quota else { return Ok(()) };
        let made = || Ok::<_, Error>(Arc::new(RateLimiter::direct(quota)));
        let limiter = match address {
            Some(address) if principal.id == ANONYMOUS => {
                self.known.get_or_insert_with(&format!("address:{address}"), made)?
            }
            _ => self.known.get_or_insert_with(principal.id.as_str(), made)?,
        };
        limiter.check().map_err(|_| {
            let message = "These are more requests a second than are taken from one principal. Try again later.";
            Error::new(ErrorKind::TooManyRequests, message)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admitted(rates: &Rates, id: &str, address: &str) -> bool {
        let principal = Principal { id: id.to_owned(), ..Principal::anonymous(Vec::new()) };
        rates.admit(&principal, Some(address.parse().unwrap())).is_ok()
    }

    #[test]
    fn a_principal_is_limited_wherever_it_comes_from_and_nobody_else_for_it() {
        let rates = Rates::new(2);
        assert!(admitted(&rates, "key:anna", "192.0.2.1") && admitted(&rates, "key:anna", "192.0.2.2"));
        assert!(!admitted(&rates, "key:anna", "192.0.2.3"));
        assert!(admitted(&rates, "key:bert", "192.0.2.1"));
    }

    #[test]
    fn whoever_brings_nothing_is_told_apart_by_address() {
        let rates = Rates::new(1);
        assert!(admitted(&rates, ANONYMOUS, "192.0.2.1") && admitted(&rates, ANONYMOUS, "192.0.2.2"));
        assert!(!admitted(&rates, ANONYMOUS, "192.0.2.1"));
    }

    #[test]
    fn without_a_limit_everything_passes() {
        let rates = Rates::new(0);
        assert!((0..10_000).all(|_| admitted(&rates, "key:anna", "192.0.2.1")));
    }
}
