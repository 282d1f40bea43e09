//! Skeletons from `sql/`: text with slots in braces -> statements.

/// Fills every `{slot}` of `skeleton`, and drops the comment lines: they are for readers of the file.
///
/// # Panics
/// When a slot has no value: skeletons and their fillers are both ours, and a test fills each.
pub(super) fn fill(skeleton: &str, slots: &[(&str, String)]) -> String {
    let mut filled = String::with_capacity(skeleton.len() * 2);
    for line in skeleton.lines().filter(|line| !line.starts_with("--")) {
        if !filled.is_empty() {
            filled.push('\n');
        }
        let mut rest = line;
        while let Some((before, after)) = rest.split_once('{') {
            let (name, after) = after.split_once('}').expect("a slot is closed in its line");
            let (_, value) = slots
                .iter()
                .find(|(slot, _)| *slot == name)
                .unwrap_or_else(|| panic!("the slot {{{name}}} has a value"));
            filled.push_str(before);
            filled.push_str(value);
            rest = after;
        }
        filled.push_str(rest);
    }
    filled
}
