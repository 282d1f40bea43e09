//! What placeholders stand for -> values in the driver's hands.

use std::borrow::Cow;

use tiberius::{ColumnData, ToSql};

use crate::edm::Value;
use crate::sql::{Param, Statement};
use crate::version::ChangeVersion;

/// A parameter of a statement.
#[derive(Debug)]
pub(super) enum Bound<'a> {
    Value(&'a Value),
    Version(i64),
}

/// The statement's parameters; `current` stands in for the version that the snapshot shows.
pub(super) fn bind(statement: &Statement, current: Option<ChangeVersion>) -> Vec<Bound<'_>> {
    let bound = |param| match param {
        &Param::CurrentVersion => Bound::Version(version(current.unwrap_or_default())),
        &Param::Version(bound) => Bound::Version(version(bound)),
        Param::Value(value) => Bound::Value(value),
    };
    statement.params.iter().map(bound).collect()
}

/// Versions beyond what the server can count come from no history of its own; the greatest number stands for them.
fn version(version: ChangeVersion) -> i64 {
    i64::try_from(version.0).unwrap_or(i64::MAX)
}

impl ToSql for Bound<'_> {
    fn to_sql(&self) -> ColumnData<'_> {
        match self {
            Self::Version(version) => ColumnData::I64(Some(*version)),
            Self::Value(Value::Bytes(octets)) => ColumnData::Binary(Some(Cow::Borrowed(octets))),
            Self::Value(Value::IllFormed(text)) => ColumnData::String(Some(String::from_utf8_lossy(text))),
            Self::Value(Value::Integer(number)) => ColumnData::I64(Some(*number)),
            // Typed, because some servers refuse a NULL without a type.
            Self::Value(Value::Null) => ColumnData::I64(None),
            Self::Value(Value::Real(number)) => ColumnData::F64(Some(*number)),
            Self::Value(Value::Text(text)) => ColumnData::String(Some(Cow::Borrowed(text))),
        }
    }
}
