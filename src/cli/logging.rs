//! What the operator set -> the log on standard error.

mod lines;

use std::io::{IsTerminal, stderr};

use tracing_subscriber::filter::{EnvFilter, LevelFilter, filter_fn};
use tracing_subscriber::fmt;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::config::{Format, Level, Log};
use crate::error::{Error, Result};
use crate::telemetry::outlet::{self, Guard};
use crate::telemetry::{TARGET, may_be_logged};

/// The variable that says more finely than a level what is written.
const FILTER: &str = "DELTALINK_LOG";

/// Begins to write. `format` is what the command line says. The log ends with the guard.
pub(super) fn begin(format: Option<Format>, log: &Log) -> Result<Guard> {
    let wanted = std::env::var(FILTER).unwrap_or_default();
    let filter = if wanted.trim().is_empty() { EnvFilter::new(usual(log)) } else { filter(&wanted)? };
    let registry = tracing_subscriber::registry().with(filter).with(filter_fn(may_be_logged));
    let (lines, guard) = outlet::begin();
    let lines = move || lines.clone();
    match format.or(log.format).unwrap_or_default() {
        Format::Human => {
            let format = lines::Human(fmt::format());
            registry
                .with(fmt::layer().event_format(format).with_writer(lines).with_ansi(stderr().is_terminal()))
                .init();
        }
        Format::Json => {
            let format = lines::Machine(fmt::format().json().flatten_event(true));
            registry.with(fmt::layer().json().event_format(format).with_writer(lines)).init();
        }
    }
    Ok(guard)
}

fn usual(log: &Log) -> String {
    format!("warn,deltalink={}", log.level.map_or("info", Level::word))
}

/// A newcomer's trap: to the library, a word that is no level is the name of a target, and nothing else would be written.
fn filter(wanted: &str) -> Result<EnvFilter> {
    let parts: Vec<&str> = wanted.split(',').map(str::trim).collect();
    let is_target = |part: &str| part.contains(['=', ':', '[']);
    let is_level = |part: &str| !part.is_empty() && part.parse::<LevelFilter>().is_ok();
    if let Some(part) = parts.iter().find(|part| !is_target(part) && !is_level(part)) {
        return Err(wrong(&format!("'{part}' is no level")));
    }
    EnvFilter::try_new(parts.join(",")).map_err(|error| wrong(&error.to_string()))
}

fn wrong(why: &str) -> Error {
    Error::configuration(format!(
        "{FILTER}: {why}. It is a level (off, error, warn, info, debug, trace), or several 'TARGET=LEVEL' with commas between them, as in 'warn,{TARGET}=info'."
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_is_that_of_this_program() {
        assert_eq!(usual(&Log { level: Some(Level::Trace), ..Log::default() }), "warn,deltalink=trace");
    }

    #[test]
    fn a_filter_that_would_write_nothing_by_mistake_is_refused() {
        for right in [
            "debug",
            "WARN",
            "off",
            &format!("warn,{TARGET}=info"),
            "deltalink=trace,actix_server=off",
            "info, deltalink=debug",
        ] {
            assert!(filter(right).is_ok(), "{right}");
        }
        for wrong in ["verbose", "inf", "warn,", "warn,dbg", "deltalink=verbose", "deltalink=debug,,warn"] {
            let error = filter(wrong).unwrap_err().to_string();
            assert!(error.contains(FILTER) && error.contains("TARGET=LEVEL"), "{wrong}: {error}");
        }
    }
}
