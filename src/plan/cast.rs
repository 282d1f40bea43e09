//! The name of a type within an option's path -> nothing: no type is derived from another, so the one cast that there is leaves
//! every entity what it is.

use std::collections::HashSet;

use crate::edm::{Edm, EntitySet, is_type_name};
use crate::error::{Error, ErrorKind, Result};

/// Whether entities of `set` can be taken for entities of the type `name`; `part` is the option, for messages.
pub(super) fn check(edm: &Edm, set: &EntitySet, name: &str, part: &str) -> Result<()> {
    let why = match edm.set_of_type(name) {
        Some(other) if other.name == set.name => return Ok(()),
        Some(_) => format!("\"{name}\" is not the type of \"{}\", and no type is derived from another", set.name),
        None => format!("there is no type \"{name}\""),
    };
    Err(Error::new(ErrorKind::InvalidValue, format!("The value of \"{part}\" is wrong: {why}.")).about(part))
}

/// The selected `names` without the type that may stand before each; none twice.
pub(super) fn left_out<'n>(edm: &Edm, set: &EntitySet, names: Vec<&'n str>) -> Result<Vec<&'n str>> {
    if !names.iter().any(|name| name.contains('/')) {
        return Ok(names);
    }
    let mut left = Vec::with_capacity(names.len());
    for name in names {
        let name = match name.split_once('/') {
            Some((before, property)) if is_type_name(before) => {
                check(edm, set, before, "$select")?;
                property
            }
            _ => name,
        };
        left.push(name);
    }
    let mut seen = HashSet::new();
    left.retain(|name| seen.insert(*name));
    Ok(left)
}
