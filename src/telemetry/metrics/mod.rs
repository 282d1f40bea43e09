//! What is counted: requests that have ended, refusals, clean-up -> the text that Prometheus reads.
//!
//! What happens is counted when it happens; how things stand, such as how many wait, is asked when somebody reads the metrics, and comes
//! here as a [`Sample`]. Labels are few: names of sets are the model's, all others are words of this program.

mod labels;
mod sample;

use std::sync::atomic::AtomicU64;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::{ConstGauge, Gauge};
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};

use super::mode::Mode;
use super::record::{End, Facts};
use crate::error::Expiry;
use labels::{Asked, Named, Outcome, Reason};
use sample::Sampled;
pub use sample::{History, KeptAnswers, Pool, Reads, Sample, SetSample, Waiting};

/// The type of the text.
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// The bounds of the histogram, in seconds: from what a kept answer takes to what nobody waits for.
const BOUNDS: [f64; 18] =
    [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0];

/// Why tokens are refused, beside the reasons for which they expire.
const REFUSED: [&str; 2] = ["Invalid", "Another"];

/// All metrics.
pub struct Metrics {
    registry: Registry,
    requests: Family<Outcome, Counter>,
    rows: Family<Asked, Counter>,
    bytes: Family<Asked, Counter>,
    cut: Family<Named, Counter>,
    durations: Family<Named, Histogram, fn() -> Histogram>,
    /// The same, by [`Mode::ALL`]: every request needs one.
    durations_by_mode: [Histogram; Mode::ALL.len()],
    tokens: Family<Reason, Counter>,
    authentication: Family<Reason, Counter>,
    pruned: Counter,
    prunings_failed: Counter,
    last_pruned: Gauge<f64, AtomicU64>,
    sampled: Sampled,
    /// Held while a sample is told of: nobody reads another one's.
    telling: Mutex<()>,
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl Metrics {
    /// Nothing has been counted yet.
    pub fn new() -> Self {
        let durations = Family::<Named, Histogram, fn() -> Histogram>::new_with_constructor(|| Histogram::new(BOUNDS));
        let mut metrics = Self {
            registry: Registry::default(),
            requests: Family::default(),
            rows: Family::default(),
            bytes: Family::default(),
            cut: Family::default(),
            durations_by_mode: Mode::ALL.map(|mode| durations.get_or_create(&Named { mode: mode.word() }).clone()),
            durations,
            tokens: Family::default(),
            authentication: Family::default(),
            pruned: Counter::default(),
            prunings_failed: Counter::default(),
            last_pruned: Gauge::default(),
            sampled: Sampled::default(),
            telling: Mutex::default(),
        };
        metrics.register();
        metrics.begin_at_zero();
        metrics
    }

    fn register(&mut self) {
        let root = &mut self.registry;
        let start = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64();
        root.register("process_start_time_seconds", "When the process began, since 1970", ConstGauge::new(start));
        let own = root.sub_registry_with_prefix("deltalink");
        let version = Info::new([("version", env!("CARGO_PKG_VERSION"))]);
        own.register("build", "Which program this is", version);
        own.register("requests", "Requests that have ended", self.requests.clone());
        own.register("rows", "Rows that were read for requests", self.rows.clone());
        own.register_with_unit("sent", "Octets of bodies, as they left", Unit::Bytes, self.bytes.clone());
        own.register("cut_answers", "Answers of which not all was sent", self.cut.clone());
        let durations = "From the head of the request to the end of the answer";
        own.register_with_unit("request_duration", durations, Unit::Seconds, self.durations.clone());
        own.register("token_refusals", "Delta and skip tokens that were refused", self.tokens.clone());
        own.register("authentication_refusals", "Requests whose proof was refused", self.authentication.clone());
        own.register("pruned_changes", "Recorded changes that were removed after their retention", self.pruned.clone());
        own.register("failed_prunings", "Removals of old changes that failed", self.prunings_failed.clone());
        let last = "When old changes were last removed, since 1970; 0 for not yet";
        own.register_with_unit("last_pruning_timestamp", last, Unit::Seconds, self.last_pruned.clone());
        own.register_collector(Box::new(self.sampled.clone()));
    }

    /// A counter that is there from the beginning shows the first time that it moves.
    fn begin_at_zero(&self) {
        for reason in REFUSED.into_iter().chain(Expiry::ALL.map(Expiry::code)) {
            drop(self.tokens.get_or_create(&Reason { reason }));
        }
        for mode in Mode::ALL {
            drop(self.cut.get_or_create(&Named { mode: mode.word() }));
        }
    }

    /// A token was refused: `Invalid`, `Another` for another principal's, or the code of an [`Expiry`].
    pub fn token_refused(&self, reason: &'static str) {
        self.tokens.get_or_create(&Reason { reason }).inc();
    }

    /// What a client brought to prove who it is was refused.
    pub fn authentication_refused(&self, reason: &'static str) {
        self.authentication.get_or_create(&Reason { reason }).inc();
    }

    /// Old changes were removed, so many; or that failed.
    pub fn pruned(&self, removed: Option<u64>) {
        let Some(removed) = removed else {
            self.prunings_failed.inc();
            return;
        };
        self.pruned.inc_by(removed);
        self.last_pruned.set(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64());
    }

    /// A request has ended.
    pub(super) fn count(&self, facts: &Facts, end: End, took: Duration) {
        let asked = Asked { set: labels::Set(facts.set.clone()), mode: facts.mode.word() };
        self.durations_by_mode[facts.mode as usize].observe(took.as_secs_f64());
        if facts.rows > 0 {
            self.rows.get_or_create(&asked).inc_by(facts.rows);
        }
        if end.bytes > 0 {
            self.bytes.get_or_create(&asked).inc_by(end.bytes);
        }
        if end.cut {
            self.cut.get_or_create(&Named { mode: asked.mode }).inc();
        }
        self.requests.get_or_create(&Outcome { set: asked.set, mode: asked.mode, status: end.status }).inc();
    }

    /// The text, with how things stand.
    pub fn text(&self, sample: Sample) -> String {
        let _telling = self.telling.lock().unwrap_or_else(PoisonError::into_inner);
        self.sampled.put(sample);
        let mut text = String::new();
        // Writing into a string does not fail, and what is registered is well-formed.
        let _ = encode(&mut text, &self.registry);
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(metrics: &Metrics) -> String {
        metrics.text(Sample::default())
    }

    #[test]
    fn requests_are_counted_when_they_have_ended() {
        let metrics = Metrics::new();
        let facts = Facts { mode: Mode::Changes, rows: 3, ..Facts::default() };
        metrics.count(&facts, End { status: 200, bytes: 70, cut: false }, Duration::from_micros(200));
        metrics.count(&facts, End { status: 200, bytes: 0, cut: true }, Duration::from_secs(2));
        let text = text(&metrics);
        for line in [
            "deltalink_requests_total{set=\"none\",mode=\"changes\",status=\"200\"} 2",
            "deltalink_rows_total{set=\"none\",mode=\"changes\"} 6",
            "deltalink_sent_bytes_total{set=\"none\",mode=\"changes\"} 70",
            "deltalink_cut_answers_total{mode=\"changes\"} 1",
            "deltalink_request_duration_seconds_bucket{le=\"0.00025\",mode=\"changes\"} 1",
            "deltalink_request_duration_seconds_count{mode=\"changes\"} 2",
        ] {
            assert!(text.contains(&format!("{line}\n")), "{line} is not in\n{text}");
        }
        assert!(text.ends_with("# EOF\n"));
    }

    #[test]
    fn refusals_and_clean_up_begin_at_nothing() {
        let metrics = Metrics::new();
        metrics.token_refused(Expiry::Pruned.code());
        metrics.authentication_refused("KeyUnknown");
        metrics.pruned(Some(7));
        metrics.pruned(None);
        let text = text(&metrics);
        for line in [
            "deltalink_token_refusals_total{reason=\"Pruned\"} 1",
            "deltalink_token_refusals_total{reason=\"Invalid\"} 0",
            "deltalink_authentication_refusals_total{reason=\"KeyUnknown\"} 1",
            "deltalink_pruned_changes_total 7",
            "deltalink_failed_prunings_total 1",
            concat!("deltalink_build_info{version=\"", env!("CARGO_PKG_VERSION"), "\"} 1"),
        ] {
            assert!(text.contains(&format!("{line}\n")), "{line} is not in\n{text}");
        }
    }
}
