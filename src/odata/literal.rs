//! A literal in a URL -> its kind and text. Which type a bare literal has is decided by the property it meets.

use crate::error::{Error, Result};

/// A primitive literal (ABNF `primitiveLiteral`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Literal {
    /// Without quotes: a number, a date, a GUID, `true`, `null` ...
    Bare(String),
    /// In quotes, which are removed, doubled ones made single.
    String(String),
}

/// ```text
/// string = SQUOTE *( SQUOTE-in-string / pchar-no-SQUOTE ) SQUOTE ; a quote inside is doubled
/// ```
/// `at` is the literal's place in `part`, for messages.
pub(super) fn parse(text: &str, part: &str, at: usize) -> Result<Literal> {
    if text.is_empty() {
        return Err(Error::syntax(part, at, "a value"));
    }
    if let Some(quoted) = text.strip_prefix('\'') {
        let end = quoted.strip_suffix('\'').ok_or_else(|| Error::syntax(part, at + text.len(), "a closing quote"))?;
        return unquote(end, part, at + 1).map(Literal::String);
    }
    let unquoted = |character: char| character.is_ascii_alphanumeric() || "+-.:_".contains(character);
    match text.char_indices().find(|(_, character)| !unquoted(*character)) {
        Some((offset, _)) => Err(Error::syntax(part, at + offset, "a literal (text needs single quotes)")),
        None => Ok(bare(text)),
    }
}

/// A literal without quotes. Numbers lose the letter that OData 3 had for their type (`3L`, `0.5M`): SAP's Cloud SDK still
/// writes it, and Microsoft's services read it.
pub(super) fn bare(text: &str) -> Literal {
    let number = text.strip_suffix(TYPE_LETTERS).filter(|text| is_number(text));
    Literal::Bare(number.unwrap_or(text).to_owned())
}

/// 64 bits, decimal, double, single.
pub(super) const TYPE_LETTERS: [char; 8] = ['L', 'l', 'M', 'm', 'D', 'd', 'F', 'f'];

fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    digits.starts_with(|first: char| first.is_ascii_digit())
        && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
}

fn unquote(text: &str, part: &str, at: usize) -> Result<String> {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(quote) = rest.find('\'') {
        plain.push_str(&rest[..=quote]);
        rest = rest[quote + 1..].strip_prefix('\'').ok_or_else(|| {
            Error::syntax(part, at + text.len() - rest.len() + quote, "a doubled quote inside a string")
        })?;
    }
    plain.push_str(rest);
    Ok(plain)
}
