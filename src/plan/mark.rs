//! A link of somebody -> whether whoever follows it may go on with it.
//!
//! A newcomer's trap: with a handed-over link nobody reads more than they may. But a copy that began with other rights would be neither
//! its owner's nor theirs.

use super::{Scope, links};
use crate::error::{Error, Expiry, Result};
use crate::odata::SystemOption;
use crate::token::{Mark, Token};

impl Scope<'_> {
    /// What marks links to more of this, where `query` says which entities are wanted. Changes of a set, and all of its entities,
    /// depend on the rights to that set only.
    pub(super) fn mark(&self, query: Option<&str>) -> Option<Mark> {
        if query.is_none() && self.is_whole_set() { self.view.mark_of(self.set) } else { self.view.mark() }
    }

    /// Refuses a link that was made for other rights.
    pub(super) fn same_rights(&self, token: &Token) -> Result<()> {
        match refusal(token.mark, self.mark(token.query.as_deref())) {
            None => Ok(()),
            Some(error) => Err(error.starting_over_at(self.defining_query_of(token))),
        }
    }

    /// The request that the link began with, without what does not exist any more.
    pub(super) fn defining_query_of(&self, token: &Token) -> String {
        let existing = |name: &&String| self.set.property(name).is_some();
        let select: Option<Vec<String>> =
            token.select.as_ref().map(|names| names.iter().filter(existing).cloned().collect());
        let format = self.options().value(SystemOption::Format);
        links::defining_query(&self.place.path, select.as_deref(), token.query.as_deref(), format)
    }
}

/// Why a link with the mark `given` is not for who has the mark `own`. Who may read the same may follow it.
pub(super) fn refusal(given: Option<Mark>, own: Option<Mark>) -> Option<Error> {
    match (given, own) {
        (None, None) => None,
        (Some(given), Some(own)) if given.rights == own.rights => None,
        (Some(given), Some(own)) if given.principal != own.principal => Some(Error::of_another()),
        _ => Some(Error::expired(Expiry::RightsChanged)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    #[test]
    fn a_link_is_for_who_has_the_same_rights() {
        let mark = |principal, rights| Some(Mark { principal, rights });
        let refused = |given, own| refusal(given, own).map(|error| (error.kind(), error.expiry()));
        let changed = Some((ErrorKind::DeltaLinkExpired, Some(Expiry::RightsChanged)));
        assert_eq!(refused(None, None), None);
        assert_eq!(refused(mark(1, 5), mark(1, 5)), None);
        assert_eq!(refused(mark(1, 5), mark(2, 5)), None, "who may read the same");
        assert_eq!(refused(mark(1, 5), mark(2, 6)), Some((ErrorKind::DeltaLinkOfAnother, None)));
        assert_eq!(refused(mark(1, 5), mark(1, 6)), changed, "the principal's own rights");
        assert_eq!(refused(None, mark(1, 5)), changed, "from before there were rights");
        assert_eq!(refused(mark(1, 5), None), changed, "from when there were some");
    }
}
