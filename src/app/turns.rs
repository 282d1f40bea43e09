//! Reads that would all begin at once -> so many at a time, and a queue that has an end.
//!
//! A newcomer's trap: a turn lasts for as long as its answer is written, since that is how long it holds a connection and a snapshot of
//! the database; a client that reads slowly keeps it. Looks at a history take no turn: so polls that find nothing are answered
//! however much is read beside.

use std::sync::Arc;
use std::time::Duration;

use quick_cache::sync::Cache;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use crate::config::Limits;
use crate::error::{Error, ErrorKind, Result};

/// Gives turns to read.
pub struct Turns {
    most: usize,
    reads: Arc<Semaphore>,
    queue: Semaphore,
    most_queued: usize,
    patience: Duration,
    /// The turns of each principal, by what stands for it.
    own: Cache<u32, Arc<Own>>,
    most_of_one: usize,
}

/// The right to read; it ends when this is dropped.
pub struct Turn(#[expect(dead_code, reason = "they are held, and that is all")] [Option<OwnedSemaphorePermit>; 2]);

/// The turns of one principal, and the places of those who wait for one: they take none from others.
struct Own {
    reads: Arc<Semaphore>,
    queue: Semaphore,
}

/// Principals whose turns are known. Who is forgotten begins anew.
const KNOWN: usize = 10_000;

impl Turns {
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            most: limits.max_reads as usize,
            reads: Arc::new(Semaphore::new(limits.max_reads as usize)),
            queue: Semaphore::new(limits.max_queued as usize),
            most_queued: limits.max_queued as usize,
            patience: limits.longest_queue,
            own: Cache::new(KNOWN),
            most_of_one: limits.max_reads_per_principal as usize,
        }
    }

    /// How many there are at one time.
    pub fn most(&self) -> usize {
        self.most
    }

    /// How many there are now.
    pub fn running(&self) -> usize {
        self.most.saturating_sub(self.reads.available_permits())
    }

    /// How many may wait for one.
    pub fn most_queued(&self) -> usize {
        self.most_queued
    }

    /// How many wait for one now.
    pub fn queued(&self) -> usize {
        self.most_queued.saturating_sub(self.queue.available_permits())
    }

    /// The next turn of `principal`, as soon as there is one; of nobody, if it makes no difference who asks.
    ///
    /// # Errors
    /// `Overloaded` where too many wait already, at once, or where the wait gets too long.
    pub async fn next(&self, principal: Option<u32>) -> Result<Turn> {
        // The patience is for both together: one who waits does not know for what.
        self.patiently(async {
            let own = match principal {
                Some(principal) => {
                    let own = self.own_of(principal)?;
                    Some(one_of(&own.reads, &own.queue).await?)
                }
                None => None,
            };
            Ok(Turn([own, Some(one_of(&self.reads, &self.queue).await?)]))
        })
        .await?
    }

    fn own_of(&self, principal: u32) -> Result<Arc<Own>> {
        let made =
            || Own { reads: Arc::new(Semaphore::new(self.most_of_one)), queue: Semaphore::new(self.most_queued) };
        self.own.get_or_insert_with(&principal, || Ok(Arc::new(made())))
    }

    /// Waits for what others do first, as long as one may wait for a turn.
    ///
    /// # Errors
    /// `Overloaded` where it takes longer.
    pub async fn patiently<T>(&self, work: impl Future<Output = T>) -> Result<T> {
        timeout(self.patience, work).await.map_err(|_| overloaded())
    }
}

/// One of `turns`, at once or from a place in `queue`.
async fn one_of(turns: &Arc<Semaphore>, queue: &Semaphore) -> Result<OwnedSemaphorePermit> {
    if let Ok(permit) = Arc::clone(turns).try_acquire_owned() {
        return Ok(permit);
    }
    let _place = queue.try_acquire().map_err(|_| overloaded())?;
    Arc::clone(turns).acquire_owned().await.map_err(Error::internal)
}

fn overloaded() -> Error {
    let message = "Too much is read at the same time already. Try again later.";
    Error::new(ErrorKind::Overloaded, message)
}

#[cfg(test)]
mod tests {
    use tokio::time::{Instant, sleep};

    use super::*;

    fn turns(max_reads: u32, max_queued: u32, longest_queue: Duration) -> Turns {
        Turns::new(&Limits { max_reads, max_queued, longest_queue, ..Limits::default() })
    }

    async fn has_to_wait(next: impl Future<Output = Result<Turn>>) -> bool {
        timeout(Duration::ZERO, next).await.is_err()
    }

    #[tokio::test]
    async fn who_comes_when_the_queue_is_full_is_refused_at_once() {
        let turns = turns(1, 1, Duration::MAX);
        let first = turns.next(None).await.unwrap();
        let mut second = std::pin::pin!(turns.next(None));
        assert!(has_to_wait(second.as_mut()).await);
        assert_eq!(turns.next(None).await.err().map(|error| error.kind()), Some(ErrorKind::Overloaded));
        drop(first);
        let second = second.await.unwrap();
        drop(second);
        turns.next(None).await.unwrap();
    }

    #[tokio::test]
    async fn who_leaves_the_queue_makes_room_in_it() {
        let turns = turns(1, 1, Duration::MAX);
        let _first = turns.next(None).await.unwrap();
        for _ in 0..3 {
            assert!(has_to_wait(turns.next(None)).await);
        }
    }

    #[tokio::test]
    async fn nobody_waits_for_ever() {
        let turns = turns(1, 1, Duration::from_millis(1));
        let _first = turns.next(None).await.unwrap();
        assert_eq!(turns.next(None).await.err().map(|error| error.kind()), Some(ErrorKind::Overloaded));
    }

    #[tokio::test]
    async fn who_waits_for_a_turn_of_its_own_does_not_wait_as_long_again_for_one_of_all() {
        let patience = Duration::from_millis(300);
        let limits = Limits { max_reads: 1, max_reads_per_principal: 1, longest_queue: patience, ..Limits::default() };
        let turns = Turns::new(&limits);
        let _all = turns.next(None).await.unwrap();
        let own = Arc::clone(&turns.own_of(1).unwrap().reads).acquire_owned().await.unwrap();
        let refused = async |principal| {
            assert!(turns.next(principal).await.is_err());
            Instant::now()
        };
        let later = async {
            sleep(patience / 3).await;
            refused(None).await
        };
        let release = async {
            sleep(patience / 3 * 2).await;
            drop(own);
        };
        let (first, later, ()) = tokio::join!(refused(Some(1)), later, release);
        assert!(first < later);
    }

    #[tokio::test]
    async fn nobody_takes_all_turns() {
        let limits = Limits { max_reads: 3, max_reads_per_principal: 2, max_queued: 9, ..Limits::default() };
        let turns = Turns::new(&Limits { longest_queue: Duration::MAX, ..limits });
        let _own = [turns.next(Some(1)).await.unwrap(), turns.next(Some(1)).await.unwrap()];
        assert!(has_to_wait(turns.next(Some(1))).await);
        turns.next(Some(2)).await.unwrap();
        turns.next(None).await.unwrap();
    }
}
