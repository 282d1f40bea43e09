//! What is left of a path that leads nowhere -> why: 501 for what OData has and this service does not, 404 for the rest.
//!
//! A newcomer's trap: `$ref` and the like mean something behind entities only. Behind a property, and behind what does not exist,
//! they are as unknown as anything else.

use super::Scope;
use crate::edm::Edm;
use crate::error::{Error, ErrorKind};
use crate::odata::Segment;

impl Scope<'_> {
    /// Why the path does not go on with `rest`.
    pub(super) fn nowhere(&self, rest: &[Segment]) -> Error {
        match rest {
            [Segment::Name(name), behind, ..] if self.place.is_one() && self.set.property(name).is_some() => {
                not_found(name_of(behind))
            }
            [first, ..] if is_of_odata(first, self.edm) => not_supported(name_of(first)),
            [first, ..] => not_found(name_of(first)),
            [] => Error::internal("a path leads nowhere, though nothing is left of it"),
        }
    }
}

/// 501 for a path or a segment.
pub(super) fn not_supported(name: &str) -> Error {
    let message = format!("The path segment \"{name}\" is not supported by this service.");
    Error::new(ErrorKind::OptionNotSupported, message).about(name)
}

fn not_found(name: &str) -> Error {
    Error::not_found(format!("The path segment \"{name}\"")).about(name)
}

/// Whether the segment means something behind entities: what OData has for them, or their type.
fn is_of_odata(segment: &Segment, edm: &Edm) -> bool {
    match segment {
        Segment::Other(name) => matches!(name.as_str(), "$each" | "$query" | "$ref") || name.starts_with("$filter("),
        Segment::Keyed(name, _) | Segment::Name(name) => is_type(name, edm),
        Segment::Count | Segment::Value => false,
    }
}

/// Whether a name with dots is that of an entity type.
fn is_type(name: &str, edm: &Edm) -> bool {
    let ours = |namespace: &str| namespace.starts_with(edm.namespace.as_str());
    name.rsplit_once('.').is_some_and(|(namespace, name)| ours(namespace) && edm.set(name).is_some())
}

fn name_of(segment: &Segment) -> &str {
    match segment {
        Segment::Count => "$count",
        Segment::Keyed(name, _) | Segment::Name(name) | Segment::Other(name) => name,
        Segment::Value => "$value",
    }
}
