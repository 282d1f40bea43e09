//! `$all` -> the entity set that a page of it comes from, and the one behind that.
//!
//! A page comes from one set, and the last page of a set leads to the next one, in the order of the service document. A newcomer's
//! trap: so a page may be empty and still not be the last. Source: URL Conventions 4.01 section 4.17.

use std::sync::Arc;

use super::{Place, Scope, Shape, View, links, mark, supported};
use crate::edm::EntitySet;
use crate::error::{Error, ErrorKind, Result};
use crate::odata::{Options, SystemOption};
use crate::token::{Keyring, Token};

const PATH: &str = "$all";

/// What a token of `$all` says where it is, while it is in `set`.
pub fn place_in_all(set: &EntitySet) -> String {
    format!("{PATH}/{}", set.name)
}

impl Place {
    /// What is read of all entities: those of a type; or of the set that the token says, which is the first one without a token.
    pub(super) fn all(view: &View, options: &Options, keyring: &Keyring, ty: Option<&str>) -> Result<Self> {
        let edm = &**view.edm();
        if let Some(ty) = ty {
            let missing = || Error::not_found(format!("The entity type \"{ty}\"")).about(ty);
            return Ok(Self::of_set(edm.set_of_type(ty).ok_or_else(missing)?));
        }
        let token = options.value(SystemOption::SkipToken).map(|text| Token::open(text, keyring)).transpose()?;
        let within = |set: &Arc<EntitySet>| token.as_ref().is_none_or(|token| token.set == place_in_all(set));
        let mut sets = edm.sets().iter().skip_while(|set| !within(set));
        let Some(set) = sets.next() else { return Err(without_its_set(token.as_ref(), view)) };
        let place = Self::of_set(set);
        Ok(Self { shape: Shape::OfAnySet { next: sets.next().cloned() }, path: PATH.to_owned(), ..place })
    }
}

/// 404 where a set is gone: there may be others behind it, so this is not the end. A token from elsewhere is none.
fn without_its_set(token: Option<&Token>, view: &View) -> Error {
    match token {
        Some(token) if !token.set.starts_with(PATH) => Error::token_invalid(),
        Some(token) => match mark::refusal(token.mark, view.mark()) {
            // It may be there for others.
            Some(refusal) => refusal.starting_over_at(links::defining_query(PATH, None, token.query.as_deref(), None)),
            None => is_gone(),
        },
        None => is_gone(),
    }
}

fn is_gone() -> Error {
    Error::not_found("The entity set that would be next").about(PATH)
}

impl Scope<'_> {
    /// 501 for what OData allows here and would have to be done in all sets at once.
    pub(super) fn applies_to_all(&self, option: SystemOption) -> Result<()> {
        use SystemOption as O;
        match option {
            O::Format | O::Search | O::SkipToken | O::Top => Ok(()),
            O::Count if !self.options().boolean(O::Count)? => Ok(()),
            _ => {
                supported(option)?;
                let name = option.name();
                let message = format!(
                    "The query option \"{name}\" is not supported by this service for all entities at once; for those of one type it is."
                );
                Err(Error::new(ErrorKind::OptionNotSupported, message).about(name))
            }
        }
    }
}
