//! Requests of a principal, and credentials that were refused -> whether they come too quickly, one after another.
//!
//! A newcomer's trap: a rate is of a principal and not of a key or a connection, so a second key of the same owner does not double it. Whoever
//! brings no credentials is told apart by address, in a table of its own: addresses cost nothing, and must not make principals be forgotten. Refusals are counted by address, too, but never stand in the way of a right key: many
//! come from one address, and one of them that brings an old key would lock out all others.

use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::Arc;

use governor::clock::Clock;
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use quick_cache::sync::Cache;

use crate::access::{ANONYMOUS, Principal};
use crate::config::Limits;
use crate::error::{Error, ErrorKind, Result};

/// Principals that are known, and as many places of those who bring nothing, and as many where somebody was refused. Who is forgotten begins anew.
const KNOWN: usize = 10_000;
/// Bits of an IPv6 address that stand for a place: whoever has one of them has all addresses that begin so.
const NETWORK: u32 = 64;

/// Lets so many pass in a time, and as many at once after a pause.
pub struct Rates {
    principals: Arc<Rate>,
    strangers: Arc<Rate>,
    refusals: Arc<Rate>,
}

/// How often something may happen for each of those who are known.
struct Rate {
    /// Without it, as often as anybody likes.
    quota: Option<Quota>,
    known: Cache<String, Arc<DefaultDirectRateLimiter>>,
}

impl Rates {
    /// As many as `limits` say; as many as anybody likes with 0.
    pub(super) fn new(limits: &Limits) -> Self {
        let requests = NonZeroU32::new(limits.max_requests_per_second).map(Quota::per_second);
        let refusals = NonZeroU32::new(limits.max_refusals_per_minute).map(Quota::per_minute);
        Self { principals: Rate::of(requests), strangers: Rate::of(requests), refusals: Rate::of(refusals) }
    }

    /// What is counted in the place of `before`: what may pass as often as before is counted on.
    pub(super) fn after(&self, before: &Self) -> Self {
        Self {
            principals: self.principals.after(&before.principals),
            strangers: self.strangers.after(&before.strangers),
            refusals: self.refusals.after(&before.refusals),
        }
    }

    /// Lets a request of `principal` pass, which came from `address`.
    ///
    /// # Errors
    /// `TooManyRequests` where it comes too soon after others.
    pub fn admit(&self, principal: &Principal, address: Option<IpAddr>) -> Result<()> {
        self.take(principal, address, NonZeroU32::MIN)
    }

    /// Lets a batch pass that holds so many requests, and was itself let pass as one: each of them counts.
    ///
    /// # Errors
    /// `TooManyRequests` where it comes too soon after others, and `InvalidValue` where it would at any time.
    pub fn admit_batch(&self, principal: &Principal, address: Option<IpAddr>, requests: usize) -> Result<()> {
        let Some(quota) = self.principals.quota else { return Ok(()) };
        let most = quota.burst_size();
        let requests = u32::try_from(requests).unwrap_or(u32::MAX);
        if requests > most.get() {
            let message = format!("The batch holds {requests} requests; {most} a second are taken from one principal.");
            return Err(Error::new(ErrorKind::InvalidValue, message).about("$batch"));
        }
        NonZeroU32::new(requests.saturating_sub(1)).map_or(Ok(()), |further| self.take(principal, address, further))
    }

    fn take(&self, principal: &Principal, address: Option<IpAddr>, times: NonZeroU32) -> Result<()> {
        let message = "These are more requests a second than are taken from one principal. Try again later.";
        match address {
            Some(address) if principal.id == ANONYMOUS => {
                self.strangers.take(&place(address).to_string(), times, message)
            }
            _ => self.principals.take(&principal.id, times, message),
        }
    }

    /// Counts a credential from `address` that was refused.
    ///
    /// # Errors
    /// `TooManyRequests` where it comes too soon after others.
    pub fn refuse(&self, address: Option<IpAddr>) -> Result<()> {
        let Some(address) = address else { return Ok(()) };
        let message = "Too many credentials that came from this address were refused. Try again later.";
        self.refusals.take(&place(address).to_string(), NonZeroU32::MIN, message)
    }
}

impl Rate {
    fn of(quota: Option<Quota>) -> Arc<Self> {
        Arc::new(Self { quota, known: Cache::new(KNOWN) })
    }

    fn after(self: &Arc<Self>, before: &Arc<Self>) -> Arc<Self> {
        Arc::clone(if self.quota == before.quota { before } else { self })
    }

    /// Counts that it happens so many times more for `who`.
    fn take(&self, who: &str, times: NonZeroU32, message: &str) -> Result<()> {
        let Some(quota) = self.quota else { return Ok(()) };
        let limiter = self.known.get_or_insert_with(who, || Ok::<_, Error>(Arc::new(RateLimiter::direct(quota))))?;
        let wait = match limiter.check_n(times) {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(until)) => until.wait_time_from(limiter.clock().now()),
            Err(_beyond_what_passes_at_once) => quota.burst_size_replenished_in(),
        };
        Err(Error::new(ErrorKind::TooManyRequests, message).passing_after(wait))
    }
}

/// What tells those apart who are told apart by address.
fn place(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let network = address.to_bits() >> (128 - NETWORK) << (128 - NETWORK);
            IpAddr::V6(Ipv6Addr::from_bits(network))
        }
        address @ IpAddr::V4(_) => address,
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
    fn each_request_of_a_batch_counts() {
        let rates = rates(3, 0);
        let anna = Principal { id: "key:anna".to_owned(), ..Principal::anonymous(Vec::new()) };
        let batch = |requests| {
            rates.admit(&anna, None)?;
            rates.admit_batch(&anna, None, requests)
        };
        let kind = |outcome: Result<()>| outcome.err().map(|error| error.kind());
        assert_eq!(kind(batch(4)), Some(ErrorKind::InvalidValue), "it would never pass");
        assert_eq!(kind(batch(2)), None);
        assert_eq!(kind(batch(1)), Some(ErrorKind::TooManyRequests));
    }

    #[test]
    fn an_address_is_a_place() {
        for (same, other, is_same) in [
            ("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", true),
            ("2001:db8:1:2::1", "2001:db8:1:3::1", false),
            ("192.0.2.1", "::ffff:192.0.2.1", true),
            ("::ffff:192.0.2.1", "::ffff:192.0.2.2", false),
        ] {
            let rates = rates(1, 1);
            assert!(admitted(&rates, ANONYMOUS, same) && refused(&rates, same));
            let outcome = (admitted(&rates, ANONYMOUS, other), refused(&rates, other));
            assert_eq!(outcome, (!is_same, !is_same), "{same} and {other}");
        }
    }

    #[test]
    fn a_flood_of_addresses_makes_no_principal_forgotten_and_has_an_end() {
        let rates = rates(1, 1);
        assert!(admitted(&rates, "key:anna", "192.0.2.1"));
        for network in 0..50_000_u128 {
            let address = Some(IpAddr::V6(Ipv6Addr::from_bits(network << 64)));
            rates.admit(&Principal::anonymous(Vec::new()), address).unwrap();
            rates.refuse(address).unwrap();
        }
        let kept = |rate: &Rate| rate.known.contains_key("key:anna");
        assert!(kept(&rates.principals) && !kept(&rates.strangers));
        assert!([&rates.strangers, &rates.refusals].iter().all(|rate| rate.known.len() <= KNOWN));
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
