//! `deltalink check`: a database and a configuration -> what is exposed and tracked, what is not, why, and what mends it.

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};

use clap::Args;
use serde::Serialize;

use super::database::{DatabaseOption, shell};
use super::say;
use crate::backend::{Backend, Opening, RowSink};
use crate::config::Config;
use crate::edm::{Catalog, EntitySet, Obstacle, Row, Table, Tracking, Unexposed, expose};
use crate::error::Result;
use crate::http::block_on;
use crate::sql::{self, sqlite::unseen};
use crate::version::Window;

/// Tells what is exposed and tracked, and what is not. Exit code 1 when something needs mending.
#[derive(Debug, Args)]
pub(super) struct Check {
    #[command(flatten)]
    database: DatabaseOption,
    /// Configuration file (TOML)
    #[arg(long, env = "DELTALINK_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    /// Print JSON for machines
    #[arg(long, env = "DELTALINK_JSON")]
    json: bool,
}

/// What was found.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Findings {
    entity_sets: Vec<Exposed>,
    not_exposed: Vec<NotExposed>,
    problems: Vec<Problem>,
    warnings: Vec<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Exposed {
    table: String,
    entity_set: String,
    tracked: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    retention_seconds: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    min_valid_version: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    current_version: Option<u64>,
    warnings: Vec<String>,
}

/// A table that nobody asked to expose.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct NotExposed {
    table: String,
    reason: String,
    remedy: String,
}

/// Something that is not as it was asked to be.
#[derive(Debug, Serialize)]
struct Problem {
    #[serde(skip_serializing_if = "Option::is_none")]
    table: Option<String>,
    reason: String,
    remedy: String,
}

impl Check {
    pub(super) fn run(self) -> Result<ExitCode> {
        let config = self.config.as_deref().map_or_else(|| Ok(Config::default()), Config::load)?;
        let backend = self.database.open(&config)?;
        let url = self.database.text(&config)?.to_owned();
        let findings = block_on(findings(&*backend, &config, &url))?;
        if self.json {
            say(serde_json::to_string_pretty(&findings).unwrap_or_default());
        } else {
            print(&findings);
        }
        Ok(if findings.problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

async fn findings(backend: &dyn Backend, config: &Config, url: &str) -> Result<Findings> {
    let catalog = backend.describe().await?;
    let (edm, unexposed) = expose(&catalog, &config.exposure());
    let mut entity_sets = Vec::new();
    for set in edm.sets() {
        entity_sets.push(exposed(backend, &catalog, set).await?);
    }
    let (not_exposed, wrong): (Vec<_>, Vec<_>) =
        unexposed.into_iter().partition(|unexposed| nobody_asked(unexposed, &catalog, config));
    let not_exposed = not_exposed.into_iter().map(|unexposed| not_exposed_of(unexposed, url)).collect();
    let mut problems: Vec<Problem> = wrong.into_iter().map(|unexposed| problem_of(unexposed, url)).collect();
    problems.extend(catalog.tables.iter().filter_map(|table| damage(table, url)));
    problems.extend(abandoned(&catalog, url));
    if edm.sets().is_empty() {
        problems.push(nothing_exposed(url));
    }
    let warnings = catalog.facts.file().reads_block_writes.then(waiting_writers).into_iter().collect();
    Ok(Findings { entity_sets, not_exposed, problems, warnings })
}

async fn exposed(backend: &dyn Backend, catalog: &Catalog, set: &Arc<EntitySet>) -> Result<Exposed> {
    let table = catalog.tables.iter().find(|table| table.name == set.table);
    let window = if set.changes.is_some() { window(backend, set).await? } else { None };
    let retention = table.and_then(|table| match table.tracking {
        Tracking::Triggers { retention, .. } => Some(retention),
        Tracking::ChangeTracking { .. } | Tracking::None => None,
    });
    Ok(Exposed {
        table: set.table.clone(),
        entity_set: set.name.clone(),
        tracked: set.changes.is_some(),
        retention_seconds: retention,
        min_valid_version: window.map(|window| window.min_valid_version.0),
        current_version: window.map(|window| window.current.version.0),
        warnings: table.filter(|_| set.changes.is_some()).map(unseen).unwrap_or_default(),
    })
}

/// The history of `set`, read as a request for `$deltatoken=latest` would.
async fn window(backend: &dyn Backend, set: &Arc<EntitySet>) -> Result<Option<Window>> {
    let query = sql::latest(set, backend.dialect());
    let seen = Arc::new(Mutex::new(None));
    backend.read(query, Box::new(Looking(Arc::clone(&seen)))).await?;
    let window = *seen.lock().unwrap_or_else(PoisonError::into_inner);
    Ok(window)
}

/// A sink that keeps the window and wants no rows.
struct Looking(Arc<Mutex<Option<Window>>>);

impl RowSink for Looking {
    fn begin(&mut self, opening: &Opening) -> Result<()> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = opening.window;
        Ok(())
    }

    fn row(&mut self, _: &dyn Row) -> Result<ControlFlow<()>> {
        Ok(ControlFlow::Break(()))
    }

    fn end(&mut self) -> Result<()> {
        Ok(())
    }
}

/// Whether the table is merely left out: neither tracked nor configured.
fn nobody_asked(unexposed: &Unexposed, catalog: &Catalog, config: &Config) -> bool {
    let configured = config.tables.keys().any(|name| name.eq_ignore_ascii_case(&unexposed.table));
    let tracked = catalog.tables.iter().any(|table| table.name == unexposed.table && table.tracking != Tracking::None);
    !configured && !tracked
}

fn not_exposed_of(Unexposed { table, obstacle }: Unexposed, url: &str) -> NotExposed {
    NotExposed { reason: obstacle.to_string(), remedy: remedy(&table, &obstacle, url), table }
}

fn problem_of(Unexposed { table, obstacle }: Unexposed, url: &str) -> Problem {
    Problem { reason: obstacle.to_string(), remedy: remedy(&table, &obstacle, url), table: Some(table) }
}

/// What mends it: a command where there is one. SQLite cannot change the key of a table that exists.
fn remedy(table: &str, obstacle: &Obstacle, url: &str) -> String {
    match obstacle {
        Obstacle::KeyType { .. } => {
            "create it anew with a primary key of declared type: whole numbers, decimals, text, GUIDs, dates or moments"
                .to_owned()
        }
        Obstacle::KeyCollation { .. } => {
            "create it anew with a key whose collation is BINARY, NOCASE or RTRIM".to_owned()
        }
        Obstacle::Missing => format!("remove [tables.{table:?}] from the configuration, or mend its name"),
        Obstacle::NameClash { .. } | Obstacle::NameUnusable { .. } => {
            format!("give it other names in the configuration: [tables.{table:?}] name = \"...\", rename = {{ ... }}")
        }
        Obstacle::NoPrimaryKey => "create it anew with a primary key".to_owned(),
        Obstacle::NotReadable => "grant SELECT on it to the login".to_owned(),
        Obstacle::NotTracked => track(url, table),
        Obstacle::UnknownColumn { column } => {
            format!("remove {column:?} from [tables.{table:?}] in the configuration, or mend its name")
        }
    }
}

fn damage(table: &Table, url: &str) -> Option<Problem> {
    let Tracking::Triggers { damage: Some(damage), .. } = &table.tracking else { return None };
    let reason = format!("its tracking is damaged, and its links have expired: {damage}");
    Some(Problem { table: Some(table.name.clone()), reason, remedy: track(url, &table.name) })
}

fn abandoned(catalog: &Catalog, url: &str) -> Option<Problem> {
    let count = catalog.facts.file().abandoned_logs.len();
    (count > 0).then(|| Problem {
        table: None,
        reason: format!("{count} change log(s) belong to tables that were dropped or created anew"),
        remedy: format!("deltalink prune --database {}", shell(url)),
    })
}

fn nothing_exposed(url: &str) -> Problem {
    let remedy = format!("deltalink track --database {} --all", shell(url));
    Problem { table: None, reason: "there is nothing to expose".to_owned(), remedy }
}

fn waiting_writers() -> String {
    "the file is not in WAL mode: writers wait while an answer is being read, however slow its reader is. 'PRAGMA journal_mode = WAL', once, mends it".to_owned()
}

fn track(url: &str, table: &str) -> String {
    format!("deltalink track --database {} {}", shell(url), shell(table))
}

fn print(findings: &Findings) {
    for set in &findings.entity_sets {
        say(format_args!("{}: exposed as {}, {}", set.table, set.entity_set, tracking_in_words(set)));
        set.warnings.iter().for_each(|warning| say(format_args!("  warning: {warning}")));
    }
    for table in &findings.not_exposed {
        say(format_args!("{}: not exposed: {}\n  {}", table.table, table.reason, table.remedy));
    }
    findings.warnings.iter().for_each(|warning| say(format_args!("warning: {warning}")));
    for problem in &findings.problems {
        let table = problem.table.as_ref().map(|table| format!("{table}: ")).unwrap_or_default();
        say(format_args!("{table}NEEDS MENDING: {}\n  {}", problem.reason, problem.remedy));
    }
}

fn tracking_in_words(set: &Exposed) -> String {
    match (set.retention_seconds, set.min_valid_version, set.current_version) {
        (Some(retention), Some(from), Some(to)) => {
            let retention = humantime::format_duration(std::time::Duration::from_secs(retention));
            format!("tracked, changes kept for {retention}, versions {from} to {to}")
        }
        _ => "not tracked".to_owned(),
    }
}
