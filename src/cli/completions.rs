//! `deltalink completions`: the command line -> a script with which a shell completes it.
//!
//! A newcomer's trap: `clap_complete` panics where it cannot write, so it writes to memory, and a reader that has left is no failure.

use std::process::ExitCode;

use clap::{Args, Command};
use clap_complete::Shell;

use super::say_text;
use crate::error::Result;

/// Prints a script with which a shell completes commands and options.
#[derive(Debug, Args)]
pub(super) struct Completions {
    /// The shell
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

impl Completions {
    #[expect(clippy::unnecessary_wraps, reason = "the shape of every command")]
    pub(super) fn run(&self, mut command: Command) -> Result<ExitCode> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut command, "deltalink", &mut script);
        say_text(&script);
        Ok(ExitCode::SUCCESS)
    }
}
