//! A key -> a reference to its entity: its id and nothing else, whatever the level of metadata.
//!
//! Source: JSON Format 4.01 section 14.

use std::sync::Arc;

use super::control::Control;
use super::{misfit, value};
use crate::edm::{EntitySet, ValueRef, entity_path};

/// Writes references to entities of one set.
pub(super) struct ReferenceWriter {
    set: Arc<EntitySet>,
    /// `"@odata.id":`
    name: String,
    root: String,
}

impl ReferenceWriter {
    pub(super) fn new(set: &Arc<EntitySet>, control: &Control) -> Self {
        Self { set: Arc::clone(set), name: control.name("id"), root: control.root().to_owned() }
    }

    /// Appends the reference, with `prefix` (control information ending in a comma) before the id. `false`, and nothing
    /// appended, where the key does not fit its type.
    pub(super) fn write(&self, out: &mut Vec<u8>, key: &[ValueRef<'_>], prefix: &str) -> bool {
        let Ok(path) = entity_path(&self.set, key) else {
            misfit::key(&self.set);
            return false;
        };
        out.push(b'{');
        out.extend_from_slice(prefix.as_bytes());
        out.extend_from_slice(self.name.as_bytes());
        value::string(out, &format!("{}{path}", self.root));
        out.push(b'}');
        true
    }
}
