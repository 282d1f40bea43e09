//! The name of an entity type -> the entity set whose entities are of it: every set has a type of its own, with its name, in the
//! namespace of the model.
//!
//! A newcomer's trap: that namespace is not the one that the operator chose, but lies in it; a table may be called as the entity
//! container is.

use std::sync::Arc;

use super::{Edm, EntitySet};

/// What follows the namespace of the service in that of its types.
const MODEL: &str = ".Model.";

impl Edm {
    /// The entity set whose entities are of the type `name`, which has its namespace before it.
    pub fn set_of_type(&self, name: &str) -> Option<&Arc<EntitySet>> {
        let name = name.strip_prefix(&self.namespace)?.strip_prefix(MODEL)?;
        self.set(name)
    }
}
