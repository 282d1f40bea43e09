//! Who asks -> what they may see of the model in force, found once for all who may see the same.

use std::collections::BTreeMap;
use std::sync::Arc;

use quick_cache::sync::Cache;

use crate::access::{Policy, Principal, Who};
use crate::config;
use crate::edm::{Edm, Visible};
use crate::error::Result;
use crate::plan::{Rights, View};
use crate::token::Mark;

/// Rights that are kept. What has no room is found again.
const RIGHTS: usize = 4096;
/// Models that are kept: many principals whose rows differ share one.
const MODELS: usize = 64;

/// Who may read what.
pub(super) struct Access {
    /// Without it, everybody may read everything.
    policy: Option<Policy>,
    anonymous: Arc<Principal>,
}

/// What is known of what may be read of one model.
pub(super) struct Known {
    edm: Arc<Edm>,
    all: Arc<Rights>,
    parts: Cache<Who, Arc<Rights>>,
    models: Cache<BTreeMap<String, Visible>, Arc<Edm>>,
}

impl Access {
    pub(super) fn new(config: Option<&config::Access>) -> Self {
        let roles = config.map(|access| access.anonymous.clone()).unwrap_or_default();
        Self {
            policy: config.map(|access| Policy::new(access.roles.clone())),
            anonymous: Arc::new(Principal::anonymous(roles)),
        }
    }

    /// Refuses roles that name what is not in the model.
    pub(super) fn check(&self, edm: &Edm) -> Result<()> {
        self.policy.as_ref().map_or(Ok(()), |policy| policy.check(edm))
    }

    /// Tells the operator which roles do not fit a model that has changed.
    pub(super) fn report(&self, edm: &Edm) {
        for mistake in self.policy.iter().flat_map(|policy| policy.mistakes(edm)) {
            tracing::warn!(%mistake, "a role does not fit the database any more, and does not grant this");
        }
    }

    pub(super) fn is_guarded(&self) -> bool {
        self.policy.is_some()
    }

    pub(super) fn anonymous(&self) -> Arc<Principal> {
        Arc::clone(&self.anonymous)
    }

    pub(super) fn view(&self, principal: &Principal, known: &Known) -> View {
        let Some(policy) = &self.policy else { return View::new(Arc::clone(&known.all), 0) };
        let who = policy.who(principal);
        let rights = known.parts.get(&who).unwrap_or_else(|| {
            let rights = Arc::new(policy.rights(&who, &known.edm, |visible| known.restricted(visible)));
            known.parts.insert(who, Arc::clone(&rights));
            rights
        });
        View::new(rights, Mark::of_principal(&principal.id))
    }
}

impl Known {
    pub(super) fn of(edm: &Arc<Edm>) -> Arc<Self> {
        let (edm, all) = (Arc::clone(edm), Arc::new(Rights::all(Arc::clone(edm))));
        Arc::new(Self { edm, all, parts: Cache::new(RIGHTS), models: Cache::new(MODELS) })
    }

    fn restricted(&self, visible: BTreeMap<String, Visible>) -> Arc<Edm> {
        self.models.get(&visible).unwrap_or_else(|| {
            let model = Arc::new(self.edm.restricted(&visible));
            self.models.insert(visible, Arc::clone(&model));
            model
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::{Claim, Claims};
    use crate::config::Config;

    #[test]
    fn who_has_the_same_rights_shares_them_and_who_sees_the_same_shares_the_model() {
        let config = Config::parse("[access.roles]\nr = {}\ns = { '*' = { filter = 'Region eq @region' } }").unwrap();
        let (access, known) = (Access::new(config.access.as_ref()), Known::of(&Arc::default()));
        let view = |id: &str, region: &str, mood: &str| {
            let text = |text: &str| Claim::Text(text.to_owned());
            let claims = [("region".to_owned(), text(region)), ("mood".to_owned(), text(mood))];
            let roles = vec!["s".to_owned(), "nobody".to_owned()];
            access.view(&Principal { id: id.to_owned(), roles, claims: Claims::from(claims) }, &known)
        };
        let one = view("one", "north", "good");
        assert!(Arc::ptr_eq(one.filters(), view("other", "north", "bad").filters()));
        let south = view("one", "south", "good");
        assert!(!Arc::ptr_eq(one.filters(), south.filters()) && Arc::ptr_eq(one.edm(), south.edm()));
    }
}
