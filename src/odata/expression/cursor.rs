//! The decoded value of one query option, and how far it has been read.
//!
//! A newcomer's trap: nothing is skipped that was not asked for. White space between words means something in OData, so
//! whoever allows it says so (`blanks`).

use crate::edm::{continues_identifier, starts_identifier};
use crate::error::{Error, ErrorKind, Result};

/// How deep expressions, lambdas and expanded properties may stand in each other. It bounds the stack here and in every
/// stage behind: without optimisation one level takes up to 17 KB here, of the 2 MiB that a thread has.
pub(super) const MAX_DEPTH: usize = 64;

/// The longest value that is read, in octets.
pub(super) const MAX_LENGTH: usize = 16 * 1024;

/// A place in a text.
#[derive(Clone, Debug)]
pub(super) struct Cursor<'a> {
    option: &'static str,
    text: &'a str,
    at: usize,
    depth: usize,
    /// The depth at which a colon ends what is read.
    colon: Option<usize>,
}

impl<'a> Cursor<'a> {
    /// The start of `text`, which is the value of `option`.
    pub(super) fn new(option: &'static str, text: &'a str) -> Self {
        Self { option, text, at: 0, depth: 0, colon: None }
    }

    /// The same, unless the text is longer than anyone needs.
    pub(super) fn limited(option: &'static str, text: &'a str) -> Result<Self> {
        let cursor = Self::new(option, text);
        if text.len() <= MAX_LENGTH {
            return Ok(cursor);
        }
        let message = format!("{} is longer than {MAX_LENGTH} octets.", cursor.part());
        Err(Error::new(ErrorKind::InvalidValue, message).about(option))
    }

    /// Octets that have been read.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// Goes back to `at`, where this cursor has been.
    pub(super) fn back_to(&mut self, at: usize) {
        self.at = at;
    }

    /// What has been read since `start`.
    pub(super) fn since(&self, start: usize) -> &'a str {
        self.text.get(start..self.at).unwrap_or_default()
    }

    /// What has not been read.
    pub(super) fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// The next character.
    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// Reads on as long as characters are `wanted`.
    pub(super) fn take(&mut self, mut wanted: impl FnMut(char) -> bool) -> &'a str {
        let rest = self.rest();
        let end = rest.find(|character| !wanted(character)).unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    /// Reads `token` if it stands here.
    pub(super) fn eat(&mut self, token: &str) -> bool {
        let here = self.rest().starts_with(token);
        if here {
            self.at += token.len();
        }
        here
    }

    /// Reads `token`, which must stand here.
    pub(super) fn expect(&mut self, token: &str, expected: &str) -> Result<()> {
        if self.eat(token) { Ok(()) } else { Err(self.expected(expected)) }
    }

    /// Reads white space, and tells whether there was any.
    /// ```text
    /// RWS = 1*( SP / HTAB )
    /// BWS =  *( SP / HTAB )
    /// ```
    pub(super) fn blanks(&mut self) -> bool {
        !self.take(|character| matches!(character, ' ' | '\t')).is_empty()
    }

    /// Reads one of the words that `known` knows, if it stands here between white space.
    /// ```text
    /// RWS word RWS
    /// ```
    pub(super) fn infix<T>(&mut self, known: impl Fn(&str) -> Option<T>) -> Result<Option<T>> {
        let start = self.at;
        let found = if self.blanks() { known(self.take(|character| character.is_ascii_alphabetic())) } else { None };
        if found.is_none() {
            self.at = start;
        } else if !self.blanks() {
            return Err(self.expected("white space behind the operator"));
        }
        Ok(found)
    }

    /// Reads `word`, in any case, if it stands here and nothing that would make it a longer one.
    pub(super) fn word(&mut self, word: &str) -> bool {
        let end = word.len();
        let same = self.rest().get(..end).is_some_and(|start| start.eq_ignore_ascii_case(word));
        let ends = same && !self.rest()[end..].starts_with(continues_identifier);
        if ends {
            self.at += end;
        }
        ends
    }

    /// Reads an identifier if one stands here.
    /// ```text
    /// odataIdentifier = identifierLeadingCharacter *127identifierCharacter
    /// ```
    pub(super) fn identifier(&mut self) -> Option<&'a str> {
        self.peek().is_some_and(starts_identifier).then(|| self.take(continues_identifier))
    }

    /// Reads a name that may be qualified, if one stands here.
    /// ```text
    /// [ namespace "." ] odataIdentifier
    /// namespace = odataIdentifier *( "." odataIdentifier )
    /// ```
    pub(super) fn name(&mut self) -> Option<&'a str> {
        let start = self.at;
        self.identifier()?;
        while self.rest().strip_prefix('.').is_some_and(|rest| rest.starts_with(starts_identifier)) {
            self.at += 1;
            self.identifier();
        }
        Some(self.since(start))
    }

    /// Goes back if `read` reads nothing. What it reads must not itself hold attempts that can fail late: together they
    /// could take time without bound.
    pub(super) fn attempt<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let start = self.at;
        let found = read(self);
        if found.is_none() {
            self.at = start;
        }
        found
    }

    /// What is read until `leave` may hold others of its kind.
    pub(super) fn enter(&mut self) -> Result<()> {
        if self.depth == MAX_DEPTH {
            return Err(self.too_deep(self.at));
        }
        self.depth += 1;
        Ok(())
    }

    /// It has been read. Nothing is read behind a mistake, so then this does not matter.
    pub(super) fn leave(&mut self) {
        self.depth -= 1;
    }

    /// Reads something nested that a colon ends.
    pub(super) fn up_to_colon<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        let outer = self.colon.replace(self.depth + 1);
        let found = read(self);
        self.colon = outer;
        found
    }

    /// Whether a colon ends what is read here.
    pub(super) fn ends_at_colon(&self) -> bool {
        self.colon == Some(self.depth)
    }

    /// Nothing but white space may follow.
    pub(super) fn finish(&mut self, expected: &str) -> Result<()> {
        self.blanks();
        if self.rest().is_empty() { Ok(()) } else { Err(self.expected(expected)) }
    }

    /// 400: something else stands here.
    pub(super) fn expected(&self, expected: &str) -> Error {
        self.expected_at(self.at, expected)
    }

    /// 400: something else stands at `at`.
    pub(super) fn expected_at(&self, at: usize, expected: &str) -> Error {
        Error::syntax(&self.part(), at, expected).about(self.option)
    }

    /// 400: what stands at `at` has the right form, but `reason`, a sentence without its end.
    pub(super) fn refused(&self, at: usize, reason: &str) -> Error {
        let message = format!("{}: {reason} at position {at}.", self.part());
        Error::new(ErrorKind::SyntaxError, message).about(self.option)
    }

    /// 400: what stands at `at` is nested too deeply.
    pub(super) fn too_deep(&self, at: usize) -> Error {
        let message = format!("{} is nested more than {MAX_DEPTH} levels deep at position {at}.", self.part());
        Error::new(ErrorKind::InvalidValue, message).about(self.option)
    }

    fn part(&self) -> String {
        if self.option.starts_with('$') {
            format!("The value of \"{}\"", self.option)
        } else {
            format!("The value of {}", self.option)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_end_where_they_cannot_go_on() {
        for (text, name) in [("Größe eq", "Größe"), ("a.b.c/d", "a.b.c"), ("a.1", "a"), ("_x'", "_x"), ("a..b", "a")]
        {
            assert_eq!(Cursor::new("$filter", text).name(), Some(name), "{text}");
        }
        for text in ["", "1a", ".a", "\u{2018}a", "$it"] {
            assert_eq!(Cursor::new("$filter", text).name(), None, "{text}");
        }
    }

    #[test]
    fn words_stand_between_white_space_and_are_whole() {
        let eq = |word: &str| word.eq_ignore_ascii_case("eq").then_some(());
        for (text, found) in [(" eq x", Some(())), ("\tEQ\t", Some(())), ("eq x", None), (" eqx x", None), ("", None)] {
            let mut cursor = Cursor::new("$filter", text);
            assert_eq!(cursor.infix(eq).unwrap(), found, "{text}");
            assert!(found.is_some() || cursor.at() == 0);
        }
        assert!(Cursor::new("$filter", " eq(x)").infix(eq).is_err());
        assert!(!Cursor::new("$filter", "nothing").word("not"));
        assert!(Cursor::new("$filter", "NOT(x)").word("not"));
    }

    #[test]
    fn mistakes_say_what_was_wanted_and_where() {
        let mut cursor = Cursor::new("$filter", "ab");
        cursor.eat("a");
        let error = cursor.expected("a word");
        assert_eq!(error.message(), "The value of \"$filter\": expected a word at position 1.");
        assert_eq!(error.target(), Some("$filter"));
        let long = "a".repeat(MAX_LENGTH + 1);
        let error = Cursor::limited("$search", &long).unwrap_err();
        assert_eq!((error.kind().status(), error.target()), (400, Some("$search")));
        assert_eq!(error.message(), "The value of \"$search\" is longer than 16384 octets.");
    }
}
