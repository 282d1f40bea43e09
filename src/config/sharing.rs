//! `[sharing]`: what clients that ask the same may share, and for how long they may wait.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::durations;
use crate::error::{Error, Result};
use crate::sharing::Limits;

/// How answers are shared. Durations are texts such as "1h" or "5ms".
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Sharing {
    /// Memory for finished answers to delta links, in MiB; 0 keeps none.
    pub memory_mib: u32,
    /// How old what is known of a table's history may be to count for a request; "0s" for not at all.
    #[serde(with = "durations")]
    pub version_age: Duration,
    /// How long caches on the way to the clients may keep pages that never change; "0s" for not at all.
    #[serde(with = "durations")]
    pub page_max_age: Duration,
    /// How long a client may wait for changes, whatever it asks for.
    #[serde(with = "durations")]
    pub longest_wait: Duration,
    /// Clients that may wait at one time.
    pub max_waiting: u32,
}

impl Default for Sharing {
    fn default() -> Self {
        Self {
            memory_mib: 16,
            version_age: Duration::ZERO,
            page_max_age: Duration::from_secs(60 * 60),
            // Proxies commonly give up after a minute.
            longest_wait: Duration::from_secs(50),
            max_waiting: 20_000,
        }
    }
}

impl Sharing {
    /// The longest of each duration that may be configured, in seconds.
    const LONGEST: [(&'static str, u64); 3] =
        [("version_age", 60), ("page_max_age", 365 * 24 * 60 * 60), ("longest_wait", 60 * 60)];

    pub(super) fn check(&self) -> Result<()> {
        let given = [self.version_age, self.page_max_age, self.longest_wait];
        for ((name, longest), duration) in Self::LONGEST.into_iter().zip(given) {
            let longest = Duration::from_secs(longest);
            if duration > longest {
                let [longest, duration] = [longest, duration].map(humantime::format_duration);
                return Err(Error::configuration(format!("sharing.{name} must be at most {longest}, not {duration}.")));
            }
        }
        Ok(())
    }

    /// What this means to those who share.
    pub fn limits(&self) -> Limits {
        Limits {
            memory: u64::from(self.memory_mib) << 20,
            version_age: self.version_age,
            page_max_age: self.page_max_age,
            max_waiting: self.max_waiting as usize,
        }
    }

    /// Whole seconds that a client may wait.
    pub(super) fn longest_wait_seconds(&self) -> u32 {
        u32::try_from(self.longest_wait.as_secs()).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Config;
    use super::*;

    #[test]
    fn durations_have_units_and_limits() {
        let config =
            Config::parse("[sharing]\nmemory_mib = 2\nversion_age = \"5ms\"\nlongest_wait = \"1m 30s\"").unwrap();
        assert_eq!(config.sharing.limits().memory, 2 * 1024 * 1024);
        assert_eq!(config.sharing.limits().version_age, Duration::from_millis(5));
        assert_eq!(config.settings().longest_wait, 90);
        let message = |text: &str| Config::parse(&format!("[sharing]\n{text}")).unwrap_err().to_string();
        assert!(message("longest_wait = \"2h\"").contains("at most 1h, not 2h"));
        assert!(message("page_max_age = \"soon\"").contains("not a duration"));
        assert!(message("page_max_age = 5").contains("line 2"));
        assert!(message("max_waiting = -1").contains("line 2"));
    }
}
