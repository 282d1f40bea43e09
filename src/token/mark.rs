//! A principal and what it may read -> the octets that its links bear.
//!
//! A newcomer's trap: a mark keeps nobody from reading anything. Each request reads what its principal may; the mark is there because a
//! copy that goes on with other rights would be neither what it was nor what it should be.

use sha2::{Digest, Sha256};

/// Whom a link was given to, and what they could read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Stands for the principal.
    pub principal: u32,
    /// Stands for what it could read of what the link leads to.
    pub rights: u64,
}

impl Mark {
    /// What stands for the principal that is known by `id`.
    pub fn of_principal(id: &str) -> u32 {
        let digest = Sha256::digest(id);
        digest[..4].iter().fold(0, |number, &octet| number << 8 | u32::from(octet))
    }
}
