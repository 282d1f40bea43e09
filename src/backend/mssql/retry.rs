//! How often something has been tried, and since when -> how long to wait before it is tried again, or that it is not.

use std::time::{Duration, Instant};

/// How often, including the first time.
const ATTEMPTS: u32 = 6;
/// Before the second attempt; doubled for each one after it, so that all waiting together is 6.2 seconds at most.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
/// After this time since the beginning, nothing is tried again: somebody is waiting for an answer.
const PATIENCE: Duration = Duration::from_secs(15);

/// Attempts at one thing.
#[derive(Debug)]
pub(super) struct Retry {
    since: Instant,
    attempts: u32,
}

impl Retry {
    /// Begins, just before the first attempt.
    pub(super) fn new() -> Self {
        Self { since: Instant::now(), attempts: 1 }
    }

    /// After a failed attempt that was worth another: how long to wait before it, or `None` when it has been enough.
    pub(super) fn pause(&mut self) -> Option<Duration> {
        self.pause_after(self.since.elapsed(), getrandom::u32().unwrap_or(u32::MAX))
    }

    /// Between half of the pause and all of it, by chance, so that those who failed together do not come back together.
    fn pause_after(&mut self, elapsed: Duration, chance: u32) -> Option<Duration> {
        if self.attempts >= ATTEMPTS || elapsed >= PATIENCE {
            return None;
        }
        let whole = FIRST_PAUSE * 2_u32.pow(self.attempts - 1);
        self.attempts += 1;
        Some(whole / 2 + (whole / 2).mul_f64(f64::from(chance) / f64::from(u32::MAX)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_and_end() {
        let mut retry = Retry::new();
        let pauses: Vec<_> = std::iter::from_fn(|| retry.pause_after(Duration::ZERO, u32::MAX)).collect();
        assert_eq!(pauses, [200, 400, 800, 1600, 3200].map(Duration::from_millis));
        assert_eq!(pauses.iter().sum::<Duration>(), Duration::from_millis(6200));
    }

    #[test]
    fn chance_takes_away_at_most_half() {
        assert_eq!(Retry::new().pause_after(Duration::ZERO, 0), Some(FIRST_PAUSE / 2));
        let pause = Retry::new().pause().unwrap();
        assert!(pause >= FIRST_PAUSE / 2 && pause <= FIRST_PAUSE);
    }

    #[test]
    fn nobody_waits_for_ever() {
        assert_eq!(Retry::new().pause_after(PATIENCE, 0), None);
    }
}
