//! The database, looked at at most once a second -> whether requests can be answered, and what is wrong.
//!
//! A newcomer's trap: not everything that is wrong is a reason to send clients elsewhere. Another gateway with the same database has the
//! same damaged table, and one that has too much to do would hand it to the next; so only a database that cannot be read, and the end of
//! the process, make it unready.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::Mutex;
use tokio::time::timeout;

use super::App;
use crate::backend::Backend;
use crate::edm::{Catalog, Facts, Tracking};
use crate::error::{Error, Result};
use crate::telemetry::metrics::SetSample;

/// However often it is asked for, the database is looked at no more often than this.
const EVERY: Duration = Duration::from_secs(1);
/// A database that says nothing for so long counts as one that cannot be read.
const PATIENCE: Duration = Duration::from_secs(5);
/// Clean-up may be late by this; it runs every ten minutes, and that of SQL Server every half hour.
const LATE: u64 = 2 * 60 * 60;

/// What a look at the database has found.
#[derive(Clone, Debug, Default)]
pub(super) struct Found {
    /// Why it cannot be read.
    unreadable: Option<String>,
    /// Tables whose changes are not recorded reliably.
    damaged: Vec<String>,
    /// Seconds since the oldest commit of the database that is kept.
    pub(super) oldest: Option<u64>,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// What.
    pub name: &'static str,
    /// What is wrong with it; for those who may know.
    pub problem: Option<String>,
    /// Whether requests cannot be answered because of it.
    pub fatal: bool,
}

/// Knows how the gateway is.
#[derive(Default)]
pub(super) struct Doctor {
    stopping: AtomicBool,
    last: Mutex<Option<(Instant, Arc<Found>)>>,
}

impl App {
    /// The process is to end: nobody shall come any more, and nobody waits.
    pub fn stop(&self) {
        self.doctor.stopping.store(true, Ordering::Relaxed);
        self.sharing.watch.close();
    }

    /// Whether requests can be answered.
    pub async fn is_ready(&self) -> bool {
        !self.doctor.stopping.load(Ordering::Relaxed) && self.found().await.unreadable.is_none()
    }

    /// Everything that was looked at.
    pub async fn checks(&self) -> Vec<Check> {
        let found = self.found().await;
        let sets = self.sets().await;
        let stopping = self.doctor.stopping.load(Ordering::Relaxed).then(|| "the process is about to end".to_owned());
        vec![
            Check { name: "process", problem: stopping, fatal: true },
            Check { name: "database", problem: found.unreadable.clone(), fatal: true },
            Check { name: "tracking", problem: damage(&found), fatal: false },
            Check { name: "cleanup", problem: lateness(&sets), fatal: false },
            Check { name: "reads", problem: self.crowd(), fatal: false },
            Check { name: "connections", problem: self.shortage(), fatal: false },
        ]
    }

    /// What the last look at the database has found, or a new one. One look serves all who ask.
    pub(super) async fn found(&self) -> Arc<Found> {
        let mut last = self.doctor.last.lock().await;
        if let Some((_, found)) = last.as_ref().filter(|(at, _)| at.elapsed() < EVERY) {
            return Arc::clone(found);
        }
        let found = Arc::new(look(&*self.backend).await);
        *last = Some((Instant::now(), Arc::clone(&found)));
        found
    }

    fn crowd(&self) -> Option<String> {
        let (running, queued) = (self.turns.running(), self.turns.queued());
        (queued > 0 && running >= self.turns.most())
            .then(|| format!("all {running} reads that limits.max_reads allows are under way, and {queued} wait"))
    }

    fn shortage(&self) -> Option<String> {
        let connections = self.backend.connections().filter(|connections| connections.waiting > 0)?;
        Some(format!("all {} connections are in use, and {} wait for one", connections.most, connections.waiting))
    }
}

impl Found {
    /// Whether the changes of `table` are not recorded reliably.
    pub(super) fn is_damaged(&self, table: &str) -> bool {
        self.damaged.iter().any(|damaged| damaged == table)
    }
}

async fn look(backend: &dyn Backend) -> Found {
    let late = |_| Err(Error::database_unavailable(format!("it has not answered for {} s", PATIENCE.as_secs())));
    let described: Result<Catalog> = timeout(PATIENCE, backend.describe()).await.unwrap_or_else(late);
    match described {
        Ok(catalog) => found_in(&catalog),
        Err(error) => {
            tracing::debug!(%error, "the database cannot be read");
            Found { unreadable: Some(error.to_string()), ..Found::default() }
        }
    }
}

fn found_in(catalog: &Catalog) -> Found {
    let mut found = Found::default();
    for table in &catalog.tables {
        if let Tracking::Triggers { damage: Some(_), .. } = &table.tracking {
            found.damaged.push(table.name.clone());
        }
    }
    if let Facts::Server(facts) = &catalog.facts {
        found.oldest = facts.commits.age_of_oldest;
    }
    found
}

fn damage(found: &Found) -> Option<String> {
    let names = &found.damaged;
    let remedy = "are not recorded reliably, and their links have expired; 'deltalink track' mends it";
    (!names.is_empty()).then(|| format!("the changes of {} {remedy}", names.join(", ")))
}

fn lateness(sets: &[SetSample]) -> Option<String> {
    let late: Vec<&str> =
        sets.iter().filter(|set| set.lag().is_some_and(|lag| lag > LATE)).map(|set| set.name.as_str()).collect();
    (!late.is_empty()).then(|| format!("changes of {} have long outlived their retention", late.join(", ")))
}
