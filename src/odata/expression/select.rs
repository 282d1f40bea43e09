//! `$select` -> its items, as they are written.

use super::cursor::Cursor;
use super::nested::{self, Place};
use crate::error::Result;

/// Reads items up to what belongs to none.
/// ```text
/// select     = ( "$select" / "select" ) EQ selectItem *( COMMA selectItem )
/// selectItem = STAR / namespace "." STAR / selectProperty / ...
/// ```
pub(super) fn items<'a>(cursor: &mut Cursor<'a>) -> Result<Vec<&'a str>> {
    let mut items = Vec::new();
    loop {
        cursor.blanks();
        let start = cursor.at();
        item(cursor)?;
        items.push(cursor.since(start));
        cursor.blanks();
        if !cursor.eat(",") {
            return Ok(items);
        }
    }
}

/// ```text
/// selectProperty = primitiveProperty / selectPath [ OPEN selectOption *( SEMI selectOption ) CLOSE / "/" selectProperty ] / ...
/// optionallyQualifiedFunctionName = [ namespace "." ] function [ OPEN parameterNames CLOSE ]
/// ```
fn item(cursor: &mut Cursor<'_>) -> Result<()> {
    if cursor.eat("*") {
        return Ok(());
    }
    loop {
        let annotation = cursor.eat("@");
        if cursor.name().is_none() {
            return Err(cursor.expected("the name of a property, or *"));
        }
        if !annotation && cursor.eat(".*") {
            return Ok(());
        }
        if annotation && cursor.eat("#") && cursor.identifier().is_none() {
            return Err(cursor.expected("a qualifier"));
        }
        if cursor.rest().starts_with('(') {
            return if cursor.attempt(parameters).is_some() {
                Ok(())
            } else {
                nested::options(cursor, Place::Select).map(drop)
            };
        }
        if !cursor.eat("/") {
            return Ok(());
        }
    }
}

/// ```text
/// parameterNames = parameterName *( COMMA parameterName )
/// ```
fn parameters(cursor: &mut Cursor<'_>) -> Option<()> {
    cursor.eat("(").then_some(())?;
    loop {
        cursor.identifier()?;
        if cursor.eat(")") {
            return Some(());
        }
        cursor.eat(",").then_some(())?;
    }
}

#[cfg(test)]
mod tests {
    use crate::odata::expression::select;

    #[test]
    fn items_stay_as_they_are_written() {
        for (text, items) in [
            ("A, B ,*", vec!["A", "B", "*"]),
            ("A/B,Shop.Special/C", vec!["A/B", "Shop.Special/C"]),
            ("Shop.*,Shop.Pay,Shop.Size(a,b),Size(a)", vec!["Shop.*", "Shop.Pay", "Shop.Size(a,b)", "Size(a)"]),
            ("@Core.Messages($top=5),A/@Core.Description#q", vec!["@Core.Messages($top=5)", "A/@Core.Description#q"]),
            ("A($select=B,C;$filter=D eq ','),E", vec!["A($select=B,C;$filter=D eq ',')", "E"]),
            ("A(@p=$this;$orderby=@p/B desc;count=true)", vec!["A(@p=$this;$orderby=@p/B desc;count=true)"]),
        ] {
            assert_eq!(select(text).unwrap(), items, "{text}");
        }
        let wide = vec!["Column"; 5_000].join(",");
        assert_eq!(select(&wide).unwrap().len(), 5_000);
    }

    #[test]
    fn mistakes_have_their_position() {
        for (text, position) in [
            ("", 0),
            ("A,", 2),
            ("A desc", 2),
            ("A/", 2),
            ("A/*", 2),
            ("*/A", 1),
            ("1", 0),
            ("'A'", 0),
            ("A()", 2),
            ("A($expand=B)", 2),
            ("A($top=1", 8),
            ("A($top=1)/B", 9),
            ("Shop.", 4),
            ("@", 1),
        ] {
            let error = select(text).unwrap_err();
            assert!(error.message().ends_with(&format!(" at position {position}.")), "{text}: {error}");
            assert_eq!((error.kind().status(), error.target()), (400, Some("$select")));
        }
    }
}
