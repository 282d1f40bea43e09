//! Whether changes are tracked here, and what tracking excludes.
//!
//! Options that would change what a link means are refused in change mode, each with a message that clients of Dataverse know.

use super::{JsonFormat, MetadataLevel, Scope, Shape};
use crate::error::{Error, ErrorKind, Expiry, Result};
use crate::odata::SystemOption;
use crate::token::Token;

/// What change tracking excludes, in the order in which it is complained of.
const EXCLUDED: [SystemOption; 8] = [
    SystemOption::Filter,
    SystemOption::OrderBy,
    SystemOption::Expand,
    SystemOption::Top,
    SystemOption::Skip,
    SystemOption::Search,
    SystemOption::Apply,
    SystemOption::Compute,
];

impl Scope<'_> {
    pub(super) fn is_tracked(&self) -> bool {
        self.set.changes.is_some() && self.is_whole_set()
    }

    /// Whether it is all of an entity set: tokens of changes know nothing else.
    pub(super) fn is_whole_set(&self) -> bool {
        self.place.via.is_none() && matches!(self.place.shape, Shape::Entities)
    }

    pub(super) fn change_mode(&self, json: JsonFormat) -> Result<()> {
        self.exclude()?;
        if json.metadata == MetadataLevel::None {
            let message = "A delta link cannot be returned with metadata=none; ask for metadata=minimal.";
            return Err(Error::new(ErrorKind::MetadataLevelNotSupported, message).about("Accept"));
        }
        Ok(())
    }

    pub(super) fn exclude(&self) -> Result<()> {
        let given = EXCLUDED.into_iter().find(|option| self.options().value(*option).is_some());
        given.map_or(Ok(()), |option| {
            let name = option.name();
            let message = format!("The \"{name}\" query parameter isn't supported when Change Tracking is enabled.");
            Err(Error::new(ErrorKind::OptionNotSupportedWithChangeTracking, message).about(name))
        })
    }

    pub(super) fn tracked_still(&self, token: &Token) -> Result<()> {
        match self.set.changes {
            Some(_) => Ok(()),
            // The link may be followed again when they can be read again.
            None if self.set.changes_withheld => Err(changes_withheld()),
            None => Err(self.expired(token, Expiry::TrackingRemoved)),
        }
    }
}

/// 503: they may be read again later.
pub(super) fn changes_withheld() -> Error {
    let message = "The changes of this entity set cannot be read at the moment. Try again.";
    Error::new(ErrorKind::DatabaseUnavailable, message)
        .caused_by("the login may not read them, or the database is a replica that can only be read")
}
