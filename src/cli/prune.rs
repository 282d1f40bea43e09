//! `deltalink prune`: removes recorded changes that are older than their retention. `serve` does the same by itself.

use std::process::ExitCode;

use clap::Args;

use super::database::DatabaseOption;
use super::say;
use super::track::print_script;
use crate::app;
use crate::edm::Facts;
use crate::error::Result;
use crate::http::block_on;

/// Removes recorded changes that are older than their retention. 'serve' does so by itself every ten minutes.
#[derive(Debug, Args)]
pub(super) struct Prune {
    #[command(flatten)]
    database: DatabaseOption,
    /// Print the SQL of one batch and run nothing
    #[arg(long, env = "DELTALINK_PRINT")]
    print: bool,
}

impl Prune {
    pub(super) fn run(self) -> Result<ExitCode> {
        let backend = self.database.open(&self.database.config()?)?;
        block_on(async {
            if self.print {
                for table in backend.describe().await?.tables {
                    if let Some(script) = backend.dialect().prune(&table) {
                        print_script(backend.dialect(), &script, &table.title());
                    }
                }
                return Ok(ExitCode::SUCCESS);
            }
            let removed = app::prune(&*backend).await?;
            let facts = backend.describe().await?.facts;
            if let Facts::Server(_) = facts {
                say("SQL Server removes old changes by itself; 'deltalink check' tells whether it does");
                return Ok(ExitCode::SUCCESS);
            }
            #[cfg(feature = "sqlite")]
            for log in facts.file().abandoned_logs {
                backend.execute(crate::sql::sqlite::remove(log.0, &[])).await?;
            }
            say(format_args!("{removed} recorded changes removed"));
            Ok(ExitCode::SUCCESS)
        })
    }
}
