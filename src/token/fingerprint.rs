//! What a link's answers look like -> a number: a link that is followed when they would look otherwise has expired.

use sha2::{Digest, Sha256};

use crate::edm::EntitySet;

/// A number that changes when the key or the `returned` properties (indexes) change in name, type or definition.
pub fn fingerprint(set: &EntitySet, returned: &[usize]) -> u64 {
    let mut hash = Sha256::new();
    for (mark, index) in set.key.iter().map(|index| (b"k", index)).chain(returned.iter().map(|index| (b"p", index))) {
        hash.update(mark);
        hash.update(&set.properties[*index].signature);
    }
    let digest = hash.finalize();
    digest[..8].iter().fold(0, |number, &byte| number << 8 | u64::from(byte))
}
