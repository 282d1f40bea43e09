//! A moment that a test decides on, and an answer waits for.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::watch;

/// Once given, it stays given.
#[derive(Clone, Debug, Default)]
pub(crate) struct Signal {
    given: Arc<watch::Sender<bool>>,
    waited_for: Arc<AtomicUsize>,
}

impl Signal {
    pub(crate) fn give(&self) {
        self.given.send_replace(true);
    }

    /// How many answers have come to the point where they wait for it.
    pub(crate) fn waited_for(&self) -> usize {
        self.waited_for.load(Ordering::SeqCst)
    }

    pub(super) async fn wait(&self) {
        self.waited_for.fetch_add(1, Ordering::SeqCst);
        let given = self.given.subscribe().wait_for(|given| *given).await.map(drop);
        given.expect("a signal that is waited for exists");
    }
}
