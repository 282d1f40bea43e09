//! Requests of a principal, and credentials that were refused -> whether they come too quickly, one after another.
//!
//! A newcomer's trap: a rate is of a principal and not of a key or a connection, so a second key of the same owner does not double it. Whoever
//! brings no credentials is told apart by address. Refusals are counted by address, too, but never stand in the way of a right key: many
//! come from one address, and one of them that brings an old key would lock out all others.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;

use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use quick_cache::sync::Cache;

use crate::access::{ANONYMOUS, Principal};
use crate::config::Limits;
use crate::error::{Error, ErrorKind, Result};

/// Principals whose requests are counted. Who is forgotten begins anew.
const KNOWN: usize = 10_000;

/// Addresses whose refusals are counted. Who is forgotten begins anew.
const REFUSED: usize = 10_000;

/// Lets so many pass in a time, and as many at once after a pause.
pub struct Rates {
    requests: Option<Quota>,
    refusals: Option<Quota>,
    known: Cache<String, Arc<DefaultDirectRateLimiter>>,
    refused: Cache<IpAddr, Arc<DefaultDirectRateLimiter>>,
}

impl Rates {
    /// As many as `limits` say; as many as anybody likes with 0.
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            requests: NonZeroU32::new(limits.max_requests_per_second).map(Quota::per_second),
            refusals: NonZeroU32::new(limits.max_refusals_per_minute).map(Quota::per_minute),
            known: Cache::new(KNOWN),
            refused: Cache::new(REFUSED),
        }
    }

    /// Lets a request of `principal` pass, which came from `address`.
    ///
    /// # Errors
    /// `TooManyRequests` where it comes too soon after others.
    pub fn admit(&self, principal: &Principal, address: Option<IpAddr>) -> Result<()> {
        let Some(quota) = self.requests else { return Ok(()) };
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

    /// Counts a credential from `address` that was refused.
    ///
    /// # Errors
    /// `TooManyRequests` where it comes too soon after others.
    pub fn refuse(&self, address: Option<IpAddr>) -> Result<()> {
        let (Some(quota), Some(address)) = (self.refusals, address) else { return Ok(()) };
        let made = || Ok::<_, Error>(Arc::new(RateLimiter::direct(quota)));
        let limiter = self.refused.get_or_insert_with(&address, made)?;
        limiter.check().map_err(|_| {
            let message = "Too many credentials that came from this address were refused. Try again later.";
            Error::new(ErrorKind::TooManyRequests, message)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rates(max_requests_per_second: u32, max_refusals_per_minute: u32) -> Rates {
        Rates::new(&Limits { max_requests_per_second, max_refusals_per_minute, ..Limits::default() })
    }

    fn admitted(rates: &Rates, id: &str, address: &str) -> bool {
        let principal = Principal { id: id.to_owned(), ..Principal::anonymous(Vec::new()) };
        rates.admit(&principal, Some(address.parse().unwrap())).is_ok()
    }

    #[test]
    fn a_principal_is_limited_wherever_it_comes_from_and_nobody_else_for_it() {
        let rates = rates(2, 0);
        assert!(admitted(&rates, "key:anna", "192.0.2.1") && admitted(&rates, "key:anna", "192.0.2.2"));
        assert!(!admitted(&rates, "key:anna", "192.0.2.3"));
        assert!(admitted(&rates, "key:bert", "192.0.2.1"));
    }

    #[test]
    fn whoever_brings_nothing_is_told_apart_by_address() {
        let rates = rates(1, 0);
        assert!(admitted(&rates, ANONYMOUS, "192.0.2.1") && admitted(&rates, ANONYMOUS, "192.0.2.2"));
        assert!(!admitted(&rates, ANONYMOUS, "192.0.2.1"));
    }

    #[test]
    fn without_a_limit_everything_passes() {
        let rates = rates(0, 0);
        assert!((0..10_000).all(|_| admitted(&rates, "key:anna", "192.0.2.1") && refused(&rates, "192.0.2.1")));
    }

    fn refused(rates: &Rates, address: &str) -> bool {
        rates.refuse(Some(address.parse().unwrap())).is_ok()
    }

    #[test]
    fn who_was_refused_too_often_is_told_so_and_no_other_address() {
        let rates = rates(1, 2);
        assert!(refused(&rates, "192.0.2.1") && refused(&rates, "192.0.2.1"));
        assert!(!refused(&rates, "192.0.2.1"));
        assert!(refused(&rates, "192.0.2.2"));
        assert!(admitted(&rates, "key:anna", "192.0.2.1"), "a right key passes");
    }
}
