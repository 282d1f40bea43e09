//! What a snapshot says of a table's changes -> the window, and marks that only this history can give.
//!
//! Change versions are numbers of the whole database, and a restored or failed-over one counts up through the same numbers
//! again. So a mark has two halves: what is known of the database's history as a whole, and what is known of the
//! commit at the version. Where both sides know the commit, it alone decides, because it proves what the first half
//! can only suggest; where it has been cleaned up or may not be read, the history as a whole has to do.

use sha2::{Digest, Sha256};

use super::super::HistoryRow;
use super::catalog::retention;
use super::value::{integer, text};
use crate::error::{Error, ErrorKind, Result};
use crate::sql::History;
use crate::version::{ChangeVersion, HistoryMark, Incarnation, Window, Witness};

/// The columns of `history.sql`.
mod column {
    pub(super) const MIN_VALID_VERSION: usize = 0;
    pub(super) const BEGIN_VERSION: usize = 1;
    pub(super) const CREATE_DATE: usize = 2;
    pub(super) const RECOVERY_FORK: usize = 3;
    pub(super) const NEWEST_VERSION: usize = 4;
    pub(super) const NEWEST_COMMIT: usize = 5;
    pub(super) const WITNESS_COMMIT: usize = 6;
    pub(super) const TRACKING_TABLE: usize = 7;
    /// And its unit behind it.
    pub(super) const RETENTION: usize = 8;
}

/// The history in `row`, and the mark that it gives to the version which the claim bears witness to. `None` where
/// changes are not tracked; an error where they are, but the login may not see them.
pub(super) fn history(
    row: &tiberius::Row,
    asked: &History,
    current: Option<ChangeVersion>,
    epoch: &str,
) -> Result<Option<HistoryRow>> {
    let tracked_since = integer(row, column::BEGIN_VERSION);
    let (Some(min_valid), Some(current)) = (integer(row, column::MIN_VALID_VERSION), current) else {
        return if tracked_since.is_some() { Err(invisible()) } else { Ok(None) };
    };
    // The date differs between the replicas of an availability group, so it counts only where nothing better is known.
    let database = text(row, column::RECOVERY_FORK).or_else(|| text(row, column::CREATE_DATE));
    let whole = half(&[&database.unwrap_or_default(), epoch]);
    let newest = commit(row, column::NEWEST_COMMIT, epoch);
    let window = Window {
        incarnation: incarnation(asked.log.log, tracked_since, integer(row, column::TRACKING_TABLE)),
        min_valid_version: ChangeVersion(min_valid.max(0).unsigned_abs()),
        bound: current,
        current: Witness {
            version: version(row, column::NEWEST_VERSION).max(current),
            mark: mark(whole, newest.unwrap_or_default()),
        },
        retention: retention(row, column::RETENTION),
    };
    let witness_mark = asked.claim.map(|claim| {
        let (claimed_whole, claimed_commit) = halves(claim.witness.mark);
        match commit(row, column::WITNESS_COMMIT, epoch) {
            Some(commit) if claimed_commit != 0 => mark(claimed_whole, commit),
            _ => mark(whole, claimed_commit),
        }
    });
    Ok(Some(HistoryRow { window, witness_mark }))
}

/// Names one installation of tracking. A table that is made anew has another number. One whose tracking was switched off
/// and on, or that was truncated, has begun at another version; or at the same, if nothing in the whole database has changed
/// before, but then its changes stand in another internal table.
fn incarnation(table: i64, tracked_since: Option<i64>, tracking_table: Option<i64>) -> Incarnation {
    let part = |number: Option<i64>| number.unwrap_or_default().to_string();
    Incarnation(half(&[&table.to_string(), &part(tracked_since), &part(tracking_table)]))
}

fn version(row: &tiberius::Row, column: usize) -> ChangeVersion {
    ChangeVersion(integer(row, column).unwrap_or_default().max(0).unsigned_abs())
}

fn invisible() -> Error {
    let message =
        "The database's changes may not be read by the gateway's login. 'deltalink check' tells what to grant.";
    Error::new(ErrorKind::DatabaseUnavailable, message)
}

/// What is known of a commit, as a number that is never 0. The epoch is part of it, because a known commit decides alone.
fn commit(row: &tiberius::Row, column: usize, epoch: &str) -> Option<u32> {
    text(row, column).map(|known| half(&[&known, epoch]).max(1))
}

fn mark(whole: u32, commit: u32) -> HistoryMark {
    HistoryMark(u64::from(whole) << 32 | u64::from(commit))
}

fn halves(HistoryMark(mark): HistoryMark) -> (u32, u32) {
    #[expect(clippy::cast_possible_truncation, reason = "the lower half")]
    ((mark >> 32) as u32, mark as u32)
}

fn half(parts: &[&str]) -> u32 {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize()[..4].iter().fold(0, |number, &octet| number << 8 | u32::from(octet))
}
