//! Operands in a row -> a tree of pairs, as flat as can be.
//!
//! For operators to which grouping means nothing. A client that lists a thousand keys with `or` gets a tree ten levels deep
//! and not a thousand: stages behind, and databases, have limits.

/// Joins `before` and `last` in their order.
pub(super) fn balanced<T>(mut before: Vec<T>, last: T, join: &impl Fn(T, T) -> T) -> T {
    let half = (before.len() / 2 + 1).min(before.len());
    let behind = before.split_off(half);
    match before.pop() {
        Some(middle) => join(balanced(before, middle, join), balanced(behind, last, join)),
        None => last,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_stays_and_depth_is_small() {
        let join = |left: String, right: String| format!("({left}{right})");
        let joined = |text: &str| {
            let mut before: Vec<String> = text.chars().map(String::from).collect();
            let last = before.pop().unwrap();
            balanced(before, last, &join)
        };
        assert_eq!(joined("a"), "a");
        assert_eq!(joined("ab"), "(ab)");
        assert_eq!(joined("abc"), "((ab)c)");
        assert_eq!(joined("abcd"), "((ab)(cd))");
        assert_eq!(joined("abcde"), "(((ab)c)(de))");
        let depth = balanced(vec![0; 999], 0, &|left: u32, right: u32| left.max(right) + 1);
        assert_eq!(depth, 10);
    }
}
