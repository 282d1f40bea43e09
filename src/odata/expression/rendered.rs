//! A tree as OData's text, with parentheses around every operator: for tests, which read it and read it back.

use super::{Constant, Expression, Function, Key, Lambda, Step, Term, UnaryOperator};
use crate::odata::{KeyValue, Literal};

/// The text of `expression`.
pub(super) fn rendered(expression: &Expression) -> String {
    match &expression.term {
        Term::Alias(name) | Term::Unknown(name) => name.clone(),
        Term::Binary(operator, left, right) => {
            let operator = format!("{operator:?}").to_lowercase();
            format!("({} {operator} {})", rendered(left), rendered(right))
        }
        Term::Call(function, arguments) => format!("{}({})", function_name(*function), list(arguments)),
        Term::Case(cases) => {
            let case = |(condition, value): &(_, _)| format!("{}:{}", rendered(condition), rendered(value));
            format!("case({})", cases.iter().map(case).collect::<Vec<_>>().join(","))
        }
        Term::Constant(constant) => literal(constant),
        Term::In(left, right) => format!("({} in {})", rendered(left), rendered(right)),
        Term::List(items) => format!("({})", list(items)),
        Term::Path(steps) => path(steps),
        Term::Unary(UnaryOperator::Negate, operand) => format!("(- {})", rendered(operand)),
        Term::Unary(UnaryOperator::Not, operand) => format!("(not {})", rendered(operand)),
    }
}

fn list(items: &[Expression]) -> String {
    items.iter().map(rendered).collect::<Vec<_>>().join(",")
}

fn function_name(function: Function) -> String {
    format!("{function:?}").to_lowercase().replacen("geo", "geo.", 1)
}

fn literal(constant: &Constant) -> String {
    match constant {
        Constant::Binary(octets) => {
            use base64::Engine;
            format!("binary'{}'", base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(octets))
        }
        Constant::Boolean(value) => value.to_string(),
        Constant::Date(text)
        | Constant::DateTimeOffset(text)
        | Constant::Decimal(text)
        | Constant::Double(text)
        | Constant::Guid(text)
        | Constant::Integer(text)
        | Constant::TimeOfDay(text) => text.clone(),
        Constant::Duration(text) => format!("duration'{text}'"),
        Constant::Null => "null".to_owned(),
        Constant::String(text) => quoted(text),
    }
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

fn path(steps: &[Step]) -> String {
    let with_slash = |(at, of): (usize, &Step)| {
        let slash = if at == 0 || matches!(of, Step::Key(_)) { "" } else { "/" };
        format!("{slash}{}", step(of))
    };
    steps.iter().enumerate().map(with_slash).collect()
}

fn step(step: &Step) -> String {
    match step {
        Step::All(inner) => format!("all({})", lambda(inner)),
        Step::Annotation(name) | Step::Name(name) | Step::Qualified(name) => name.clone(),
        Step::Any(inner) => format!("any({})", inner.as_deref().map(lambda).unwrap_or_default()),
        Step::Count(None) => "$count".to_owned(),
        Step::Count(Some(options)) => {
            let options = options.written.0.iter().map(|(option, value)| format!("{}={value}", option.name()));
            format!("$count({})", options.collect::<Vec<_>>().join(";"))
        }
        Step::It => "$it".to_owned(),
        Step::Key(inner) => format!("({})", key(inner)),
        Step::Root => "$root".to_owned(),
        Step::This => "$this".to_owned(),
    }
}

fn lambda(lambda: &Lambda) -> String {
    format!("{}:{}", lambda.variable, rendered(&lambda.predicate))
}

fn key(key: &Key) -> String {
    let value = |value: &KeyValue| match value {
        KeyValue::Alias(text) | KeyValue::Literal(Literal::Bare(text)) => text.clone(),
        KeyValue::Literal(Literal::String(text)) => quoted(text),
    };
    match key {
        Key::Named(pairs) => {
            pairs.iter().map(|(name, given)| format!("{name}={}", value(given))).collect::<Vec<_>>().join(",")
        }
        Key::Single(given) => value(given),
    }
}
