//! The built binary: run to its end, or served, watched and always reaped.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Instant;

use super::client::Client;
use super::log;
use super::patience::PATIENCE;

/// The binary under test, in `folder`, without any setting of the caller's environment.
pub(crate) fn deltalink(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_deltalink"));
    command.current_dir(folder);
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("DELTALINK_")) {
        command.env_remove(name);
    }
    command
}

/// Runs the binary to its end.
#[track_caller]
pub(crate) fn run(folder: &Path, arguments: &[&str]) -> Outcome {
    let mut command = deltalink(folder);
    command.args(arguments);
    Process::start(command).finish()
}

/// A child process and what it has written so far. Killed and reaped when dropped.
pub(crate) struct Process {
    child: Child,
    written: Arc<Written>,
}

#[derive(Default)]
struct Written {
    streams: Mutex<Streams>,
    news: Condvar,
}

#[derive(Default)]
struct Streams {
    out: String,
    err: String,
    closed: u8,
}

/// How a process ended.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Outcome {
    /// Asserts the exit code.
    #[track_caller]
    pub(crate) fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self:?}");
        self
    }
}

impl Process {
    #[track_caller]
    pub(crate) fn start(mut command: Command) -> Self {
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{error} from {command:?}"));
        let written = Arc::<Written>::default();
        watch(child.stdout.take().unwrap(), &written, |streams| &mut streams.out);
        watch(child.stderr.take().unwrap(), &written, |streams| &mut streams.err);
        Self { child, written }
    }

    /// With one pipe for both outputs, as `2>&1 | reader` makes it.
    #[cfg(target_os = "linux")]
    #[track_caller]
    pub(crate) fn start_with_one_output(mut command: Command) -> Self {
        let (reader, writer) = std::io::pipe().unwrap();
        command.stdin(Stdio::null()).stdout(writer.try_clone().unwrap()).stderr(writer);
        let child = command.spawn().unwrap_or_else(|error| panic!("{error} from {command:?}"));
        // It would keep the pipe open.
        drop(command);
        let written = Arc::<Written>::default();
        lock(&written).closed = 1;
        watch(reader, &written, |streams| &mut streams.err);
        Self { child, written }
    }

    /// With a standard output whose reader has left.
    #[cfg(target_os = "linux")]
    #[track_caller]
    pub(crate) fn start_without_output(mut command: Command) -> Self {
        let (_, nowhere) = std::io::pipe().unwrap();
        command.stdin(Stdio::null()).stdout(nowhere).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{error} from {command:?}"));
        let written = Arc::<Written>::default();
        lock(&written).closed = 1;
        watch(child.stderr.take().unwrap(), &written, |streams| &mut streams.err);
        Self { child, written }
    }

    /// Starts `serve` or `demo` at a free port and waits until it says where.
    #[track_caller]
    pub(crate) fn serving(command: Command) -> (Self, Client) {
        Self::serving_as(command, Self::start)
    }

    /// The same, started by `start`.
    #[track_caller]
    pub(crate) fn serving_as(mut command: Command, start: impl FnOnce(Command) -> Self) -> (Self, Client) {
        command.args(["--listen", "127.0.0.1:0"]);
        let process = start(command);
        let base = process.wait_for(|out, err| address(err).or_else(|| address(out)));
        (process, Client::new(&base))
    }

    /// Waits until `look` finds what it looks for in the two outputs.
    #[track_caller]
    pub(crate) fn wait_for<T>(&self, mut look: impl FnMut(&str, &str) -> Option<T>) -> T {
        let started = Instant::now();
        let mut streams = lock(&self.written);
        loop {
            if let Some(found) = look(&streams.out, &streams.err) {
                return found;
            }
            let over = streams.closed == 2 || started.elapsed() > PATIENCE;
            assert!(!over, "never came\nstdout: {}\nstderr: {}", streams.out, streams.err);
            streams = self.written.news.wait_timeout(streams, PATIENCE).unwrap().0;
        }
    }

    /// What `meanwhile` does, it does while nobody reads what the process writes.
    pub(crate) fn unread<T>(&self, meanwhile: impl FnOnce() -> T) -> T {
        // Who reads needs it to put down what was read.
        let _unread = lock(&self.written);
        meanwhile()
    }

    /// Asks the process to stop, as a service manager does.
    #[track_caller]
    pub(crate) fn terminate(&self) {
        self.signal("TERM");
    }

    #[track_caller]
    pub(crate) fn signal(&self, name: &str) {
        let kill = format!("kill -{name} {}", self.child.id());
        assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
    }

    /// Waits for the end.
    #[track_caller]
    pub(crate) fn finish(mut self) -> Outcome {
        let (out, err) = {
            let streams = lock(&self.written);
            let running = |streams: &mut Streams| streams.closed < 2;
            let (mut streams, timeout) = self.written.news.wait_timeout_while(streams, PATIENCE, running).unwrap();
            assert!(!timeout.timed_out(), "still running\nstdout: {}\nstderr: {}", streams.out, streams.err);
            (std::mem::take(&mut streams.out), std::mem::take(&mut streams.err))
        };
        assert_discreet(&err);
        let status: ExitStatus = self.child.wait().unwrap();
        Outcome { code: status.code(), out, err }
    }

    /// Asks the process to stop, and waits for it.
    #[track_caller]
    pub(crate) fn stop(self) -> Outcome {
        self.terminate();
        self.finish()
    }

    /// Ends the process without asking it; whether it had been running.
    pub(crate) fn kill(mut self) -> bool {
        let running = self.child.try_wait().unwrap().is_none();
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        running
    }

    #[cfg(target_os = "linux")]
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if !thread::panicking() {
            assert_discreet(&lock(&self.written).err);
        }
    }
}

/// Asserts that nothing secret is in what a process logged.
#[track_caller]
fn assert_discreet(log: &str) {
    for line in log.lines() {
        assert_eq!(log::indiscretion(line), None, "in {line}");
    }
}

fn watch(stream: impl Read + Send + 'static, written: &Arc<Written>, which: fn(&mut Streams) -> &mut String) {
    let written = Arc::clone(written);
    thread::spawn(move || {
        let mut reader = BufReader::new(stream);
        let mut line = Vec::new();
        while reader.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
            which(&mut lock(&written)).push_str(&String::from_utf8_lossy(&line));
            written.news.notify_all();
            line.clear();
        }
        lock(&written).closed += 1;
        written.news.notify_all();
    });
}

/// The streams, also when a test has failed while it held them.
fn lock(written: &Written) -> MutexGuard<'_, Streams> {
    written.streams.lock().unwrap_or_else(PoisonError::into_inner)
}

/// `http://127.0.0.1:12345` in a whole line that says what is served.
fn address(text: &str) -> Option<String> {
    let said = text.find("erving ")?;
    let (line, _) = text[said..].split_once('\n')?;
    let url = &line[line.find("http://")?..];
    url.find("/odata/").map(|end| url[..end].to_owned())
}
