//! What the operator wants exposed, and under which names: part of the configuration file.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{self, MapAccess, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::catalog::Catalog;

/// What the operator wants exposed.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Exposure {
    /// The schema's namespace.
    pub namespace: String,
    /// Whether a path segment behind a collection is a key.
    pub key_as_segment: bool,
    /// Levels of `$expand`.
    pub max_expand_depth: u32,
    /// Tables by their names in the database.
    pub tables: BTreeMap<String, TableExposure>,
}

/// What the operator wants for one table.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct TableExposure {
    /// The entity set's name.
    pub name: Option<String>,
    /// The columns to expose; the key's always are.
    pub columns: Option<Vec<String>>,
    /// Property names for columns.
    pub rename: BTreeMap<String, String>,
    /// Navigation properties by the names of the table's foreign keys, or by their columns with commas between them.
    pub navigation: BTreeMap<String, NavigationExposure>,
}

/// What the operator wants for one foreign key: `false`, or names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NavigationExposure {
    /// No navigation properties.
    LeftOut,
    /// Those that are not named have the names that they have by themselves.
    Named(NavigationNames),
}

/// The names of a foreign key's two navigation properties.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct NavigationNames {
    /// From the table that refers to the one it refers to.
    pub to_one: Option<String>,
    /// The way back.
    pub to_many: Option<String>,
}

impl<'de> Deserialize<'de> for NavigationExposure {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(FalseOrNames)
    }
}

impl Serialize for NavigationExposure {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::LeftOut => serializer.serialize_bool(false),
            Self::Named(names) => names.serialize(serializer),
        }
    }
}

struct FalseOrNames;

impl<'de> Visitor<'de> for FalseOrNames {
    type Value = NavigationExposure;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("false, or a table with `to_one` and `to_many`")
    }

    fn visit_bool<E: de::Error>(self, wanted: bool) -> Result<Self::Value, E> {
        if wanted { Err(E::invalid_value(Unexpected::Bool(true), &self)) } else { Ok(NavigationExposure::LeftOut) }
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        NavigationNames::deserialize(MapAccessDeserializer::new(map)).map(NavigationExposure::Named)
    }
}

impl Default for Exposure {
    fn default() -> Self {
        Self { namespace: "Deltalink".to_owned(), key_as_segment: false, max_expand_depth: 5, tables: BTreeMap::new() }
    }
}

/// What the operator wants, by the places of the tables.
pub(super) fn wishes<'a>(catalog: &Catalog, exposure: &'a Exposure) -> HashMap<usize, &'a TableExposure> {
    exposure.tables.iter().filter_map(|(name, wishes)| Some((catalog.table_called(name)?, wishes))).collect()
}
