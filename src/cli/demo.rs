//! `deltalink demo`: a temporary database with sample tables, tracked and served, and a walk to copy and paste.

mod churn;

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;

use super::beside::{self, Remake};
use super::say;
use crate::app::{App, InForce};
use crate::backend::Backend;
use crate::backend::sqlite::SqliteBackend;
use crate::config::Config;
use crate::error::{Error, Result};
use crate::http::{self, Reload, Stop, block_on};
use crate::sql::Script;
use crate::sql::sqlite::{fixed, install};
use crate::token::Keyring;

const RETENTION: u64 = 24 * 60 * 60;

/// Serves a temporary database with sample tables. It goes with the process.
#[derive(Debug, Args)]
pub(super) struct Demo {
    /// Address to listen at, of this machine only: anyone may read a demonstration
    #[arg(long, env = "DELTALINK_LISTEN", value_name = "HOST:PORT", default_value = "127.0.0.1:8080")]
    listen: String,
    /// Keep changing rows, about two a second
    #[arg(long, env = "DELTALINK_CHURN")]
    churn: bool,
}

impl Demo {
    pub(super) fn run(self) -> Result<ExitCode> {
        if !http::is_this_machine(&self.listen) {
            let message = format!(
                "A demonstration is for this machine, and {} is not: choose another address with --listen.",
                self.listen
            );
            return Err(Error::configuration(message));
        }
        let failed = |error: std::io::Error| {
            Error::configuration("The demonstration's database cannot be made").caused_by(error)
        };
        let (outcome, beside, folder) = block_on(async {
            let (stop, reload) = (Stop::listen()?, Reload::listen()?);
            let folder = tempfile::Builder::new().prefix("deltalink-demo-").tempdir().map_err(failed)?;
            let file = folder.path().join("demo.db");
            let (listener, bound) = http::listen(&self.listen)?;
            let backend: Arc<dyn Backend> = Arc::new(SqliteBackend::create(&file)?);
            fill(&*backend).await?;
            let churn = self.churn.then(|| tokio::spawn(churn::churn(Arc::clone(&backend))));
            let keys = Keyring::generate_key();
            let again = Again { backend, keys };
            let app = InForce::new(Arc::new(again.remake().await?));
            print_walk(&app.now(), &format!("http://{bound}"), &file, self.churn);
            let beside = beside::begin(&app, reload, again)?;
            let outcome = http::serve(app, listener, None, None, stop).await.map(|()| ExitCode::SUCCESS);
            churn.iter().for_each(tokio::task::JoinHandle::abort);
            Ok((outcome, beside, folder))
        })?;
        beside.end();
        // Only now has every thread ended that may write to the database.
        drop(folder);
        outcome
    }
}

/// The demonstration, with its schema read again.
struct Again {
    backend: Arc<dyn Backend>,
    keys: String,
}

impl Remake for Again {
    async fn remake(&self) -> Result<App> {
        App::new(Arc::clone(&self.backend), Keyring::parse(&self.keys)?, &Config::default()).await
    }
}

/// Makes the tables and tracks them.
async fn fill(backend: &dyn Backend) -> Result<()> {
    backend.execute(Script { statements: vec![fixed::DEMO.to_owned()] }).await?;
    let catalog = backend.describe().await?;
    for (log, table) in (catalog.facts.file().next_log..).zip(&catalog.tables) {
        backend.execute(install(table, log, RETENTION)).await?;
    }
    Ok(())
}

fn print_walk(app: &App, root: &str, file: &Path, churning: bool) {
    let edm = app.edm();
    let names: Vec<&str> = edm.sets().iter().map(|set| set.name.as_str()).collect();
    let file = file.display();
    let changes = fixed::DEMO_WALK.lines().filter(|line| !line.starts_with("--")).collect::<String>();
    say(format_args!("Serving {} at {root}/odata/ (Ctrl-C ends it and removes the database).", names.join(", ")));
    if churning {
        say(format_args!("Rows keep changing. Open {root}/odata/TrainingSession in a browser and watch."));
    }
    say(format_args!(
        r#"
  {root}/odata/                 what there is
  {root}/odata/$metadata        its types
  {root}/odata/TrainingSession  rows; in a browser, a page that shows them change
  {root}/openapi.yaml           the contract

A walk. In another terminal:

1. Read, and ask for changes to be tracked. The answer ends with a delta link: keep it.

   page=$(curl -s -H 'Prefer: odata.track-changes' '{root}/odata/TrainingSession'); printf '%s\n' "$page"
   link=$(printf '%s' "$page" | sed 's/.*"@odata.deltaLink":"\([^"]*\)".*/\1/'); printf '%s\n' "$link"

2. Follow it. Nothing has changed, and there is a link again.

   curl -s "$link"; echo

3. Change the database, as any program may.

   python3 -c 'import sqlite3; sqlite3.connect("{file}").executescript("{changes}")'

4. Follow the link again: one row was changed, one added, one deleted.

   curl -s "$link"; echo
"#
    ));
}
