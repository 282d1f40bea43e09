//! What the operator set -> the log on standard error.

use std::io::{IsTerminal, stderr};

use tracing_subscriber::filter::{EnvFilter, filter_fn};
use tracing_subscriber::fmt;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::config::{Format, Level, Log};
use crate::telemetry::may_be_logged;

/// The variable that says more finely than a level what is written.
const FILTER: &str = "DELTALINK_LOG";

/// Begins to write. `format` is what the command line says.
pub(super) fn begin(format: Option<Format>, log: &Log) {
    let filter = EnvFilter::try_from_env(FILTER).unwrap_or_else(|_| EnvFilter::new(usual(log)));
    let registry = tracing_subscriber::registry().with(filter).with(filter_fn(may_be_logged));
    match format.or(log.format).unwrap_or_default() {
        Format::Human => registry.with(fmt::layer().with_writer(stderr).with_ansi(stderr().is_terminal())).init(),
        Format::Json => registry.with(fmt::layer().json().flatten_event(true).with_writer(stderr)).init(),
    }
}

fn usual(log: &Log) -> String {
    format!("warn,deltalink={}", log.level.map_or("info", Level::word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_is_that_of_this_program() {
        assert_eq!(usual(&Log { level: Some(Level::Trace), ..Log::default() }), "warn,deltalink=trace");
    }
}
