//! `deltalink config`: files, environment and arguments -> the configuration that `serve` would have, as TOML.

use std::process::ExitCode;

use clap::Args;

use super::say;
use super::serve::Serve;
use crate::error::Result;

/// Prints the configuration that `serve` would have with the same arguments. Secrets are not shown.
#[derive(Debug, Args)]
pub(super) struct Config {
    #[command(flatten)]
    serve: Serve,
}

impl Config {
    pub(super) fn run(self) -> Result<ExitCode> {
        say(self.serve.config()?.shown()?.trim_end());
        Ok(ExitCode::SUCCESS)
    }
}
