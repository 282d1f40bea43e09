//! The roles of the configuration, a principal and a model -> what that principal may read.
//!
//! A newcomer's trap: whatever is wrong here grants nothing. An operator is told of mistakes when the server starts; what goes wrong later,
//! because the database has become another one or because a principal lacks a claim, hides the entity set from whom it is about.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::claims::{self, Values};
use super::part::{Part, Said};
use super::{Claim, Claims, Grant, Principal, Role, Roles, digest};
use crate::edm::{Edm, EntitySet, Visible};
use crate::error::{Error, Result};
use crate::odata::expression::filter;
use crate::plan::{Fingerprints, Rights, RowFilters};

/// What stands for every entity set that a role does not name.
const ALL_OTHERS: &str = "*";

/// What each role may read.
#[derive(Debug)]
pub struct Policy {
    roles: Roles,
    /// The claims that filters name: others make no difference.
    claims: BTreeSet<String>,
}

/// All of a principal that its rights depend on: who has the same has the same rights.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Who {
    roles: Vec<String>,
    claims: Vec<(String, Claim)>,
}

impl Policy {
    /// Of these roles.
    pub fn new(roles: Roles) -> Self {
        let filters = roles.values().flat_map(Role::values).filter_map(|grant| match grant {
            Grant::Part(part) => part.filter.as_deref(),
            Grant::Whole(_) => None,
        });
        let claims = filters.filter_map(|text| filter(text).ok()).flat_map(|filter| claims::named(&filter)).collect();
        Self { roles, claims }
    }

    /// What of `principal` makes a difference.
    pub fn who(&self, principal: &Principal) -> Who {
        let roles: BTreeSet<&String> = principal.roles.iter().filter(|role| self.roles.contains_key(*role)).collect();
        let claims = principal.claims.iter().filter(|(name, _)| self.claims.contains(*name));
        Who {
            roles: roles.into_iter().cloned().collect(),
            claims: claims.map(|(name, claim)| (name.clone(), claim.clone())).collect(),
        }
    }

    /// What `who` may read of `edm`; `restricted` makes the model of what may be seen of it, which is the same for many whose rows differ.
    pub fn rights(
        &self,
        who: &Who,
        edm: &Edm,
        restricted: impl FnOnce(BTreeMap<String, Visible>) -> Arc<Edm>,
    ) -> Rights {
        let roles: Vec<(&String, &Role)> = who.roles.iter().filter_map(|name| self.roles.get_key_value(name)).collect();
        let claims: Claims = who.claims.iter().cloned().collect();
        let (mut visible, mut filters, mut sets) = (BTreeMap::new(), RowFilters::default(), HashMap::new());
        for set in edm.sets() {
            let Some(part) = together(&roles, edm, set, &claims) else { continue };
            visible.insert(set.name.clone(), part.visible());
            sets.insert(set.name.clone(), digest::of_part(set, &part));
            filters.0.extend(part.filter().map(|filter| (set.name.clone(), filter)));
        }
        let roles: Vec<&Role> = roles.into_iter().map(|(_, role)| role).collect();
        let whole = digest::of_roles(&roles, &claims);
        Rights {
            edm: restricted(visible),
            filters: Arc::new(filters),
            fingerprints: Some(Fingerprints { whole, sets }),
        }
    }

    /// Refuses roles that name what is not in `edm`.
    ///
    /// # Errors
    /// `Configuration`, with the first that is wrong.
    pub fn check(&self, edm: &Edm) -> Result<()> {
        self.mistakes(edm).into_iter().next().map_or(Ok(()), Err)
    }

    /// Everything in the roles that does not fit `edm`.
    pub fn mistakes(&self, edm: &Edm) -> Vec<Error> {
        self.roles.iter().flat_map(|(name, role)| mistakes_of(name, role, edm)).collect()
    }
}

/// What all of `roles` give of `set`.
fn together(roles: &[(&String, &Role)], edm: &Edm, set: &Arc<EntitySet>, claims: &Claims) -> Option<Part> {
    let parts = roles.iter().filter_map(|(name, role)| {
        let (grant, said) = grant(role, set)?;
        Part::of(grant, said, edm, set, Values::Of(claims)).unwrap_or_else(|error| {
            tracing::debug!(role = name, set = set.name, %error, "the role grants nothing of the entity set");
            None
        })
    });
    Part::together(parts.collect())
}

/// What `role` says of `set`.
fn grant<'r>(role: &'r Role, set: &EntitySet) -> Option<(&'r Grant, Said)> {
    let own = role.get(&set.name).map(|grant| (grant, Said::OfTheSet));
    own.or_else(|| role.get(ALL_OTHERS).map(|grant| (grant, Said::OfAllOthers)))
}

fn mistakes_of(name: &str, role: &Role, edm: &Edm) -> Vec<Error> {
    let mut mistakes: Vec<Error> = role.keys().filter_map(|set| no_such_set(name, set, edm)).collect();
    for set in edm.sets() {
        let Some((grant, said)) = grant(role, set) else { continue };
        if let Err(error) = Part::of(grant, said, edm, set, Values::Unknown) {
            let by = if said == Said::OfAllOthers { " (by \"*\")" } else { "" };
            let message = format!("access.roles.{name} cannot be applied to the entity set \"{}\"{by}", set.name);
            mistakes.push(Error::configuration(message).caused_by(error));
        }
    }
    mistakes.extend(columns_of_none(name, role, edm));
    mistakes
}

fn no_such_set(role: &str, set: &str, edm: &Edm) -> Option<Error> {
    let there: Vec<&str> = edm.sets().iter().map(|set| &*set.name).collect();
    let message = format!(
        "access.roles.{role} names the entity set \"{set}\", which does not exist; there are {}.",
        there.join(", ")
    );
    (set != ALL_OTHERS && edm.set(set).is_none()).then(|| Error::configuration(message))
}

/// Columns that stand at `*`, and that no entity set has for which it stands.
fn columns_of_none(name: &str, role: &Role, edm: &Edm) -> Vec<Error> {
    let Some(Grant::Part(part)) = role.get(ALL_OTHERS) else { return Vec::new() };
    let others = || edm.sets().iter().filter(|set| !role.contains_key(&set.name));
    let is_of_none = |column: &&String| !others().any(|set| set.property(column).is_some());
    let columns = part.columns.iter().flatten().filter(is_of_none);
    let message = |column: &String| {
        format!("access.roles.{name} names the column \"{column}\" for all other entity sets, and none of them has it.")
    };
    columns.map(|column| Error::configuration(message(column))).collect()
}
