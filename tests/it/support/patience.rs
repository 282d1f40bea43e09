//! A condition that only asking can tell -> what it brings, once it has come true.

use std::thread;
use std::time::{Duration, Instant};

/// After so long a condition is taken to be one that never comes.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// Calls `look` until it finds something.
#[track_caller]
pub(crate) fn eventually<T>(mut look: impl FnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(started.elapsed() < PATIENCE, "never came");
        thread::sleep(Duration::from_millis(20));
    }
}
