//! A request that has ended -> its line in the log.

use std::time::Duration;

use super::mode::Mode;
use super::record::{End, Facts, Record, Stage};

/// The target of the lines: what a filter of the log names them by.
pub const TARGET: &str = concat!("deltalink", "::request");

/// Writes the line. Where the filter leaves it out, that costs next to nothing.
pub(super) fn write(record: &Record, facts: &Facts, end: End, took: Duration) {
    macro_rules! line {
        ($level:expr) => {
            tracing::event!(
                target: TARGET,
                $level,
                method = record.method,
                status = end.status,
                set = facts.set.as_ref().map(|set| set.name.as_str()),
                mode = facts.mode.word(),
                kind = facts.kind,
                parts = facts.parts,
                rows = facts.rows,
                bytes = end.bytes,
                code = facts.code,
                shared = facts.shared.then_some(true),
                cut = end.cut.then_some(true),
                principal = facts.principal.as_deref().unwrap_or("anonymous"),
                trace_id = %record.trace.id,
                parse_us = facts.microseconds(Stage::Parse),
                plan_us = facts.microseconds(Stage::Plan),
                look_us = facts.microseconds(Stage::Look),
                queue_us = facts.microseconds(Stage::Queue),
                database_us = facts.microseconds(Stage::Database),
                whole_us = microseconds(took),
                "request"
            )
        };
    }
    if facts.mode == Mode::Health {
        line!(tracing::Level::DEBUG);
    } else {
        line!(tracing::Level::INFO);
    }
}

impl Facts {
    fn microseconds(&self, stage: Stage) -> Option<u64> {
        self.stages[stage as usize].map(microseconds)
    }
}

fn microseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
