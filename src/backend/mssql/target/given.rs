//! Keywords and values -> the settings that they give: each at most once, the last one winning as in ADO.NET.

use super::keyword::{self, Meaning, Setting};
use super::pair::{Pair, folded};
use super::secret::Secret;
use crate::error::{Error, Result};

/// Settings with their values, none of them empty.
#[derive(Debug, Default)]
pub(super) struct Given(Vec<(Setting, Secret)>);

impl Given {
    /// Refuses unknown keywords, all at once, and those that ask for what there is not.
    pub(super) fn resolve(pairs: Vec<Pair>) -> Result<Self> {
        let mut given = Self::default();
        let mut unknown = Vec::new();
        // What follows a password without quotes may be the rest of it, after a ';'.
        let mut in_password = false;
        for Pair { keyword, value, bare } in pairs {
            let meaning = keyword::meaning(&keyword);
            match meaning {
                Some(Meaning::Sets(setting)) => given.set(setting, value),
                Some(Meaning::Ignored(because)) => tracing::debug!(keyword, because, "a keyword has no effect"),
                Some(Meaning::Refused(harmless, because)) => refuse(&keyword, &value, harmless, because)?,
                None => unknown.push(if in_password { None } else { shown(&keyword) }),
            }
            in_password = match meaning {
                Some(Meaning::Sets(Setting::Password)) => bare,
                Some(_) => false,
                None => in_password,
            };
        }
        if unknown.is_empty() { Ok(given) } else { Err(unknown_keywords(&unknown)) }
    }

    fn set(&mut self, setting: Setting, value: Secret) {
        self.0.retain(|(other, _)| *other != setting);
        if !value.expose().is_empty() {
            self.0.push((setting, value));
        }
    }

    /// Takes a value as it was written.
    pub(super) fn take(&mut self, setting: Setting) -> Option<Secret> {
        let at = self.0.iter().position(|(other, _)| *other == setting)?;
        Some(self.0.swap_remove(at).1)
    }

    /// Takes a value that is no secret.
    pub(super) fn text(&mut self, setting: Setting) -> Option<String> {
        self.take(setting).map(|value| value.expose().to_owned())
    }

    /// Takes one of some words, however it is spelt; `words` are folded.
    pub(super) fn word<T: Copy>(&mut self, setting: Setting, words: &[(&str, T)], expected: &str) -> Result<Option<T>> {
        let Some(value) = self.take(setting) else { return Ok(None) };
        let value = folded(value.expose());
        let found = words.iter().find(|(word, _)| *word == value);
        found.map(|(_, meaning)| Some(*meaning)).ok_or_else(|| wrong(setting, expected))
    }

    pub(super) fn flag(&mut self, setting: Setting) -> Result<bool> {
        let words = [("true", true), ("yes", true), ("false", false), ("no", false)];
        Ok(self.word(setting, &words, "true or false")?.unwrap_or(false))
    }

    pub(super) fn number(&mut self, setting: Setting, default: u32) -> Result<u32> {
        let Some(value) = self.take(setting) else { return Ok(default) };
        value.expose().trim().parse().map_err(|_| wrong(setting, "a whole number"))
    }
}

/// What is wrong with the value of a setting; the value itself is not repeated.
pub(super) fn wrong(setting: Setting, expected: &str) -> Error {
    Error::configuration(format!("{setting:?} in the database's connection string must be {expected}."))
}

fn refuse(keyword: &str, value: &Secret, harmless: &[&str], because: &str) -> Result<()> {
    if harmless.contains(&folded(value.expose()).as_str()) {
        return Ok(());
    }
    Err(Error::configuration(format!("{keyword} in the database's connection string has to go: {because}.")))
}

/// `keyword`, when it is surely a word and not a piece of something else.
fn shown(keyword: &str) -> Option<String> {
    let plain = keyword.len() <= 40 && keyword.chars().all(|c| c.is_ascii_alphabetic() || " -_".contains(c));
    plain.then(|| keyword.to_owned())
}

fn unknown_keywords(unknown: &[Option<String>]) -> Error {
    let names: Vec<String> = unknown.iter().flatten().cloned().collect();
    let mut message = "The database's connection string has unknown keywords".to_owned();
    if !names.is_empty() {
        message.push_str(": ");
        message.push_str(&names.join(", "));
    }
    if unknown.contains(&None) {
        message.push_str(
            "; some are not shown, because they may be a part of the password. A password with a ';' stands in quotes: \
             Password=\"a;b\"",
        );
    }
    Error::configuration(format!("{message}. docs/connecting.md lists all that are known."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(pairs: &[(&str, &str)]) -> Result<Given> {
        let pair = |&(keyword, value): &(&str, &str)| Pair {
            keyword: keyword.to_owned(),
            value: Secret::new(value),
            bare: true,
        };
        Given::resolve(pairs.iter().map(pair).collect())
    }

    #[test]
    fn the_last_one_wins_whatever_it_is_called() {
        let mut some = given(&[("UID", "a"), ("Pooling", "true"), ("User ID", "b"), ("Encrypt", "x"), ("ENCRYPT", "")]);
        let some = some.as_mut().unwrap();
        assert_eq!((some.text(Setting::User).as_deref(), some.text(Setting::Encrypt)), (Some("b"), None));
    }

    #[test]
    fn all_unknown_keywords_are_named_but_no_piece_of_a_password() {
        let error = given(&[("Sever", "x"), ("User ID", "u"), ("Data base", "y"), ("Datbase", "z")]).unwrap_err();
        assert!(error.message().contains("unknown keywords: Sever, Datbase."), "{error}");
        let pairs =
            [("Sever", "x"), ("Password", "a"), ("hunter", "2"), ("hunters", "2"), ("Server", "h"), ("Bse", "")];
        let error = given(&pairs).unwrap_err();
        assert!(error.message().contains("keywords: Sever, Bse; some are not shown"), "{error}");
        assert!(!error.to_string().contains("hunter"), "{error}");
        assert!(!given(&[("hunter2", "")]).unwrap_err().to_string().contains("hunter"));
    }

    #[test]
    fn what_is_not_supported_is_refused_only_where_it_is_asked_for() {
        for (keyword, harmless) in
            [("Integrated Security", "False"), ("Trusted_Connection", "no"), ("AttachDbFilename", "")]
        {
            assert!(given(&[(keyword, harmless)]).is_ok(), "{keyword}");
            let error = given(&[(keyword, "SSPI")]).unwrap_err();
            assert!(error.message().starts_with(keyword), "{error}");
        }
    }

    #[test]
    fn values_are_checked_without_being_repeated() {
        let mut some = given(&[("Max Pool Size", "many"), ("MultiSubnetFailover", "perhaps")]).unwrap();
        let errors =
            [some.number(Setting::MaxPoolSize, 1).unwrap_err(), some.flag(Setting::MultiSubnetFailover).unwrap_err()];
        assert_eq!(errors[0].message(), "MaxPoolSize in the database's connection string must be a whole number.");
        assert!(!errors[1].message().contains("perhaps"), "{}", errors[1]);
    }
}
