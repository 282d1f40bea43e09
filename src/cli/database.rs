//! `--database`: a text such as `sqlite:PATH` -> a backend.

use std::sync::Arc;

use clap::Args;

use crate::backend::Backend;
use crate::backend::sqlite::SqliteBackend;
use crate::edm::{Catalog, Table};
use crate::error::{Error, Result};

/// Which database.
#[derive(Debug, Args)]
pub(super) struct DatabaseOption {
    /// The database: sqlite:PATH. The file must exist
    #[arg(long, env = "DELTALINK_DATABASE", hide_env_values = true, value_name = "URL")]
    pub(super) database: Option<String>,
}

impl DatabaseOption {
    /// Opens the database that was named, or else the one that the configuration names.
    pub(super) fn open(&self, configured: Option<&str>) -> Result<Arc<dyn Backend>> {
        let missing = "Which database? Give --database sqlite:PATH or set DELTALINK_DATABASE.";
        let url = self.database.as_deref().or(configured).ok_or_else(|| Error::configuration(missing))?;
        match url.strip_prefix("sqlite:") {
            Some(path) if !path.is_empty() => {
                Ok(Arc::new(SqliteBackend::open(path.strip_prefix("//").unwrap_or(path))?))
            }
            // The text itself is not shown: a wrong one may hold a password.
            _ => Err(Error::configuration("The database must be given as sqlite:PATH.")),
        }
    }
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
    let found = catalog.tables.iter().find(|table| table.name.eq_ignore_ascii_case(name));
    found.ok_or_else(|| {
        let names: Vec<&str> = catalog.tables.iter().map(|table| table.name.as_str()).collect();
        Error::configuration(format!("There is no table \"{name}\". The tables are: {}.", names.join(", ")))
    })
}

/// `name` as an argument in a shell.
pub(super) fn shell(name: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-./:".contains(&byte);
    if !name.is_empty() && name.bytes().all(plain) && !name.starts_with('-') {
        name.to_owned()
    } else {
        format!("'{}'", name.replace('\'', "'\\''"))
    }
}
