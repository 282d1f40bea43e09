//! The commands, one file each.

mod check;
mod completions;
mod database;
#[cfg(feature = "sqlite")]
mod demo;
mod key;
mod manual;
mod prune;
mod serve;
mod signing_keys;
mod track;
mod untrack;

use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

use crate::error::{Error, Result};

/// An OData delta-link gateway in front of a database: any OData client reads the tables and keeps a copy in step.
#[derive(Debug, Parser)]
#[command(name = "deltalink", version, about, max_term_width = 110)]
#[command(
    after_help = "Begin with 'deltalink demo'. With a database of your own: 'deltalink track --database sqlite:PATH --all', then 'deltalink serve --database sqlite:PATH'.\n\nThe log is set with DELTALINK_LOG (error, warn, info, debug)."
)]
struct Arguments {
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
    /// Print a fresh signing key
    Key,
    /// Print a script with which a shell completes commands and options
    Completions(completions::Completions),
    /// Print the manual page, or write a page for each command
    #[command(name = "man")]
    Manual(manual::Manual),
}

/// Runs the command that the process was called with.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    log_to_stderr();
    match run(arguments.command) {
        Ok(code) => code,
        Err(error) => {
            say_error(&error);
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<ExitCode> {
    match command {
        #[cfg(feature = "sqlite")]
        Command::Demo(demo) => demo.run(),
        Command::Serve(serve) => serve.run(),
        Command::Track(track) => track.run(),
        Command::Untrack(untrack) => untrack.run(),
        Command::Prune(prune) => prune.run(),
        Command::Check(check) => check.run(),
        Command::Key => key::run(),
        Command::Completions(completions) => completions.run(Arguments::command()),
        Command::Manual(manual) => manual.run(Arguments::command()),
    }
}

fn log_to_stderr() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("DELTALINK_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn,deltalink=info"))
        // The driver would tell rows, and the server's words about them.
        .add_directive("tiberius=off".parse().unwrap_or_else(|_| tracing_subscriber::filter::LevelFilter::OFF.into()));
    let terminal = std::io::IsTerminal::is_terminal(&std::io::stderr());
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(terminal).init();
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
