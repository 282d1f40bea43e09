//! The commands, one file each.

mod apikey;
mod beside;
mod check;
mod completions;
mod config;
mod database;
#[cfg(feature = "sqlite")]
mod demo;
mod key;
mod logging;
mod manual;
mod prune;
mod serve;
mod signing_keys;
mod track;
mod untrack;

use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

use crate::config::{Format, Log};
use crate::error::{Error, Result};

/// An OData delta-link gateway in front of a database: any OData client reads the tables and keeps a copy in step.
#[derive(Debug, Parser)]
#[command(name = "deltalink", version, about, max_term_width = 110)]
#[command(
    after_help = "Begin with 'deltalink demo'. With a database of your own: 'deltalink track --database sqlite:PATH --all', then 'deltalink serve --database sqlite:PATH'.\n\nThe log is set with DELTALINK_LOG (error, warn, info, debug, trace, or a filter by target)."
)]
struct Arguments {
    /// How lines of the log are written: human or json [default: human]
    #[arg(long, global = true, env = "DELTALINK_LOG_FORMAT", value_name = "FORMAT")]
    log_format: Option<Format>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve a temporary database with sample tables, and print a walk to copy and paste
    #[cfg(feature = "sqlite")]
    Demo(demo::Demo),
    /// Serve the tracked tables of a database
    Serve(serve::Serve),
    /// Install change tracking on tables
    Track(track::Track),
    /// Remove change tracking from tables
    Untrack(untrack::Untrack),
    /// Remove recorded changes that are older than their retention
    Prune(prune::Prune),
    /// Tell what is exposed and tracked, what is not and why, and what mends it
    Check(check::Check),
    /// Print the configuration that serve would have; secrets are not shown
    Config(config::Config),
    /// Print a fresh signing key
    Key,
    /// Print a fresh API key, and the lines of the configuration that make it somebody's
    Apikey(apikey::MakeKey),
    /// Print a script with which a shell completes commands and options
    Completions(completions::Completions),
    /// Print the manual page, or write a page for each command
    #[command(name = "man")]
    Manual(manual::Manual),
}

/// Runs the command that the process was called with.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let log = logging::begin(arguments.log_format, &arguments.command.log());
    match log.and_then(|_log| run(arguments.command, arguments.log_format)) {
        Ok(code) => code,
        Err(error) => {
            say_error(&error);
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command, format: Option<Format>) -> Result<ExitCode> {
    match command {
        #[cfg(feature = "sqlite")]
        Command::Demo(demo) => demo.run(),
        Command::Serve(serve) => serve.run(),
        Command::Track(track) => track.run(),
        Command::Untrack(untrack) => untrack.run(),
        Command::Prune(prune) => prune.run(),
        Command::Check(check) => check.run(),
        Command::Config(config) => config.run(format),
        Command::Key => key::run(),
        Command::Apikey(key) => key.run(),
        Command::Completions(completions) => completions.run(Arguments::command()),
        Command::Manual(manual) => manual.run(Arguments::command()),
    }
}

impl Command {
    /// What the configuration says of the log; what is wrong with it, the command itself will tell.
    fn log(&self) -> Log {
        match self {
            Self::Serve(serve) => serve.database.config().unwrap_or_default().log,
            _ => Log::default(),
        }
    }
}

#[expect(clippy::print_stderr, reason = "this is where a command's failure is told")]
fn say_error(error: &Error) {
    eprintln!("deltalink: {error}");
}

/// Prints a line of a command's result. A reader that has left (`| head`) is no failure.
fn say(line: impl std::fmt::Display) {
    use std::io::Write;
    let _ = writeln!(std::io::stdout(), "{line}");
}

/// Prints a command's result that is a file's text, with its own end of line.
fn say_text(text: &[u8]) {
    use std::io::Write;
    let _ = std::io::stdout().write_all(text);
}

#[cfg(test)]
mod tests {
    use super::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        super::Arguments::command().debug_assert();
    }
}
