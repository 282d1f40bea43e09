//! Who asks: what proves it, what does not, and what of either is told.

mod claims;
mod forgeries;
mod guesses;
mod issuers;
mod keys;
mod parameter;
mod rates;
mod secrecy;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use deltalink::access::ApiKey;

/// A configuration that knows `keys` as those of anna, ben and so on, each with the role `reader`; and a key of dora's, who may read nothing.
fn knowing(keys: &[&ApiKey], more: &str) -> String {
    let names = ["anna", "ben", "carl"];
    let entries = keys.iter().zip(names).map(|(key, name)| entry(key, name, "reader"));
    format!(
        "[access]\n{more}\n[access.roles.reader]\n\"*\" = true\n[access.roles.nobody]\nOrders = false\n{}",
        entries.collect::<String>()
    )
}

/// A key in the configuration.
fn entry(key: &ApiKey, name: &str, role: &str) -> String {
    format!("[[access.api_keys]]\nname = \"{name}\"\nsha256 = \"{}\"\nroles = [\"{role}\"]\n", key.digest())
}

/// `Authorization` as clients send it for a user and a password.
fn basic(user: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))
}

fn bearer(text: &str) -> String {
    format!("Bearer {text}")
}
