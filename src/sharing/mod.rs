//! Many clients that ask what is new -> few questions to the database.
//!
//! Three parts, each of use without the others: the [`Lookout`] looks how far a table's history has come, once for all who ask at
//! the same time; the [`Watch`] tells those who wait that it has moved; and [`Kept`] holds finished answers for those who ask
//! the same. A newcomer's trap: nothing is ever answered from memory before the lookout has said, to this very request, that
//! the history is still the one and the link still valid.

mod kept;
mod lookout;
mod tag;
mod watch;

use std::sync::Arc;
use std::time::Duration;

pub use kept::{Finished, Kept, Key, Making, Turn, Use};
pub use lookout::{Lookout, Sight};
pub use tag::tag;
pub use watch::{News, Watch};

use crate::backend::Backend;

/// What the operator set.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Octets of finished answers that are kept.
    pub memory: u64,
    /// How old what is known of a history may be to count for a request; 0 for what was looked up after the request came.
    pub version_age: Duration,
    /// How long caches between here and the clients may keep pages that never change.
    pub page_max_age: Duration,
    /// Clients that wait at one time.
    pub max_waiting: usize,
}

/// The three parts, put together.
pub struct Sharing {
    /// Looks.
    pub lookout: Arc<Lookout>,
    /// Watches.
    pub watch: Arc<Watch>,
    /// Keeps.
    pub kept: Kept,
    /// What the operator set.
    pub limits: Limits,
}

impl Sharing {
    /// Of `backend`, within `limits`.
    pub fn new(backend: &Arc<dyn Backend>, limits: Limits) -> Self {
        let lookout = Arc::new(Lookout::new(Arc::clone(backend), limits.version_age));
        let watch = Watch::new(Arc::clone(backend), Arc::clone(&lookout), limits.max_waiting);
        Self { lookout, watch: Arc::new(watch), kept: Kept::new(limits.memory), limits }
    }
}
