//! An id, and perhaps a type -> the entity that it stands for.
//!
//! A newcomer's trap: any path may lead to an entity, but only the one of its set and its key is what it is known by.
//! Source: Protocol 4.01 section 11.2.9.

use super::Shape;
use super::resource::Place;
use crate::edm::Edm;
use crate::error::{Error, ErrorKind, Result};
use crate::odata::{Options, Path};

/// Where the entity is that `id` stands for, if it is of the type that is named.
pub(super) fn place(edm: &Edm, options: &Options, id: Option<&Path>, ty: Option<&str>) -> Result<Place> {
    let wrong = |message: &str| Error::new(ErrorKind::InvalidValue, message).about("$id");
    let id = id.ok_or_else(|| wrong("\"$entity\" is asked for with the option \"$id\", the id of an entity."))?;
    let no_id = || wrong("The value of \"$id\" is not the id of an entity, such as Orders(1).");
    let Path::Resource { set, key, rest } = id else { return Err(no_id()) };
    let (place, rest) = Place::find(edm, options, set, key.as_ref(), rest)?;
    let whole = rest.is_empty() && place.via.is_none() && matches!(place.shape, Shape::Entities);
    if !whole || place.key.is_none() {
        return Err(no_id());
    }
    match ty {
        Some(ty) if edm.set_of_type(ty).is_none_or(|set| set.name != place.set.name) => {
            Err(Error::not_found(format!("An entity of \"{}\" that is a \"{ty}\"", place.set.name)).about(ty))
        }
        _ => Ok(place),
    }
}
