//! `$search` -> words and what joins them.
//!
//! A newcomer's trap: `AND`, `OR` and `NOT` are operators in upper case only, and only where something stands that they can
//! join; elsewhere they are words. So says the ABNF of 4.01, though names and operators elsewhere may be in any case.

use super::Search;
use super::balance::balanced;
use super::cursor::Cursor;
use crate::error::Result;

const TERM: &str = "a word, a phrase in double quotes, or an opening parenthesis";

/// Reads a search expression up to what belongs to none.
/// ```text
/// search = ( "$search" / "search" ) EQ BWS ( searchExpr / searchExpr-incomplete )
/// searchExpr-incomplete = SQUOTE *( SQUOTE-in-string / qchar-no-AMP-SQUOTE / quotation-mark / SP ) SQUOTE
/// ```
/// What stands in single quotes need not be an expression: all of it is looked for.
pub(super) fn search(cursor: &mut Cursor<'_>) -> Result<Search> {
    cursor.blanks();
    if cursor.peek() == Some('\'') {
        return super::constant::quoted(cursor).map(Search::Term);
    }
    either(cursor)
}

/// ```text
/// searchOrExpr = RWS %s"OR" RWS searchExpr
/// ```
fn either(cursor: &mut Cursor<'_>) -> Result<Search> {
    let mut before = Vec::new();
    let mut last = both(cursor)?;
    while operator(cursor, "OR") {
        before.push(std::mem::replace(&mut last, both(cursor)?));
    }
    Ok(balanced(before, last, &|left, right| Search::Or(Box::new(left), Box::new(right))))
}

/// ```text
/// searchAndExpr = RWS [ %s"AND" RWS ] searchExpr
/// ```
fn both(cursor: &mut Cursor<'_>) -> Result<Search> {
    let mut before = Vec::new();
    let mut last = negated(cursor)?;
    while operator(cursor, "AND") || another(cursor) {
        before.push(std::mem::replace(&mut last, negated(cursor)?));
    }
    Ok(balanced(before, last, &|left, right| Search::And(Box::new(left), Box::new(right))))
}

/// Reads white space behind which another term begins, and no `OR` that is an operator.
fn another(cursor: &mut Cursor<'_>) -> bool {
    let or = operator(&mut cursor.clone(), "OR");
    !or && cursor.attempt(|cursor| (cursor.blanks() && begins_term(cursor)).then_some(())).is_some()
}

/// Reads `word` and the white space around it, if it stands between terms.
fn operator(cursor: &mut Cursor<'_>, word: &str) -> bool {
    cursor.attempt(|cursor| (cursor.blanks() && before_term(cursor, word)).then_some(())).is_some()
}

/// Reads `word` and the white space behind it, if a term follows.
fn before_term(cursor: &mut Cursor<'_>, word: &str) -> bool {
    cursor.eat(word) && cursor.blanks() && begins_term(cursor)
}

fn begins_term(cursor: &Cursor<'_>) -> bool {
    cursor.peek().is_some_and(|next| matches!(next, '(' | '"') || in_word(next))
}

/// ```text
/// searchNegateExpr = %s"NOT" RWS searchExpr
/// searchParenExpr  = OPEN BWS searchExpr BWS CLOSE
/// ```
fn negated(cursor: &mut Cursor<'_>) -> Result<Search> {
    if cursor.attempt(|cursor| before_term(cursor, "NOT").then_some(())).is_some() {
        cursor.enter()?;
        let inner = negated(cursor)?;
        cursor.leave();
        return Ok(Search::Not(Box::new(inner)));
    }
    match cursor.peek() {
        Some('"') => phrase(cursor).map(Search::Term),
        Some('(') => {
            cursor.eat("(");
            cursor.enter()?;
            cursor.blanks();
            let within = either(cursor)?;
            cursor.blanks();
            cursor.leave();
            cursor.expect(")", "a closing parenthesis")?;
            Ok(within)
        }
        _ => match cursor.take(in_word) {
            "" => Err(cursor.expected(TERM)),
            word => Ok(Search::Term(word.to_owned())),
        },
    }
}

/// Words hold everything but white space, parentheses, double quotes and semicolons.
fn in_word(character: char) -> bool {
    !(character.is_whitespace() || character.is_control() || matches!(character, '(' | ')' | '"' | ';'))
}

/// ```text
/// searchPhrase = quotation-mark 1*( qchar-no-AMP-DQUOTE / SP ) quotation-mark
/// ```
/// A double quote or a backslash in it has a backslash before it (URL Conventions 4.01 section 5.1.7).
fn phrase(cursor: &mut Cursor<'_>) -> Result<String> {
    let start = cursor.at();
    let mut phrase = String::new();
    cursor.eat("\"");
    loop {
        phrase.push_str(cursor.take(|character| !matches!(character, '"' | '\\')));
        if cursor.eat("\"") {
            break;
        }
        cursor.expect("\\", "a closing double quote")?;
        let escaped = ["\"", "\\"].into_iter().find(|escaped| cursor.eat(escaped));
        phrase.push_str(escaped.ok_or_else(|| cursor.expected("a double quote or a backslash behind the backslash"))?);
    }
    if phrase.is_empty() { Err(cursor.expected_at(start, "a phrase that is not empty")) } else { Ok(phrase) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::odata::expression::search;

    fn shown(search: &Search) -> String {
        match search {
            Search::And(left, right) => format!("({} & {})", shown(left), shown(right)),
            Search::Not(inner) => format!("!{}", shown(inner)),
            Search::Or(left, right) => format!("({} | {})", shown(left), shown(right)),
            Search::Term(text) => format!("<{text}>"),
        }
    }

    #[test]
    fn words_are_joined_as_the_grammar_says() {
        for (text, expected) in [
            ("blue", "<blue>"),
            (" blue\tgreen ", "(<blue> & <green>)"),
            ("blue AND green", "(<blue> & <green>)"),
            ("blue OR green red", "(<blue> | (<green> & <red>))"),
            ("blue green OR red", "((<blue> & <green>) | <red>)"),
            ("(blue OR green) red", "((<blue> | <green>) & <red>)"),
            ("NOT blue green", "(!<blue> & <green>)"),
            ("blue NOT green", "(<blue> & !<green>)"),
            ("NOT ( blue green )", "!(<blue> & <green>)"),
            ("blue and not green", "((<blue> & <and>) & (<not> & <green>))"),
            ("AND", "<AND>"),
            ("NOT", "<NOT>"),
            ("NOT NOT", "!<NOT>"),
            ("AND OR", "(<AND> & <OR>)"),
            ("AND OR NOT", "(<AND> | <NOT>)"),
            ("ANDROID NOTE", "(<ANDROID> & <NOTE>)"),
            ("\"blue green\" 9,81", "(<blue green> & <9,81>)"),
            (r#""say \"hi\" \\""#, r#"<say "hi" \>"#),
            ("Daniel's $x=@y", "(<Daniel's> & <$x=@y>)"),
            ("08/15 Größe", "(<08/15> & <Größe>)"),
            ("'\"bl(ue'", "<\"bl(ue>"),
            ("a b c d", "((<a> & <b>) & (<c> & <d>))"),
        ] {
            assert_eq!(shown(&search(text).unwrap()), expected, "{text}");
        }
    }

    #[test]
    fn mistakes_have_their_position() {
        for (text, position) in [
            ("", 0),
            ("()", 1),
            ("(a", 2),
            ("a)", 1),
            ("a;b", 1),
            ("\"a", 2),
            ("\"\"", 0),
            ("\"a\\b\"", 3),
            ("\"a\"b", 3),
            ("(a)b", 3),
            ("a(b)", 1),
            ("a AND )", 6),
            ("'a", 2),
            ("'a' b", 4),
            ("a\nb", 1),
        ] {
            let error = search(text).unwrap_err();
            assert!(error.message().ends_with(&format!(" at position {position}.")), "{text}: {error}");
            assert_eq!(error.target(), Some("$search"));
        }
    }

    #[test]
    fn long_texts_make_no_deep_trees() {
        for text in ["a ".repeat(8_000), "NOT ".repeat(60), "a OR ".repeat(3_000), "AND ".repeat(4_000)] {
            assert!(search(&text).is_ok());
        }
        for text in ["NOT ".repeat(4_000), "(".repeat(16_000), "NOT (".repeat(3_000)] {
            let error = search(&text).unwrap_err();
            assert!(error.message().contains("levels deep"), "{error}");
        }
    }
}
