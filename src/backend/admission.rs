//! A table's history and a token's claim -> admission, or the reason why the link has expired.
//!
//! The one place where that is decided, for every database.

use crate::error::{Error, Expiry, Result};
use crate::token::Anchor;
use crate::version::{HistoryMark, Window};

/// What the snapshot says of a table's history.
#[derive(Clone, Copy, Debug)]
pub struct HistoryRow {
    /// The window.
    pub window: Window,
    /// The mark, in this history, of the version that the token bears witness to; `None` if it holds no such version.
    pub witness_mark: Option<HistoryMark>,
}

/// Admits `claim` to the history, or says why not. A history that is not there admits nothing.
pub fn admit(history: Option<HistoryRow>, claim: Option<&Anchor>) -> Result<Window> {
    let HistoryRow { window, witness_mark } = history.ok_or_else(|| Error::expired(Expiry::TrackingRemoved))?;
    let Some(claim) = claim else { return Ok(window) };
    if claim.incarnation != window.incarnation {
        return Err(Error::expired(Expiry::TableRecreated));
    }
    if claim.since < window.min_valid_version {
        return Err(Error::expired(Expiry::Pruned));
    }
    if claim.witness.version > window.current.version || witness_mark != Some(claim.witness.mark) {
        return Err(Error::expired(Expiry::HistoryChanged));
    }
    Ok(window)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::version::{ChangeVersion, Incarnation, Witness};

    const MARK: HistoryMark = HistoryMark(77);

    fn claim(since: u64, witness: u64) -> Anchor {
        let witness = Witness { version: ChangeVersion(witness), mark: MARK };
        Anchor { incarnation: Incarnation(1), since: ChangeVersion(since), witness }
    }

    fn history(min_valid: u64, current: u64, witness_mark: Option<HistoryMark>) -> HistoryRow {
        let current = Witness { version: ChangeVersion(current), mark: HistoryMark(5) };
        let window = Window {
            incarnation: Incarnation(1),
            min_valid_version: ChangeVersion(min_valid),
            bound: current.version,
            current,
            retention: None,
        };
        HistoryRow { window, witness_mark }
    }

    fn refusal(history: impl Into<Option<HistoryRow>>, claim: &Anchor) -> Option<Expiry> {
        admit(history.into(), Some(claim)).err().and_then(|error| error.expiry())
    }

    #[test]
    fn a_token_of_this_history_is_admitted_up_to_its_edges() {
        assert_eq!(refusal(history(3, 9, Some(MARK)), &claim(3, 9)), None);
        assert_eq!(refusal(history(0, 0, Some(MARK)), &claim(0, 0)), None, "version 0 is a legal version");
        assert!(admit(Some(history(3, 9, None)), None).is_ok());
    }

    #[test]
    fn each_refusal_has_its_reason() {
        assert_eq!(refusal(history(4, 9, Some(MARK)), &claim(3, 9)), Some(Expiry::Pruned));
        assert_eq!(refusal(history(0, 9, None), &claim(3, 10)), Some(Expiry::HistoryChanged));
        assert_eq!(refusal(history(0, 9, Some(HistoryMark(1))), &claim(3, 9)), Some(Expiry::HistoryChanged));
        assert_eq!(refusal(None, &claim(0, 0)), Some(Expiry::TrackingRemoved));
        let other = Anchor { incarnation: Incarnation(2), ..claim(3, 9) };
        assert_eq!(refusal(history(0, 9, Some(MARK)), &other), Some(Expiry::TableRecreated));
    }
}
