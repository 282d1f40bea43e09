//! The database, looked at at most once a second -> whether requests can be answered, and what is wrong.
//!
//! A newcomer's trap: not everything that is wrong is a reason to send clients elsewhere. Another gateway with the same database has the
//! same damaged table, and one that has too much to do would hand it to the next; so only a database that cannot be read, and the end of
//! the process, make it unready.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::Mutex;

use super::App;
use super::looking::Looking;
use crate::backend::Backend;
use crate::edm::{Catalog, Facts, Tracking};
use crate::telemetry::metrics::SetSample;

/// However often it is asked for, the database is looked at no more often than this.
const EVERY: Duration = Duration::from_secs(1);
/// A database that says nothing for so long counts as one that cannot be read.
const PATIENCE: Duration = Duration::from_secs(5);
/// Looks that hang and are given up, one after the other: each may hold a thread or a connection still.
const GIVEN_UP: usize = 8;
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
    end: Arc<End>,
    last: Arc<Mutex<Last>>,
}

/// How far the end of the process is. A gateway hands it to the one that takes its place.
#[derive(Default)]
struct End {
    leaving: AtomicBool,
    stopped: AtomicBool,
}

/// What the last look has found, and the one under way.
#[derive(Default)]
struct Last {
    found: Option<(Instant, Arc<Found>)>,
    looking: Looking<Found>,
}

impl Doctor {
    /// The one who goes on after `before`, at the same database.
    pub(super) fn after(before: &Self) -> Self {
        Self { end: Arc::clone(&before.end), last: Arc::clone(&before.last) }
    }
}

impl App {
    /// The process is to end: nobody shall come any more.
    pub fn leave(&self) {
        self.doctor.end.leaving.store(true, Ordering::SeqCst);
    }

    /// The process ends: nobody waits any more, either.
    pub fn stop(&self) {
        self.leave();
        self.doctor.end.stopped.store(true, Ordering::SeqCst);
        self.sharing.watch.close();
    }

    pub(super) fn has_stopped(&self) -> bool {
        self.doctor.end.stopped.load(Ordering::SeqCst)
    }

    /// Whether requests can be answered.
    pub async fn is_ready(&self) -> bool {
        !self.is_leaving() && self.found().await.unreadable.is_none()
    }

    fn is_leaving(&self) -> bool {
        self.doctor.end.leaving.load(Ordering::SeqCst)
    }

    /// Everything that was looked at.
    pub async fn checks(&self) -> Vec<Check> {
        let found = self.found().await;
        let sets = self.sets().await;
        let stopping = self.is_leaving().then(|| "the process is about to end".to_owned());
        vec![
            Check { name: "process", problem: stopping, fatal: true },
            Check { name: "database", problem: found.unreadable.clone(), fatal: true },
            Check { name: "tracking", problem: damage(&found), fatal: false },
            Check { name: "cleanup", problem: lateness(&sets), fatal: false },
            Check { name: "reads", problem: self.crowd(), fatal: false },
            Check { name: "connections", problem: self.shortage(), fatal: false },
        ]
    }

    /// What the last look at the database has found, or a new one. One look serves all who ask. One that hangs may hold a thread: it is
    /// waited for again, and no other is begun beside it until it is given up.
    pub(super) async fn found(&self) -> Arc<Found> {
        let mut last = self.doctor.last.lock().await;
        if let Some((_, found)) = last.found.as_ref().filter(|(at, _)| at.elapsed() < EVERY) {
            return Arc::clone(found);
        }
        // What has ended since was not waited for, and may be old.
        drop(last.looking.left().await);
        if last.looking.given_up() < GIVEN_UP {
            last.looking.give_up();
        }
        let backend = Arc::clone(&self.backend);
        let look = async move { look(&*backend).await };
        let found = match last.looking.found(look, Instant::now() + PATIENCE).await {
            Ok(Some((_, found))) => found,
            // It has ended with the runtime that it was begun in.
            Ok(None) => Found::unreadable("a look at it was broken off".to_owned()),
            Err(_) => Found::unreadable(format!("it has not answered for {} s", PATIENCE.as_secs())),
        };
        let found = Arc::new(found);
        last.found = Some((Instant::now(), Arc::clone(&found)));
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
    fn unreadable(why: String) -> Self {
        Self { unreadable: Some(why), ..Self::default() }
    }

    /// Whether the changes of `table` are not recorded reliably.
    pub(super) fn is_damaged(&self, table: &str) -> bool {
        self.damaged.iter().any(|damaged| damaged == table)
    }
}

async fn look(backend: &dyn Backend) -> Found {
    match backend.describe().await {
        Ok(catalog) => found_in(&catalog),
        Err(error) => {
            tracing::debug!(%error, "the database cannot be read");
            Found::unreadable(error.to_string())
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
