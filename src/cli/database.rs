//! `--database`: a text such as `sqlite:PATH` or `mssql://...` -> a backend.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;

use crate::backend::Backend;
#[cfg(feature = "mssql")]
use crate::backend::mssql::{MssqlBackend, Secret, Settings, Target};
#[cfg(feature = "sqlite")]
use crate::backend::sqlite::SqliteBackend;
use crate::config::Config;
use crate::edm::{Catalog, Table};
use crate::error::{Error, Result};

/// The environment's name for the password; there is no option for it, because command lines are seen by all.
#[cfg(feature = "mssql")]
const PASSWORD: &str = "DELTALINK_DATABASE_PASSWORD";

/// Which database.
#[derive(Debug, Args)]
pub(super) struct DatabaseOption {
    /// The database: sqlite:PATH (the file must exist), `mssql://USER@HOST/DATABASE`, or a connection string as
    /// ADO.NET has them. The password may stand in `DELTALINK_DATABASE_PASSWORD`
    #[arg(long, env = "DELTALINK_DATABASE", hide_env_values = true, value_name = "URL")]
    pub(super) database: Option<String>,
    /// File that holds the password of the database's login
    #[arg(long, env = "DELTALINK_DATABASE_PASSWORD_FILE", value_name = "FILE")]
    database_password_file: Option<PathBuf>,
    /// Configuration file (TOML)
    #[arg(long, env = "DELTALINK_CONFIG", value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// SQL Server: the tables of this schema only, under their bare names
    #[arg(long, env = "DELTALINK_SCHEMA", value_name = "NAME")]
    pub(super) schema: Option<String>,
}

impl DatabaseOption {
    /// The configuration: the file's, if there is one, with what the environment says in its place.
    pub(super) fn config(&self) -> Result<Config> {
        self.config.as_deref().map_or_else(Config::without_file, Config::load)
    }

    /// The text that names the database.
    pub(super) fn text<'a>(&'a self, config: &'a Config) -> Result<&'a str> {
        let missing = "Which database? Give --database sqlite:PATH or --database mssql://USER@HOST/DATABASE, or set DELTALINK_DATABASE.";
        self.database.as_deref().or(config.database.as_deref()).ok_or_else(|| Error::configuration(missing))
    }

    /// Opens the database that was named, or else the one that the configuration names.
    pub(super) fn open(&self, config: &Config) -> Result<Arc<dyn Backend>> {
        let text = self.text(config)?;
        if let Some(path) = text.strip_prefix("sqlite:").filter(|path| !path.is_empty()) {
            return open_file(path.strip_prefix("//").unwrap_or(path));
        }
        self.open_server(text, config)
    }

    #[cfg(feature = "mssql")]
    fn open_server(&self, text: &str, config: &Config) -> Result<Arc<dyn Backend>> {
        // The text itself is not shown: a wrong one may hold a password.
        if !Target::is_meant_by(text) {
            return Err(Error::configuration(
                "The database must be given as sqlite:PATH, as mssql://USER@HOST/DATABASE, or as an ADO.NET connection string.",
            ));
        }
        let mut target = Target::parse(text)?;
        if target.needs_password()
            && let Some(password) = self.password()?
        {
            target = target.with_password(password);
        }
        let settings = Settings {
            schema: self.schema.clone().or_else(|| config.sql_server.schema.clone()),
            snapshots: !config.sql_server.without_snapshot,
            epoch: config.sql_server.epoch.clone(),
        };
        Ok(Arc::new(MssqlBackend::open(target, settings)?))
    }

    #[cfg(not(feature = "mssql"))]
    #[expect(clippy::unused_self, reason = "as the other one")]
    fn open_server(&self, _text: &str, _config: &Config) -> Result<Arc<dyn Backend>> {
        Err(Error::configuration("The database must be given as sqlite:PATH: this build knows no other."))
    }

    #[cfg(feature = "mssql")]
    fn password(&self) -> Result<Option<Secret>> {
        match (std::env::var(PASSWORD), &self.database_password_file) {
            (Ok(_), Some(file)) => {
                let message = format!(
                    "The database's password is given twice, in {PASSWORD} and in {}: keep one.",
                    file.display()
                );
                Err(Error::configuration(message))
            }
            (Ok(password), None) => Ok(Some(Secret::new(password))),
            (Err(_), Some(file)) => {
                let text = std::fs::read_to_string(file).map_err(|error| {
                    let message = format!("The database's password cannot be read from {}", file.display());
                    Error::configuration(message).caused_by(error)
                })?;
                Ok(Some(Secret::new(text.trim_end_matches(['\n', '\r']))))
            }
            (Err(_), None) => Ok(None),
        }
    }
}

#[cfg(feature = "sqlite")]
fn open_file(path: &str) -> Result<Arc<dyn Backend>> {
    Ok(Arc::new(SqliteBackend::open(path)?))
}

#[cfg(not(feature = "sqlite"))]
fn open_file(_path: &str) -> Result<Arc<dyn Backend>> {
    Err(Error::configuration("This build cannot open SQLite files."))
}

/// Which tables a command is for.
#[derive(Debug, Args)]
pub(super) struct Tables {
    /// Tables, by their names in the database
    #[arg(value_name = "TABLE", conflicts_with = "all", required_unless_present = "all")]
    tables: Vec<String>,
    /// All tables for which it is possible
    #[arg(long, env = "DELTALINK_ALL")]
    pub(super) all: bool,
}

impl Tables {
    /// The tables that were meant.
    pub(super) fn of<'a>(&self, catalog: &'a Catalog) -> Result<Vec<&'a Table>> {
        if self.all {
            return Ok(catalog.tables.iter().collect());
        }
        self.tables.iter().map(|name| named(catalog, name)).collect()
    }
}

fn named<'a>(catalog: &'a Catalog, name: &str) -> Result<&'a Table> {
    catalog.table_called(name).map(|place| &catalog.tables[place]).ok_or_else(|| {
        let names: Vec<String> = catalog.tables.iter().map(Table::title).collect();
        Error::configuration(format!("There is no table \"{name}\". The tables are: {}.", names.join(", ")))
    })
}

/// `name` as an argument in a shell.
#[cfg(feature = "sqlite")]
pub(super) fn shell(name: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-./:".contains(&byte);
    if !name.is_empty() && name.bytes().all(plain) && !name.starts_with('-') {
        name.to_owned()
    } else {
        format!("'{}'", name.replace('\'', "'\\''"))
    }
}
