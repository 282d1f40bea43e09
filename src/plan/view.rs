//! What whoever asks may see: a model, which rows of it, and what their links are marked with.
//!
//! A newcomer's trap: nothing behind this asks whether something may be read. What is not in the model does not exist, and the rows of
//! a set that is marked as filtered are read through its filter or not at all.

use std::collections::HashMap;
use std::sync::Arc;

use super::expression::Typed;
use crate::edm::{Edm, EntitySet};
use crate::token::Mark;

/// Which rows of entity sets may be read: a condition for each that is filtered, by the name of the set.
#[derive(Debug, Default)]
pub struct RowFilters(pub HashMap<String, Typed>);

impl RowFilters {
    /// The condition on the rows of `set`.
    pub fn of(&self, set: &EntitySet) -> Option<&Typed> {
        self.0.get(&set.name)
    }
}

/// What stands for rights: the same for the same rights, whatever else is in the model.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fingerprints {
    /// For all of them.
    pub whole: u64,
    /// For those to one entity set, by its name.
    pub sets: HashMap<String, u64>,
}

/// What some principals may read. Those who have the same rights share it.
#[derive(Debug)]
pub struct Rights {
    /// The model of that.
    pub edm: Arc<Edm>,
    /// Which rows.
    pub filters: Arc<RowFilters>,
    /// What stands for them; nothing where everybody may read everything.
    pub fingerprints: Option<Fingerprints>,
}

impl Rights {
    /// Everything that is in the model.
    pub fn all(edm: Arc<Edm>) -> Self {
        Self { edm, filters: Arc::default(), fingerprints: None }
    }
}

/// Rights, and who has them.
#[derive(Clone, Debug)]
pub struct View {
    rights: Arc<Rights>,
    principal: u32,
}

impl View {
    /// What `principal`, by what stands for it in marks, sees by `rights`.
    pub fn new(rights: Arc<Rights>, principal: u32) -> Self {
        Self { rights, principal }
    }

    /// Everything that is in the model.
    pub fn of_all(edm: Arc<Edm>) -> Self {
        Self::new(Arc::new(Rights::all(edm)), 0)
    }

    /// The model.
    pub fn edm(&self) -> &Arc<Edm> {
        &self.rights.edm
    }

    /// Which rows.
    pub fn filters(&self) -> &Arc<RowFilters> {
        &self.rights.filters
    }

    /// What marks links to what may depend on any of the rights.
    pub(super) fn mark(&self) -> Option<Mark> {
        self.marked(|fingerprints| fingerprints.whole)
    }

    /// What marks links to what depends on the rights to `set` only: so other rights may change, and copies of it go on.
    pub(super) fn mark_of(&self, set: &EntitySet) -> Option<Mark> {
        self.marked(|fingerprints| fingerprints.sets.get(&set.name).copied().unwrap_or_default())
    }

    fn marked(&self, rights: impl FnOnce(&Fingerprints) -> u64) -> Option<Mark> {
        self.rights.fingerprints.as_ref().map(|all| Mark { principal: self.principal, rights: rights(all) })
    }
}
