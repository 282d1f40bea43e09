//! The query string -> query options, each at most once.
//!
//! Names are taken with or without `$` and in any case, as OData 4.01 wants of a service whatever version a client
//! asks for (Protocol 4.01 section 13.2.1). A newcomer's trap: a plus sign is a blank for some clients and itself for others.

use std::collections::{BTreeMap, HashSet};

use super::expression;
use super::percent::decode;
use crate::error::{Error, ErrorKind, Result};

/// The system query options of OData 4.01, and the two that carry tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "each is the option of the same name")]
pub enum SystemOption {
    Apply,
    Compute,
    Count,
    DeltaToken,
    Expand,
    Filter,
    Format,
    Id,
    Index,
    Levels,
    OrderBy,
    SchemaVersion,
    Search,
    Select,
    Skip,
    SkipToken,
    Top,
}

impl SystemOption {
    const NAMES: [(&'static str, Self); 17] = [
        ("$apply", Self::Apply),
        ("$compute", Self::Compute),
        ("$count", Self::Count),
        ("$deltatoken", Self::DeltaToken),
        ("$expand", Self::Expand),
        ("$filter", Self::Filter),
        ("$format", Self::Format),
        ("$id", Self::Id),
        ("$index", Self::Index),
        ("$levels", Self::Levels),
        ("$orderby", Self::OrderBy),
        ("$schemaversion", Self::SchemaVersion),
        ("$search", Self::Search),
        ("$select", Self::Select),
        ("$skip", Self::Skip),
        ("$skiptoken", Self::SkipToken),
        ("$top", Self::Top),
    ];

    /// The canonical name, with `$`.
    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(_, option)| *option == self).map_or("", |(name, _)| name)
    }

    /// The option of that name, with or without `$`.
    pub fn named(name: &str) -> Option<Self> {
        let bare = name.strip_prefix('$').unwrap_or(name);
        Self::NAMES.iter().find(|(known, _)| known[1..].eq_ignore_ascii_case(bare)).map(|(_, option)| *option)
    }
}

/// The options of one request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    given: BTreeMap<SystemOption, String>,
    aliases: BTreeMap<String, String>,
}

impl Options {
    /// The decoded value of `option`, if it was given.
    pub fn value(&self, option: SystemOption) -> Option<&str> {
        self.given.get(&option).map(String::as_str)
    }

    /// The options that were given.
    pub fn given(&self) -> impl Iterator<Item = SystemOption> {
        self.given.keys().copied()
    }

    /// The decoded value of the parameter alias `@name`.
    pub fn alias(&self, name: &str) -> Option<&str> {
        self.aliases.get(name).map(String::as_str)
    }

    /// The parameter aliases, with their decoded values.
    pub fn aliases(&self) -> impl Iterator<Item = (&str, &str)> {
        self.aliases.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// `$top`, `$skip`: a whole number.
    pub fn number(&self, option: SystemOption) -> Result<Option<u64>> {
        let Some(text) = self.value(option) else { return Ok(None) };
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        match text.parse() {
            Ok(number) if digits => Ok(Some(number)),
            _ => Err(invalid(option, "a whole number, 0 or more")),
        }
    }

    /// `$count`: a Boolean.
    pub fn boolean(&self, option: SystemOption) -> Result<bool> {
        match self.value(option) {
            None => Ok(false),
            Some(text) if text.eq_ignore_ascii_case("true") => Ok(true),
            Some(text) if text.eq_ignore_ascii_case("false") => Ok(false),
            Some(_) => Err(invalid(option, "true or false")),
        }
    }

    /// `$select`: its items in order and as written, without repetitions; `None` also for `*`, which selects everything.
    pub fn select(&self) -> Result<Option<Vec<&str>>> {
        let Some(text) = self.value(SystemOption::Select) else { return Ok(None) };
        let plain = !text.contains('(');
        if plain && text.split(',').any(|name| name.trim().is_empty()) {
            return Err(invalid(SystemOption::Select, "property names separated by commas"));
        }
        let mut seen = HashSet::new();
        let mut names = expression::select(text)?;
        names.retain(|name| seen.insert(*name));
        Ok((!seen.contains("*")).then_some(names))
    }
}

fn invalid(option: SystemOption, expected: &str) -> Error {
    let name = option.name();
    Error::new(ErrorKind::InvalidValue, format!("The value of \"{name}\" must be {expected}.")).about(name)
}

/// ```text
/// queryOptions = queryOption *( "&" queryOption )
/// ```
pub(super) fn parse(query: &str) -> Result<Options> {
    let mut options = Options::default();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let value = if is_encoded_as_forms_are(value) { value.replace('+', " ") } else { value.to_owned() };
        add(&mut options, &decode(name, "The query")?, decode(&value, "The query")?)?;
    }
    Ok(options)
}

/// Whether plus signs in `value` stand for blanks. In OData they do not, but many HTTP clients encode queries as HTML forms are,
/// and those encode nearly everything else. What leaves a quote or a comma as it is, or writes %20, means a plus sign.
fn is_encoded_as_forms_are(value: &str) -> bool {
    let left_alone = |byte: u8| byte.is_ascii_alphanumeric() || b"%+-._~*!()".contains(&byte);
    value.contains('+') && !value.contains("%20") && value.bytes().all(left_alone)
}

fn add(options: &mut Options, name: &str, value: String) -> Result<()> {
    let before = if let Some(option) = SystemOption::named(name) {
        options.given.insert(option, value)
    } else if name.starts_with('@') {
        options.aliases.insert(name.to_owned(), value)
    } else {
        let message = format!("The query option \"{name}\" is unknown.");
        return Err(Error::new(ErrorKind::UnknownQueryOption, message).about(name));
    };
    match before {
        Some(_) => {
            let message = format!("The query option \"{name}\" was given more than once.");
            Err(Error::new(ErrorKind::QueryOptionRepeated, message).about(name))
        }
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_are_read_encoded_bare_and_in_any_case() {
        for query in ["$deltatoken=abc", "%24deltatoken=abc", "deltatoken=abc", "$DeltaToken=abc"] {
            assert_eq!(parse(query).unwrap().value(SystemOption::DeltaToken), Some("abc"), "{query}");
        }
    }

    #[test]
    fn each_mistake_has_its_code() {
        let code = |query: &str| parse(query).unwrap_err().kind().code();
        assert_eq!(code("$top=1&top=2"), "QueryOptionRepeated");
        assert_eq!(code("$nonsense=1"), "UnknownQueryOption");
        assert_eq!(code("nonsense=1"), "UnknownQueryOption");
        assert_eq!(code("$top=%"), "SyntaxError");
    }

    #[test]
    fn values_are_checked_when_they_are_read() {
        let options = parse("$top=+1&$skip=-1&$count=maybe&$select=A,,B").unwrap();
        assert!(options.number(SystemOption::Top).is_err());
        assert!(options.number(SystemOption::Skip).is_err());
        assert!(options.boolean(SystemOption::Count).is_err());
        assert!(options.select().is_err());
        assert_eq!(parse("$select=A%2C%20B,A").unwrap().select().unwrap(), Some(vec!["A", "B"]));
        assert_eq!(parse("$select=*,A").unwrap().select().unwrap(), None);
        assert_eq!(
            parse("$select=A($top=1;$skip=1),B/C").unwrap().select().unwrap(),
            Some(vec!["A($top=1;$skip=1)", "B/C"])
        );
        assert!(parse("$select=A($filter=B%20in%20('',',,'))").unwrap().select().is_ok());
        assert_eq!(parse("$select=A%20desc").unwrap().select().unwrap_err().kind().code(), "SyntaxError");
    }

    proptest! {
        #[test]
        fn no_query_panics(query in "\\PC{0,60}|([$@%&=a-z]{0,4}(top|select|%24)?[=&]?){0,6}") {
            let _ = parse(&query);
        }
    }
}
