//! What is written of the entities that are read.
//!
//! A newcomer's trap: of what is not written nothing may be asked for either. So each shape has options of its own.

use std::sync::Arc;

use super::{Format, JsonFormat, Scope, only};
use crate::edm::EntitySet;
use crate::error::Result;
use crate::odata::{Path, SystemOption};

/// What is written of entities.
#[derive(Clone, Debug)]
pub enum Shape {
    /// They themselves.
    Entities,
    /// They themselves, each with what tells which set it is from.
    OfAnySet {
        /// Whose entities follow.
        next: Option<Arc<EntitySet>>,
    },
    /// Their ids.
    References,
}

impl Scope<'_> {
    /// Refuses what has no meaning for a collection of this shape.
    pub(super) fn fits_the_shape(&self) -> Result<()> {
        use SystemOption as O;
        match self.place.shape {
            Shape::Entities => Ok(()),
            Shape::OfAnySet { .. } => self.options().given().try_for_each(|option| self.applies_to_all(option)),
            Shape::References => {
                only(self.options(), &[O::Count, O::Filter, O::OrderBy, O::Search, O::Skip, O::SkipToken, O::Top])
            }
        }
    }

    /// The options of one entity.
    pub(super) fn options_of_one(&self) -> &'static [SystemOption] {
        use SystemOption as O;
        match &self.request.path {
            _ if self.is_by_reference() => &[],
            Path::Entity { .. } => &[O::Expand, O::Id, O::Select],
            _ => &[O::Expand, O::Select],
        }
    }

    /// Whether ids are all that is written.
    pub(super) fn is_by_reference(&self) -> bool {
        matches!(self.place.shape, Shape::References)
    }

    /// The variety of JSON. Where no properties are written none can be left out.
    pub(super) fn json(&self) -> Result<JsonFormat> {
        let json = Format::json(self.request)?;
        Ok(JsonFormat { omit_nulls: json.omit_nulls && !self.is_by_reference(), ..json })
    }

    /// The properties that are named to be returned.
    pub(super) fn selected(&self) -> Result<Option<Vec<&str>>> {
        match self.place.shape {
            Shape::Entities | Shape::OfAnySet { .. } => self.options().select(),
            // An id is made of the key, which is returned in any case.
            Shape::References => Ok(Some(Vec::new())),
        }
    }
}
