//! How things stand at one moment -> gauges, and counters of what counts by itself.

use std::sync::{Arc, Mutex, PoisonError};

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::Unit;

use super::super::outlet;

/// How things stand.
#[derive(Clone, Debug, Default)]
pub struct Sample {
    /// Whether requests can be answered.
    pub ready: bool,
    /// Reads of the database.
    pub reads: Reads,
    /// Connections with the database, where they are counted.
    pub pool: Option<Pool>,
    /// Clients that wait for changes.
    pub waiting: Waiting,
    /// Answers that are kept.
    pub kept: KeptAnswers,
    /// Each entity set.
    pub sets: Vec<SetSample>,
}

/// Reads of the database.
#[derive(Clone, Copy, Debug, Default)]
pub struct Reads {
    /// Under way.
    pub running: usize,
    /// How many may be.
    pub most: usize,
    /// Requests that wait for their turn.
    pub queued: usize,
    /// How many may wait.
    pub most_queued: usize,
}

/// Connections with the database.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pool {
    /// In use.
    pub used: usize,
    /// Open, and not in use.
    pub idle: usize,
    /// Who waits for one.
    pub waiting: usize,
    /// How many there may be.
    pub most: usize,
}

/// Clients that wait for changes.
#[derive(Clone, Copy, Debug, Default)]
pub struct Waiting {
    /// How many.
    pub clients: usize,
    /// How many may.
    pub most: usize,
}

/// Answers that are kept for others who ask the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KeptAnswers {
    /// How often one was there.
    pub hits: u64,
    /// How often one had to be made.
    pub misses: u64,
    /// How often one had to make room.
    pub evictions: u64,
    /// Octets that they take now.
    pub octets: u64,
    /// How many they may take.
    pub most_octets: u64,
}

/// An entity set.
#[derive(Clone, Debug, Default)]
pub struct SetSample {
    /// Its name.
    pub name: String,
    /// Where its history stands; none where changes are not recorded, or cannot be read.
    pub history: Option<History>,
    /// Whether the recording of its changes is damaged.
    pub damaged: bool,
    /// Seconds for which changes are kept, where that is known.
    pub retention: Option<u64>,
    /// Seconds since the oldest change that is kept, where that is known and there is one.
    pub oldest: Option<u64>,
}

/// Where a history stands.
#[derive(Clone, Copy, Debug, Default)]
pub struct History {
    /// The newest version.
    pub version: u64,
    /// The oldest from which changes are known.
    pub min_valid_version: u64,
}

impl SetSample {
    /// Seconds by which the oldest change has outlived its retention.
    pub fn lag(&self) -> Option<u64> {
        Some(self.oldest?.saturating_sub(self.retention?))
    }
}

/// The sample that is told of.
#[derive(Clone, Debug, Default)]
pub(super) struct Sampled(Arc<Mutex<Sample>>);

impl Sampled {
    pub(super) fn put(&self, sample: Sample) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = sample;
    }
}

impl Collector for Sampled {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), std::fmt::Error> {
        let sample = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let Sample { ready, reads, pool, waiting, kept, sets } = sample;
        let mut tell = Telling(&mut encoder);
        tell.gauge("ready", "Whether requests can be answered: 1 or 0", u64::from(ready))?;
        tell.gauge("reads_running", "Reads of the database under way", reads.running as u64)?;
        tell.gauge("reads_limit", "How many may be under way", reads.most as u64)?;
        tell.gauge("reads_queued", "Requests that wait for their turn to read", reads.queued as u64)?;
        tell.gauge("reads_queued_limit", "How many may wait for their turn", reads.most_queued as u64)?;
        if let Some(pool) = pool {
            tell.gauge("pool_used", "Connections with the database in use", pool.used as u64)?;
            tell.gauge("pool_idle", "Connections with the database that nobody uses", pool.idle as u64)?;
            tell.gauge("pool_waiting", "Who waits for a connection", pool.waiting as u64)?;
            tell.gauge("pool_limit", "How many connections there may be", pool.most as u64)?;
        }
        tell.gauge("waiting_clients", "Clients that wait for changes", waiting.clients as u64)?;
        tell.gauge("waiting_clients_limit", "How many may wait for changes", waiting.most as u64)?;
        tell.counter("kept_hits", "Requests that had an answer which was kept", kept.hits)?;
        tell.counter("kept_misses", "Requests whose answer was made to be kept", kept.misses)?;
        tell.counter("kept_evictions", "Kept answers that made room for others", kept.evictions)?;
        tell.bytes("kept", "What kept answers take", kept.octets)?;
        tell.bytes("kept_limit", "What kept answers may take", kept.most_octets)?;
        tell.counter("lost_log_lines", "Lines of the log for which there was no room", outlet::lost())?;
        tell_of_sets(&mut tell, &sets)
    }
}

fn tell_of_sets(tell: &mut Telling<'_, '_>, sets: &[SetSample]) -> Result<(), std::fmt::Error> {
    let history = |set: &SetSample| set.history;
    tell.each("set_version", "The newest version of its history", None, sets, |set| Some(history(set)?.version))?;
    let help = "The oldest version from which changes are known";
    tell.each("set_min_valid_version", help, None, sets, |set| Some(history(set)?.min_valid_version))?;
    let help = "Whether the recording of its changes is damaged: 1 or 0";
    tell.each("set_tracking_damaged", help, None, sets, |set| Some(u64::from(set.damaged)))?;
    let seconds = Some(&Unit::Seconds);
    tell.each("set_retention", "For how long changes are kept", seconds, sets, |set| set.retention)?;
    tell.each("set_oldest_change_age", "Time since the oldest change that is kept", seconds, sets, |set| set.oldest)?;
    let help = "By how much the oldest change has outlived its retention";
    tell.each("set_cleanup_lag", help, seconds, sets, SetSample::lag)
}

struct Telling<'a, 'b>(&'a mut DescriptorEncoder<'b>);

impl Telling<'_, '_> {
    fn gauge(&mut self, name: &str, help: &str, value: u64) -> Result<(), std::fmt::Error> {
        self.plain(name, help, None, value)
    }

    fn bytes(&mut self, name: &str, help: &str, value: u64) -> Result<(), std::fmt::Error> {
        self.plain(name, help, Some(&Unit::Bytes), value)
    }

    fn plain(&mut self, name: &str, help: &str, unit: Option<&Unit>, value: u64) -> Result<(), std::fmt::Error> {
        let encoder = self.0.encode_descriptor(name, help, unit, MetricType::Gauge)?;
        ConstGauge::new(value).encode(encoder)
    }

    fn counter(&mut self, name: &str, help: &str, value: u64) -> Result<(), std::fmt::Error> {
        let encoder = self.0.encode_descriptor(name, help, None, MetricType::Counter)?;
        ConstCounter::new(value).encode(encoder)
    }

    /// A gauge of each set that has a value.
    fn each(
        &mut self,
        name: &str,
        help: &str,
        unit: Option<&Unit>,
        sets: &[SetSample],
        value: impl Fn(&SetSample) -> Option<u64>,
    ) -> Result<(), std::fmt::Error> {
        let mut encoder = self.0.encode_descriptor(name, help, unit, MetricType::Gauge)?;
        for set in sets {
            if let Some(value) = value(set) {
                ConstGauge::new(value).encode(encoder.encode_family(&[("set", set.name.as_str())])?)?;
            }
        }
        Ok(())
    }
}
