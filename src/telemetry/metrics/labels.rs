//! The labels of metrics.

use std::fmt::{Error, Write};
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue, LabelValueEncoder};

use crate::edm::EntitySet;

/// An entity set by its name, which is not copied for each request.
#[derive(Clone, Debug)]
pub(super) struct Set(pub(super) Option<Arc<EntitySet>>);

impl Set {
    fn name(&self) -> &str {
        // No set can be called so twice: a set of that name shares its numbers with what is none, and nothing breaks.
        self.0.as_ref().map_or("none", |set| &set.name)
    }
}

impl PartialEq for Set {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name()
    }
}

impl Eq for Set {}

impl Hash for Set {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name().hash(state);
    }
}

impl EncodeLabelValue for Set {
    fn encode(&self, encoder: &mut LabelValueEncoder<'_>) -> Result<(), Error> {
        encoder.write_str(self.name())
    }
}

/// What was asked for, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Outcome {
    pub(super) set: Set,
    pub(super) mode: &'static str,
    pub(super) status: u16,
}

/// What was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Asked {
    pub(super) set: Set,
    pub(super) mode: &'static str,
}

/// The same, whatever set it is asked of.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Named {
    pub(super) mode: &'static str,
}

/// Why something was refused.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Reason {
    pub(super) reason: &'static str,
}
