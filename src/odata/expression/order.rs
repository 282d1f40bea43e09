//! `$orderby` -> its items.

use super::cursor::Cursor;
use super::{OrderItem, shallow};
use crate::error::Result;

/// Reads items up to what belongs to none.
/// ```text
/// orderby     = ( "$orderby" / "orderby" ) EQ orderbyItem *( COMMA orderbyItem )
/// orderbyItem = commonExpr [ RWS ( "asc" / "desc" ) ]
/// ```
pub(super) fn order(cursor: &mut Cursor<'_>) -> Result<Vec<OrderItem>> {
    let mut items = Vec::new();
    loop {
        cursor.blanks();
        let expression = shallow(cursor)?;
        items.push(OrderItem { expression, descending: descending(cursor) });
        cursor.blanks();
        if !cursor.eat(",") {
            return Ok(items);
        }
    }
}

fn descending(cursor: &mut Cursor<'_>) -> bool {
    let direction = |cursor: &mut Cursor<'_>| {
        cursor.blanks().then_some(())?;
        let descending = cursor.word("desc");
        (descending || cursor.word("asc")).then_some(descending)
    };
    cursor.attempt(direction).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use crate::odata::expression::{order_by, rendered::rendered};

    #[test]
    fn items_have_directions_in_any_case() {
        let read = |text: &str| {
            let items = order_by(text).unwrap();
            let item = |item: &super::OrderItem| (rendered(&item.expression), item.descending);
            items.iter().map(item).collect::<Vec<_>>()
        };
        let item = |text: &str, descending| (text.to_owned(), descending);
        assert_eq!(read("Name"), [item("Name", false)]);
        assert_eq!(
            read("A\tasc,B ,C  DESC , length(D) add 1 Desc"),
            [item("A", false), item("B", false), item("C", true), item("(length(D) add 1)", true)]
        );
        assert_eq!(read("desc desc,asc"), [item("desc", true), item("asc", false)]);
        assert_eq!(read("A/$count desc,B ge C asc"), [item("A/$count", true), item("(B ge C)", false)]);
    }

    #[test]
    fn mistakes_have_their_position() {
        for (text, position) in [
            ("", 0),
            ("A,", 2),
            (",A", 0),
            ("A descending", 2),
            ("A asc desc", 6),
            ("A desc_", 2),
            ("A;B", 1),
            ("A asc)", 5),
        ] {
            let error = order_by(text).unwrap_err();
            assert!(error.message().ends_with(&format!(" at position {position}.")), "{text}: {error}");
            assert_eq!(error.target(), Some("$orderby"));
        }
    }
}
