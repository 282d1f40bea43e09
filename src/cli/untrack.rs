//! `deltalink untrack`: ends change tracking, and with it every link. Idempotent.

use std::process::ExitCode;

use clap::Args;

use super::database::{DatabaseOption, Tables};
use super::track::{Desk, Manner};
use crate::edm::{Catalog, Table, Tracking};
use crate::error::Result;
use crate::http::block_on;
use crate::sql::Script;

/// Ends the tracking of tables. Links to their changes expire.
#[derive(Debug, Args)]
pub(super) struct Untrack {
    #[command(flatten)]
    database: DatabaseOption,
    #[command(flatten)]
    tables: Tables,
    #[command(flatten)]
    manner: Manner,
}

impl Untrack {
    pub(super) fn run(self) -> Result<ExitCode> {
        let backend = self.database.open(&self.database.config()?)?;
        block_on(async {
            let catalog = backend.describe().await?;
            let desk = Desk { backend: &*backend, print: self.manner.prints(&catalog.facts) };
            let mut left = catalog.tables.iter().filter(|table| table.tracking != Tracking::None).count();
            for table in self.tables.of(&catalog)? {
                let name = table.title();
                if table.tracking == Tracking::None {
                    desk.tell(format_args!("{name}: is not tracked"));
                    continue;
                }
                left -= 1;
                desk.run(&name, script(&catalog, table, left == 0), "is not tracked any more").await?;
            }
            Ok(ExitCode::SUCCESS)
        })
    }
}

/// Ends the tracking of `table`; with the `last` one goes what was needed for all.
#[cfg_attr(not(feature = "sqlite"), expect(unused_variables, reason = "only files need it"))]
fn script(catalog: &Catalog, table: &Table, last: bool) -> Script {
    match &table.tracking {
        #[cfg(feature = "mssql")]
        Tracking::ChangeTracking { .. } => crate::sql::mssql::disable_table(table),
        #[cfg(feature = "sqlite")]
        Tracking::Triggers { log, installed, .. } => {
            use crate::sql::sqlite::{remove, remove_register};
            let mut script = remove(*log, installed);
            if last {
                script.statements.extend(remove_register(&catalog.facts.file().abandoned_logs).statements);
            }
            script
        }
        _ => Script::default(),
    }
}
