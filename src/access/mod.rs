//! Who asks: what a request brings to prove it -> a principal, and what that principal may read.
//!
//! A newcomer's trap: a principal is who somebody *is*; what that means is decided by the roles of the configuration and by the claims
//! that their row filters name. Two principals with the same rights may share answers, and no others.

mod api_key;
pub mod authenticator;
mod claims;
mod credentials;
mod digest;
mod fetch;
mod issuer;
mod jwks;
pub mod jwt;
mod part;
mod policy;
pub mod role;

pub use api_key::{ApiKey, Digest, KnownKey};
pub use authenticator::Authenticator;
pub use credentials::{Brought, Credential, DEFAULT_HEADER, check_header, check_parameter};
pub use issuer::Source;
pub use policy::{Policy, Who};
pub use role::{Grant, Restriction, Role, Roles};

use std::collections::BTreeMap;

/// What [`Principal::id`] of whoever brings no credentials is.
pub const ANONYMOUS: &str = "anonymous";

/// What is known of a principal beside its roles, by name: what row filters compare with.
pub type Claims = BTreeMap<String, Claim>;

/// Who asks, once that is proven.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    /// The same for the same principal, for ever: `key:NAME`, `jwt:ISSUER#SUBJECT`, or `anonymous`.
    pub id: String,
    /// The roles that it has, by their names in the configuration. What is not configured grants nothing.
    pub roles: Vec<String>,
    /// What row filters may compare with.
    pub claims: Claims,
}

impl Principal {
    /// Whoever brings no credentials.
    pub fn anonymous(roles: Vec<String>) -> Self {
        Self { id: ANONYMOUS.to_owned(), roles, claims: Claims::new() }
    }
}

/// The value of a claim.
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Deserialize)]
#[serde(untagged)]
pub enum Claim {
    /// True or false.
    Boolean(bool),
    /// A whole number.
    Number(i64),
    /// Text; also what stands for a GUID, a date, or a decimal number.
    Text(String),
    /// Several of one kind.
    List(Vec<Claim>),
}
