//! `deltalink track`: installs change tracking, repairs it, or changes how long changes are kept. Idempotent.

use std::process::ExitCode;
use std::time::Duration;

use clap::Args;

use super::database::{DatabaseOption, Tables};
use super::say;
use crate::backend::Backend;
use crate::edm::{Exposure, Obstacle, Table, Tracking, obstacle};
use crate::error::{Error, Result};
use crate::http::block_on;
use crate::sql::Script;
use crate::sql::sqlite::{drop_triggers, install, remove, set_retention, transaction, unseen};

/// A week, as Dataverse keeps changes.
const DEFAULT_RETENTION: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// Installs triggers and a change log for each table. What is tracked already stays as it is.
#[derive(Debug, Args)]
pub(super) struct Track {
    #[command(flatten)]
    database: DatabaseOption,
    #[command(flatten)]
    tables: Tables,
    /// How long changes are kept, for example 36h or 7d: a link that is older has expired [default: 7d]
    #[arg(long, env = "DELTALINK_RETENTION", value_name = "TIME", value_parser = retention)]
    retention: Option<Duration>,
    /// Print the SQL and run nothing
    #[arg(long, env = "DELTALINK_PRINT")]
    print: bool,
}

/// A hundred years: what is longer is a mistake, and SQLite could not count it in the end.
const LONGEST_RETENTION: Duration = Duration::from_secs(100 * 366 * 24 * 60 * 60);

/// What is to be done for a table.
struct Step {
    script: Script,
    done: &'static str,
}

impl Track {
    pub(super) fn run(self) -> Result<ExitCode> {
        let backend = self.database.open(None)?;
        block_on(async {
            let catalog = backend.describe().await?;
            let mut next_log = catalog.facts.file().next_log;
            let tables: Vec<Table> = self.tables.of(&catalog)?.into_iter().cloned().collect();
            for table in &tables {
                self.track(&*backend, &mut next_log, table).await?;
            }
            Ok(ExitCode::SUCCESS)
        })
    }

    async fn track(&self, backend: &dyn Backend, next_log: &mut i64, table: &Table) -> Result<()> {
        let name = &table.name;
        if let Some(obstacle) =
            obstacle(table, &Exposure::default()).filter(|obstacle| *obstacle != Obstacle::NotTracked)
        {
            if !self.tables.all {
                return Err(Error::configuration(format!("\"{name}\" cannot be tracked: {obstacle}.")));
            }
            self.tell(format_args!("{name}: skipped: {obstacle}"));
            return Ok(());
        }
        match self.step(table, *next_log) {
            Some(step) => {
                self.carry_out(backend, step, name).await?;
                *next_log += 1;
            }
            None => self.tell(format_args!("{name}: is tracked already")),
        }
        for warning in unseen(table) {
            self.tell(format_args!("{name}: warning: {warning}"));
        }
        Ok(())
    }

    fn step(&self, table: &Table, next_log: i64) -> Option<Step> {
        let wanted = self.retention.map(|time| time.as_secs());
        match &table.tracking {
            Tracking::ChangeTracking { .. } => None,
            Tracking::None => {
                let retention = wanted.unwrap_or(DEFAULT_RETENTION.as_secs());
                Some(Step { script: install(table, next_log, retention), done: "is tracked now" })
            }
            Tracking::Triggers { log, installed, retention, damage: Some(_), .. } => {
                let mut script = remove(*log, installed);
                // A register that is gone has no retention to tell.
                let before = if *retention == 0 { DEFAULT_RETENTION.as_secs() } else { *retention };
                script.statements.extend(install(table, next_log, wanted.unwrap_or(before)).statements);
                Some(Step { script, done: "was damaged and is tracked anew: links from before have expired" })
            }
            Tracking::Triggers { log, retention, needless, damage: None, .. } => {
                let mut script = drop_triggers(needless);
                let changed = wanted.filter(|wanted| wanted != retention);
                script.statements.extend(changed.into_iter().flat_map(|wanted| set_retention(*log, wanted).statements));
                let done = match changed {
                    Some(_) => "is tracked already; its retention was changed",
                    None => "is tracked already; triggers that it no longer needs were removed",
                };
                (!script.statements.is_empty()).then_some(Step { script, done })
            }
        }
    }

    async fn carry_out(&self, backend: &dyn Backend, step: Step, name: &str) -> Result<()> {
        if self.print {
            print_script(&step.script, name);
            return Ok(());
        }
        backend.execute(step.script).await?;
        say(format_args!("{name}: {}", step.done));
        Ok(())
    }

    /// Says something that is not SQL; as a comment where SQL is printed.
    fn tell(&self, line: std::fmt::Arguments<'_>) {
        if self.print { comment(line) } else { say(line) }
    }
}

fn retention(text: &str) -> Result<Duration, String> {
    let retention = humantime::parse_duration(text).map_err(|error| error.to_string())?;
    if retention <= LONGEST_RETENTION { Ok(retention) } else { Err("at most 100 years".to_owned()) }
}

/// Says something that is not SQL where SQL is printed; in one line, whatever names it holds.
pub(super) fn comment(line: impl std::fmt::Display) {
    say(format_args!("-- {}", line.to_string().replace(['\n', '\r'], " ")));
}

/// Prints a script for a SQLite shell.
pub(super) fn print_script(script: &Script, name: &str) {
    comment(name);
    say(transaction(script));
}
