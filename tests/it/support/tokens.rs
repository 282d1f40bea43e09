//! SQL's text -> its tokens, of either dialect.

/// A part of a statement.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Token {
    /// A quoted name, without its quotes.
    Name(String),
    /// A number that stands in the text.
    Number(String),
    /// `?1`, `@P1`: its number.
    Placeholder(usize),
    /// Something that no statement should hold: a comment, a quote that is not closed, an unknown character.
    Strange(String),
    /// A string that stands in the text, without its quotes.
    String(String),
    /// Punctuation and operators.
    Symbol(char),
    /// A key word, a function, a bare name; in lower case.
    Word(String),
}

/// All tokens, in their order.
pub(crate) fn tokens(sql: &str) -> Vec<Token> {
    let (mut found, mut rest) = (Vec::new(), sql.trim_start());
    while let Some(first) = rest.chars().next() {
        let (token, behind) = token(first, rest);
        found.push(token);
        rest = behind.trim_start();
    }
    found
}

fn token(first: char, rest: &str) -> (Token, &str) {
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '#' | '$' | '@');
    match first {
        '"' | '[' => {
            let (name, behind) = quoted(rest, if first == '[' { ']' } else { '"' });
            (name.map_or_else(|| Token::Strange(rest.to_owned()), Token::Name), behind)
        }
        '\'' => {
            let (text, behind) = quoted(rest, '\'');
            (text.map_or_else(|| Token::Strange(rest.to_owned()), Token::String), behind)
        }
        'N' | 'X' | 'x' | 'B' | 'E' if rest[1..].starts_with('\'') => {
            let (text, behind) = quoted(&rest[1..], '\'');
            (text.map_or_else(|| Token::Strange(rest.to_owned()), Token::String), behind)
        }
        '?' => {
            let (digits, behind) = split(&rest[1..], |c| c.is_ascii_digit());
            (placeholder(digits), behind)
        }
        '0'..='9' => {
            let (number, behind) = split(rest, |c| is_word(c) || c == '.');
            (Token::Number(number.to_owned()), behind)
        }
        '-' if rest.starts_with("--") => (Token::Strange(rest.to_owned()), ""),
        '/' if rest.starts_with("/*") => (Token::Strange(rest.to_owned()), ""),
        '(' | ')' | ',' | '.' | '=' | '<' | '>' | '+' | '-' | '*' | '/' | '%' | '|' | ';' => {
            (Token::Symbol(first), &rest[1..])
        }
        _ if is_word(first) => {
            let (word, behind) = split(rest, is_word);
            (word.strip_prefix("@P").map_or_else(|| Token::Word(word.to_lowercase()), placeholder), behind)
        }
        _ => (Token::Strange(rest.to_owned()), ""),
    }
}

fn placeholder(digits: &str) -> Token {
    digits.parse().map_or_else(|_| Token::Strange(digits.to_owned()), Token::Placeholder)
}

fn split(text: &str, belongs: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(|c| !belongs(c)).unwrap_or(text.len()))
}

/// What stands between quotes, doubled ones made single, and what is behind them.
fn quoted(text: &str, end: char) -> (Option<String>, &str) {
    let mut plain = String::new();
    let mut rest = &text[1..];
    while let Some(at) = rest.find(end) {
        plain.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if !rest.starts_with(end) {
            return (Some(plain), rest);
        }
        plain.push(end);
        rest = &rest[1..];
    }
    (None, "")
}

#[test]
fn statements_are_cut_into_tokens() {
    use Token as T;
    let word = |text: &str| T::Word(text.to_owned());
    let name = |text: &str| T::Name(text.to_owned());
    for (sql, expected) in [
        ("t.\"a\"\"b\" = ?12", vec![word("t"), T::Symbol('.'), name("a\"b"), T::Symbol('='), T::Placeholder(12)]),
        ("[a]]b] <> @P1", vec![name("a]b"), T::Symbol('<'), T::Symbol('>'), T::Placeholder(1)]),
        ("N'it''s' x'00' 1.5e3", vec![T::String("it's".into()), T::String("00".into()), T::Number("1.5e3".into())]),
        ("1 -- or", vec![T::Number("1".into()), T::Strange("-- or".into())]),
        ("'open", vec![T::Strange("'open".into())]),
        ("a /* b */", vec![word("a"), T::Strange("/* b */".into())]),
    ] {
        assert_eq!(tokens(sql), expected, "{sql}");
    }
}
