//! A database in which something happens at a chosen moment: between two reads, or before a snapshot is opened.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use deltalink::backend::{Backend, RowSink, Snapshot, Work};
use deltalink::edm::Catalog;
use deltalink::error::Result;
use deltalink::sql::{Dialect, Query, Script};

type Event = Arc<dyn Fn() + Send + Sync>;

/// A database, and what happens in it once so many reads have ended; 0 means before the first one.
pub(crate) struct Meanwhile {
    whole: Arc<dyn Backend>,
    event: Event,
    after: usize,
    reads: Arc<AtomicUsize>,
}

impl Meanwhile {
    pub(crate) fn new(whole: Arc<dyn Backend>, after: usize, event: impl Fn() + Send + Sync + 'static) -> Self {
        Self { whole, event: Arc::new(event), after, reads: Arc::default() }
    }

    fn counter(&self) -> Counter {
        Counter { event: Arc::clone(&self.event), after: self.after, reads: Arc::clone(&self.reads) }
    }
}

/// Counts reads, for whoever makes one.
struct Counter {
    event: Event,
    after: usize,
    reads: Arc<AtomicUsize>,
}

impl Counter {
    /// What happens before the first read happens once.
    fn beginning(&self) {
        if self.after == 0 && self.reads.fetch_add(1, Ordering::SeqCst) == 0 {
            (self.event)();
        }
    }

    fn ended(&self) {
        if self.reads.fetch_add(1, Ordering::SeqCst) + 1 == self.after {
            (self.event)();
        }
    }
}

#[async_trait]
impl Backend for Meanwhile {
    fn dialect(&self) -> &'static dyn Dialect {
        self.whole.dialect()
    }

    async fn describe(&self) -> Result<Catalog> {
        self.whole.describe().await
    }

    fn look_every(&self) -> Duration {
        Duration::from_secs(60)
    }

    async fn read(&self, query: Query, sink: Box<dyn RowSink>) -> Result<()> {
        let counter = self.counter();
        counter.beginning();
        let outcome = self.whole.read(query, sink).await;
        counter.ended();
        outcome
    }

    async fn snapshot(&self, queries: Arc<[Query]>, work: Work) -> Result<()> {
        let counter = self.counter();
        counter.beginning();
        let watched: Work = Box::new(move |snapshot| work(&mut Watched { snapshot, counter }));
        self.whole.snapshot(queries, watched).await
    }

    async fn stamp(&self) -> Result<u64> {
        self.whole.stamp().await
    }

    async fn execute(&self, script: Script) -> Result<u64> {
        self.whole.execute(script).await
    }
}

/// A snapshot whose reads are counted.
struct Watched<'a> {
    snapshot: &'a mut dyn Snapshot,
    counter: Counter,
}

impl Snapshot for Watched<'_> {
    fn read(&mut self, query: &Query, sink: &mut dyn RowSink) -> Result<ControlFlow<()>> {
        let outcome = self.snapshot.read(query, sink);
        self.counter.ended();
        outcome
    }
}
