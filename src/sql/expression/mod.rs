//! A typed expression -> a condition, or a value, in SQL.
//!
//! A newcomer's trap: where only truth matters (a `WHERE`, what `AND` and `OR` join there), SQL's unknown is as good as false and
//! comparisons may be written as an index likes them. Below `NOT`, and as a value, they must be what OData says: true or false, never
//! unknown. So each form is written in two ways: [`condition`] and [`exact`].

mod apart;
mod dialect;
mod related;

pub(super) use apart::{Apart, apart};
pub use dialect::Expressions;
pub(super) use related::{alias, tie};

use super::statement::Builder;
use crate::edm::{Property, Value};
use crate::plan::{About, Class, Comparison, Form, Function, Typed, Variable};

/// A condition that holds for the rows for which `typed` is true.
pub(super) fn condition(build: &mut Builder<'_>, typed: &Typed) -> String {
    match &typed.form {
        Form::All(operands) => joined(build, operands, " AND ", condition),
        Form::AnyOf(operands) => joined(build, operands, " OR ", condition),
        Form::Not(operand) => format!("NOT {}", exact(build, operand)),
        Form::Compare(comparison, operands) => compare(build, *comparison, operands).whole(),
        Form::In(value, members) => within(build, value, members).whole(),
        Form::Related(of) if of.about != About::Count => related::quantified(build, of),
        Form::Call(function, arguments) if typed.class == Class::Boolean => call(build, *function, arguments).whole(),
        _ => {
            let value = value(build, typed);
            build.dialect().is_true(&value)
        }
    }
}

/// The same, which is unknown only where `typed` is null.
pub(super) fn exact(build: &mut Builder<'_>, typed: &Typed) -> String {
    match &typed.form {
        Form::All(operands) => joined(build, operands, " AND ", exact),
        Form::AnyOf(operands) => joined(build, operands, " OR ", exact),
        Form::Not(operand) => format!("(NOT {})", exact(build, operand)),
        Form::Compare(comparison, operands) => exact_comparison(build, *comparison, operands),
        Form::In(..) => certain(&condition(build, typed)),
        Form::Call(function, arguments) if typed.class == Class::Boolean => {
            format!("({})", build.dialect().call(build, *function, arguments))
        }
        _ => format!("({})", condition(build, typed)),
    }
}

/// What is null whatever the row, and of no class.
pub(super) const NULL: &str = "NULL";

/// The value of `typed`, in the form that its class has in expressions.
pub(super) fn value(build: &mut Builder<'_>, typed: &Typed) -> String {
    let dialect = build.dialect();
    if typed.class == Class::Null {
        return NULL.to_owned();
    }
    match &typed.form {
        Form::Constant(constant) => dialect.constant(build, typed.class, constant),
        Form::Property(path) => related::property(build, path, |property, column| dialect.value(property, column)),
        Form::Related(of) if of.about == About::Count => related::count(build, of),
        Form::Negate(operand) => format!("(-{})", value(build, operand)),
        Form::Arithmetic(operation, operands) => {
            let [left, right] = [&operands[0], &operands[1]].map(|operand| {
                let value = value(build, operand);
                let promoted = operand.class == Class::Integer && typed.class != Class::Integer;
                if promoted { dialect.promoted(typed.class, value) } else { value }
            });
            dialect.arithmetic(*operation, typed.class, &left, &right)
        }
        Form::Call(function, arguments) if typed.class != Class::Boolean => dialect.call(build, *function, arguments),
        Form::Case(cases) => case(build, cases),
        _ => dialect.truth_value(build, typed),
    }
}

/// The value of `typed` as it is compared and put in order.
pub(super) fn comparable(build: &mut Builder<'_>, typed: &Typed) -> String {
    let dialect = build.dialect();
    match &typed.form {
        Form::Constant(constant) => dialect.comparable_constant(build, typed.class, constant),
        Form::Property(path) => related::property(build, path, |property, column| dialect.comparable(property, column)),
        _ => {
            let value = value(build, typed);
            dialect.compared(typed.class, value)
        }
    }
}

/// `predicate`, false where it is unknown.
fn certain(predicate: &str) -> String {
    format!("(CASE WHEN {predicate} THEN 1 ELSE 0 END = 1)")
}

fn joined(
    build: &mut Builder<'_>,
    operands: &[Typed],
    between: &str,
    write: impl Fn(&mut Builder<'_>, &Typed) -> String,
) -> String {
    let written: Vec<String> = operands.iter().map(|operand| write(build, operand)).collect();
    format!("({})", written.join(between))
}

/// The comparison in SQL.
pub(super) fn operator(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Eq => "=",
        Comparison::Ge => ">=",
        Comparison::Gt => ">",
        Comparison::Le => "<=",
        Comparison::Lt => "<",
        Comparison::Ne => "<>",
    }
}

/// True where the comparison is.
fn compare(build: &mut Builder<'_>, comparison: Comparison, operands: &[Typed; 2]) -> Apart {
    let dialect = build.dialect();
    let both_nullable = operands.iter().all(|operand| dialect.may_be_null(operand));
    let one_nullable = operands.iter().any(|operand| dialect.may_be_null(operand));
    let is_null = operands.iter().any(|operand| matches!(operand.form, Form::Null));
    let unlike = comparison == Comparison::Ne && one_nullable;
    if is_null || unlike || (comparison == Comparison::Eq && both_nullable) {
        return Apart::rest(exact_comparison(build, comparison, operands));
    }
    let sides = match operands {
        [property, constant] if constant.constant().is_some() => Some((property, constant, comparison)),
        [constant, property] if constant.constant().is_some() => Some((property, constant, comparison.mirrored())),
        _ => None,
    };
    let narrowing = sides.and_then(|(property, constant, comparison)| {
        let (from, model) = property.own_property()?;
        build.dialect().narrowing(build, model, &column(build, from, model), comparison, constant.constant()?)
    });
    Apart::narrowed(narrowing, || plain(build, comparison, operands))
}

/// A comparison of a column with constants that an index can serve, and that cannot fail.
pub enum Narrowing {
    /// It follows from the comparison.
    Part(String),
    /// It and the other one are the comparison.
    Both(String, String),
    /// It is the comparison.
    Whole(String),
}

/// A function that is a condition.
fn call(build: &mut Builder<'_>, function: Function, arguments: &[Typed]) -> Apart {
    let narrowing = narrowed_call(build, function, arguments).map(Narrowing::Part);
    Apart::narrowed(narrowing, || build.dialect().call(build, function, arguments))
}

fn narrowed_call(build: &mut Builder<'_>, function: Function, arguments: &[Typed]) -> Option<String> {
    let [property, constant] = arguments else { return None };
    let (from, model) = property.own_property()?;
    let Value::Text(text) = constant.constant()? else { return None };
    let column = column(build, from, model);
    build.dialect().narrowing_call(build, function, model, &column, text)
}

/// `property`'s column of the row `from`.
fn column(build: &Builder<'_>, from: Variable, property: &Property) -> String {
    build.column_of(&alias(from), property)
}

fn plain(build: &mut Builder<'_>, comparison: Comparison, operands: &[Typed; 2]) -> String {
    let [left, right] = [&operands[0], &operands[1]].map(|operand| comparable(build, operand));
    format!("{left} {} {right}", operator(comparison))
}

/// True or false, never unknown: `null` equals nothing but `null`, and is not ordered.
fn exact_comparison(build: &mut Builder<'_>, comparison: Comparison, operands: &[Typed; 2]) -> String {
    let dialect = build.dialect();
    let equality = matches!(comparison, Comparison::Eq | Comparison::Ne);
    let not = if comparison == Comparison::Ne { "NOT " } else { "" };
    match operands {
        [left, right] if !dialect.may_be_null(left) && !dialect.may_be_null(right) => {
            format!("({})", plain(build, comparison, operands))
        }
        [_, null] | [null, _] if matches!(null.form, Form::Null) && !equality => "(1 = 0)".to_owned(),
        [other, null] | [null, other] if matches!(null.form, Form::Null) => {
            let value = value(build, other);
            format!("({value} IS {not}NULL)")
        }
        [left, right] if equality => {
            let [left, right] = [left, right].map(|operand| comparable(build, operand));
            format!("({not}{})", build.dialect().same(&left, &right))
        }
        _ => certain(&plain(build, comparison, operands)),
    }
}

/// A member that may be null is equal to a value that is.
fn within(build: &mut Builder<'_>, value: &Typed, members: &[Typed]) -> Apart {
    let narrowing = narrowed_list(build, value, members);
    Apart::narrowed(narrowing, || listed(build, value, members))
}

fn listed(build: &mut Builder<'_>, value: &Typed, members: &[Typed]) -> String {
    let dialect = build.dialect();
    let left = comparable(build, value);
    let (mut listed, mut others) = (Vec::new(), Vec::new());
    for member in members {
        if matches!(member.form, Form::Null) {
            others.push(format!("{left} IS NULL"));
        } else if dialect.may_be_null(value) && dialect.may_be_null(member) {
            let member = comparable(build, member);
            others.push(dialect.same(&left, &member));
        } else {
            listed.push(comparable(build, member));
        }
    }
    match (listed.is_empty(), others.is_empty()) {
        (true, true) => "1 = 0".to_owned(),
        (false, true) => format!("{left} IN ({})", listed.join(", ")),
        (true, false) => format!("({})", others.join(" OR ")),
        (false, false) => format!("({left} IN ({}) OR {})", listed.join(", "), others.join(" OR ")),
    }
}

/// The values of a property that constants narrow it to.
fn narrowed_list(build: &mut Builder<'_>, value: &Typed, members: &[Typed]) -> Option<Narrowing> {
    let (from, model) = value.own_property()?;
    let constants: Option<Vec<&Value>> = members.iter().map(Typed::constant).collect();
    let column = column(build, from, model);
    build.dialect().narrowing_list(build, model, &column, &constants?)
}

fn case(build: &mut Builder<'_>, cases: &[(Typed, Typed)]) -> String {
    let written: Vec<String> = cases
        .iter()
        .map(|(when, then)| {
            let when = condition(build, when);
            format!("WHEN {when} THEN {}", value(build, then))
        })
        .collect();
    format!("(CASE {} END)", written.join(" "))
}
