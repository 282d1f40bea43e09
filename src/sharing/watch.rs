//! Clients that wait for changes -> one watcher of the database, which wakes them.
//!
//! The watcher asks the whole database whether anything was committed; only then it looks at the tables that somebody waits for, and
//! wakes those whose table has moved. It lives as long as somebody waits.
//!
//! A newcomer's trap: who waits asks for [`News`] first and looks at the table afterwards, and the watcher takes the stamp first and asks
//! afterwards which tables are awaited. Nor is it a matter of comparing: a client may have seen more than the watcher. The other way round, a change between the two would be noticed with the next one only.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use super::lookout::Lookout;
use crate::backend::Backend;
use crate::edm::EntitySet;
use crate::error::{Error, ErrorKind, Result};
use crate::version::Window;

/// How soon the watcher looks again after a change; twice as late each time that there is none.
const SOON: Duration = Duration::from_millis(10);
/// How late at most.
const LATE: Duration = Duration::from_millis(250);
/// Every so often it looks at the tables even if the database says that there is nothing new.
const ANYWAY: Duration = Duration::from_secs(5);

/// Watches a database for those who wait.
pub struct Watch {
    backend: Arc<dyn Backend>,
    lookout: Arc<Lookout>,
    /// Who may wait at one time.
    most: usize,
    waiting: Mutex<Waiting>,
}

#[derive(Default)]
struct Waiting {
    clients: usize,
    /// Whether there is a watcher.
    watched: bool,
    /// Nobody waits any more: the server is to end.
    closed: bool,
    tables: HashMap<String, Table>,
}

/// A table that somebody waits for.
struct Table {
    set: Arc<EntitySet>,
    clients: usize,
    told: watch::Sender<Told>,
}

/// What those who wait are told.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct Told {
    /// Where the table's history stood when the watcher last looked.
    window: Option<Window>,
    /// Grows with every reason to stop waiting that is not in the window: a failure, the server's end.
    interruptions: u64,
}

impl Watch {
    pub(super) fn new(backend: Arc<dyn Backend>, lookout: Arc<Lookout>, most: usize) -> Self {
        Self { backend, lookout, most, waiting: Mutex::default() }
    }

    /// How many wait.
    pub fn clients(&self) -> usize {
        lock(&self.waiting).clients
    }

    /// News of `set` from here on.
    ///
    /// # Errors
    /// `Overloaded` where too many wait already.
    pub fn news(self: &Arc<Self>, set: &Arc<EntitySet>) -> Result<News> {
        let mut waiting = lock(&self.waiting);
        if waiting.clients >= self.most {
            let message = "Too many clients wait for changes already. Ask without \"wait\", or try again later.";
            return Err(Error::new(ErrorKind::Overloaded, message).about("Prefer"));
        }
        waiting.clients += 1;
        let table = waiting.tables.entry(set.name.clone()).or_insert_with(|| Table {
            set: Arc::clone(set),
            clients: 0,
            told: watch::Sender::default(),
        });
        table.clients += 1;
        table.set = Arc::clone(set);
        let told = table.told.subscribe();
        let interruptions = told.borrow().interruptions;
        let closed = waiting.closed;
        let is_watched = std::mem::replace(&mut waiting.watched, true);
        drop(waiting);
        if !is_watched {
            tokio::spawn(watch_while_awaited(Watching { watch: Arc::clone(self), done: false }));
        }
        Ok(News { watch: Arc::clone(self), name: set.name.clone(), told, interruptions, closed })
    }

    /// Wakes everybody who waits, now and later: the server is to end.
    pub fn close(&self) {
        let mut waiting = lock(&self.waiting);
        waiting.closed = true;
        waiting.tables.values().for_each(Table::interrupt);
    }

    /// The tables that somebody waits for; none, and then no watcher, when nobody does.
    fn awaited(&self) -> Vec<Arc<EntitySet>> {
        let mut waiting = lock(&self.waiting);
        waiting.watched = !waiting.tables.is_empty();
        waiting.tables.values().map(|table| Arc::clone(&table.set)).collect()
    }

    /// Looks at a table and tells those who wait for it; whether it has moved.
    async fn look(&self, set: &Arc<EntitySet>) -> bool {
        let outcome = self.lookout.look_anew(set).await;
        let waiting = lock(&self.waiting);
        let Some(table) = waiting.tables.get(&set.name) else { return false };
        let Ok(sight) = outcome else {
            // Each of them finds out by themselves what is wrong.
            table.interrupt();
            return false;
        };
        table.told.send_if_modified(|told| {
            let before = told.window.replace(sight.window);
            before.is_none_or(|before| before.current != sight.window.current)
        })
    }
}

impl Table {
    fn interrupt(&self) {
        self.told.send_modify(|told| told.interruptions += 1);
    }
}

/// What a client that waits is told of one table.
pub struct News {
    watch: Arc<Watch>,
    name: String,
    told: watch::Receiver<Told>,
    interruptions: u64,
    closed: bool,
}

impl News {
    /// From here on news is what is told later. To be followed by a look.
    pub fn mark(&mut self) {
        self.told.mark_unchanged();
    }

    /// Waits until the history of the table has moved since the mark, or something is wrong that a look will tell.
    pub async fn moved(&mut self) {
        // The sender is there for as long as this is.
        let _ = self.told.changed().await;
    }

    /// Whether there is nothing to wait for any more.
    pub fn is_interrupted(&self) -> bool {
        self.closed || self.told.borrow().interruptions != self.interruptions
    }
}

impl Drop for News {
    fn drop(&mut self) {
        let mut waiting = lock(&self.watch.waiting);
        waiting.clients -= 1;
        if let Some(table) = waiting.tables.get_mut(&self.name) {
            table.clients -= 1;
            if table.clients == 0 {
                waiting.tables.remove(&self.name);
            }
        }
    }
}

/// The watcher's duty. If its runtime ends before it is done, the next who waits begins another one.
struct Watching {
    watch: Arc<Watch>,
    done: bool,
}

impl Drop for Watching {
    fn drop(&mut self) {
        if !self.done {
            lock(&self.watch.waiting).watched = false;
        }
    }
}

async fn watch_while_awaited(mut watching: Watching) {
    let watch = Arc::clone(&watching.watch);
    let (mut stamp, mut pause, mut looked) = (None, SOON, tokio::time::Instant::now());
    loop {
        // A database that cannot say it may still be read; whether it can, the tables will tell.
        let now = watch.backend.stamp().await.ok();
        let sets = watch.awaited();
        if sets.is_empty() {
            // `awaited` has said so to those who come now.
            watching.done = true;
            return;
        }
        let mut moved = false;
        if now.is_none() || now != stamp || looked.elapsed() >= ANYWAY {
            (stamp, looked) = (now, tokio::time::Instant::now());
            for set in &sets {
                moved |= watch.look(set).await;
            }
        }
        pause = if moved { SOON } else { (pause * 2).min(LATE) };
        tokio::time::sleep(pause).await;
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
