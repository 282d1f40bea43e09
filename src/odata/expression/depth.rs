//! How deep a tree is.
//!
//! A newcomer's trap: the reader's own depth is not enough to know it. Operators in a row make a deep tree in a loop, and
//! every stage behind would follow it with its stack.

use super::{Expression, Step, Term};

/// The place of an expression that lies deeper than `levels`, if there is one.
pub fn deeper_than(expression: &Expression, levels: usize) -> Option<usize> {
    let Some(below) = levels.checked_sub(1) else { return Some(expression.at) };
    let deeper = |inner: &Expression| deeper_than(inner, below);
    match &expression.term {
        Term::Alias(_) | Term::Constant(_) | Term::Unknown(_) => None,
        Term::Binary(_, left, right) | Term::In(left, right) => deeper(left).or_else(|| deeper(right)),
        Term::Call(_, inner) | Term::List(inner) => inner.iter().find_map(deeper),
        Term::Case(cases) => cases.iter().find_map(|(condition, value)| deeper(condition).or_else(|| deeper(value))),
        Term::Path(steps) => steps.iter().find_map(|step| match step {
            Step::All(lambda) | Step::Any(Some(lambda)) => deeper(&lambda.predicate),
            Step::Count(Some(options)) => options.filter.as_ref().and_then(deeper),
            _ => None,
        }),
        Term::Unary(_, inner) => deeper(inner),
    }
}

#[cfg(test)]
mod tests {
    use crate::odata::expression::filter;

    fn refused(text: &str) {
        let error = filter(text).unwrap_err();
        assert!(error.message().contains("more than 64 levels deep"), "{error}");
        assert_eq!(error.kind().status(), 400);
    }

    #[test]
    fn what_is_nested_too_deeply_is_refused_on_a_small_stack() {
        for (open, end) in [
            ("(", ""),
            ("not ", "A"),
            ("- ", "A"),
            ("-(", ""),
            ("[", ""),
            ("{\"a\":", ""),
            ("A/any(x:", ""),
            ("trim(", ""),
            ("case(", ""),
            ("cast(", ""),
            ("Shop.F(a=", ""),
            ("A in (", ""),
            ("A/$filter(", ""),
            ("A eq 1 or (", ""),
        ] {
            refused(&(open.repeat(16_000 / open.len()) + end));
        }
        assert!(filter(&format!("{}A{}", "(".repeat(63), ")".repeat(63))).is_ok());
    }

    #[test]
    fn rows_of_operators_count_as_depth_and_rows_of_words_do_not() {
        assert!(filter(&format!("1{}", " add 1".repeat(60))).is_ok());
        refused(&format!("1{}", " add 1".repeat(2_700)));
        refused(&format!("A{}", " in B".repeat(3_000)));
        refused(&format!("{}A{}", "(".repeat(60), " mul 1)".repeat(60) + &" add 1".repeat(60)));
        let counted = |times| format!("{}B{}", "1 add A/$count($filter=".repeat(times), ") eq 1".repeat(times));
        assert!(filter(&counted(15)).is_ok());
        refused(&counted(25));
        assert!(filter(&format!("A{}", " or A eq 1".repeat(1_600))).is_ok());
        assert!(filter(&format!("A{}", "/A".repeat(8_000))).is_ok());
        assert!(filter(&format!("A in (1{})", ",1".repeat(8_000))).is_ok());
    }
}
