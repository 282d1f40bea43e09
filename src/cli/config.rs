//! `deltalink config`: files, environment and arguments -> the configuration that `serve` would have, as TOML.

use std::process::ExitCode;

use clap::Args;

use super::say;
use super::serve::Serve;
use crate::config::Format;
use crate::error::Result;

/// Prints the configuration that `serve` would have with the same arguments. Secrets are not shown.
#[derive(Debug, Args)]
pub(super) struct Config {
    #[command(flatten)]
    serve: Serve,
}

impl Config {
    /// `format` is the log's, as the command line says it.
    pub(super) fn run(self, format: Option<Format>) -> Result<ExitCode> {
        let mut config = self.serve.config()?;
        config.log.format = Some(format.or(config.log.format).unwrap_or_default());
        say(config.shown()?.trim_end());
        Ok(ExitCode::SUCCESS)
    }
}
