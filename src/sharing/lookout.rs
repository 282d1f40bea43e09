//! Many who ask how far a table's history has come -> one look at the database for all who ask at the same time.
//!
//! A newcomer's trap: a look that had begun before somebody asked does not count for them, since what they wrote a moment ago may be
//! missing in it. So those who come while one is under way share the next one.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::watch;

use crate::backend::{self, Backend};
use crate::edm::EntitySet;
use crate::error::{Error, ErrorKind, Result};
use crate::sql;
use crate::token::Anchor;
use crate::version::{ChangeVersion, Window};

/// A slow look is followed by a rest as long as itself: looking takes half of one connection's time at most, however many ask.
const SLOW: Duration = Duration::from_millis(1);
/// How often a look is made that ends without an outcome.
const ATTEMPTS: usize = 3;
/// The longest rest.
const LONGEST_REST: Duration = Duration::from_millis(10);

/// A table's history as a look has found it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sight {
    /// Where it stands.
    pub window: Window,
    /// The same for as long as each look finds the history in which the look before was made; another one after a restore.
    pub history: u64,
}

/// Looks at tables.
pub struct Lookout {
    backend: Arc<dyn Backend>,
    /// How old a look may be to count for a request.
    age: Duration,
    places: Mutex<HashMap<String, Arc<Place>>>,
}

/// What is known of one table.
#[derive(Default)]
struct Place {
    /// Held while there is a look.
    last: tokio::sync::Mutex<Last>,
    /// A copy of the last look that found something, and when it had begun.
    fresh: Mutex<Option<(Instant, Sight)>>,
    /// The look that has not begun yet.
    next: Mutex<Option<Next>>,
}

#[derive(Clone, Default)]
struct Last {
    sight: Option<Sight>,
    history: u64,
    ended: Option<Instant>,
    took: Duration,
}

/// A look to come, at the table as it was defined by this version.
struct Next {
    table_version: u64,
    outcome: watch::Receiver<Option<Outcome>>,
}

type Outcome = Result<Sight, Arc<Error>>;

impl Lookout {
    /// Looks at the tables of `backend`; a look that is not older than `age` is as good as a new one.
    pub(super) fn new(backend: Arc<dyn Backend>, age: Duration) -> Self {
        Self { backend, age, places: Mutex::default() }
    }

    /// How far the history of `set` has come: at the time of the call or later, or as much earlier as the operator allows.
    ///
    /// # Errors
    /// `CatalogChanged` where the table is not defined any more as in `set`, and what else a read may fail with.
    pub async fn look(&self, set: &Arc<EntitySet>) -> Result<Sight> {
        match self.fresh_enough(&self.place(&set.name)) {
            Some(sight) => Ok(sight),
            None => self.look_anew(set).await,
        }
    }

    /// The same, never earlier: who waits for a change must not be told what was so before it.
    pub async fn look_anew(&self, set: &Arc<EntitySet>) -> Result<Sight> {
        let place = self.place(&set.name);
        for _ in 0..ATTEMPTS {
            let mut outcome = self.next(Arc::clone(&place), set);
            // A look whose runtime ends before it is made anew in this one.
            let Ok(outcome) = outcome.wait_for(Option::is_some).await.map(|outcome| outcome.clone()) else { continue };
            match outcome {
                Some(Ok(sight)) => return Ok(sight),
                Some(Err(error)) => return Err(error.copy()),
                None => {}
            }
        }
        Err(Error::internal("a look at the database ended without an outcome"))
    }

    fn place(&self, name: &str) -> Arc<Place> {
        let mut places = lock(&self.places);
        if let Some(place) = places.get(name) {
            return Arc::clone(place);
        }
        Arc::clone(places.entry(name.to_owned()).or_default())
    }

    fn fresh_enough(&self, place: &Place) -> Option<Sight> {
        if self.age.is_zero() {
            return None;
        }
        lock(&place.fresh).filter(|(begun, _)| begun.elapsed() <= self.age).map(|(_, sight)| sight)
    }

    /// The look that will come next. Whoever finds none begins one, in a task of its own: it must not end because its client has left.
    fn next(&self, place: Arc<Place>, set: &Arc<EntitySet>) -> watch::Receiver<Option<Outcome>> {
        let mut next = lock(&place.next);
        let is_wanted = |next: &&Next| next.table_version == set.table_version && next.outcome.has_changed().is_ok();
        if let Some(next) = next.as_ref().filter(is_wanted) {
            return next.outcome.clone();
        }
        let (sender, outcome) = watch::channel(None);
        *next = Some(Next { table_version: set.table_version, outcome: outcome.clone() });
        drop(next);
        let (backend, set) = (Arc::clone(&self.backend), Arc::clone(set));
        tokio::spawn(async move {
            let outcome = place.look(&*backend, &set).await.map_err(Arc::new);
            sender.send_replace(Some(outcome));
        });
        outcome
    }
}

impl Place {
    /// Looks, when the look before has ended and has had its rest.
    async fn look(&self, backend: &dyn Backend, set: &EntitySet) -> Result<Sight> {
        let mut last = self.last.lock().await;
        last.rest().await;
        // Who asks from here on is not served by this look.
        lock(&self.next).take();
        let begun = Instant::now();
        let outcome = last.go_on(backend, set).await;
        last.ended = Some(Instant::now());
        last.took = begun.elapsed();
        *lock(&self.fresh) = outcome.as_ref().ok().map(|sight| (begun, *sight));
        outcome
    }
}

impl Last {
    async fn rest(&self) {
        if self.took >= SLOW {
            let rest = self.took.min(LONGEST_REST);
            let over = self.ended.map_or(rest, |ended| ended.elapsed());
            tokio::time::sleep(rest.saturating_sub(over)).await;
        }
    }

    /// Looks, and notices whether the history is still the one of the look before.
    async fn go_on(&mut self, backend: &dyn Backend, set: &EntitySet) -> Result<Sight> {
        let window = match see(backend, set, self.sight.map(|sight| proof(&sight.window))).await {
            Err(error) if error.kind() == ErrorKind::DeltaLinkExpired && self.sight.is_some() => {
                self.sight = None;
                self.history += 1;
                see(backend, set, None).await?
            }
            outcome => outcome?,
        };
        let sight = Sight { window, history: self.history };
        self.sight = Some(sight);
        Ok(sight)
    }
}

/// What only a history can confirm that holds the newest version of `window`. How far back it reaches does not matter here.
fn proof(window: &Window) -> Anchor {
    Anchor { incarnation: window.incarnation, since: ChangeVersion(u64::MAX), witness: window.current }
}

async fn see(backend: &dyn Backend, set: &EntitySet, claim: Option<Anchor>) -> Result<Window> {
    let window = backend::window(backend, sql::history_of(set, claim, backend.dialect())).await?;
    window.ok_or_else(|| Error::internal("a history was read without its window"))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
