//! The value of the preference `include-annotations` -> which of the instance annotations that this service has it asks for.
//!
//! Source: Protocol 4.01 section 8.2.8.4. The most specific pattern counts, and of several as specific as each other one that excludes.

/// Which instance annotations are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Annotations {
    /// What is stored where it fits no type: `Core.ValueException`.
    pub value_exceptions: bool,
    /// Where the history of a set stands: `Tracking.History`.
    pub history: bool,
}

/// What there is where nobody has a wish.
impl Default for Annotations {
    fn default() -> Self {
        Self { value_exceptions: true, history: false }
    }
}

/// Term, as payloads name it, its namespace, and everything.
type Patterns = [&'static [&'static str]; 3];

const VALUE_EXCEPTION: Patterns =
    [&["Core.ValueException", "Org.OData.Core.V1.ValueException"], &["Core.*", "Org.OData.Core.V1.*"], &["*"]];
const HISTORY: Patterns =
    [&["Tracking.History", "Deltalink.Tracking.V1.History"], &["Tracking.*", "Deltalink.Tracking.V1.*"], &["*"]];

pub(super) fn include(value: &str) -> Annotations {
    let items: Vec<&str> = value.split(',').map(str::trim).collect();
    Annotations { value_exceptions: includes(&items, VALUE_EXCEPTION), history: includes(&items, HISTORY) }
}

fn includes(items: &[&str], term: Patterns) -> bool {
    for patterns in term {
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
        for (value, value_exceptions, history) in [
            ("*", true, true),
            ("-*", false, false),
            ("*,-Core.*", false, true),
            ("-*,Core.ValueException", true, false),
            ("Org.OData.Core.V1.*", true, false),
            ("Tracking.*,-Tracking.History", false, false),
            ("*, -Tracking.*, Deltalink.Tracking.V1.History", true, true),
            ("Capabilities.*", false, false),
            ("", false, false),
        ] {
            assert_eq!(include(value), Annotations { value_exceptions, history }, "{value}");
        }
    }
}
