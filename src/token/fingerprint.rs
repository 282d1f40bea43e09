//! What a link's answers look like -> a number: a link that is followed when they would look otherwise has expired.

use std::fmt::Write;

use sha2::{Digest, Sha256};

use crate::edm::{EntitySet, Property};

/// A number that changes when the key or the `returned` properties (indexes) change in name, type or definition.
pub fn fingerprint(set: &EntitySet, returned: &[usize]) -> u64 {
    let mut hash = Sha256::new();
    let mut facets = String::new();
    for (mark, index) in set.key.iter().map(|index| ("k", index)).chain(returned.iter().map(|index| ("p", index))) {
        let Property { name, column, ty, definition, .. } = &set.properties[*index];
        facets.clear();
        write!(facets, "{ty}").expect("text is written to memory");
        for part in [mark, name, "\0", column, "\0", &facets, "\0", definition, "\0"] {
            hash.update(part);
        }
    }
    let digest = hash.finalize();
    digest[..8].iter().fold(0, |number, &byte| number << 8 | u64::from(byte))
}
