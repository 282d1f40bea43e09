//! A look at the database, in a task of its own -> what it has found, for whoever comes for it.
//!
//! A newcomer's trap: a look may hang, because a file hangs, or a server has gone without a word. It is given up in the end, so that another
//! can find out whether that has passed; but a thread or a connection may go on hanging behind it, so who gives up has to count.

use std::time::{Duration, Instant};

use tokio::task::{JoinError, JoinHandle};
use tokio::time::error::Elapsed;
use tokio::time::timeout_at;

/// A look that has not ended by then may be given up.
const LONGEST: Duration = Duration::from_secs(60);

/// A look that may be under way.
pub(super) struct Looking<T> {
    /// And since when.
    under_way: Option<(Instant, JoinHandle<(Instant, T)>)>,
    given_up: usize,
}

impl<T> Default for Looking<T> {
    fn default() -> Self {
        Self { under_way: None, given_up: 0 }
    }
}

impl<T: Send + 'static> Looking<T> {
    pub(super) fn is_under_way(&self) -> bool {
        self.under_way.as_ref().is_some_and(|(_, task)| !task.is_finished())
    }

    /// How many were given up since one has ended.
    pub(super) fn given_up(&self) -> usize {
        self.given_up
    }

    /// Gives up a look that has hung for long.
    pub(super) fn give_up(&mut self) {
        self.give_up_after(LONGEST);
    }

    fn give_up_after(&mut self, longest: Duration) {
        if let Some((_, task)) = self.under_way.take_if(|(begun, _)| begun.elapsed() >= longest) {
            task.abort();
            self.given_up += 1;
        }
    }

    /// What a look has found that has ended while nobody waited for it, and when that was.
    pub(super) async fn left(&mut self) -> Option<(Instant, T)> {
        let (_, task) = self.under_way.take_if(|(_, task)| task.is_finished())?;
        self.ended(task.await)
    }

    /// What the look under way finds, or else `look`, and when; nothing, if its runtime has ended meanwhile.
    ///
    /// # Errors
    /// When it has not ended by `deadline`; it goes on.
    pub(super) async fn found(
        &mut self,
        look: impl Future<Output = T> + Send + 'static,
        deadline: Instant,
    ) -> Result<Option<(Instant, T)>, Elapsed> {
        let begin = || {
            let task = tokio::spawn(async move {
                let found = look.await;
                (Instant::now(), found)
            });
            (Instant::now(), task)
        };
        let (_, task) = self.under_way.get_or_insert_with(begin);
        let outcome = timeout_at(deadline.into(), task).await?;
        self.under_way = None;
        Ok(self.ended(outcome))
    }

    fn ended(&mut self, outcome: Result<(Instant, T), JoinError>) -> Option<(Instant, T)> {
        let found = outcome.ok()?;
        self.given_up = 0;
        Some(found)
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};

    use super::*;

    fn run<T>(work: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(work)
    }

    fn soon() -> Instant {
        Instant::now() + Duration::from_millis(10)
    }

    fn late() -> Instant {
        Instant::now() + Duration::from_secs(60)
    }

    #[test]
    fn a_look_that_hangs_is_waited_for_again_until_it_is_given_up_and_another_is_begun() {
        run(async {
            let mut looking = Looking::default();
            assert!(looking.found(pending(), soon()).await.is_err());
            assert!(looking.found(ready(1), soon()).await.is_err(), "no other is begun beside it");
            looking.give_up();
            assert!(looking.is_under_way(), "it may still end");
            looking.give_up_after(Duration::ZERO);
            assert!(!looking.is_under_way());
            assert_eq!(looking.given_up(), 1);
            let (_, found) = looking.found(ready(2), late()).await.unwrap().unwrap();
            assert_eq!((found, looking.given_up()), (2, 0));
        });
    }

    #[test]
    fn what_was_left_is_as_old_as_it_is() {
        run(async {
            let mut looking = Looking::default();
            let (end, ended) = tokio::sync::oneshot::channel::<()>();
            let look = async move { drop(ended.await) };
            assert!(looking.found(look, soon()).await.is_err());
            assert!(looking.left().await.is_none());
            end.send(()).unwrap();
            while !looking.under_way.as_ref().unwrap().1.is_finished() {
                tokio::task::yield_now().await;
            }
            let now = Instant::now();
            let (at, ()) = looking.left().await.unwrap();
            assert!(at <= now);
            assert!(!looking.is_under_way());
        });
    }
}
