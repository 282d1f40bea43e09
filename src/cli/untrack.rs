//! `deltalink untrack`: removes change tracking, and with it every link. Idempotent.

use std::process::ExitCode;

use clap::Args;

use super::database::{DatabaseOption, Tables};
use super::say;
use super::track::{comment, print_script};
use crate::edm::{Table, Tracking};
use crate::error::Result;
use crate::http::block_on;
use crate::sql::sqlite::{remove, remove_register};

/// Removes triggers and change logs. Links to the tables' changes expire.
#[derive(Debug, Args)]
pub(super) struct Untrack {
    #[command(flatten)]
    database: DatabaseOption,
    #[command(flatten)]
    tables: Tables,
    /// Print the SQL and run nothing
    #[arg(long, env = "DELTALINK_PRINT")]
    print: bool,
}

impl Untrack {
    pub(super) fn run(self) -> Result<ExitCode> {
        let backend = self.database.open(None)?;
        block_on(async {
            let catalog = backend.describe().await?;
            let tables: Vec<Table> = self.tables.of(&catalog)?.into_iter().cloned().collect();
            let mut left = catalog.tables.iter().filter(|table| table.tracking != Tracking::None).count();
            for table in &tables {
                let Tracking::Triggers { log, installed, .. } = &table.tracking else {
                    let line = format!("{}: is not tracked", table.name);
                    if self.print {
                        comment(line);
                    } else {
                        say(line);
                    }
                    continue;
                };
                left -= 1;
                let mut script = remove(*log, installed);
                if left == 0 {
                    script.statements.extend(remove_register(&catalog.facts.file().abandoned_logs).statements);
                }
                if self.print {
                    print_script(&script, &table.name);
                    continue;
                }
                backend.execute(script).await?;
                say(format_args!("{}: is not tracked any more", table.name));
            }
            Ok(ExitCode::SUCCESS)
        })
    }
}
