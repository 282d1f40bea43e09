//! The value of the preference `include-annotations` -> whether it asks for the one instance annotation that this service has.
//!
//! Source: Protocol 4.01 section 8.2.8.4. The most specific pattern counts, and of several as specific as each other one that excludes.

/// Term, as payloads name it, its namespace, and everything.
const PATTERNS: [&[&str]; 3] =
    [&["Core.ValueException", "Org.OData.Core.V1.ValueException"], &["Core.*", "Org.OData.Core.V1.*"], &["*"]];

pub(super) fn include(value: &str) -> bool {
    let items: Vec<&str> = value.split(',').map(str::trim).collect();
    for patterns in PATTERNS {
        let named = |item: &&str| patterns.contains(&item.strip_prefix('-').unwrap_or(item));
        let mut matching = items.iter().copied().filter(named).peekable();
        if matching.peek().is_some() {
            return matching.all(|item| !item.starts_with('-'));
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_specific_pattern_counts() {
        for (value, expected) in [
            ("*", true),
            ("-*", false),
            ("*,-Core.*", false),
            ("-*,Core.ValueException", true),
            ("Org.OData.Core.V1.*", true),
            ("Capabilities.*", false),
            ("", false),
        ] {
            assert_eq!(include(value), expected, "{value}");
        }
    }
}
