//! A key that is gone, and why -> a deleted entity, in the shape of the version.
//!
//! Source: JSON Format 4.0 section 14.2 (`$deletedEntity`, at every metadata level) and 4.01 section 15.3 (`@removed`).

use std::sync::Arc;

use super::control::{Control, json_string};
use super::entity::type_annotation;
use super::value::{string, write_json};
use super::{DeletedId, Style, misfit};
use crate::edm::{EntitySet, Misfit, Property, Row, ValueRef, bare_key, entity_path, fit};
use crate::plan::ODataVersion;

/// Why an entity is not there any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reason {
    /// It is, but it is not, or not any more, among those that may be read.
    Changed,
    /// It was deleted.
    Deleted,
}

impl Reason {
    fn json(self) -> &'static [u8] {
        match self {
            Self::Changed => b"\"changed\"",
            Self::Deleted => b"\"deleted\"",
        }
    }
}

/// Writes deletions from one set.
pub(super) struct RemovedWriter {
    set: Arc<EntitySet>,
    version: ODataVersion,
    deleted_id: DeletedId,
    root: String,
    quote_numbers: bool,
    /// `"@odata.context":"...#Orders/$deletedEntity"`
    context: String,
    /// What stands before each part of the key in 4.01: with full metadata its type, then its name.
    names: Vec<String>,
    full: bool,
}

impl RemovedWriter {
    pub(super) fn new(set: &Arc<EntitySet>, control: &Control, style: &Style) -> Self {
        Self {
            version: control.format.version,
            deleted_id: style.deleted_id,
            root: style.root.clone(),
            quote_numbers: control.format.ieee754_compatible,
            context: control.context(&format!("{}/$deletedEntity", set.name)),
            names: set.key_properties().map(|property| member(property, control)).collect(),
            full: control.full(),
            set: Arc::clone(set),
        }
    }

    /// Appends, for this `reason`, the deletion of the key that the row holds from column `offset` on. `false`, and nothing appended,
    /// where the key does not fit its type: such a row was never returned.
    pub(super) fn write(&self, out: &mut Vec<u8>, row: &dyn Row, offset: usize, reason: Reason) -> bool {
        let key: Vec<ValueRef<'_>> = (offset..offset + self.set.key.len()).map(|at| row.value(at)).collect();
        let start = out.len();
        let written = match self.version {
            ODataVersion::V4_0 => self.write_4_0(out, &key, reason),
            ODataVersion::V4_01 => self.write_4_01(out, &key, reason),
        };
        if written.is_err() {
            out.truncate(start);
            misfit::key(&self.set);
        }
        written.is_ok()
    }

    fn write_4_0(&self, out: &mut Vec<u8>, key: &[ValueRef<'_>], reason: Reason) -> Result<(), Misfit> {
        let id = match self.deleted_id {
            DeletedId::EntityUrl => format!("{}{}", self.root, entity_path(&self.set, key)?),
            DeletedId::Key => bare_key(&self.set, key)?,
        };
        out.push(b'{');
        out.extend_from_slice(self.context.as_bytes());
        out.extend_from_slice(b",\"id\":");
        string(out, &id);
        out.extend_from_slice(b",\"reason\":");
        out.extend_from_slice(reason.json());
        out.push(b'}');
        Ok(())
    }

    fn write_4_01(&self, out: &mut Vec<u8>, key: &[ValueRef<'_>], reason: Reason) -> Result<(), Misfit> {
        out.push(b'{');
        if self.full {
            out.extend_from_slice(self.context.as_bytes());
            out.push(b',');
        }
        out.extend_from_slice(b"\"@removed\":{\"reason\":");
        out.extend_from_slice(reason.json());
        out.push(b'}');
        for ((property, name), value) in self.set.key_properties().zip(&self.names).zip(key) {
            if *value == ValueRef::Null {
                return Err(Misfit);
            }
            out.extend_from_slice(name.as_bytes());
            write_json(out, &fit(property.ty, *value)?, self.quote_numbers);
        }
        out.push(b'}');
        Ok(())
    }
}

/// `,"Id":`, with full metadata `,"Id@type":"Int64","Id":`.
fn member(property: &Property, control: &Control) -> String {
    let ty = type_annotation(property.ty, control)
        .map(|ty| format!("{}{},", control.name_of(&property.name, "type"), json_string(&ty)));
    format!(",{}{}:", ty.unwrap_or_default(), json_string(&property.name))
}
