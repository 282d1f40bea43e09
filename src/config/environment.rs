//! Variables of the environment -> settings: `DELTALINK_LIMITS__MAX_READS=8` says what `max_reads = 8` under `[limits]` does, and wins
//! over it.
//!
//! A newcomer's trap: names without `__` are those of the command line's options, and are not looked at here.

use serde::Deserialize;
use toml::{Table, Value};

use super::Config;
use crate::error::{Error, Result};

const PREFIX: &str = "DELTALINK_";
const SEPARATOR: &str = "__";

/// The settings that the process's environment holds, in the order of their names.
pub(super) fn settings() -> Vec<(String, String)> {
    let named = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
        let name = name.into_string().ok().filter(|name| name.starts_with(PREFIX) && name.contains(SEPARATOR))?;
        Some((name, value.to_string_lossy().into_owned()))
    };
    let mut settings: Vec<_> = std::env::vars_os().filter_map(named).collect();
    settings.sort();
    settings
}

/// The configuration that `text` is, with `settings` in the place of what it says of the same.
pub(super) fn overlaid(text: &str, settings: &[(String, String)]) -> Result<Config> {
    let mut table: Table = toml::from_str(text).map_err(|error| super::wrong(text, &error))?;
    let mut outcome = Ok(Config::default());
    for (name, value) in settings {
        // The value is not shown: it may be a secret.
        let wrong = |why: &str| Error::configuration(format!("The environment's {name} is wrong: {why}"));
        let path: Vec<String> = name.trim_start_matches(PREFIX).split(SEPARATOR).map(str::to_ascii_lowercase).collect();
        set(&mut table, &path, typed(value)).map_err(|()| wrong("it names no setting"))?;
        // Settings may need each other: what counts is what is wrong behind the last.
        outcome = Config::deserialize(table.clone()).map_err(|error| wrong(without_value(error.message())));
    }
    outcome
}

/// Puts `value` where `path` leads, through tables that are made as needed.
fn set(table: &mut Table, path: &[String], value: Value) -> Result<(), ()> {
    match path {
        [] => Err(()),
        [name] if name.is_empty() => Err(()),
        [name] => {
            table.insert(name.clone(), value);
            Ok(())
        }
        [name, rest @ ..] => match table.entry(name.clone()).or_insert_with(|| Value::Table(Table::new())) {
            Value::Table(inner) => set(inner, rest, value),
            _ => Err(()),
        },
    }
}

/// A value as TOML has it, or else the text itself: nobody quotes in an environment.
fn typed(text: &str) -> Value {
    let parsed = toml::from_str::<Table>(&format!("value = {text}")).ok().filter(|table| table.len() == 1);
    parsed.and_then(|mut table| table.remove("value")).unwrap_or_else(|| Value::String(text.to_owned()))
}

/// What a type's refusal says before it shows the value: `invalid type: string "...", expected u32`.
fn without_value(message: &str) -> &str {
    if message.starts_with("invalid") { "its value is of another kind than the setting" } else { message }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn overlay(text: &str, settings: &[(&str, &str)]) -> Result<Config> {
        let settings: Vec<_> = settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        overlaid(text, &settings)
    }

    #[test]
    fn the_environment_wins_over_the_file_and_leaves_the_rest() {
        let text = "[limits]\nmax_reads = 8\nmax_queued = 9\n";
        let settings = [
            ("DELTALINK_LIMITS__MAX_READS", "16"),
            ("DELTALINK_SERVICE__NAMESPACE", "Contoso.Sales"),
            ("DELTALINK_SERVICE__CORS_ORIGINS", "[\"https://a.example\", \"https://b.example\"]"),
            ("DELTALINK_SERVICE__COMPRESSION", "false"),
            ("DELTALINK_SHARING__VERSION_AGE", "5ms"),
        ];
        let config = overlay(text, &settings).unwrap();
        assert_eq!((config.limits.max_reads, config.limits.max_queued), (16, 9));
        assert_eq!(config.service.namespace, "Contoso.Sales");
        assert_eq!(config.service.cors_origins.len(), 2);
        assert!(!config.service.compression);
        assert_eq!(config.sharing.version_age, std::time::Duration::from_millis(5));
    }

    #[test]
    fn what_is_wrong_is_named_and_not_shown() {
        let message = |name: &str, value: &str| overlay("", &[(name, value)]).unwrap_err().to_string();
        let unknown = message("DELTALINK_SERVICE__PAGESIZE", "5");
        assert!(unknown.contains("DELTALINK_SERVICE__PAGESIZE") && unknown.contains("pagesize"), "{unknown}");
        let secret = message("DELTALINK_LIMITS__MAX_READS", "hunter2");
        assert!(secret.contains("MAX_READS") && !secret.contains("hunter2"), "{secret}");
        assert!(message("DELTALINK_DATABASE__X", "1").contains("DELTALINK_DATABASE__X"));
        assert!(message("DELTALINK___", "1").contains("names no setting"));
    }

    #[test]
    fn settings_that_need_each_other_may_come_one_by_one() {
        let config = overlay("", &[("DELTALINK_TLS__CERTIFICATE", "c.pem"), ("DELTALINK_TLS__KEY", "k.pem")]).unwrap();
        assert_eq!(config.tls.unwrap().key, std::path::Path::new("k.pem"));
    }

    #[test]
    fn a_value_cannot_smuggle_in_another_setting() {
        let config = overlay("", &[("DELTALINK_SERVICE__NAMESPACE", "\"A\"\n[limits]\nmax_reads = 1")]);
        assert_eq!(config.unwrap().limits.max_reads, crate::config::Limits::default().max_reads);
    }
}
