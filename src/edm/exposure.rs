//! What the operator wants exposed, and under which names: part of the configuration file.

use std::collections::{BTreeMap, HashMap};

use serde::Deserialize;

use super::catalog::Catalog;

/// What the operator wants exposed.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exposure {
    /// The schema's namespace.
    pub namespace: String,
    /// Tables by their names in the database.
    pub tables: BTreeMap<String, TableExposure>,
}

/// What the operator wants for one table.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TableExposure {
    /// The entity set's name.
    pub name: Option<String>,
    /// The columns to expose; the key's always are.
    pub columns: Option<Vec<String>>,
    /// Property names for columns.
    pub rename: BTreeMap<String, String>,
}

impl Default for Exposure {
    fn default() -> Self {
        Self { namespace: "Deltalink".to_owned(), tables: BTreeMap::new() }
    }
}

/// What the operator wants, by the places of the tables.
pub(super) fn wishes<'a>(catalog: &Catalog, exposure: &'a Exposure) -> HashMap<usize, &'a TableExposure> {
    exposure.tables.iter().filter_map(|(name, wishes)| Some((catalog.table_called(name)?, wishes))).collect()
}
