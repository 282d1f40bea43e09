//! A condition -> what of it may be tried on any row, and the rest; both together are the condition.
//!
//! A newcomer's trap: what is plain is tried on rows, too, that whoever asks may not read, because an index is of no use inside a `CASE`. So it
//! is nothing but comparisons of columns with constants of their own types, joined by `AND` and `OR`, which cannot fail whatever the row
//! holds; a column that is calculated when it is read has a guard of its own (`sql::rows`). Functions, calculations, conversions of columns,
//! subqueries and whatever is below a `NOT` are the rest.

use super::{Narrowing, call, compare, condition, within};
use crate::plan::{Class, Form, Typed};
use crate::sql::statement::Builder;

/// A condition in two parts, of which at least one is there.
pub(in crate::sql) struct Apart {
    /// Comparisons of columns with constants.
    pub(in crate::sql) plain: Option<String>,
    /// What is left.
    pub(in crate::sql) rest: Option<String>,
}

/// The condition that `typed` is true.
pub(in crate::sql) fn apart(build: &mut Builder<'_>, typed: &Typed) -> Apart {
    match &typed.form {
        Form::All(operands) => all(operands.iter().map(|operand| apart(build, operand)).collect()),
        Form::AnyOf(operands) => any(operands.iter().map(|operand| apart(build, operand)).collect()),
        Form::Compare(comparison, operands) => compare(build, *comparison, operands),
        Form::In(value, members) => within(build, value, members),
        Form::Call(function, arguments) if typed.class == Class::Boolean => call(build, *function, arguments),
        _ => Apart::rest(condition(build, typed)),
    }
}

impl Apart {
    pub(super) fn rest(condition: String) -> Self {
        Self { plain: None, rest: Some(condition) }
    }

    /// The condition that `write` writes, of which `narrowing` is known.
    pub(super) fn narrowed(narrowing: Option<Narrowing>, write: impl FnOnce() -> String) -> Self {
        match narrowing {
            Some(Narrowing::Whole(plain)) => Self { plain: Some(plain), rest: None },
            Some(Narrowing::Both(plain, rest)) => Self { plain: Some(plain), rest: Some(rest) },
            Some(Narrowing::Part(plain)) => Self { plain: Some(plain), rest: Some(write()) },
            None => Self::rest(write()),
        }
    }

    pub(super) fn whole(self) -> String {
        match (self.plain, self.rest) {
            (Some(plain), Some(rest)) => format!("({plain} AND {rest})"),
            (one, other) => one.or(other).unwrap_or_default(),
        }
    }
}

fn all(parts: Vec<Apart>) -> Apart {
    let (plain, rest): (Vec<_>, Vec<_>) = parts.into_iter().map(|part| (part.plain, part.rest)).unzip();
    Apart { plain: joined(plain, " AND "), rest: joined(rest, " AND ") }
}

/// Rows of which nothing is plain for one of the operands may be found by it alone.
fn any(parts: Vec<Apart>) -> Apart {
    let plain: Option<Vec<_>> = parts.iter().map(|part| part.plain.clone()).collect();
    let plain = plain.and_then(|plain| joined(plain.into_iter().map(Some), " OR "));
    let is_all = plain.is_some() && parts.iter().all(|part| part.rest.is_none());
    let rest = if is_all { None } else { joined(parts.into_iter().map(|part| Some(part.whole())), " OR ") };
    Apart { plain, rest }
}

fn joined(parts: impl IntoIterator<Item = Option<String>>, between: &str) -> Option<String> {
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| format!("({})", parts.join(between)))
}
