//! `$search` -> a condition: every term is looked for in every property that is text, in any case.
//!
//! What the words of a language have in common is not known here; `NOT x` holds where no property contains `x`.
//! Source: URL Conventions 4.01 section 5.1.7, which leaves to the service what matches.

use std::sync::Arc;

use super::expression::{Class, Comparison, Form, Function, PropertyPath, Typed, Variable};
use crate::edm::{EntitySet, Property, Value};
use crate::odata::expression::Search;

/// The condition that the entity of `set` that is read matches.
pub(super) fn condition(set: &Arc<EntitySet>, search: &Search) -> Typed {
    condition_of(Variable(0), set, search)
}

/// The condition that `row`, an entity of `set`, matches.
pub(super) fn condition_of(row: Variable, set: &Arc<EntitySet>, search: &Search) -> Typed {
    let of = |operand| condition_of(row, set, operand);
    match search {
        Search::And(left, right) => boolean(Form::All(vec![of(left), of(right)])),
        Search::Or(left, right) => boolean(Form::AnyOf(vec![of(left), of(right)])),
        Search::Not(operand) => boolean(Form::Not(Box::new(is_true(of(operand))))),
        Search::Term(term) => found(row, set, term),
    }
}

/// How many operands that condition has.
pub(super) fn operands(set: &EntitySet, search: &Search) -> usize {
    match search {
        Search::And(left, right) | Search::Or(left, right) => operands(set, left) + operands(set, right),
        Search::Not(operand) => operands(set, operand),
        Search::Term(_) => set.properties.iter().filter(|property| is_text(property)).count(),
    }
}

fn is_text(property: &Property) -> bool {
    Class::of(property.ty) == Class::String
}

const SIGMA: &str = "\u{3c3}";
/// As it is written at the end of a word.
const FINAL_SIGMA: &str = "\u{3c2}";

/// Whether a property that is text contains `term`.
fn found(row: Variable, set: &Arc<EntitySet>, term: &str) -> Typed {
    let lower = term.to_lowercase().replace(FINAL_SIGMA, SIGMA);
    // Only this letter has two forms in lower case, and few terms hold it.
    let fold = if lower.contains(SIGMA) { Function::Fold } else { Function::ToLower };
    let term = constant(Class::String, Value::Text(lower));
    let contains = |property: usize| {
        let nullable = set.properties[property].nullable;
        let path = PropertyPath { from: row, hops: Vec::new(), set: Arc::clone(set), property };
        let text = Typed { form: Form::Property(path), class: Class::String, nullable };
        let lower = Typed { form: Form::Call(fold, vec![text]), class: Class::String, nullable };
        Typed { form: Form::Call(Function::Contains, vec![lower, term.clone()]), class: Class::Boolean, nullable }
    };
    let any: Vec<Typed> =
        (0..set.properties.len()).filter(|property| is_text(&set.properties[*property])).map(contains).collect();
    if any.is_empty() { constant(Class::Boolean, Value::Integer(0)) } else { nullable(Form::AnyOf(any)) }
}

/// Whether `condition` is true, not whether it is unknown.
fn is_true(condition: Typed) -> Typed {
    let truth = constant(Class::Boolean, Value::Integer(1));
    boolean(Form::Compare(Comparison::Eq, Box::new([condition, truth])))
}

fn constant(class: Class, value: Value) -> Typed {
    Typed { form: Form::Constant(value), class, nullable: false }
}

fn boolean(form: Form) -> Typed {
    Typed { form, class: Class::Boolean, nullable: false }
}

fn nullable(form: Form) -> Typed {
    Typed { form, class: Class::Boolean, nullable: true }
}
