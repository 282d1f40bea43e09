//! Skeletons from `sql/`: text with slots in braces -> statements.

/// Fills every `{slot}` of `skeleton`, and drops the comment lines: they are for readers of the file.
///
/// # Panics
/// When a slot has no value: skeletons and their fillers are both ours, and a test fills each.
pub(super) fn fill(skeleton: &str, slots: &[(&str, String)]) -> String {
    let mut filled = String::with_capacity(skeleton.len() * 2);
    let lines: Vec<&str> = skeleton.lines().filter(|line| !line.starts_with("--")).collect();
    let text = lines.join("\n");
    let mut rest = text.as_str();
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}').expect("every slot is closed");
        let (_, value) =
            slots.iter().find(|(slot, _)| *slot == name).unwrap_or_else(|| panic!("the slot {{{name}}} has a value"));
        filled.push_str(before);
        filled.push_str(value);
        rest = after;
    }
    filled.push_str(rest);
    filled
}
