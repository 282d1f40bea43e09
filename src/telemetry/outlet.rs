//! Lines of the log -> standard error, written by a thread of their own.
//!
//! A newcomer's trap: whoever reads standard error may be slow or may have stopped, and neither a request nor the end of the process may wait
//! for that. So lines for which there is no room are lost; how many is counted, told in the log itself as soon as it moves again, and in
//! the metrics.

use std::io::{Result, Write, stderr};
use std::mem::swap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// Octets that wait at most: ten thousand lines and more, which is seconds of what a busy gateway says.
const ROOM: usize = 4 * 1024 * 1024;
/// Octets that stay reserved.
const USUAL: usize = 64 * 1024;
/// Between two looks for lines. Whoever waits for each line is woken for each, which costs a busy gateway more than all else that it does
/// for its log.
const PAUSE: Duration = Duration::from_millis(5);
/// How long the end of the process waits for what is still to be written.
const PATIENCE: Duration = Duration::from_secs(1);

/// There is one log, and one standard error.
static LOST: AtomicU64 = AtomicU64::new(0);

/// How many lines were lost.
pub(super) fn lost() -> u64 {
    LOST.load(Ordering::Relaxed)
}

/// Where lines go.
#[derive(Clone)]
pub struct Lines(Arc<Queue>);

/// What is queued is written when this is dropped, if that does not take too long.
#[must_use]
pub struct Guard(Arc<Queue>);

/// One piece of memory and not one for each line: what one thread reserves and another one gives back, both wait for.
#[derive(Default)]
struct Queue {
    state: Mutex<State>,
    news: Condvar,
}

#[derive(Default)]
struct State {
    octets: Vec<u8>,
    /// Nothing comes any more.
    closed: bool,
    /// And everything is written.
    ended: bool,
}

/// Begins to write.
pub fn begin() -> (Lines, Guard) {
    let queue = Arc::<Queue>::default();
    let writing = Arc::clone(&queue);
    // Without the thread nothing is written, and the room is soon full: that is no reason not to serve.
    let _ = thread::Builder::new().name("log".to_owned()).spawn(move || writing.write_to(&mut stderr()));
    (Lines(Arc::clone(&queue)), Guard(queue))
}

impl Queue {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put(&self, line: &[u8]) {
        let mut state = self.state();
        if state.octets.len() + line.len() > ROOM {
            LOST.fetch_add(1, Ordering::Relaxed);
            return;
        }
        let was_empty = state.octets.is_empty();
        state.octets.extend_from_slice(line);
        drop(state);
        if was_empty {
            self.news.notify_all();
        }
    }

    /// Writes until the queue is closed and empty.
    fn write_to(&self, to: &mut impl Write) {
        let mut octets = Vec::new();
        let mut told = 0;
        while self.take(&mut octets) {
            // Nobody can be told that this fails.
            let _ = to.write_all(&octets).and_then(|()| to.flush());
            octets.clear();
            octets.shrink_to(USUAL);
            told = tell_losses(told);
            thread::sleep(PAUSE);
        }
        self.state().ended = true;
        self.news.notify_all();
    }

    /// Waits for lines and swaps them for `empty`; false at the end.
    fn take(&self, empty: &mut Vec<u8>) -> bool {
        let idle = |state: &mut State| state.octets.is_empty() && !state.closed;
        let mut state = self.news.wait_while(self.state(), idle).unwrap_or_else(PoisonError::into_inner);
        swap(&mut state.octets, empty);
        !empty.is_empty()
    }
}

/// Tells of losses, if there are more than those that were `told`; those that are told now.
fn tell_losses(told: u64) -> u64 {
    let before = lost();
    if before > told {
        tracing::warn!(
            lines = before,
            "lines of the log were lost since the start: standard error is not read fast enough"
        );
    }
    // The queue may be full again, and this line among those that are lost: then it is told with the next ones. So the number is that of
    // all, for which it is no harm to be told twice.
    if lost() == before { before } else { told }
}

impl Drop for Guard {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.closed = true;
        self.0.news.notify_all();
        let running = |state: &mut State| !state.ended;
        drop(self.0.news.wait_timeout_while(state, PATIENCE, running));
    }
}

impl Write for Lines {
    /// Takes a whole line.
    fn write(&mut self, line: &[u8]) -> Result<usize> {
        self.0.put(line);
        Ok(line.len())
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}
