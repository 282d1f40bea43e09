//! Where a table's history of changes stands: versions, the window of those still kept, and proofs of identity.
//!
//! The words are SQL Server's. A newcomer's trap: a version number alone proves nothing, because a restored
//! database counts up again through numbers that it gave before. A [`Witness`] proves that this history is the one.

/// The number of a change, growing within a table's history; 0 is the state before the first change, and legal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChangeVersion(pub u64);

/// What only this history can know about one of its versions: random in SQLite, a commit's fingerprint elsewhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HistoryMark(pub u64);

/// A version together with its mark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Witness {
    /// The newest version that the bearer may have seen rows of.
    pub version: ChangeVersion,
    /// Its mark in the history that the bearer saw.
    pub mark: HistoryMark,
}

/// Names one installation of tracking on one table; another value means that everything earlier is void.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Incarnation(pub u32);

/// A table's history as one snapshot shows it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Window {
    /// The tracking installation.
    pub incarnation: Incarnation,
    /// The oldest version from which all changes are still known.
    pub min_valid_version: ChangeVersion,
    /// The version up to which all changes are in what is read: the next delta begins here.
    pub bound: ChangeVersion,
    /// The newest version whose rows may be in what is read, with its mark; `bound`, or newer.
    pub current: Witness,
    /// Seconds for which changes are kept, where that is known. Whoever operates the database may change it at any time.
    pub retention: Option<u64>,
}
