//! Why a link has expired: a reason -> its code and its words.

/// Why a link can no longer be honoured: the `code` in the `details` of a 410.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expiry {
    /// Columns that the link returns were added, renamed, retyped or removed.
    ColumnsChanged,
    /// The database was restored or replaced: this history does not contain the link's version.
    HistoryChanged,
    /// The changes since the link's version have been removed by retention.
    Pruned,
    /// What the principal may read is something else than when it was given the link.
    RightsChanged,
    /// The table was dropped and created again, or its tracking was installed anew.
    TableRecreated,
    /// The table is not tracked any more.
    TrackingRemoved,
}

impl Expiry {
    /// Every reason, for the documents and tests that list them.
    pub const ALL: [Self; 6] = [
        Self::ColumnsChanged,
        Self::HistoryChanged,
        Self::Pruned,
        Self::RightsChanged,
        Self::TableRecreated,
        Self::TrackingRemoved,
    ];

    /// The code in `details`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::ColumnsChanged => "ColumnsChanged",
            Self::HistoryChanged => "HistoryChanged",
            Self::Pruned => "Pruned",
            Self::RightsChanged => "RightsChanged",
            Self::TableRecreated => "TableRecreated",
            Self::TrackingRemoved => "TrackingRemoved",
        }
    }

    /// The reason in words.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::ColumnsChanged => "Columns that this link returns have been added, renamed, retyped or removed.",
            Self::HistoryChanged => "The database has been restored or replaced since this link was issued.",
            Self::Pruned => "The link is older than the time for which changes are kept.",
            Self::RightsChanged => "What you may read has changed since this link was issued.",
            Self::TableRecreated => {
                "The table or its change tracking has been created anew since this link was issued."
            }
            Self::TrackingRemoved => "The table's changes are not tracked any more.",
        }
    }
}
