//! What is left of a path that leads nowhere -> why: 501 for what OData has and this service does not, 404 for the rest.
//!
//! A newcomer's trap: `$each` and the like mean something behind entities only. Behind a property, and behind what does not exist,
//! they are as unknown as anything else.

use super::Scope;
use crate::error::{Error, ErrorKind};
use crate::odata::Segment;

impl Scope<'_> {
    /// Why the path does not go on with `rest`.
    pub(super) fn nowhere(&self, rest: &[Segment]) -> Error {
        match rest {
            [Segment::Name(name), behind, ..] if self.place.is_one() && self.set.property(name).is_some() => {
                not_found(name_of(behind))
            }
            // Behind references there is nothing.
            [Segment::References, behind, ..] => not_found(name_of(behind)),
            [first, ..] if is_of_odata(first) => not_supported(name_of(first)),
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

/// Whether OData has a meaning for the segment behind entities.
fn is_of_odata(segment: &Segment) -> bool {
    matches!(segment, Segment::Other(name)
        if matches!(name.as_str(), "$each" | "$query") || name.starts_with("$filter("))
}

fn name_of(segment: &Segment) -> &str {
    match segment {
        Segment::Count => "$count",
        Segment::Keyed(name, _) | Segment::Name(name) | Segment::Other(name) => name,
        Segment::References => "$ref",
        Segment::Value => "$value",
    }
}
