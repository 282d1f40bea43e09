//! Literals of every type, and their text in a URL.
//!
//! The pools are small, so that literals and the values of rows meet; some are the first or the last of their type, or are what a database
//! is the likeliest to take for something else.

use proptest::prelude::*;
use proptest::sample::select;

use super::Database;
use super::rows::{Class, is_whole};

/// A literal, without its quotes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Literal {
    pub(super) class: Class,
    pub(super) text: &'static str,
}

impl Literal {
    pub(super) fn written(self) -> String {
        match self.class {
            Class::Text => format!("'{}'", self.text.replace('\'', "''")),
            Class::Binary => format!("binary'{}'", self.text),
            _ => self.text.to_owned(),
        }
    }
}

/// Any literal of `class`.
pub(super) fn any(class: Class) -> BoxedStrategy<Literal> {
    let texts: &[&str] = match class {
        Class::Binary => &["", "AP8", "YQ"],
        Class::Boolean => &["true", "false"],
        Class::Date => &["2024-02-29", "2024-03-01", "2023-12-31", "0001-01-01", "9999-12-31"],
        Class::Decimal => &["0.1", "0.3", "12.99", "-0.01", "20.0", "99999999.99", "0.30", "12.985"],
        Class::Double => &["0.1e0", "3e-1", "-2.5e0", "7.25e0", "1e300", "5e-324"],
        Class::Guid => &[
            "0f000000-0000-4000-8000-0000000000a1",
            "0F000000-0000-4000-8000-0000000000B2",
            "ffffffff-ffff-ffff-ffff-ffffffffffff",
        ],
        Class::Integer => &[
            "-32768",
            "32767",
            "40000",
            "0",
            "1",
            "7",
            "9223372036854775807",
            "-9223372036854775807",
            "9007199254740993",
        ],
        Class::Moment => &[
            "2024-02-29T08:30:00Z",
            "2024-02-29T00:00:00Z",
            "2024-02-29T10:30:00+02:00",
            "2024-02-28T18:30:00-14:00",
            "2024-02-29T08:30:00.5Z",
            "2024-02-29T08:30Z",
            "1999-12-31T23:59:59.9999999Z",
            "2024-03-01T00:30:00Z",
        ],
        Class::Text => &[
            "",
            "a",
            "A",
            "ab",
            "b",
            "c",
            "it's",
            "\"q\"",
            "100%",
            "%",
            "_",
            "[",
            "\\",
            "é",
            "É",
            "😀",
            " ",
            "5",
            "zz",
            "q\u{1f600}",
        ],
        Class::Time => &["08:30:00", "08:30", "23:59:59.9999999", "00:00:00", "08:30:00.5"],
    };
    one_of(class, texts)
}

/// One of these literals of `class`.
pub(super) fn one_of(class: Class, texts: &'static [&'static str]) -> BoxedStrategy<Literal> {
    let known = texts.iter().copied().filter(|text| Database::HOLDS_ANYTHING || is_whole(text));
    select(known.collect::<Vec<_>>()).prop_map(move |text| Literal { class, text }).boxed()
}
