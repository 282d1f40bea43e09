//! Finished answers -> the same octets for everybody who asks the same, within a limit of memory.
//!
//! Of several who ask for what is not there yet, one makes it and the others wait for it.

use std::hash::BuildHasher;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use quick_cache::sync::{Cache, DefaultLifecycle, PlaceholderGuard};
use quick_cache::{DefaultHashBuilder, Lifecycle, OptionsBuilder, Weighter};

use crate::response::Reply;
use crate::version::ChangeVersion;

/// One answer may take this part of the memory.
const PART: u64 = 8;
/// What an entry takes beside its octets, about.
const OVERHEAD: u64 = 1024;
/// Octets of an answer on average, about: how many there may be.
const TYPICAL: u64 = 8 * 1024;

/// What an answer depends on.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    /// The request, and what of its headers the answer depends on.
    pub request: String,
    /// The definition of the table.
    pub table_version: u64,
    /// [`Sight::history`](super::Sight).
    pub history: u64,
    /// The versions up to which the history goes, of answers that change with them.
    pub versions: Option<(ChangeVersion, ChangeVersion)>,
}

/// An answer, whole.
#[derive(Debug)]
pub struct Finished {
    /// What goes before the body.
    pub reply: Reply,
    /// The body.
    pub octets: Vec<Bytes>,
}

/// What is known of a request.
#[derive(Clone)]
enum Entry {
    Finished(Arc<Finished>),
    /// Its answer is too long to be kept: everybody reads it for themselves.
    TooLong,
}

/// Requests that are remembered as asked before.
const REMEMBERED: usize = 16 * 1024;

/// Finished answers.
pub struct Kept {
    answers: Answers,
    longest: u64,
    /// Digests of requests. A client alone asks most of its requests once, and then there is nothing to share.
    asked: Cache<u64, ()>,
    hasher: DefaultHashBuilder,
    hits: AtomicU64,
    misses: AtomicU64,
    evictions: Arc<AtomicU64>,
}

type Answers = Cache<Key, Entry, Weight, DefaultHashBuilder, Evictions>;

/// How it went so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Use {
    /// How often an answer was there.
    pub hits: u64,
    /// How often one had to be made.
    pub misses: u64,
    /// How often one had to make room.
    pub evictions: u64,
    /// Octets that they take now.
    pub octets: u64,
    /// Octets that they may take.
    pub most_octets: u64,
}

/// What one who asks is to do.
pub enum Turn<'a> {
    /// Take this answer.
    Take(Arc<Finished>),
    /// Read for themselves.
    Read,
    /// Read for all who ask the same.
    Make(Making<'a>),
}

/// The duty to make an answer. Dropped, it passes to the next who waits.
pub struct Making<'a>(PlaceholderGuard<'a, Key, Entry, Weight, DefaultHashBuilder, Evictions>);

impl Kept {
    /// Keeps up to `memory` octets.
    pub(super) fn new(memory: u64) -> Self {
        let options = OptionsBuilder::new()
            .estimated_items_capacity(usize::try_from(memory / TYPICAL).unwrap_or(usize::MAX).max(16))
            .weight_capacity(memory)
            // The limit is divided among the shards, and there are few answers.
            .shards(1)
            .build();
        let options = options.unwrap_or_else(|_| unreachable!("the options are complete"));
        let evictions = Arc::<AtomicU64>::default();
        let counting = Evictions(Arc::clone(&evictions), DefaultLifecycle::default());
        Self {
            answers: Cache::with_options(options, Weight, DefaultHashBuilder::default(), counting),
            longest: memory / PART,
            asked: Cache::new(REMEMBERED),
            hasher: DefaultHashBuilder::default(),
            hits: AtomicU64::new(0),
            misses: AtomicU64::new(0),
            evictions,
        }
    }

    /// How it went so far.
    pub fn used(&self) -> Use {
        Use {
            hits: self.hits.load(Ordering::Relaxed),
            misses: self.misses.load(Ordering::Relaxed),
            evictions: self.evictions.load(Ordering::Relaxed),
            octets: self.answers.weight(),
            most_octets: self.answers.capacity(),
        }
    }

    /// Whether `request` is not known to have been asked before; now it is.
    pub fn is_first(&self, request: &str) -> bool {
        let digest = self.hasher.hash_one(request);
        let first = self.asked.get(&digest).is_none();
        if first {
            self.asked.insert(digest, ());
        }
        first
    }

    /// Octets of the longest answer that is kept.
    pub fn longest(&self) -> u64 {
        self.longest
    }

    /// What to do for the answer of `key`; waits while somebody else makes it.
    pub async fn turn(&self, key: &Key) -> Turn<'_> {
        match self.answers.get_value_or_guard_async(key).await {
            Ok(Entry::Finished(finished)) => {
                self.hits.fetch_add(1, Ordering::Relaxed);
                Turn::Take(finished)
            }
            Ok(Entry::TooLong) => Turn::Read,
            Err(guard) => {
                self.misses.fetch_add(1, Ordering::Relaxed);
                Turn::Make(Making(guard))
            }
        }
    }
}

impl Making<'_> {
    /// Gives the answer to all who wait for it, and to those who will ask.
    pub fn finish(self, finished: Arc<Finished>) {
        // What was removed meanwhile is not missed.
        let _ = self.0.insert(Entry::Finished(finished));
    }

    /// Lets everybody read for themselves.
    pub fn give_up(self) {
        let _ = self.0.insert(Entry::TooLong);
    }
}

/// Counts what makes room.
#[derive(Clone)]
struct Evictions(Arc<AtomicU64>, DefaultLifecycle<Key, Entry>);

impl Lifecycle<Key, Entry> for Evictions {
    type RequestState = <DefaultLifecycle<Key, Entry> as Lifecycle<Key, Entry>>::RequestState;

    fn on_evict(&self, state: &mut Self::RequestState, key: Key, entry: Entry) {
        self.0.fetch_add(1, Ordering::Relaxed);
        self.1.on_evict(state, key, entry);
    }
}

/// What an answer takes of the memory.
#[derive(Clone)]
struct Weight;

impl Weighter<Key, Entry> for Weight {
    fn weight(&self, key: &Key, entry: &Entry) -> u64 {
        let octets = match entry {
            Entry::Finished(finished) => finished.octets.iter().map(Bytes::len).sum::<usize>(),
            Entry::TooLong => 0,
        };
        OVERHEAD + (key.request.len() + octets) as u64
    }
}
