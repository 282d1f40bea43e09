//! A key predicate within an expression.

use super::cursor::Cursor;
use super::{Constant, Key, Term, constant};
use crate::odata::literal::bare;
use crate::odata::{KeyValue, Literal};

/// Reads what stands in parentheses behind a name, if it is a key: literals and parameter aliases only.
/// ```text
/// keyPredicate = OPEN ( keyPropertyValue / keyPair *( COMMA keyPair ) ) CLOSE
/// keyPair      = keyProperty EQ ( parameterAlias / keyPropertyValue )
/// ```
pub(super) fn key(cursor: &mut Cursor<'_>) -> Option<Key> {
    cursor.attempt(|cursor| {
        cursor.eat("(").then_some(())?;
        cursor.blanks();
        let key = match cursor.attempt(name) {
            Some(first) => Key::Named(pairs(cursor, first)?),
            None => Key::Single(value(cursor)?),
        };
        cursor.blanks();
        cursor.eat(")").then_some(key)
    })
}

fn pairs<'a>(cursor: &mut Cursor<'a>, first: &'a str) -> Option<Vec<(String, KeyValue)>> {
    let mut pairs = vec![(first.to_owned(), value(cursor)?)];
    loop {
        cursor.blanks();
        if !cursor.eat(",") {
            return Some(pairs);
        }
        cursor.blanks();
        pairs.push((name(cursor)?.to_owned(), value(cursor)?));
    }
}

/// A name and its equals sign.
fn name<'a>(cursor: &mut Cursor<'a>) -> Option<&'a str> {
    let name = cursor.identifier()?;
    cursor.eat("=").then_some(name)
}

fn value(cursor: &mut Cursor<'_>) -> Option<KeyValue> {
    let start = cursor.at();
    if cursor.eat("@") {
        cursor.identifier()?;
        return Some(KeyValue::Alias(cursor.since(start).to_owned()));
    }
    let literal = match constant::literal(cursor).ok()?? {
        Term::Constant(Constant::String(text)) => Literal::String(text),
        _ => bare(cursor.since(start)),
    };
    Some(KeyValue::Literal(literal))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<Key> {
        key(&mut Cursor::new("$filter", text))
    }

    #[test]
    fn keys_come_alone_by_name_and_by_alias() {
        let bare = |text: &str| KeyValue::Literal(Literal::Bare(text.to_owned()));
        let string = |text: &str| KeyValue::Literal(Literal::String(text.to_owned()));
        assert_eq!(read("(1)"), Some(Key::Single(bare("1"))));
        assert_eq!(read("( 'O''Neil' )"), Some(Key::Single(string("O'Neil"))));
        assert_eq!(read("(@k)"), Some(Key::Single(KeyValue::Alias("@k".to_owned()))));
        let both = vec![("A".to_owned(), string("x,y=z")), ("B".to_owned(), bare("2024-01-31"))];
        assert_eq!(read("(A='x,y=z', B=2024-01-31)"), Some(Key::Named(both)));
    }

    #[test]
    fn other_arguments_are_no_key() {
        for text in ["()", "(Name)", "(1,2)", "(A=1,2)", "(A=B)", "(1", "('x)", "(A=1", "1", "(1 add 2)"] {
            let mut cursor = Cursor::new("$filter", text);
            assert_eq!((key(&mut cursor), cursor.at()), (None, 0), "{text}");
        }
    }
}
