//! `[limits]`: how much is done at one time and for one request, so that the server stands whatever is asked of it.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::durations;
use crate::error::{Error, Result};

/// What may be asked for, and what may be under way at one time.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Answers that may be read from the database at one time.
    pub max_reads: u32,
    /// Of these, those of one principal.
    pub max_reads_per_principal: u32,
    /// Requests a second of one principal; as many as anybody likes with 0.
    pub max_requests_per_second: u32,
    /// Refused credentials a minute from one address; as many as anybody likes with 0.
    pub max_refusals_per_minute: u32,
    /// Requests that may wait for their turn to read.
    pub max_queued: u32,
    /// How long a request may wait for its turn.
    #[serde(with = "durations")]
    pub longest_queue: Duration,
    /// How long an answer may take in all, however steadily its reader takes a little.
    #[serde(with = "durations")]
    pub longest_answer: Duration,
    /// How long a reader may take nothing.
    #[serde(with = "durations")]
    pub longest_stall: Duration,
    /// How long a client may take to send the head of a request.
    #[serde(with = "durations")]
    pub longest_head: Duration,
    /// How long a client may take to send the body of a batch.
    #[serde(with = "durations")]
    pub longest_body: Duration,
    /// How long a connection is kept on which nothing is asked.
    #[serde(with = "durations")]
    pub keep_alive: Duration,
    /// How long the server goes on, and says that it is not ready, once it is told to end.
    #[serde(with = "durations")]
    pub drain: Duration,
    /// Connections at one time.
    pub max_connections: u32,
    /// Octets of a path with its query.
    pub max_uri_bytes: u32,
    /// Octets of all headers of a request.
    pub max_header_bytes: u32,
    /// Octets of the body of a batch.
    pub max_body_bytes: u32,
    /// Requests in one batch.
    pub max_batch_requests: u32,
    /// Levels of an expression.
    pub max_expression_depth: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_reads: 64,
            max_reads_per_principal: 48,
            max_requests_per_second: 1000,
            // Behind one address there may be many whose tokens end at the same time; who is told to wait does not hear how to renew one.
            max_refusals_per_minute: 600,
            max_queued: 1000,
            longest_queue: Duration::from_secs(10),
            longest_answer: Duration::from_secs(10 * 60),
            longest_stall: Duration::from_secs(60),
            longest_head: Duration::from_secs(5),
            longest_body: Duration::from_secs(30),
            keep_alive: Duration::from_secs(5),
            drain: Duration::ZERO,
            max_connections: 25_000,
            max_uri_bytes: 60_000,
            max_header_bytes: 32 * 1024,
            max_body_bytes: 1024 * 1024,
            max_batch_requests: 100,
            max_expression_depth: 64,
        }
    }
}

/// The least and the most of each number that may be configured. A read has a thread and a connection; heads are kept whole, and what is
/// longer than the most is cut off by the server below; a batch is kept whole, too; an expression is followed by the stack.
type Numbers = [(&'static str, u32, u32, u32); 8];

impl Limits {
    const NAMES: [&'static str; 7] =
        ["longest_queue", "longest_answer", "longest_stall", "longest_head", "longest_body", "keep_alive", "drain"];

    fn numbers(&self) -> Numbers {
        [
            ("max_reads", self.max_reads, 1, 200),
            ("max_reads_per_principal", self.max_reads_per_principal, 1, 200),
            ("max_connections", self.max_connections, 1, 1_000_000),
            ("max_uri_bytes", self.max_uri_bytes, 256, 65_000),
            ("max_header_bytes", self.max_header_bytes, 1024, 96 * 1024),
            ("max_body_bytes", self.max_body_bytes, 1024, 64 * 1024 * 1024),
            ("max_batch_requests", self.max_batch_requests, 1, 1000),
            ("max_expression_depth", self.max_expression_depth, 2, 64),
        ]
    }

    /// Each with the longest that may be configured, in seconds.
    fn durations(&self) -> [(Duration, u64); 7] {
        [
            (self.longest_queue, 60),
            (self.longest_answer, 24 * 60 * 60),
            (self.longest_stall, 60 * 60),
            (self.longest_head, 60),
            (self.longest_body, 10 * 60),
            (self.keep_alive, 60 * 60),
            (self.drain, 10 * 60),
        ]
    }

    /// What a running server keeps.
    pub(super) fn held_by_the_server(&self) -> impl PartialEq + use<> {
        let counts = [self.max_reads, self.max_reads_per_principal, self.max_queued, self.max_connections];
        (counts, [self.longest_queue, self.longest_head, self.keep_alive])
    }

    pub(super) fn check(&self) -> Result<()> {
        for (name, given, least, most) in self.numbers() {
            if !(least..=most).contains(&given) {
                let message = format!("limits.{name} must be between {least} and {most}, not {given}.");
                return Err(Error::configuration(message));
            }
        }
        for (name, (given, longest)) in Self::NAMES.into_iter().zip(self.durations()) {
            let longest = Duration::from_secs(longest);
            if given > longest {
                let [longest, given] = [longest, given].map(humantime::format_duration);
                return Err(Error::configuration(format!("limits.{name} must be at most {longest}, not {given}.")));
            }
        }
        let zero = [
            ("longest_answer", self.longest_answer),
            ("longest_stall", self.longest_stall),
            ("longest_body", self.longest_body),
        ];
        match zero.into_iter().find(|(_, given)| given.is_zero()) {
            Some((name, _)) => Err(Error::configuration(format!("limits.{name} must be longer than nothing."))),
            None => Ok(()),
        }
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
        assert!(message("max_uri_bytes = 100000").contains("max_uri_bytes must be between 256 and 65000"));
        assert!(message("max_expression_depth = 65").contains("between 2 and 64"));
        assert!(message("longest_queue = \"2m\"").contains("at most 1m, not 2m"));
        assert!(message("longest_stall = \"0s\"").contains("longer than nothing"));
        assert!(message("max_queued = -1").contains("line 2"));
    }
}
