//! Entity types by their qualified names, and back.
//!
//! What a newcomer would get wrong: they have a namespace of their own beside the container's, which the operator chose; see
//! `response::metadata`.

use std::sync::Arc;

use super::model::{Edm, EntitySet};
use super::name::is_identifier;

/// The namespace of the entity types.
pub fn model_namespace(namespace: &str) -> String {
    format!("{namespace}.Model")
}

/// Whether a name in a path or an option can only be that of a type, known or not: it is qualified, and no property's is.
pub fn is_type_name(name: &str) -> bool {
    name.contains('.') && name.split('.').all(is_identifier)
}

impl Edm {
    /// The set whose entities are of the type with that qualified name.
    pub fn set_of_type(&self, name: &str) -> Option<&Arc<EntitySet>> {
        let (namespace, name) = name.rsplit_once('.')?;
        self.set(name).filter(|_| namespace == model_namespace(&self.namespace))
    }
}
