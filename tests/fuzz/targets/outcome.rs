//! What came of an input -> a number that is the same for inputs that took the same way.

use std::hash::{DefaultHasher, Hash, Hasher};

use deltalink::error::Error;

/// Longer words than the input's own length and this would be no clear words.
const WORDS: usize = 2_000;

/// Of a refusal. Whatever a request says, it is its own mistake: `Internal` is a defect of ours.
pub(super) fn refused(error: &Error, input: &[u8]) -> u64 {
    assert_ne!(error.kind().code(), "InternalError", "{error}");
    told(error, input)
}

/// Of a refusal that only an operator sees.
pub(super) fn told(error: &Error, input: &[u8]) -> u64 {
    let message = error.message();
    assert!(!message.is_empty() && message.len() <= WORDS + 4 * input.len(), "{message}");
    of(&(error.kind().code(), skeleton(message)))
}

pub(super) fn of(what: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    what.hash(&mut hasher);
    hasher.finish()
}

/// The text without its numbers and without what stands in quotes.
pub(super) fn skeleton(text: &str) -> String {
    let unquoted: String = text.split('"').step_by(2).collect();
    unquoted.chars().filter(|character| !character.is_ascii_digit()).collect()
}
