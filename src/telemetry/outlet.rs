//! Lines of the log -> standard error, written by a thread of their own.
//!
//! A newcomer's trap: whoever reads standard error may be slow or may have stopped, and a request must not wait for that. So lines that do
//! not fit into the queue are lost; how many is counted, told in the log itself as soon as it moves again, and in the metrics.

use std::io::{BufWriter, Result, Stderr, Write, stderr};
use std::sync::{OnceLock, mpsc};
use std::thread::{self, sleep};
use std::time::Duration;

pub use tracing_appender::non_blocking::NonBlocking;
use tracing_appender::non_blocking::{ErrorCounter, NonBlockingBuilder, WorkerGuard};

/// Lines that wait at most: some megabytes, and seconds of what a busy gateway says.
const QUEUED: usize = 16 * 1024;
/// Octets that are written at once, where there are so many.
const BLOCK: usize = 64 * 1024;
/// Between two looks for lines. Whoever waits for each line is woken for each, which costs a busy gateway more than all else that it does
/// for its log: a sixth of its time.
const PAUSE: Duration = Duration::from_millis(5);
/// For so long the end of the process waits for what is queued: the library's own second, and some.
const LONGEST_END: Duration = Duration::from_millis(1500);

/// There is one log, and one standard error.
static LOST: OnceLock<ErrorCounter> = OnceLock::new();

/// Where lines go. What is queued is written when the guard is dropped, if that takes no longer than a second.
pub fn begin() -> (NonBlocking, Guard) {
    let to = Outlet { to: BufWriter::with_capacity(BLOCK, stderr()), told: 0 };
    let (lines, guard) = NonBlockingBuilder::default().buffered_lines_limit(QUEUED).thread_name("log").finish(to);
    LOST.get_or_init(|| lines.error_counter());
    (lines, Guard(Some(guard)))
}

/// The log ends with it.
pub struct Guard(Option<WorkerGuard>);

impl Drop for Guard {
    /// Where the queue is full, the library says so on standard output, which may stand still like standard error, or be closed. So it does
    /// that in a thread of its own, which nobody has to wait for.
    fn drop(&mut self) {
        let guard = self.0.take();
        let (ended, end) = mpsc::channel::<()>();
        let end_it = move || {
            drop(guard);
            drop(ended);
        };
        if thread::Builder::new().name("log's end".to_owned()).spawn(end_it).is_ok() {
            let _ = end.recv_timeout(LONGEST_END);
        }
    }
}

/// How many lines were lost.
pub(super) fn lost() -> u64 {
    LOST.get().map_or(0, |lost| lost.dropped_lines() as u64)
}

struct Outlet {
    to: BufWriter<Stderr>,
    /// How many losses the log tells of.
    told: u64,
}

impl Write for Outlet {
    fn write(&mut self, line: &[u8]) -> Result<usize> {
        self.to.write(line)
    }

    /// Comes when there is nothing more to write.
    fn flush(&mut self) -> Result<()> {
        self.to.flush()?;
        let before = lost();
        if before > self.told {
            tracing::warn!(
                lines = before,
                "lines of the log were lost since the start: standard error is not read fast enough"
            );
        }
        // While that was being written the queue may have filled again, and this line may be among those that are lost: then it is told
        // with the next ones. So the number is that of all, for which it is no harm to be told twice.
        if lost() == before {
            self.told = before;
        }
        sleep(PAUSE);
        Ok(())
    }
}
