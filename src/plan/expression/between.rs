//! A whole number, and a constant between two whole numbers -> the same comparison with one of these.
//!
//! Nothing is lost, and it is the same in every database: SQLite compares decimals as doubles, and a double may be a whole number where
//! the decimal is none.

use super::constant::neighbours;
use super::{Class, Comparison, Form, Typed};
use crate::edm::Value;

/// Whether `typed` is a constant that no whole number is equal to.
pub(super) fn is_between(typed: &Typed) -> bool {
    around(typed).is_some()
}

/// What the comparison of a whole number with such a constant says; none for other operands.
pub(super) fn compared(comparison: Comparison, operands: &[Typed; 2]) -> Option<Typed> {
    let (number, constant, comparison) = match operands {
        [number, constant] if number.class == Class::Integer => (number, constant, comparison),
        [constant, number] if number.class == Class::Integer => (number, constant, comparison.mirrored()),
        _ => return None,
    };
    let (below, above) = around(constant)?;
    let (comparison, beside) = match comparison {
        Comparison::Eq => return Some(truth(false)),
        Comparison::Ne => return Some(truth(true)),
        Comparison::Ge | Comparison::Gt => (Comparison::Ge, above),
        Comparison::Le | Comparison::Lt => (Comparison::Le, below),
    };
    let operands = Box::new([number.clone(), known(Class::Integer, beside)]);
    Some(Typed { form: Form::Compare(comparison, operands), class: Class::Boolean, nullable: false })
}

/// What is true, or false, whatever the row.
pub(super) fn truth(is: bool) -> Typed {
    known(Class::Boolean, is.into())
}

fn known(class: Class, value: i64) -> Typed {
    Typed { form: Form::Constant(Value::Integer(value)), class, nullable: false }
}

fn around(typed: &Typed) -> Option<(i64, i64)> {
    match (typed.class, &typed.form) {
        (Class::Decimal, Form::Constant(Value::Text(text))) => neighbours(text),
        _ => None,
    }
}
