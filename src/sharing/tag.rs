//! A request that follows a link, and where its table's history stands -> the weak entity tag of the answer.
//!
//! The tag needs no memory: any gateway with the same database gives the same one.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::version::Window;

/// Octets of the digest that a tag holds.
const LENGTH: usize = 12;

/// The tag of the answer to `request`, a link and the form that is wanted, coding apart, while the history stands as `window` says; without one,
/// of an answer that never changes.
///
/// A cache may ask for one form of an answer with the tag of another, and the forms cannot stand in for each other.
pub fn tag(request: &str, window: Option<&Window>) -> String {
    let mut digest = Sha256::new_with_prefix(request);
    if let Some(window) = window {
        digest.update([0]);
        digest.update(window.incarnation.0.to_be_bytes());
        digest.update(window.bound.0.to_be_bytes());
        digest.update(window.current.version.0.to_be_bytes());
        digest.update(window.current.mark.0.to_be_bytes());
    }
    let digest = digest.finalize();
    format!("W/\"{}\"", URL_SAFE_NO_PAD.encode(&digest[..LENGTH]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::version::{ChangeVersion, HistoryMark, Incarnation, Witness};

    #[test]
    fn another_link_version_or_history_has_another_tag() {
        let window = |incarnation, version, mark| Window {
            incarnation: Incarnation(incarnation),
            min_valid_version: ChangeVersion(0),
            bound: ChangeVersion(version),
            current: Witness { version: ChangeVersion(version), mark: HistoryMark(mark) },
            retention: None,
        };
        let known = tag("/Orders?$deltatoken=a", Some(&window(1, 2, 3)));
        assert_eq!(known, tag("/Orders?$deltatoken=a", Some(&window(1, 2, 3))));
        assert!(known.starts_with("W/\"") && known.ends_with('"') && known.len() == 20, "{known}");
        for other in [
            tag("/Orders?$deltatoken=b", Some(&window(1, 2, 3))),
            tag("/Orders?$deltatoken=a", Some(&window(2, 2, 3))),
            tag("/Orders?$deltatoken=a", Some(&window(1, 4, 3))),
            tag("/Orders?$deltatoken=a", Some(&window(1, 2, 4))),
            tag("/Orders?$deltatoken=a", None),
        ] {
            assert_ne!(known, other);
        }
    }

    #[test]
    fn what_is_pruned_changes_no_answer() {
        let window = |min_valid| Window { min_valid_version: ChangeVersion(min_valid), ..Window::default() };
        assert_eq!(tag("/a", Some(&window(0))), tag("/a", Some(&window(7))));
    }
}
