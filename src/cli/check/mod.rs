//! `deltalink check`: a database and a configuration -> what is exposed and tracked, what is not, why, and what mends it.

#[cfg(feature = "sqlite")]
mod file;
#[cfg(feature = "mssql")]
mod server;

use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use serde::Serialize;

use super::database::DatabaseOption;
use super::say;
use crate::access::Policy;
use crate::backend::{self, Backend};
use crate::config::Config;
use crate::edm::{Catalog, EntitySet, Facts, Obstacle, Table, Tracking, Unexposed, expose};
use crate::error::{Error, Result};
use crate::http::block_on;
use crate::sql;
use crate::version::Window;

/// Tells what is exposed and tracked, and what is not. Exit code 1 when something needs mending.
#[derive(Debug, Args)]
pub(super) struct Check {
    #[command(flatten)]
    database: DatabaseOption,
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
        let config = self.database.config()?;
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

/// What only one kind of database can need, and how its things are mended.
trait Doctor {
    /// What mends it that a table is not exposed: a command or a statement where there is one.
    fn remedy(&self, table: &str, obstacle: &Obstacle) -> String;

    /// What is wrong with the database and its tables beyond that.
    fn problems(&self) -> Vec<Problem>;

    /// What is worth knowing about the database.
    fn warnings(&self) -> Vec<String>;

    /// What is worth knowing about a tracked table.
    fn warnings_of(&self, table: &Table) -> Vec<String>;

    /// Seconds for which changes of `table` are kept.
    fn retention(&self, table: &Table) -> Option<u64>;

    /// What leads to the first exposed table.
    fn first_step(&self) -> String;
}

#[cfg_attr(
    not(all(feature = "sqlite", feature = "mssql")),
    expect(unused_variables, reason = "each is for one of the two")
)]
fn doctor<'a>(catalog: &'a Catalog, config: &'a Config, url: &'a str) -> Box<dyn Doctor + 'a> {
    match &catalog.facts {
        #[cfg(feature = "sqlite")]
        Facts::File(facts) => Box::new(file::FileDoctor { catalog, facts, url }),
        #[cfg(feature = "mssql")]
        Facts::Server(facts) => Box::new(server::ServerDoctor { catalog, facts, settings: &config.sql_server }),
        #[allow(unreachable_patterns, reason = "only in a build without one of the backends")]
        _ => unreachable!("the backend that described the database is built in"),
    }
}

async fn findings(backend: &dyn Backend, config: &Config, url: &str) -> Result<Findings> {
    let catalog = backend.describe().await?;
    let doctor = doctor(&catalog, config, url);
    let (edm, unexposed) = expose(&catalog, &config.exposure());
    let mut entity_sets = Vec::new();
    for set in edm.sets() {
        entity_sets.push(exposed(backend, &catalog, &*doctor, set).await);
    }
    let (not_exposed, wrong): (Vec<_>, Vec<_>) =
        unexposed.into_iter().partition(|unexposed| nobody_asked(unexposed, &catalog, config));
    let not_exposed = not_exposed.into_iter().map(|unexposed| not_exposed_of(unexposed, &*doctor)).collect();
    let mut problems: Vec<Problem> = wrong.into_iter().map(|unexposed| problem_of(unexposed, &*doctor)).collect();
    problems.extend(doctor.problems());
    if let Some(access) = config.access.as_ref().filter(|_| !edm.sets().is_empty()) {
        problems.extend(Policy::new(access.roles.clone()).mistakes(&edm).iter().map(of_role));
    }
    if edm.sets().is_empty() {
        let reason = "there is nothing to expose".to_owned();
        problems.push(Problem { table: None, reason, remedy: doctor.first_step() });
    }
    Ok(Findings { entity_sets, not_exposed, problems, warnings: doctor.warnings() })
}

async fn exposed(backend: &dyn Backend, catalog: &Catalog, doctor: &dyn Doctor, set: &Arc<EntitySet>) -> Exposed {
    let table = catalog.tables.iter().find(|table| table.name == set.table && table.schema == set.schema);
    let mut warnings =
        table.filter(|_| set.changes.is_some()).map(|table| doctor.warnings_of(table)).unwrap_or_default();
    let window = match set.changes {
        // A table that cannot be read must not keep the others from being checked.
        Some(_) => window(backend, set).await.unwrap_or_else(|error| {
            warnings.push(format!("its changes could not be read: {error}"));
            None
        }),
        None => None,
    };
    Exposed {
        table: table.map(Table::title).unwrap_or_default(),
        entity_set: set.name.clone(),
        tracked: set.changes.is_some(),
        retention_seconds: table.and_then(|table| doctor.retention(table)),
        min_valid_version: window.map(|window| window.min_valid_version.0),
        current_version: window.map(|window| window.current.version.0),
        warnings,
    }
}

/// The history of `set`, read as a request for `$deltatoken=latest` would.
async fn window(backend: &dyn Backend, set: &Arc<EntitySet>) -> Result<Option<Window>> {
    backend::window(backend, sql::history_of(set, None, backend.dialect())).await
}

/// Whether the table is merely left out: neither tracked nor configured.
fn nobody_asked(unexposed: &Unexposed, catalog: &Catalog, config: &Config) -> bool {
    let table = catalog.tables.iter().find(|table| table.title() == unexposed.table);
    let meant = |name: &String| catalog.table_called(name).map(|place| catalog.tables[place].title());
    let called = |name: &String| meant(name).as_ref().unwrap_or(name) == &unexposed.table;
    let configured = config.tables.keys().any(called);
    let tracked = table.is_some_and(|table| table.tracking != Tracking::None);
    !configured && !tracked
}

fn not_exposed_of(Unexposed { table, obstacle }: Unexposed, doctor: &dyn Doctor) -> NotExposed {
    NotExposed { reason: obstacle.to_string(), remedy: doctor.remedy(&table, &obstacle), table }
}

fn problem_of(Unexposed { table, obstacle }: Unexposed, doctor: &dyn Doctor) -> Problem {
    Problem { reason: obstacle.to_string(), remedy: doctor.remedy(&table, &obstacle), table: Some(table) }
}

/// What is wrong with a role, and keeps the server from starting.
fn of_role(mistake: &Error) -> Problem {
    let remedy = "mend [access.roles] in the configuration; names are those of $metadata".to_owned();
    Problem { table: None, reason: mistake.to_string(), remedy }
}

/// What mends it in every kind of database: the configuration, or a table with another key.
fn usual_remedy(table: &str, obstacle: &Obstacle) -> String {
    match obstacle {
        Obstacle::KeyCollation { .. } => {
            "create it anew with a key whose collation is BINARY, NOCASE or RTRIM".to_owned()
        }
        Obstacle::KeyType { .. } => {
            "create it anew with a primary key of declared type: whole numbers, decimals, text, GUIDs, dates or moments"
                .to_owned()
        }
        Obstacle::ColumnWithheld { .. } => "let the login read it as it is, or leave the column out".to_owned(),
        Obstacle::Missing => format!("remove [tables.{table:?}] from the configuration, or mend its name"),
        Obstacle::NameClash { .. } | Obstacle::NameUnusable { .. } => format!(
            "give it other names in the configuration: [tables.{table:?}] name = \"...\", rename = {{ ... }}, navigation = {{ ... }}"
        ),
        Obstacle::NoPrimaryKey => "create it anew with a primary key".to_owned(),
        Obstacle::NotReadable => "let the login read it".to_owned(),
        Obstacle::NotTracked => "track it".to_owned(),
        Obstacle::UnknownColumn { column } => {
            format!("remove {column:?} from [tables.{table:?}] in the configuration, or mend its name")
        }
        Obstacle::UnknownForeignKey { name } => format!(
            "remove {name:?} from [tables.{table:?}.navigation] in the configuration, or mend it: the name of a foreign key, or its columns with commas between them"
        ),
    }
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
