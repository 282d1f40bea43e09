//! What becomes known of a request while it is answered -> one line of the log, numbers of the metrics, and a span.
//!
//! A newcomer's trap: a record ends when the last octet of the body has been handed over, or when the client has left, and not when the
//! answer begins. What it holds may be written down anywhere, so it never holds a path, a query, a key, a token, or data.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::metrics::Metrics;
use super::mode::Mode;
use super::trace::Trace;
use crate::edm::EntitySet;
use crate::error::{Error, ErrorKind};

/// A part of the way of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Reading what was asked.
    Parse,
    /// Finding out what that means here.
    Plan,
    /// Looking whether there is news, waiting for some, or for somebody else's answer.
    Look,
    /// Waiting for a turn to read.
    Queue,
    /// From the turn to the first row.
    Database,
}

impl Stage {
    /// Every one, in their order.
    pub const ALL: [Self; 5] = [Self::Parse, Self::Plan, Self::Look, Self::Queue, Self::Database];

    /// Its name in the log, behind which stands the unit, and in `Server-Timing`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Parse => "parse",
            Self::Plan => "plan",
            Self::Look => "look",
            Self::Queue => "queue",
            Self::Database => "database",
        }
    }
}

/// One request.
pub struct Record {
    /// Where it stands in its trace.
    pub trace: Trace,
    pub(super) method: &'static str,
    pub(super) begun: Instant,
    metrics: Arc<Metrics>,
    facts: Mutex<Facts>,
}

/// What is known so far.
#[derive(Debug, Default)]
pub(super) struct Facts {
    pub(super) principal: Option<String>,
    pub(super) set: Option<Arc<EntitySet>>,
    pub(super) mode: Mode,
    pub(super) kind: Option<&'static str>,
    pub(super) parts: Option<usize>,
    pub(super) rows: u64,
    pub(super) shared: bool,
    pub(super) code: Option<&'static str>,
    /// How long each stage took, where it was reached.
    pub(super) stages: [Option<Duration>; Stage::ALL.len()],
    /// When the last of them ended.
    pub(super) reached: Duration,
}

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct End {
    /// The status; 499 where the client left before there was one.
    pub status: u16,
    /// Octets of the body that were handed over, as they left: encoded.
    pub bytes: u64,
    /// Whether that is not all of it.
    pub cut: bool,
}

/// The status of a request whose client left before it was answered: nobody has seen it. The number is nginx's.
pub const LEFT: u16 = 499;

impl Record {
    /// Begins with a request that comes with the header `traceparent`.
    pub fn begin(method: &'static str, traceparent: Option<&str>, metrics: &Arc<Metrics>) -> Self {
        Self {
            trace: Trace::follow(traceparent),
            method,
            begun: Instant::now(),
            metrics: Arc::clone(metrics),
            facts: Mutex::default(),
        }
    }

    /// Who asks is known: the id of a principal.
    pub fn asked_by(&self, principal: &str) {
        self.facts().principal = Some(principal.to_owned());
    }

    /// What is asked for is known; `kind` says more of it.
    pub fn asks_for(&self, mode: Mode, set: Option<&Arc<EntitySet>>, kind: Option<&'static str>) {
        let mut facts = self.facts();
        (facts.mode, facts.set, facts.kind) = (mode, set.cloned(), kind);
    }

    /// It holds so many requests.
    pub fn holds(&self, parts: usize) {
        self.facts().parts = Some(parts);
    }

    /// Its answer is one that somebody else had.
    pub fn shared(&self) {
        self.facts().shared = true;
    }

    /// So many rows have been read for it.
    pub fn read(&self, rows: u64) {
        self.facts().rows += rows;
    }

    /// `stage` has ended. What is done again counts again.
    pub fn reached(&self, stage: Stage) {
        let now = self.begun.elapsed();
        let mut facts = self.facts();
        let took = now.saturating_sub(facts.reached);
        let before = facts.stages[stage as usize].unwrap_or_default();
        facts.stages[stage as usize] = Some(before + took);
        facts.reached = now;
    }

    /// It, or a part of it, is refused or has failed.
    pub fn refused(&self, error: &Error) {
        self.facts().code = Some(error.kind().code());
        match (error.kind(), error.expiry()) {
            (_, Some(expiry)) => self.metrics.token_refused(expiry.code()),
            (ErrorKind::DeltaTokenInvalid, None) => self.metrics.token_refused("Invalid"),
            (ErrorKind::DeltaLinkOfAnother, None) => self.metrics.token_refused("Another"),
            _ => {}
        }
    }

    /// The stages that have ended so far, as `Server-Timing` has them; none where none has.
    pub fn timing(&self) -> Option<String> {
        let stages = self.facts().stages;
        let said = Stage::ALL.into_iter().zip(stages).filter_map(|(stage, took)| {
            took.map(|took| format!("{};dur={:.3}", stage.name(), took.as_secs_f64() * 1000.0))
        });
        let said = said.collect::<Vec<_>>().join(", ");
        (!said.is_empty()).then_some(said)
    }

    /// Writes down how it ended.
    pub fn end(&self, end: End) {
        let took = self.begun.elapsed();
        let facts = self.facts();
        self.metrics.count(&facts, end, took);
        super::line::write(self, &facts, end, took);
        #[cfg(feature = "otlp")]
        super::otlp::export(self, &facts, end, took);
    }

    fn facts(&self) -> MutexGuard<'_, Facts> {
        self.facts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
