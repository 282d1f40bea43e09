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
///
/// A refusal names the variable and says no more: values of the environment may be secrets, and messages show values.
pub(super) fn overlaid(text: &str, settings: &[(String, String)]) -> Result<Config> {
    let mut table: Table = toml::from_str(text).map_err(|error| super::wrong(text, &error))?;
    let mut outcome = Ok(Config::default());
    let in_file = Config::deserialize(table.clone()).map_or(Ok(()), |config| config.check());
    let mut is_wrong = in_file.is_err();
    // The one with which what was right became wrong; none, where it is the file.
    let mut at_fault = None;
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
        if !may_be_right(&read) {
            let is_unknown = read.is_err_and(|error| path.iter().any(|name| is_unknown(&error, name)));
            return Err(wrong(if is_unknown {
                "there is no such setting"
            } else {
                "the setting cannot have its value"
            }));
        }
        let was_wrong = std::mem::replace(&mut is_wrong, read.as_ref().is_ok_and(|config| config.check().is_err()));
        at_fault = at_fault.filter(|_| is_wrong).or((is_wrong && !was_wrong).then_some(name));
        // Settings may need each other: what lacks may come with the next.
        outcome = read.map_err(|error| wrong(error.message()));
    }
    let config = outcome?;
    match at_fault {
        Some(name) => Err(Error::configuration(format!(
            "The environment's {name} is wrong: the setting cannot have its value, or not beside the others. The same in the file would be told why."
        ))),
        None if is_wrong => in_file.map(|()| config),
        None => Ok(config),
    }
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

fn is_unknown(error: &toml::de::Error, name: &str) -> bool {
    error.message().starts_with(&format!("unknown field `{name}`"))
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
        for (name, value, told) in [
            ("DELTALINK___", "1", "it names no setting"),
            ("DELTALINK_DATABASE__X", "1", "cannot have its value"),
            ("DELTALINK_SERVICE__PAGESIZE", "771", "there is no such setting"),
            ("DELTALINK_SERVICE__PAGE_SIZE", "771000", "cannot have its value"),
            ("DELTALINK_LIMITS__MAX_READS", "hunter2", "cannot have its value"),
            ("DELTALINK_SHARING__LONGEST_WAIT", "hunter2", "cannot have its value"),
            ("DELTALINK_SHARING__LONGEST_WAIT", "771days", "cannot have its value"),
            ("DELTALINK_PROXIES__TRUSTED", "[\"hunter2\"]", "cannot have its value"),
            ("DELTALINK_PROXIES__HEADER", "hunter2", "cannot have its value"),
            ("DELTALINK_ACCESS__JWT", "{ issuer = \"hunter2\", audience = \"a\" }", "cannot have its value"),
            ("DELTALINK_ACCESS__JWT", "{ hunter2 = 1 }", "cannot have its value"),
            ("DELTALINK_ACCESS__ROLES", "{ hunter2 = { A = { filter = 771 } } }", "cannot have its value"),
            ("DELTALINK_SERVICE__NAMESPACE", "hunter 2", "cannot have its value"),
            ("DELTALINK_SERVICE__CORS_ORIGINS", "[\"hunter2\"]", "cannot have its value"),
            ("DELTALINK_ACCESS__ANONYMOUS", "[\"hunter2\"]", "cannot have its value"),
        ] {
            let message = overlay("", &[(name, value)]).unwrap_err().to_string();
            assert!(message.contains(name) && message.contains(told), "{message}");
            assert!(!message.contains("hunter") && !message.contains("771"), "{message}");
        }
    }

    #[test]
    fn what_is_wrong_in_the_file_is_told_in_its_own_words() {
        let settings = [("DELTALINK_LIMITS__MAX_READS", "8"), ("DELTALINK_SQL_SERVER__EPOCH", "origin")];
        let message = overlay("[service]\ncors_origins = ['origin']\n", &settings).unwrap_err().to_string();
        assert!(message.contains("\"origin\"") && !message.contains("DELTALINK_"), "{message}");
        let cured = [("DELTALINK_SERVICE__CORS_ORIGINS", "[]"), ("DELTALINK_LIMITS__MAX_READS", "8")];
        assert!(overlay("[service]\ncors_origins = ['origin']\n", &cured).is_ok());
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
