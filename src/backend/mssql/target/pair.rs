//! What a database text says, in either form: keywords and their values, in the order in which they were given.

use super::secret::Secret;

/// One keyword with its value. Any value may be the password, so all are kept as secrets.
#[derive(Debug)]
pub(super) struct Pair {
    pub(super) keyword: String,
    pub(super) value: Secret,
    /// Whether the value stood without quotes, so that a `;` in it would have ended it too early.
    pub(super) bare: bool,
}

/// `word` without what people vary: case, blanks, hyphens and underscores.
pub(super) fn folded(word: &str) -> String {
    word.chars().filter(|c| !matches!(c, ' ' | '-' | '_')).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn spelling_does_not_matter() {
        for word in ["Application Intent", "ApplicationIntent", "application-intent", "APPLICATION_INTENT"] {
            assert_eq!(super::folded(word), "applicationintent");
        }
    }
}
