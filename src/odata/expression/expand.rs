//! `$expand` -> its items.
//!
//! A newcomer's trap: commas part items and options of an item are parted by semicolons, but commas stand in options too
//! (`$select=A,B`). So nothing is split; everything is read from the left.

use super::cursor::Cursor;
use super::nested::{self, Place};
use super::{ExpandItem, ExpandOptions, ExpandPath};
use crate::error::Result;

/// Reads items up to what belongs to none.
/// ```text
/// expand     = ( "$expand" / "expand" ) EQ expandItem *( COMMA expandItem )
/// expandItem = "$value" / expandPath / optionallyQualifiedEntityTypeName "/" expandPath
/// ```
pub(super) fn expand(cursor: &mut Cursor<'_>) -> Result<Vec<ExpandItem>> {
    let mut items = Vec::new();
    loop {
        cursor.blanks();
        items.push(item(cursor)?);
        cursor.blanks();
        if !cursor.eat(",") {
            return Ok(items);
        }
    }
}

fn item(cursor: &mut Cursor<'_>) -> Result<ExpandItem> {
    let at = cursor.at();
    let (path, place) = path(cursor)?;
    let options = match place {
        Some(place) if cursor.rest().starts_with('(') => nested::options(cursor, place)?,
        _ => ExpandOptions::default(),
    };
    Ok(ExpandItem { at, path, options })
}

/// A path, and the place that options behind it have.
/// ```text
/// expandPath = STAR [ ref / OPEN levels CLOSE ]
///            / ( navigationProperty / entityAnnotationInQuery ) [ "/" optionallyQualifiedEntityTypeName ] [ ref ... / count ... / OPEN ... ]
///            / ( complexProperty / optionallyQualifiedComplexTypeName / complexAnnotationInQuery ) "/" expandPath
///            / streamProperty
/// ```
fn path(cursor: &mut Cursor<'_>) -> Result<(ExpandPath, Option<Place>)> {
    let start = cursor.at();
    if cursor.eat("$value") {
        return Ok((ExpandPath::Unknown("$value".to_owned()), None));
    }
    let mut names = Vec::new();
    loop {
        if cursor.eat("*") {
            return Ok(star(cursor, start, names.is_empty()));
        }
        if !names.is_empty() && cursor.eat("$ref") {
            return Ok((ExpandPath::References(names), Some(Place::Reference)));
        }
        if !names.is_empty() && cursor.eat("$count") {
            return Ok((ExpandPath::Count(names), Some(Place::Count)));
        }
        names.push(segment(cursor)?);
        if !cursor.eat("/") {
            return Ok((ExpandPath::Names(names), Some(Place::Expand)));
        }
    }
}

/// What begins with a star. The tree has no place for one behind a complex property.
fn star(cursor: &mut Cursor<'_>, start: usize, alone: bool) -> (ExpandPath, Option<Place>) {
    let (path, place) = if cursor.eat("/$ref") {
        (ExpandPath::References(Vec::new()), None)
    } else {
        (ExpandPath::All, Some(Place::Star))
    };
    if alone { (path, place) } else { (ExpandPath::Unknown(cursor.since(start).to_owned()), place) }
}

fn segment(cursor: &mut Cursor<'_>) -> Result<String> {
    let start = cursor.at();
    let annotation = cursor.eat("@");
    let name = cursor.name();
    let qualified = !annotation || !cursor.eat("#") || cursor.identifier().is_some();
    if name.is_none() || !qualified {
        return Err(cursor.expected("the name of a navigation property, or *"));
    }
    Ok(cursor.since(start).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::odata::expression::expand;

    fn names(path: &[&str]) -> Vec<String> {
        path.iter().map(|&name| name.to_owned()).collect()
    }

    #[test]
    fn paths_are_told_apart() {
        for (text, path) in [
            ("Lines", ExpandPath::Names(names(&["Lines"]))),
            ("Shop.Special/Lines", ExpandPath::Names(names(&["Shop.Special", "Lines"]))),
            ("Address/Country/Shop.Land", ExpandPath::Names(names(&["Address", "Country", "Shop.Land"]))),
            ("@Shop.Term#q/Lines", ExpandPath::Names(names(&["@Shop.Term#q", "Lines"]))),
            ("Lines/$ref", ExpandPath::References(names(&["Lines"]))),
            ("Lines/$count", ExpandPath::Count(names(&["Lines"]))),
            ("*", ExpandPath::All),
            ("*/$ref", ExpandPath::References(Vec::new())),
            ("Address/*", ExpandPath::Unknown("Address/*".to_owned())),
            ("Address/*/$ref", ExpandPath::Unknown("Address/*/$ref".to_owned())),
            ("$value", ExpandPath::Unknown("$value".to_owned())),
        ] {
            let items = expand(text).unwrap();
            assert_eq!(items, [ExpandItem { at: 0, path, options: ExpandOptions::default() }], "{text}");
        }
    }

    #[test]
    fn items_know_their_places() {
        let items = expand("A , B($select=C,D;$top=1),*").unwrap();
        assert_eq!(items.iter().map(|item| item.at).collect::<Vec<_>>(), [0, 4, 26]);
        assert_eq!(items[1].options.select, Some(names(&["C", "D"])));
    }

    #[test]
    fn mistakes_have_their_position() {
        for (text, position) in [
            ("", 0),
            ("A,", 2),
            ("A B", 2),
            ("/A", 0),
            ("A/", 2),
            ("A//B", 2),
            ("$ref", 0),
            ("$count", 0),
            ("A/$value", 2),
            ("A/$ref/B", 6),
            ("**", 1),
            ("*/$count", 1),
            ("*/$ref($top=1)", 6),
            ("A(", 2),
            ("A()", 2),
            ("A($top=1", 8),
            ("A($top=1;)", 9),
            ("A($top=1)(B)", 9),
            ("1", 0),
        ] {
            let error = expand(text).unwrap_err();
            assert!(error.message().ends_with(&format!(" at position {position}.")), "{text}: {error}");
            assert_eq!((error.kind().status(), error.target()), (400, Some("$expand")));
        }
    }
}
