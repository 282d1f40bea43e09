//! What is fuzzed: octets -> a part of the gateway, and what must be true of what it makes of them.
//!
//! `cargo fuzz` and the smoke run of stable Rust call the same functions. Each returns a number of what came of it, the same for inputs
//! that took the same way: where nothing measures which code ran, that tells which inputs are worth keeping.

mod batch;
mod configuration;
mod connection_string;
mod expression;
mod headers;
mod http;
mod key;
mod model;
mod outcome;
mod planning;
mod token;
mod url;

/// A part of the gateway.
pub(crate) type Target = fn(&[u8]) -> u64;

/// All of them, by name.
pub(crate) const ALL: [(&str, Target); 9] = [
    ("batch", batch::run),
    ("configuration", configuration::run),
    ("connection_string", connection_string::run),
    ("expression", expression::run),
    ("headers", headers::run),
    ("http", http::run),
    ("key", key::run),
    ("token", token::run),
    ("url", url::run),
];

/// Runs the target of that name, for a binary that has only one.
#[allow(dead_code, reason = "the smoke run calls them by itself")]
pub(crate) fn run(name: &str, input: &[u8]) {
    ALL.iter().filter(|(known, _)| *known == name).for_each(|(_, target)| {
        target(input);
    });
}
