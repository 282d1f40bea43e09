//! One consistent read: everything that the stages behind the plan know of a request.

use std::sync::Arc;

use super::{
    ChangesPage, Expansion, Format, JsonFormat, Key, MetadataLevel, Query, RowFilters, RowsPage, Shape, Tracked, Via,
};
use crate::edm::EntitySet;
use crate::token::{Anchor, Mark};

/// One consistent read.
#[derive(Debug)]
pub struct Read {
    /// The entity set.
    pub set: Arc<EntitySet>,
    /// How its entities are reached, if not from the set itself.
    pub via: Option<Via>,
    /// Which rows of entity sets may be read at all.
    pub filters: Arc<RowFilters>,
    /// What is written of them.
    pub shape: Shape,
    /// What links to more of the same are marked with.
    pub mark: Option<Mark>,
    /// What stands for all that whoever asks may read: links to related entities, which only full metadata has, depend on it.
    pub whole: Option<Mark>,
    /// What tokens of this read say where it is.
    pub token_path: String,
    /// The path of what is read, relative to the service root, as in a URL; of a property, the path of its entity.
    pub path: String,
    /// What of it.
    pub target: Target,
    /// Properties to return, as indexes in the model's order; the key's are always among them.
    pub returned: Vec<usize>,
    /// Properties of a row: those returned, and those that lead to what is expanded.
    pub columns: Vec<usize>,
    /// What is read beside the entities.
    pub expand: Vec<Expansion>,
    /// Which entities, and in which order.
    pub query: Query,
    /// What `$select` named, in its order.
    pub select: Option<Vec<String>>,
    /// How to write the answer.
    pub format: Format,
    /// The value of `$format`, which links repeat.
    pub format_option: Option<String>,
    /// Seconds that the answer waits for changes, where there are none; whoever waits says so in `Preference-Applied`.
    pub wait: Option<u32>,
    /// What `Preference-Applied` says.
    pub applied: Vec<String>,
}

/// What a link of changes leads to.
#[derive(Clone, Copy, Debug)]
pub struct Followed {
    /// What the client has seen.
    pub anchor: Anchor,
    /// Whether the answer stays as it is when more changes come.
    pub is_final: bool,
}

impl Read {
    /// What stands for the rights that the answer depends on.
    pub fn rights(&self) -> Option<Mark> {
        match self.format {
            Format::Json(JsonFormat { metadata: MetadataLevel::Full, .. }) => self.whole,
            _ => self.mark,
        }
    }

    /// The link that is followed, if it is one of changes: the answer depends on nothing else but how far their history has come.
    pub fn followed(&self) -> Option<Followed> {
        let anchor = match &self.target {
            Target::Changes(page) => page.anchor,
            Target::ChangeCount(anchor) => *anchor,
            _ => return None,
        };
        Some(Followed { anchor, is_final: self.is_final() })
    }

    /// Whether an answer once given stays right: what changes behind it is in the changes that its last link leads to.
    pub fn is_final(&self) -> bool {
        match &self.target {
            Target::Changes(page) => page.after.is_some(),
            Target::Rows(page) => matches!(page.tracked, Some(Tracked::Since(_))),
            _ => false,
        }
    }
}

/// What of an entity set is read.
#[derive(Debug)]
pub enum Target {
    /// The number of changes since a delta link.
    ChangeCount(Anchor),
    /// A page of changes.
    Changes(ChangesPage),
    /// The number of entities.
    Count,
    /// One entity, by its key; without one, the one that the path leads to.
    Entity(Option<Key>),
    /// A delta link that starts now.
    Latest,
    /// One property of one entity.
    Property {
        /// The entity's key; without one, it is the one that the path leads to.
        key: Option<Key>,
        /// The property's index.
        property: usize,
    },
    /// A page of entities.
    Rows(RowsPage),
}
