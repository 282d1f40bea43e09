//! `deltalink track`: switches change tracking on, repairs it, or changes how long changes are kept. Idempotent.
//!
//! A SQLite file is changed at once, as its users expect. A server belongs to somebody else: there the statements are
//! printed, and run only when that is asked for.

#[cfg(feature = "sqlite")]
mod file;
#[cfg(feature = "mssql")]
mod server;

use std::process::ExitCode;
use std::time::Duration;

use clap::Args;

use super::database::{DatabaseOption, Tables};
use super::say;
use crate::backend::Backend;
use crate::edm::{Facts, Obstacle, Table, obstacle};
use crate::error::{Error, Result};
use crate::http::block_on;
use crate::sql::{Dialect, Script};

/// A week, as Dataverse keeps changes.
const DEFAULT_RETENTION: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// Switches change tracking on for tables. What is tracked already stays as it is.
#[derive(Debug, Args)]
pub(super) struct Track {
    #[command(flatten)]
    database: DatabaseOption,
    #[command(flatten)]
    tables: Tables,
    /// How long changes are kept, for example 36h or 7d: a link that is older has expired [default: 7d]
    #[arg(long, env = "DELTALINK_RETENTION", value_name = "TIME", value_parser = retention)]
    retention: Option<Duration>,
    #[command(flatten)]
    manner: Manner,
}

/// Whether statements are printed or run.
#[derive(Debug, Args)]
pub(super) struct Manner {
    /// Print the SQL and run nothing. This is what happens for SQL Server unless --apply is given
    #[arg(long, env = "DELTALINK_PRINT", conflicts_with = "apply")]
    print: bool,
    /// Run the SQL. This is what happens for a SQLite file unless --print is given
    #[arg(long, env = "DELTALINK_APPLY")]
    apply: bool,
}

/// A hundred years: what is longer is a mistake, and SQLite could not count it in the end.
const LONGEST_RETENTION: Duration = Duration::from_secs(100 * 366 * 24 * 60 * 60);

/// What is to be done, for a table or the whole database, and what to say of it then.
struct Step {
    name: String,
    script: Script,
    done: &'static str,
}

impl Track {
    pub(super) fn run(self) -> Result<ExitCode> {
        let backend = self.database.open(&self.database.config()?)?;
        block_on(async {
            let catalog = backend.describe().await?;
            let desk = Desk { backend: &*backend, print: self.manner.prints(&catalog.facts) };
            let tables = self.tables.of(&catalog)?;
            match &catalog.facts {
                #[cfg(feature = "sqlite")]
                Facts::File(facts) => file::track(&self, &desk, facts, &tables).await?,
                #[cfg(feature = "mssql")]
                Facts::Server(facts) => server::track(&self, &desk, facts, &tables).await?,
                #[allow(unreachable_patterns, reason = "only in a build without one of the backends")]
                _ => unreachable!("the backend that described the database is built in"),
            }
            Ok(ExitCode::SUCCESS)
        })
    }

    /// Whether `table` can be tracked. If not and it was named, that is an error; with `--all` it is passed over.
    fn can_be_tracked(&self, desk: &Desk<'_>, table: &Table) -> Result<bool> {
        let name = table.title();
        let obstacle = obstacle(table).filter(|obstacle| *obstacle != Obstacle::NotTracked);
        match obstacle {
            None => Ok(true),
            Some(obstacle) if self.tables.all => {
                desk.tell(format_args!("{name}: skipped: {obstacle}"));
                Ok(false)
            }
            Some(obstacle) => Err(Error::configuration(format!("\"{name}\" cannot be tracked: {obstacle}."))),
        }
    }
}

impl Manner {
    pub(super) fn prints(&self, facts: &Facts) -> bool {
        match facts {
            Facts::File(_) => self.print,
            Facts::Server(_) => !self.apply,
        }
    }
}

/// Where statements are printed or run.
pub(super) struct Desk<'a> {
    pub(super) backend: &'a dyn Backend,
    pub(super) print: bool,
}

impl Desk<'_> {
    async fn carry_out(&self, step: Step) -> Result<()> {
        self.run(&step.name, step.script, step.done).await
    }

    /// Prints the script under its name, or runs it and says what was done.
    pub(super) async fn run(&self, name: &str, script: Script, done: &str) -> Result<()> {
        if self.print {
            print_script(self.backend.dialect(), &script, name);
            return Ok(());
        }
        self.backend.execute(script).await?;
        say(format_args!("{name}: {done}"));
        Ok(())
    }

    /// Says something that is not SQL; as a comment where SQL is printed.
    pub(super) fn tell(&self, line: std::fmt::Arguments<'_>) {
        if self.print { comment(line) } else { say(line) }
    }
}

fn retention(text: &str) -> Result<Duration, String> {
    let retention = humantime::parse_duration(text).map_err(|error| error.to_string())?;
    if retention <= LONGEST_RETENTION { Ok(retention) } else { Err("at most 100 years".to_owned()) }
}

/// Says something that is not SQL where SQL is printed; in one line, whatever names it holds.
fn comment(line: impl std::fmt::Display) {
    say(format_args!("-- {}", line.to_string().replace(['\n', '\r'], " ")));
}

/// Prints a script for the database's own shell.
pub(super) fn print_script(dialect: &dyn Dialect, script: &Script, name: &str) {
    comment(name);
    say(dialect.script(script));
}
