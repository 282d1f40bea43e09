//! What may be read -> a number that is the same for the same rights.
//!
//! A newcomer's trap: it is made of what the operator said and of the claims, not of the model: a column or a table that comes into the
//! database must not end the links to others. Only the columns that a row filter looks at count, because rows come and go with them.

use sha2::{Digest, Sha256};

use super::part::{Condition, Part};
use super::{Claim, Claims, Grant, Role};
use crate::edm::EntitySet;

/// A hash of parts, each with its length.
pub(super) struct Hash(Sha256);

impl Hash {
    pub(super) fn new() -> Self {
        Self(Sha256::new())
    }

    pub(super) fn add(&mut self, octets: &[u8]) {
        self.0.update((octets.len() as u64).to_be_bytes());
        self.0.update(octets);
    }

    fn number(&mut self, number: usize) {
        self.add(&(number as u64).to_be_bytes());
    }

    fn numbers(&mut self, numbers: &[u64]) {
        self.number(numbers.len());
        for number in numbers {
            self.add(&number.to_be_bytes());
        }
    }

    fn claims(&mut self, claims: &Claims) {
        self.number(claims.len());
        for (name, claim) in claims {
            self.add(name.as_bytes());
            self.claim(claim);
        }
    }

    fn claim(&mut self, claim: &Claim) {
        match claim {
            Claim::Boolean(is) => self.add(if *is { b"true" } else { b"false" }),
            Claim::Number(number) => {
                self.add(b"number");
                self.add(&number.to_be_bytes());
            }
            Claim::Text(text) => {
                self.add(b"text");
                self.add(text.as_bytes());
            }
            Claim::List(members) => {
                self.add(b"list");
                self.number(members.len());
                for member in members {
                    self.claim(member);
                }
            }
        }
    }

    pub(super) fn finish(self) -> u64 {
        self.0.finalize()[..8].iter().fold(0, |number, &octet| number << 8 | u64::from(octet))
    }
}

/// Of what may be read of `set`.
pub(super) fn of_part(set: &EntitySet, part: &Part) -> u64 {
    let mut hash = Hash::new();
    match &part.columns {
        None => hash.add(b"all"),
        Some(columns) => {
            hash.number(columns.len());
            for &column in columns {
                hash.add(set.properties[column].name.as_bytes());
            }
        }
    }
    // In no order: roles have none.
    let mut conditions: Vec<u64> = part.conditions.iter().map(|condition| of_condition(set, condition)).collect();
    conditions.sort_unstable();
    hash.numbers(&conditions);
    hash.finish()
}

fn of_condition(set: &EntitySet, condition: &Condition) -> u64 {
    let mut hash = Hash::new();
    hash.add(condition.text.as_bytes());
    hash.claims(&condition.claims);
    for &property in &condition.properties {
        hash.add(set.properties[property].signature.as_bytes());
    }
    hash.finish()
}

/// Of all that `roles` give to who has `claims`, of which those count that filters name.
pub(super) fn of_roles(roles: &[&Role], claims: &Claims) -> u64 {
    let mut digests: Vec<u64> = roles.iter().map(|role| of_role(role)).collect();
    digests.sort_unstable();
    digests.dedup();
    let mut hash = Hash::new();
    hash.numbers(&digests);
    hash.claims(claims);
    hash.finish()
}

fn of_role(role: &Role) -> u64 {
    let mut hash = Hash::new();
    for (set, grant) in role {
        hash.add(set.as_bytes());
        match grant {
            Grant::Whole(all) => hash.add(if *all { b"all" } else { b"none" }),
            Grant::Part(part) => {
                let columns = part.columns.as_ref();
                hash.number(columns.map_or(usize::MAX, Vec::len));
                for column in columns.into_iter().flatten() {
                    hash.add(column.as_bytes());
                }
                hash.add(part.filter.as_deref().unwrap_or_default().as_bytes());
            }
        }
    }
    hash.finish()
}
