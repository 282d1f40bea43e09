//! An ADO.NET connection string -> its keywords and values.
//!
//! The grammar is that of .NET's `DbConnectionStringBuilder`: `keyword=value` between semicolons, `==` for a `=` in a
//! keyword, values in `'..'` or `".."` with the quotation mark doubled inside. To these come the braces of ODBC, `{..}`
//! with `}}` inside, because strings are copied from one world to the other.

use super::pair::Pair;
use super::secret::Secret;
use crate::error::{Error, Result};

/// Reads `text`. No error repeats a part of it: any part may be the password.
pub(super) fn parse(text: &str) -> Result<Vec<Pair>> {
    let mut rest = Rest { text, at: 0 };
    let mut pairs = Vec::new();
    loop {
        rest.skip(|c| c.is_whitespace() || c == ';');
        if rest.is_empty() {
            return Ok(pairs);
        }
        let keyword = rest.keyword()?;
        let (value, bare) = rest.value()?;
        pairs.push(Pair { keyword, value: Secret::new(value), bare });
    }
}

/// What has not been read yet.
struct Rest<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Rest<'t> {
    fn remaining(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn is_empty(&self) -> bool {
        self.at == self.text.len()
    }

    fn peek(&self) -> Option<char> {
        self.remaining().chars().next()
    }

    fn skip(&mut self, unwanted: impl Fn(char) -> bool) {
        self.at = self.text.len() - self.remaining().trim_start_matches(unwanted).len();
    }

    /// Everything up to `end`, or else up to the end of the text.
    fn until(&mut self, end: char) -> &'t str {
        let taken = self.remaining().split(end).next().unwrap_or_default();
        self.at += taken.len();
        taken
    }

    fn take(&mut self, expected: char) -> bool {
        let found = self.peek() == Some(expected);
        self.at += if found { expected.len_utf8() } else { 0 };
        found
    }

    fn keyword(&mut self) -> Result<String> {
        let mut keyword = String::new();
        loop {
            let part = self.until('=');
            if !self.take('=') || part.contains(';') {
                return Err(self.wrong("a keyword is not followed by '='"));
            }
            keyword.push_str(part);
            if !self.take('=') {
                break;
            }
            keyword.push('=');
        }
        match keyword.trim() {
            "" => Err(self.wrong("a '=' has no keyword before it")),
            keyword => Ok(keyword.to_owned()),
        }
    }

    /// A value, and whether it stood without quotes.
    fn value(&mut self) -> Result<(String, bool)> {
        self.skip(char::is_whitespace);
        let closing = match self.peek() {
            Some(quote @ ('\'' | '"')) => quote,
            Some('{') => '}',
            _ => return Ok((self.until(';').trim_end().to_owned(), true)),
        };
        let value = self.quoted(closing)?;
        self.skip(char::is_whitespace);
        if !self.is_empty() && self.peek() != Some(';') {
            return Err(self.wrong("after a quoted value only ';' may follow"));
        }
        Ok((value, false))
    }

    /// What stands up to `closing`, which is doubled where it is meant itself.
    fn quoted(&mut self, closing: char) -> Result<String> {
        self.at += 1;
        let mut value = String::new();
        loop {
            value.push_str(self.until(closing));
            if !self.take(closing) {
                return Err(self.wrong("a quoted value has no end"));
            }
            if !self.take(closing) {
                return Ok(value);
            }
            value.push(closing);
        }
    }

    fn wrong(&self, what: &str) -> Error {
        let position = self.text[..self.at].chars().count();
        Error::configuration(format!(
            "The connection string cannot be read: {what}, before character {position}. A value that begins with a \
             quotation mark or a brace, or holds a ';', stands in quotes: Password=\"a;b\"."
        ))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Vec<(String, String)> {
        let pairs = parse(text).unwrap();
        pairs.into_iter().map(|pair| (pair.keyword, pair.value.expose().to_owned())).collect()
    }

    fn value(text: &str) -> String {
        let pairs = read(&format!("Server=s; Password={text} ;Database=d"));
        assert_eq!((pairs.len(), pairs[2].1.as_str()), (3, "d"), "{text}");
        pairs[1].1.clone()
    }

    #[test]
    fn keywords_and_values_are_trimmed() {
        let pairs = read(" ; Data Source = tcp:host,1433 ;; Initial Catalog=Müller ; ");
        let expected = [("Data Source", "tcp:host,1433"), ("Initial Catalog", "Müller")];
        assert_eq!(pairs, expected.map(|(keyword, value)| (keyword.to_owned(), value.to_owned())));
        assert_eq!(read(""), []);
        assert_eq!(read("a==b=c"), [("a=b".to_owned(), "c".to_owned())]);
        assert_eq!(read("Database="), [("Database".to_owned(), String::new())]);
    }

    #[test]
    fn values_stand_in_quotes_of_three_kinds_or_in_none() {
        assert_eq!(value("Zm9v=="), "Zm9v==");
        assert_eq!(value("pä ss'\"}wörd"), "pä ss'\"}wörd");
        assert_eq!(value("'a;b''c\"d'"), "a;b'c\"d");
        assert_eq!(value("\" a;b\"\"c' \""), " a;b\"c' ");
        assert_eq!(value("{a;b}}c'\"{}"), "a;b}c'\"{");
        assert_eq!(value("''"), "");
        assert!(parse("a=b").unwrap()[0].bare && !parse("a='b'").unwrap()[0].bare);
    }

    #[test]
    fn what_cannot_be_read_is_refused_without_being_repeated() {
        for text in
            ["Password=hunter;2", "=hunter2", "a='hunter2", "a={hunter2", "a='hunter2'x", "hunter2", "a;b=hunter2"]
        {
            let error = parse(text).unwrap_err().to_string();
            assert!(error.contains("connection string") && !error.contains("hunter"), "{text}: {error}");
        }
    }

    proptest! {
        #[test]
        fn every_value_can_be_said(value in ".*", style in 0..3_usize) {
            let (open, close) = [('\'', '\''), ('"', '"'), ('{', '}')][style];
            let doubled = value.replace(close, &format!("{close}{close}"));
            prop_assert_eq!(read(&format!("Password={open}{doubled}{close}")), [("Password".to_owned(), value)]);
        }

        #[test]
        fn no_text_is_too_strange_to_be_read_or_refused(text in r#"([a= ;'"{}]|\PC)*"#) {
            let _ = parse(&text);
        }
    }
}
