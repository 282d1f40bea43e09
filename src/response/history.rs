//! Where the history of an entity set stands -> the annotation that tells whoever asked for it.
//!
//! A newcomer's trap: this belongs on answers that nobody keeps. A link's answer may be kept and stay right while old changes go away
//! behind it, so only the answer to `$deltatoken=latest` has it.

use super::control::Control;
use super::metadata::TRACKING;
use crate::version::Window;

/// `"@Tracking.History":{"CurrentVersion":5,"OldestVersion":2,"Retention":"PT604800S"},`
pub(super) fn write(out: &mut Vec<u8>, window: &Window, control: &Control) {
    let ty =
        if control.full() { format!("{}\"#{TRACKING}.HistoryType\",", control.name("type")) } else { String::new() };
    let quote = if control.format.ieee754_compatible { "\"" } else { "" };
    let (current, oldest) = (window.bound.0, window.min_valid_version.0);
    let retention = window.retention.map_or("null".to_owned(), |seconds| format!("\"PT{seconds}S\""));
    out.extend_from_slice(
        format!(
            "\"@Tracking.History\":{{{ty}\"CurrentVersion\":{quote}{current}{quote},\"OldestVersion\":{quote}{oldest}{quote},\"Retention\":{retention}}},"
        )
        .as_bytes(),
    );
}
