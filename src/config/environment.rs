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
        let wrong = |why: &str| Error::configuration(format!("The environment's {name} is wrong: {why}"));
        let path: Vec<String> = name.trim_start_matches(PREFIX).split(SEPARATOR).map(str::to_ascii_lowercase).collect();
        let with = |value: Value| with(&table, &path, value).map_err(|()| wrong("it names no setting"));
        let (mut next, mut read) = with(typed(value))?;
        if !may_be_right(&read) {
            // What looks like a number may be text all the same.
            let as_text = with(Value::String(value.clone()))?;
            if may_be_right(&as_text.1) {
                (next, read) = as_text;
            }
        }
        table = next;
        let is_at_fault = !may_be_right(&read);
        // Settings may need each other: what lacks may come with the next.
        outcome = read.map_err(|error| wrong(&without_value(error.message(), value)));
        if is_at_fault {
            break;
        }
    }
    let config = outcome?;
    // What is wrong may be what the file says, or what the environment does: the one is shown, the other is not.
    config.check().map_err(|error| {
        let told = settings.iter().fold(error.to_string(), |told, (_, value)| concealed(&told, value));
        Error::configuration(told)
    })?;
    Ok(config)
}

type Read = Result<Config, toml::de::Error>;

/// `table` with `value` where `path` leads, and what it says then.
fn with(table: &Table, path: &[String], value: Value) -> Result<(Table, Read), ()> {
    let mut table = table.clone();
    set(&mut table, path, value)?;
    let read = Config::deserialize(table.clone());
    Ok((table, read))
}

/// Whether nothing is wrong with what is there; something may lack.
fn may_be_right(read: &Read) -> bool {
    read.as_ref().err().is_none_or(|error| error.message().starts_with("missing"))
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

/// What a refusal says without the value, which may be a secret. A type's has it bare: `invalid type: string "...", expected u32`.
fn without_value(message: &str, value: &str) -> String {
    if message.starts_with("invalid") {
        return "its value is of another kind than the setting".to_owned();
    }
    concealed(message, value)
}

/// `message` without the texts of `value`, which it quotes.
fn concealed(message: &str, value: &str) -> String {
    let mut texts = vec![value.to_owned()];
    collect_texts(&typed(value), &mut texts);
    texts.iter().filter(|text| !text.is_empty()).fold(message.to_owned(), |told, text| {
        told.replace(&format!("\"{text}\""), "the value").replace(&format!("`{text}`"), "the value")
    })
}

fn collect_texts(value: &Value, texts: &mut Vec<String>) {
    match value {
        Value::String(text) => texts.push(text.clone()),
        Value::Array(members) => members.iter().for_each(|member| collect_texts(member, texts)),
        Value::Table(members) => members.iter().for_each(|(name, member)| {
            texts.push(name.clone());
            collect_texts(member, texts);
        }),
        _ => {}
    }
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
    fn no_value_is_repeated_whatever_refuses_it() {
        for (name, value, told) in [
            ("DELTALINK_SHARING__LONGEST_WAIT", "hunter2", "the value is not a duration such as \"50s\""),
            ("DELTALINK_SHARING__LONGEST_WAIT", "5 hunter2", "is not a duration"),
            ("DELTALINK_PROXIES__TRUSTED", "[\"hunter2\"]", "is not an address"),
            ("DELTALINK_PROXIES__HEADER", "hunter2", "x-forwarded"),
            ("DELTALINK_ACCESS__JWT", "{ issuer = \"hunter2\", audience = \"a\" }", "access.jwt.issuer"),
            ("DELTALINK_ACCESS__JWT", "{ hunter2 = 1 }", "unknown field"),
            ("DELTALINK_SERVICE__NAMESPACE", "hunter 2", "service.namespace"),
            ("DELTALINK_SERVICE__CORS_ORIGINS", "[\"hunter2\"]", "no origin such as"),
            ("DELTALINK_ACCESS__ANONYMOUS", "[\"hunter2\"]", "which access.roles does not have"),
        ] {
            let message = overlay("", &[(name, value)]).unwrap_err().to_string();
            assert!(message.contains(told) && !message.contains("hunter"), "{message}");
        }
    }

    #[test]
    fn text_may_look_like_something_else() {
        for text in ["202611", "true", "1.5", "2026-11-21", "[a]", "\"202611\""] {
            let config = overlay("", &[("DELTALINK_SQL_SERVER__EPOCH", text)]).unwrap();
            assert_eq!(config.sql_server.epoch, text.trim_matches('"'));
        }
        let issuer =
            [("DELTALINK_ACCESS__JWT__AUDIENCE", "42"), ("DELTALINK_ACCESS__JWT__ISSUER", "https://a.example")];
        assert!(overlay("", &issuer).unwrap().access.unwrap().jwt.is_some());
        assert!(overlay("", &[("DELTALINK_LIMITS__MAX_READS", "\"8\"")]).is_err());
    }

    #[test]
    fn the_environment_may_complete_what_the_file_begins() {
        let config = overlay("[tls]\ncertificate = 'c.pem'\n", &[("DELTALINK_TLS__KEY", "k.pem")]).unwrap();
        assert_eq!(config.tls.unwrap().certificate, std::path::Path::new("c.pem"));
    }

    #[test]
    fn settings_that_need_each_other_may_come_one_by_one() {
        let config = overlay("", &[("DELTALINK_TLS__CERTIFICATE", "c.pem"), ("DELTALINK_TLS__KEY", "k.pem")]).unwrap();
        assert_eq!(config.tls.unwrap().key, std::path::Path::new("k.pem"));
    }

    #[test]
    fn a_value_cannot_smuggle_in_another_setting() {
        let value = "\"A\"\n[limits]\nmax_reads = 1";
        let config = overlay("", &[("DELTALINK_SQL_SERVER__EPOCH", value)]).unwrap();
        assert_eq!(config.limits.max_reads, crate::config::Limits::default().max_reads);
        assert_eq!(config.sql_server.epoch, value);
    }
}
