//! The text of a query option -> what it says, by grammar alone: `$filter`, `$orderby`, `$expand`, `$search`.
//!
//! All of OData 4.01's grammar is recognised. What this service does not know how to do stays in the tree under its name, so that
//! the plan can say so (501); what is not OData is refused here, with its position (400).
//! Values are read up to 16 KiB and 64 levels deep: stages behind follow the tree with their stack.
//! Source: OData 4.01 ABNF, "Expressions"; URL Conventions 4.01 section 5.1.

mod balance;
mod constant;
mod cursor;
mod depth;
mod expand;
mod function;
mod instant;
mod json;
mod key;
mod nested;
mod operator;
mod order;
mod path;
mod prefixed;
mod primary;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod rendered;
mod search;
mod select;
mod tree;
mod value;

pub use depth::deeper_than;
pub use tree::{
    BinaryOperator, Constant, ExpandItem, ExpandOptions, ExpandPath, Expression, Function, Key, Lambda, OrderItem,
    Search, Step, Term, UnaryOperator, Written,
};

use cursor::{Cursor, MAX_DEPTH};

use crate::error::Result;

/// Reads the value of `$filter`.
/// ```text
/// filter = ( "$filter" / "filter" ) EQ boolCommonExpr
/// ```
pub fn filter(text: &str) -> Result<Expression> {
    whole("$filter", text, shallow)
}

/// Reads the value of `$orderby`.
pub fn order_by(text: &str) -> Result<Vec<OrderItem>> {
    whole("$orderby", text, order::order)
}

/// Reads the value of `$expand`.
pub fn expand(text: &str) -> Result<Vec<ExpandItem>> {
    whole("$expand", text, expand::expand)
}

/// Reads the value of `$search`.
pub fn search(text: &str) -> Result<Search> {
    whole("$search", text, search::search)
}

/// Reads the value of `$select`: its items as they are written. A list of names may be of any length.
pub(super) fn select(text: &str) -> Result<Vec<&str>> {
    let plain = !text.contains('(');
    let mut cursor = if plain { Cursor::new("$select", text) } else { Cursor::limited("$select", text)? };
    let items = select::items(&mut cursor)?;
    cursor.finish("a comma or the end")?;
    Ok(items)
}

/// Reads the value of a parameter alias.
/// ```text
/// aliasAndValue = parameterAlias EQ ( arrayOrObject / commonExpr )
/// ```
pub fn expression(text: &str) -> Result<Expression> {
    whole("a parameter alias", text, shallow)
}

/// All of `text`, and nothing else than what `read` reads.
fn whole<T>(option: &'static str, text: &str, read: impl FnOnce(&mut Cursor<'_>) -> Result<T>) -> Result<T> {
    let mut cursor = Cursor::limited(option, text)?;
    cursor.blanks();
    let found = read(&mut cursor)?;
    cursor.finish("an operator between white space, or the end")?;
    Ok(found)
}

/// An expression whose tree is not too deep.
fn shallow(cursor: &mut Cursor<'_>) -> Result<Expression> {
    let expression = operator::expression(cursor)?;
    match deeper_than(&expression, MAX_DEPTH) {
        None => Ok(expression),
        Some(at) => Err(cursor.too_deep(at)),
    }
}
