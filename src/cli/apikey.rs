//! `deltalink apikey`: a fresh API key, and the lines of the configuration that make it somebody's.

use std::process::ExitCode;

use clap::Args;

use super::say;
use crate::access::ApiKey;
use crate::error::{Error, Result};

/// Prints a fresh API key once, and what the configuration keeps of it.
#[derive(Debug, Args)]
pub(super) struct MakeKey {
    /// Whose it is: the name that the log and row filters' claims belong to
    name: String,
    /// A role of its owner; may be given several times
    #[arg(long, env = "DELTALINK_ROLE", value_name = "ROLE")]
    role: Vec<String>,
}

impl MakeKey {
    pub(super) fn run(&self) -> Result<ExitCode> {
        if self.name.is_empty() || self.name.contains(char::is_control) {
            return Err(Error::configuration(
                "The name of an API key is a text such as \"anna\" or \"Excel of accounting\".",
            ));
        }
        let key = ApiKey::generate();
        let roles: Vec<String> = self.role.iter().map(|role| quoted(role)).collect();
        say(key.reveal());
        say(format_args!(
            "\n# The key is shown this once. In the configuration, beside [access.roles.…]:\n[[access.api_keys]]\nname = {}\nsha256 = \"{}\"\nroles = [{}]",
            quoted(&self.name),
            key.digest(),
            roles.join(", "),
        ));
        Ok(ExitCode::SUCCESS)
    }
}

/// `text` as TOML has it.
fn quoted(text: &str) -> String {
    let escaped: String = text
        .chars()
        .flat_map(|letter| match letter {
            '"' | '\\' => vec!['\\', letter],
            _ if letter.is_control() => format!("\\u{:04X}", u32::from(letter)).chars().collect(),
            _ => vec![letter],
        })
        .collect();
    format!("\"{escaped}\"")
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn names_are_quoted_as_toml_has_them() {
        for text in ["anna", "the \"new\" one", "a\\b", "Größe", "tab\there"] {
            let read: toml::Table = toml::from_str(&format!("name = {}", quoted(text))).unwrap();
            assert_eq!(read["name"].as_str(), Some(text));
        }
    }
}
