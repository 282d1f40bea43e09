//! How things stand, for whoever reads the metrics -> few statements, however often they are read.
//!
//! Each set is looked at once in [`EVERY`] at most, and all looks of one reading together take no longer than [`BUDGET`]: the next reading
//! goes on with those whose turn it is, and what is known of the others is told again.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Mutex;

use super::App;
use super::health::Found;
use super::looking::Looking;
use crate::backend::Backend;
use crate::edm::EntitySet;
use crate::sharing::Lookout;
use crate::telemetry::metrics::{History, KeptAnswers, Pool, Reads, Sample, SetSample, Waiting};

/// How old what is known of a set may be.
const EVERY: Duration = Duration::from_secs(10);
/// How long sets are looked at for one reading of the metrics.
const BUDGET: Duration = Duration::from_secs(2);

/// Looks that may be under way, and as many that were given up: one that hangs may hold a thread.
const AT_ONCE: usize = 8;

/// What is known of each set.
#[derive(Default)]
pub(super) struct Known(Mutex<HashMap<String, Seen>>);

/// What is known of a set.
#[derive(Default)]
struct Seen {
    /// When it was looked at last, or when somebody waited for that in vain.
    tried: Option<Instant>,
    sample: Option<SetSample>,
    looking: Looking<SetSample>,
}

impl App {
    /// The metrics as text.
    pub async fn metrics_text(&self) -> String {
        self.metrics.text(self.sample().await)
    }

    async fn sample(&self) -> Sample {
        let used = self.sharing.kept.used();
        Sample {
            ready: self.is_ready().await,
            reads: Reads {
                running: self.turns.running(),
                most: self.turns.most(),
                queued: self.turns.queued(),
                most_queued: self.turns.most_queued(),
            },
            pool: self.backend.connections().map(|connections| Pool {
                used: connections.used,
                idle: connections.idle,
                waiting: connections.waiting,
                most: connections.most,
            }),
            waiting: Waiting { clients: self.sharing.watch.clients(), most: self.sharing.limits.max_waiting },
            kept: KeptAnswers {
                hits: used.hits,
                misses: used.misses,
                evictions: used.evictions,
                octets: used.octets,
                most_octets: used.most_octets,
            },
            sets: self.sets().await,
        }
    }

    /// What is known of each entity set.
    pub(super) async fn sets(&self) -> Vec<SetSample> {
        let found = self.found().await;
        let edm = self.edm();
        let mut known = self.known.0.lock().await;
        known.retain(|name, _| edm.set(name).is_some());
        let mut due: Vec<(Option<Instant>, &Arc<EntitySet>)> =
            edm.sets().iter().map(|set| (known.get(&set.name).and_then(|seen| seen.tried), set)).collect();
        due.retain(|(tried, _)| !is_fresh(*tried));
        // Who has waited longest; who was never looked at before all others.
        due.sort_by_key(|(tried, _)| *tried);
        let deadline = Instant::now() + BUDGET;
        for (_, set) in due {
            let given_up: usize = known.values().map(|seen| seen.looking.given_up()).sum();
            let under_way = known.values().filter(|seen| seen.looking.is_under_way()).count();
            let seen = known.entry(set.name.clone()).or_default();
            let left = seen.looking.left().await;
            seen.note(left);
            if is_fresh(seen.tried) {
                continue;
            }
            if given_up < AT_ONCE {
                seen.looking.give_up();
            }
            if !seen.looking.is_under_way() && under_way >= AT_ONCE {
                continue;
            }
            // Where nothing is seen, it is another one's turn next.
            seen.tried = Some(Instant::now());
            let Ok(found) = seen.looking.found(self.look(set, &found), deadline).await else { break };
            seen.note(found);
        }
        edm.sets().iter().filter_map(|set| known.get(&set.name).and_then(|seen| seen.sample.clone())).collect()
    }

    /// A look at `set`.
    fn look(&self, set: &Arc<EntitySet>, found: &Arc<Found>) -> impl Future<Output = SetSample> + Send + use<> {
        let (backend, lookout) = (Arc::clone(&self.backend), Arc::clone(&self.sharing.lookout));
        let (set, found) = (Arc::clone(set), Arc::clone(found));
        async move { look(&*backend, &lookout, &set, &found).await }
    }
}

impl Seen {
    /// What was found, if anything was, is as old as it is: it may have been found while nobody waited for it.
    fn note(&mut self, found: Option<(Instant, SetSample)>) {
        if let Some((at, sample)) = found {
            (self.tried, self.sample) = (Some(at), Some(sample));
        }
    }
}

fn is_fresh(tried: Option<Instant>) -> bool {
    tried.is_some_and(|tried| tried.elapsed() < EVERY)
}

/// What can be seen of `set` now; what cannot is left out.
async fn look(backend: &dyn Backend, lookout: &Lookout, set: &Arc<EntitySet>, found: &Found) -> SetSample {
    let mut sample =
        SetSample { name: set.name.clone(), damaged: found.is_damaged(&set.table), ..SetSample::default() };
    let Some(log) = set.changes else { return sample };
    sample.oldest = found.oldest;
    if let Ok(oldest @ Some(_)) = backend.oldest_change(log).await {
        sample.oldest = oldest;
    }
    if let Ok(sight) = lookout.look(set).await {
        let window = sight.window;
        sample.retention = window.retention;
        sample.history =
            Some(History { version: window.current.version.0, min_valid_version: window.min_valid_version.0 });
    }
    sample
}
