//! T-SQL text -> its tokens, as far as the gateway's own statements need it.

use crate::tds::Fault;

/// A token, without the blanks around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// `[name]`, without brackets.
    Name(String),
    /// `N'text'` or `'text'`, without quotes.
    Text(String),
    /// `@P1`, as its number.
    Parameter(usize),
    /// A word or a number.
    Word(String),
    /// Anything else.
    Symbol(String),
}

impl Token {
    pub(super) fn is_word(&self, word: &str) -> bool {
        matches!(self, Self::Word(found) if found.eq_ignore_ascii_case(word))
    }

    pub(super) fn is_symbol(&self, symbol: &str) -> bool {
        matches!(self, Self::Symbol(found) if found == symbol)
    }
}

pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut rest = text.trim_start();
    let mut tokens = Vec::new();
    while let Some(first) = rest.chars().next() {
        let length = if rest.starts_with("N'") {
            quoted(&rest[1..], '\'', &mut tokens, Token::Text) + 1
        } else {
            match first {
                '\'' => quoted(rest, '\'', &mut tokens, Token::Text),
                '[' => quoted(rest, ']', &mut tokens, Token::Name),
                '@' => parameter(rest, &mut tokens),
                _ if is_word(first) => word(rest, &mut tokens),
                _ => symbol(rest, &mut tokens),
            }
        };
        rest = rest[length..].trim_start();
    }
    tokens
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

/// What stands between two quotes, of which a doubled closing one stands for itself; its length with them.
fn quoted(text: &str, close: char, tokens: &mut Vec<Token>, token: fn(String) -> Token) -> usize {
    let mut found = String::new();
    let mut characters = text.char_indices().skip(1).peekable();
    while let Some((at, character)) = characters.next() {
        if character != close {
            found.push(character);
        } else if characters.next_if(|&(_, next)| next == close).is_some() {
            found.push(close);
        } else {
            tokens.push(token(found));
            return at + close.len_utf8();
        }
    }
    panic!("no end of {text}")
}

fn parameter(text: &str, tokens: &mut Vec<Token>) -> usize {
    let digits = text.strip_prefix("@P").unwrap_or_else(|| panic!("a variable in {text}"));
    let length = digits.find(|character: char| !character.is_ascii_digit()).unwrap_or(digits.len());
    tokens.push(Token::Parameter(digits[..length].parse().unwrap()));
    length + 2
}

fn word(text: &str, tokens: &mut Vec<Token>) -> usize {
    // In a number, a point is no end.
    let number = text.starts_with(|first: char| first.is_ascii_digit());
    let goes_on = |character| is_word(character) || number && character == '.';
    let length = text.find(|character| !goes_on(character)).unwrap_or(text.len());
    tokens.push(Token::Word(text[..length].to_owned()));
    length
}

fn symbol(text: &str, tokens: &mut Vec<Token>) -> usize {
    let length = if [">=", "<=", "<>"].iter().any(|two| text.starts_with(two)) { 2 } else { 1 };
    tokens.push(Token::Symbol(text[..length].to_owned()));
    length
}

/// What stands in the parenthesis that `tokens` begin with, and what follows it.
pub(super) fn parenthesis(tokens: &[Token]) -> Result<(&[Token], &[Token]), Fault> {
    let mut depth = 0;
    for (at, token) in tokens.iter().enumerate() {
        depth += i32::from(token.is_symbol("(")) - i32::from(token.is_symbol(")"));
        if depth == 0 {
            return if at == 0 { Err(unexpected(tokens)) } else { Ok((&tokens[1..at], &tokens[at + 1..])) };
        }
    }
    Err(unexpected(tokens))
}

/// The parts between the tokens outside parentheses that `ends`.
pub(super) fn split(tokens: &[Token], ends: impl Fn(&Token) -> bool) -> Vec<&[Token]> {
    let (mut parts, mut start, mut depth) = (Vec::new(), 0, 0);
    for (at, token) in tokens.iter().enumerate() {
        depth += i32::from(token.is_symbol("(")) - i32::from(token.is_symbol(")"));
        if depth == 0 && ends(token) {
            parts.push(&tokens[start..at]);
            start = at + 1;
        }
    }
    parts.push(&tokens[start..]);
    parts
}

/// The parts of a list.
pub(super) fn listed(tokens: &[Token]) -> Vec<&[Token]> {
    split(tokens, |token| token.is_symbol(","))
}

/// What the stand-in does not know, at the first of `tokens`.
pub(super) fn unexpected(tokens: &[Token]) -> Fault {
    let near = tokens.first().map_or_else(|| "the end".to_owned(), |token| format!("{token:?}"));
    Fault::new(102, &format!("Incorrect syntax near {near}.")).class(15)
}
