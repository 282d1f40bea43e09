//! Values as databases hand them over: borrowed while a row is lent, owned when they wait (parameters, positions).

use super::short::Short;

/// A stored value, borrowed from the row that is being read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ValueRef<'a> {
    /// Octets.
    Bytes(&'a [u8]),
    /// A decimal, date, time, moment or GUID of a database that keeps such values as what they are, in the form in which
    /// OData writes it.
    Canonical(Short),
    /// Text that is not UTF-8. It fits no type, but a page may end at it, and then its place in the order counts.
    IllFormed(&'a [u8]),
    /// A whole number.
    Integer(i64),
    /// SQL NULL.
    Null,
    /// A floating-point number.
    Real(f64),
    /// A floating-point number of half the width.
    Single(f32),
    /// Text.
    Text(&'a str),
}

impl ValueRef<'_> {
    /// A copy that outlives the row.
    pub fn to_value(self) -> Value {
        match self {
            Self::Bytes(bytes) => Value::Bytes(bytes.to_vec()),
            Self::Canonical(text) => Value::Text(text.as_str().to_owned()),
            Self::IllFormed(bytes) => Value::IllFormed(bytes.to_vec()),
            Self::Integer(number) => Value::Integer(number),
            Self::Null => Value::Null,
            Self::Real(number) => Value::Real(number),
            Self::Single(number) => Value::Real(number.into()),
            Self::Text(text) => Value::Text(text.to_owned()),
        }
    }
}

/// A value that is kept: a statement's parameter, a key, a position between pages.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Octets.
    Bytes(Vec<u8>),
    /// Text that is not UTF-8.
    IllFormed(Vec<u8>),
    /// A whole number.
    Integer(i64),
    /// SQL NULL.
    Null,
    /// A floating-point number.
    Real(f64),
    /// Text.
    Text(String),
}

impl Value {
    /// The value, lent.
    pub fn borrow(&self) -> ValueRef<'_> {
        match self {
            Self::Bytes(bytes) => ValueRef::Bytes(bytes),
            Self::IllFormed(bytes) => ValueRef::IllFormed(bytes),
            Self::Integer(number) => ValueRef::Integer(*number),
            Self::Null => ValueRef::Null,
            Self::Real(number) => ValueRef::Real(*number),
            Self::Text(text) => ValueRef::Text(text),
        }
    }
}

/// A row that is being lent: its values live as long as the loan.
pub trait Row {
    /// The value in `column`, counted from 0 in the order of the statement.
    fn value(&self, column: usize) -> ValueRef<'_>;
}
