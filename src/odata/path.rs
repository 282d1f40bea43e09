//! The path below the service root -> what it addresses.
//!
//! A newcomer's trap: a slash inside a key arrives as `%2F`, so the path is split before anything is decoded.

use super::literal::{self, Literal};
use super::percent::decode;
use crate::error::{Error, Result};

const PART: &str = "The path";

/// What a path addresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Path {
    /// `$all`: all entities there are.
    All {
        /// The name of the type that follows: all of that type.
        ty: Option<String>,
    },
    /// `$entity`: the one that `$id` stands for.
    Entity {
        /// The path that the id is; absent until it is read, and where there is none.
        id: Option<Box<Path>>,
        /// The name of the type that follows: only if it is of that type.
        ty: Option<String>,
    },
    /// `$metadata`
    Metadata,
    /// Something else behind the root that OData has: `$crossjoin(...)`.
    Other(String),
    /// An entity set or something in it.
    Resource {
        /// The name of the entity set.
        set: String,
        /// The key of one entity.
        key: Option<KeyPredicate>,
        /// What follows, in order.
        rest: Vec<Segment>,
    },
    /// The root itself.
    ServiceDocument,
}

/// A path segment behind the entity set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Segment {
    /// `$count`
    Count,
    /// A name with a key behind it.
    Keyed(String, KeyPredicate),
    /// A name.
    Name(String),
    /// Another `$` segment, known to OData or not.
    Other(String),
    /// `$ref`
    References,
    /// `$value`
    Value,
}

/// What stands in the parentheses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyPredicate {
    /// `(A=1,B='x')`
    Named(Vec<(String, KeyValue)>),
    /// `(1)`
    Single(KeyValue),
}

/// A key's value: given at once, or by a parameter alias `@name` in the query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyValue {
    /// The alias with its `@`.
    Alias(String),
    /// The value.
    Literal(Literal),
}

/// ```text
/// resourcePath = [ "$metadata" / ( "$all" / "$entity" ) [ "/" type ] / "$crossjoin" OPEN ... CLOSE
///                / entitySetName [ keyPredicate ] *( "/" segment ) ]
/// ```
pub(super) fn parse(path: &str) -> Result<Path> {
    let path = path.strip_prefix('/').unwrap_or(path);
    let path = path.strip_suffix('/').unwrap_or(path);
    if path.is_empty() {
        return Ok(Path::ServiceDocument);
    }
    let mut segments = path.split('/').map(|segment| decode(segment, PART));
    let first = segments.next().transpose()?.unwrap_or_default();
    let rest = rest(segments)?;
    if first == "$metadata" && rest.is_empty() {
        return Ok(Path::Metadata);
    }
    if first.starts_with("$crossjoin(") {
        return Ok(Path::Other(first));
    }
    match first.as_str() {
        "$all" => return Ok(Path::All { ty: type_name(rest)? }),
        "$entity" => return Ok(Path::Entity { id: None, ty: type_name(rest)? }),
        _ => {}
    }
    if first.starts_with('$') {
        return Err(Error::not_found(format!("\"{first}\"")).about(first));
    }
    let (set, key) = keyed(first)?;
    Ok(Path::Resource { set, key, rest })
}

/// What follows the first segment, up to a condition: that may have slashes of its own.
fn rest(segments: impl Iterator<Item = Result<String>>) -> Result<Vec<Segment>> {
    let mut rest = Vec::new();
    for decoded in segments {
        let segment = segment(decoded?)?;
        let condition = matches!(&segment, Segment::Other(name) if name.starts_with("$filter("));
        rest.push(segment);
        if condition {
            break;
        }
    }
    Ok(rest)
}

/// The one name that may follow.
fn type_name(mut rest: Vec<Segment>) -> Result<Option<String>> {
    match (rest.pop(), rest.is_empty()) {
        (None, _) => Ok(None),
        (Some(Segment::Name(name)), true) => Ok(Some(name)),
        _ => Err(Error::not_found("This path").about(PART)),
    }
}

fn segment(text: String) -> Result<Segment> {
    match text.as_str() {
        "$count" => Ok(Segment::Count),
        "$ref" => Ok(Segment::References),
        "$value" => Ok(Segment::Value),
        _ if text.starts_with('$') => Ok(Segment::Other(text)),
        _ => keyed(text).map(|(name, key)| match key {
            Some(key) => Segment::Keyed(name, key),
            None => Segment::Name(name),
        }),
    }
}

/// A name, perhaps with a key. Positions count from its beginning.
fn keyed(text: String) -> Result<(String, Option<KeyPredicate>)> {
    match text.find('(') {
        Some(open) => Ok((text[..open].to_owned(), Some(key_predicate(&text[open..], open)?))),
        None => Ok((text, None)),
    }
}

/// ```text
/// keyPredicate = "(" ( keyPropertyValue / keyPair *( "," keyPair ) ) ")"
/// keyPair      = keyProperty "=" ( parameterAlias / keyPropertyValue )
/// ```
fn key_predicate(text: &str, at: usize) -> Result<KeyPredicate> {
    let inner = text
        .strip_prefix('(')
        .and_then(|text| text.strip_suffix(')'))
        .ok_or_else(|| Error::syntax(PART, at + text.len(), "a closing parenthesis"))?;
    let mut parts = Vec::new();
    let mut start = 0;
    for end in separators(inner).into_iter().chain([inner.len()]) {
        parts.push(key_part(&inner[start..end], at + 1 + start)?);
        start = end + 1;
    }
    match parts.as_mut_slice() {
        [(None, _)] => Ok(KeyPredicate::Single(parts.remove(0).1)),
        _ => named(parts, at),
    }
}

fn named(parts: Vec<(Option<String>, KeyValue)>, at: usize) -> Result<KeyPredicate> {
    let pairs = parts.into_iter().map(|(name, value)| name.map(|name| (name, value)));
    let pairs: Option<Vec<_>> = pairs.collect();
    pairs.map(KeyPredicate::Named).ok_or_else(|| Error::syntax(PART, at, "'name=value' for every part of the key"))
}

/// `name=value`, or a value alone.
fn key_part(text: &str, at: usize) -> Result<(Option<String>, KeyValue)> {
    match text.split_once('=') {
        Some((name, value)) if !name.contains('\'') => {
            Ok((Some(name.trim().to_owned()), key_value(value.trim(), at + name.len() + 1)?))
        }
        _ => Ok((None, key_value(text.trim(), at)?)),
    }
}

fn key_value(text: &str, at: usize) -> Result<KeyValue> {
    if text.starts_with('@') {
        Ok(KeyValue::Alias(text.to_owned()))
    } else {
        literal::parse(text, PART, at).map(KeyValue::Literal)
    }
}

/// The commas outside quotes.
fn separators(text: &str) -> Vec<usize> {
    let mut quoted = false;
    let outside = |(at, character): (usize, char)| {
        quoted ^= character == '\'';
        (character == ',' && !quoted).then_some(at)
    };
    text.char_indices().filter_map(outside).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn literal(text: &str) -> KeyValue {
        KeyValue::Literal(Literal::Bare(text.to_owned()))
    }

    fn string(text: &str) -> KeyValue {
        KeyValue::Literal(Literal::String(text.to_owned()))
    }

    fn key(path: &str) -> KeyPredicate {
        match parse(path) {
            Ok(Path::Resource { key: Some(key), .. }) => key,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn documents_are_known_by_their_paths() {
        assert_eq!(parse("").unwrap(), Path::ServiceDocument);
        assert_eq!(parse("/").unwrap(), Path::ServiceDocument);
        assert_eq!(parse("/%24metadata").unwrap(), Path::Metadata);
        assert_eq!(parse("/$batch").unwrap_err().kind().status(), 404);
        assert_eq!(parse("/$crossjoin(A,B)/x").unwrap(), Path::Other("$crossjoin(A,B)".to_owned()));
    }

    #[test]
    fn what_has_no_set_may_have_a_type() {
        let ty = || Some("N.T".to_owned());
        assert_eq!(parse("/$all").unwrap(), Path::All { ty: None });
        assert_eq!(parse("/$all/N.T").unwrap(), Path::All { ty: ty() });
        assert_eq!(parse("/$entity").unwrap(), Path::Entity { id: None, ty: None });
        assert_eq!(parse("/%24entity/N.T/").unwrap(), Path::Entity { id: None, ty: ty() });
        for nowhere in ["/$all/N.T/x", "/$entity/N.T(1)", "/$entity/$ref", "/$all/$count"] {
            assert_eq!(parse(nowhere).unwrap_err().kind().status(), 404, "{nowhere}");
        }
    }

    #[test]
    fn keys_come_alone_by_name_and_by_alias() {
        assert_eq!(key("/Orders(1)"), KeyPredicate::Single(literal("1")));
        assert_eq!(key("/Orders(ID=-1)"), KeyPredicate::Named(vec![("ID".to_owned(), literal("-1"))]));
        let both = vec![("A".to_owned(), string("x,y=z")), ("B".to_owned(), literal("2024-01-31"))];
        assert_eq!(key("/Lines(A='x,y=z',B=2024-01-31)"), KeyPredicate::Named(both));
        assert_eq!(key("/Orders(@k)"), KeyPredicate::Single(KeyValue::Alias("@k".to_owned())));
    }

    #[test]
    fn quotes_are_doubled_and_slashes_encoded() {
        assert_eq!(key("/People('O''Neil')"), KeyPredicate::Single(string("O'Neil")));
        assert_eq!(key("/People%28%27O%27%27Neil%27%29"), KeyPredicate::Single(string("O'Neil")));
        assert_eq!(key("/Files('a%2Fb')"), KeyPredicate::Single(string("a/b")));
        assert_eq!(key("/Files('')"), KeyPredicate::Single(string("")));
    }

    #[test]
    fn what_is_no_key_is_refused_with_its_position() {
        for wrong in
            ["/A(", "/A()", "/A(1", "/A(1)x", "/A('x)", "/A('a'b')", "/A(1,2)", "/A(a b)", "/A(%zz)", "/A(%ff)"]
        {
            let error = parse(wrong).unwrap_err();
            assert_eq!(error.kind().status(), 400, "{wrong}");
            assert!(error.message().contains("position"), "{wrong}: {error}");
        }
    }

    #[test]
    fn segments_follow_the_set() {
        let Path::Resource { rest, .. } = parse("/Orders(1)/Name/$value").unwrap() else { panic!() };
        assert_eq!(rest, [Segment::Name("Name".to_owned()), Segment::Value]);
        let Path::Resource { rest, .. } = parse("/Orders/$filter(Lines/any(l:l/Id gt 1))").unwrap() else { panic!() };
        assert_eq!(rest, [Segment::Other("$filter(Lines".to_owned())]);
    }
}
