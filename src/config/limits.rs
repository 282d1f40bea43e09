//! `[limits]`: how much is done at one time, so that the server stands whatever is asked of it.

use std::time::Duration;

use serde::Deserialize;

use super::duration;
use crate::error::{Error, Result};

/// What may be under way at one time.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Answers that may be read from the database at one time.
    pub max_reads: u32,
    /// Requests that may wait for their turn to read.
    pub max_queued: u32,
    /// How long a request may wait for its turn.
    #[serde(deserialize_with = "duration")]
    pub longest_queue: Duration,
    /// How long a reader may take nothing of its answer before it is given up.
    #[serde(deserialize_with = "duration")]
    pub longest_stall: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_reads: 64,
            max_queued: 1000,
            longest_queue: Duration::from_secs(10),
            longest_stall: Duration::from_secs(60),
        }
    }
}

impl Limits {
    /// The most reads that may be configured: each has a thread and a connection.
    const READS: u32 = 200;
    /// The longest queue, in time, that may be configured.
    const QUEUE: Duration = Duration::from_secs(60);
    /// The longest stall: whoever stalls holds a snapshot of the database.
    const STALL: Duration = Duration::from_secs(10 * 60);

    pub(super) fn check(&self) -> Result<()> {
        if !(1..=Self::READS).contains(&self.max_reads) {
            let message = format!("limits.max_reads must be between 1 and {}, not {}.", Self::READS, self.max_reads);
            return Err(Error::configuration(message));
        }
        for (name, given, longest) in
            [("longest_queue", self.longest_queue, Self::QUEUE), ("longest_stall", self.longest_stall, Self::STALL)]
        {
            if given > longest {
                let [longest, given] = [longest, given].map(humantime::format_duration);
                return Err(Error::configuration(format!("limits.{name} must be at most {longest}, not {given}.")));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::Config;
    use super::*;

    #[test]
    fn limits_have_limits() {
        let limits = Config::parse("[limits]\nmax_reads = 8\nlongest_queue = \"500ms\"").unwrap().limits;
        assert_eq!((limits.max_reads, limits.max_queued), (8, 1000));
        assert_eq!(limits.longest_queue, Duration::from_millis(500));
        let message = |text: &str| Config::parse(&format!("[limits]\n{text}")).unwrap_err().to_string();
        assert!(message("max_reads = 0").contains("between 1 and 200, not 0"));
        assert!(message("max_reads = 201").contains("between 1 and 200"));
        assert!(message("longest_queue = \"2m\"").contains("at most 1m, not 2m"));
        assert!(message("longest_stall = \"1h\"").contains("at most 10m, not 1h"));
        assert!(message("max_queued = -1").contains("line 2"));
    }
}
