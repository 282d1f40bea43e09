//! Which rows of an entity set may be read, as OData's grammar has it -> the same with its names resolved, or why it is no such condition.
//!
//! A newcomer's trap: a copy is kept up to date by what changes. So whether a row may be read has to depend on that row alone: if it
//! depended on other rows, or on the time, the row would come and go with nothing to tell of it.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::expression::{Form, Resolver, Typed};
use crate::edm::{Edm, EntitySet};
use crate::error::{Error, ErrorKind, Result};
use crate::odata::Options;
use crate::odata::expression::Expression;

const PART: &str = "row filter";
/// Operands of one, at most: it is part of every statement that reads the set, and of what clients ask besides.
const MOST: usize = 250;

/// The condition `expression` on the rows of `set`, and the properties that it looks at.
///
/// `edm` is the whole model: rows may be chosen by what is not shown of them.
///
/// # Errors
/// `InvalidValue` and its like, with what is wrong.
pub fn row_filter(edm: &Edm, set: &Arc<EntitySet>, expression: &Expression) -> Result<(Typed, BTreeSet<usize>)> {
    let options = Options::default();
    let mut resolver = Resolver::new(edm, set, &options, PART, "");
    resolver.lenient = true;
    let condition = resolver.condition(expression)?;
    if resolver.operands() > MOST {
        return Err(wrong(&format!("it has more than {MOST} operands")));
    }
    let mut properties = BTreeSet::new();
    confine(&condition, &mut properties)?;
    Ok((condition, properties))
}

/// Refuses what does not depend on the row alone, or may fail.
fn confine(typed: &Typed, properties: &mut BTreeSet<usize>) -> Result<()> {
    let mut all = |operands: &[Typed]| operands.iter().try_for_each(|operand| confine(operand, properties));
    match &typed.form {
        Form::Constant(_) | Form::Null => Ok(()),
        Form::Property(path) if path.hops.is_empty() => {
            properties.insert(path.property);
            Ok(())
        }
        Form::Property(_) | Form::Related(_) => Err(wrong(
            "it depends on other entities; when these change, nothing would tell copies that this one comes or goes",
        )),
        Form::Arithmetic(..) | Form::Negate(_) => {
            Err(wrong("it calculates, which may fail in the middle of an answer"))
        }
        Form::All(operands) | Form::AnyOf(operands) | Form::Call(_, operands) => all(operands),
        Form::Compare(_, operands) => all(&**operands),
        Form::Case(cases) => cases.iter().try_for_each(|(when, then)| {
            confine(when, properties)?;
            confine(then, properties)
        }),
        Form::In(value, members) => {
            all(members)?;
            confine(value, properties)
        }
        Form::Not(operand) => confine(operand, properties),
    }
}

fn wrong(what: &str) -> Error {
    Error::new(ErrorKind::InvalidValue, format!("The value of \"{PART}\" is wrong: {what}.")).about(PART)
}
