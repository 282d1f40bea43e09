//! Everything that this process logs, at the finest level -> read as it is written: nothing secret may be in it.
//!
//! Every gateway of the tests begins it, and every line that any test leads to is held against the rules below. Those of the built binary are
//! held against them by `process`.

use std::collections::HashMap;
use std::io::{self, Write};
use std::sync::{Condvar, LazyLock, Mutex, PoisonError};

use deltalink::telemetry::may_be_logged;
use serde_json::Value;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use super::patience::PATIENCE;

/// A word that tests put into rows, keys, queries, tokens and credentials, and that is nowhere else.
pub(crate) const CANARY: &str = "kanarienvogel";
/// What stands in rows of the shop and nowhere else.
const ROWS: [&str; 4] = [CANARY, "anna@example.com", "-4000-8000-", "\\\"quoted\\\""];
/// Tokens, keys and tags are longer runs of their characters than any name is.
const LONGEST_NAME: usize = 42;

/// What is wrong with a line of a log, if anything.
pub(crate) fn indiscretion(line: &str) -> Option<String> {
    let word = ROWS.into_iter().find(|word| line.contains(word)).map(|word| format!("row data: {word}"));
    let part_of_token = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let long = || {
        let mut runs = line.split(|c| !part_of_token(c));
        // What OData cannot call by its name has longer ones.
        let token = runs.find(|run| run.len() > LONGEST_NAME && !run.contains("_x00"));
        token.map(|run| format!("a token: {run}"))
    };
    let path = || {
        let below = line.split("/odata/").skip(1);
        let mut said = below.filter(|rest| rest.starts_with(|c: char| c.is_ascii_alphanumeric() || "$%(".contains(c)));
        said.next().map(|rest| format!("a path: {}", rest.chars().take(20).collect::<String>()))
    };
    word.or_else(long).or_else(path)
}

#[derive(Default)]
struct Heard {
    indiscretions: Vec<String>,
    /// The lines of requests, by the ids of their traces.
    requests: HashMap<String, Vec<Value>>,
    lines: usize,
}

static HEARD: LazyLock<Mutex<Heard>> = LazyLock::new(Mutex::default);
static NEWS: Condvar = Condvar::new();
static BEGUN: LazyLock<()> = LazyLock::new(|| {
    let written = tracing_subscriber::fmt::layer().json().flatten_event(true).with_writer(Ear);
    tracing_subscriber::registry().with(filter_fn(may_be_logged)).with(written).init();
});

/// Listens, from now on.
pub(crate) fn listen() {
    LazyLock::force(&BEGUN);
}

/// Asserts that nothing secret has been said so far.
#[track_caller]
pub(crate) fn assert_discreet() {
    let heard = HEARD.lock().unwrap_or_else(PoisonError::into_inner);
    assert!(heard.indiscretions.is_empty(), "the log holds what it must not: {:#?}", heard.indiscretions);
}

/// How many lines there were so far.
pub(crate) fn lines() -> usize {
    HEARD.lock().unwrap_or_else(PoisonError::into_inner).lines
}

/// The line of the request whose trace has this id.
#[track_caller]
pub(crate) fn line(trace: &str) -> Value {
    let heard = HEARD.lock().unwrap_or_else(PoisonError::into_inner);
    let absent = |heard: &mut Heard| !heard.requests.contains_key(trace);
    let (mut heard, timeout) = NEWS.wait_timeout_while(heard, PATIENCE, absent).unwrap_or_else(PoisonError::into_inner);
    assert!(!timeout.timed_out(), "no line of {trace}");
    let lines = heard.requests.remove(trace).unwrap();
    assert_eq!(lines.len(), 1, "one request, one line: {lines:?}");
    lines.into_iter().next().unwrap()
}

struct Ear;

impl<'a> MakeWriter<'a> for Ear {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        Self
    }
}

impl Write for Ear {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        let line = String::from_utf8_lossy(octets);
        let indiscretion = indiscretion(&line).map(|what| format!("{what}\nin {line}"));
        let request =
            if line.contains("\"deltalink::request\"") { serde_json::from_str::<Value>(&line).ok() } else { None };
        let mut heard = HEARD.lock().unwrap_or_else(PoisonError::into_inner);
        heard.lines += 1;
        // One is enough to fail; the rest would only fill the memory.
        if heard.indiscretions.len() < 10 {
            heard.indiscretions.extend(indiscretion);
        }
        if let Some(request) = request {
            let trace = request["trace_id"].as_str().unwrap_or_default().to_owned();
            heard.requests.entry(trace).or_default().push(request);
            NEWS.notify_all();
        }
        Ok(octets.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn what_must_not_be_logged_is_noticed() {
    for wrong in [
        "GET /odata/Orders(1)",
        "followed /odata/$metadata",
        "token AQEBBk9yZGVycwAqAgAAAAAAAAAC5pLmV0AQEBBk9yZGVycw",
        "Name = kanarienvogel",
        "Email: anna@example.com",
    ] {
        assert!(indiscretion(wrong).is_some(), "{wrong}");
    }
    for right in [
        "serving http://127.0.0.1:8080/odata/",
        "deltalink::request trace_id=4bf92f3577b34da6a3ce929d0e0e4736 set=Orders",
        "the changes of the table Orders are not tracked",
    ] {
        assert_eq!(indiscretion(right), None);
    }
}
