//! `[log]`: what the log says, and how.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::Error;

/// What the log says, and how.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Log {
    /// As `--log-format`.
    pub format: Option<Format>,
    /// From which weight on lines are written. `DELTALINK_LOG` says it more finely, and wins.
    pub level: Option<Level>,
    /// Whether answers say in `Server-Timing` how long each stage took.
    pub server_timing: bool,
}

/// How a line is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// For people; in colours on a terminal.
    #[default]
    Human,
    /// One JSON object a line.
    Json,
}

/// The weight of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "everybody's words")]
pub enum Level {
    Error,
    Warn,
    Info,
    Debug,
    Trace,
}

impl Level {
    /// The word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Debug => "debug",
            Self::Trace => "trace",
        }
    }
}

impl FromStr for Format {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        match text {
            "human" => Ok(Self::Human),
            "json" => Ok(Self::Json),
            _ => Err(Error::configuration("A log's format is human or json.")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Config;
    use super::*;

    #[test]
    fn the_log_is_set() {
        let log = Config::parse("[log]\nformat = \"json\"\nlevel = \"debug\"\nserver_timing = true").unwrap().log;
        assert_eq!((log.format, log.level, log.server_timing), (Some(Format::Json), Some(Level::Debug), true));
        assert!(Config::parse("[log]\nformat = \"xml\"").unwrap_err().to_string().contains("line 2"));
        assert_eq!("json".parse::<Format>().unwrap(), Format::Json);
        assert!("JSON".parse::<Format>().is_err());
    }
}
