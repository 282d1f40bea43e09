//! `[access.roles]`: what each role may read, as the operator says it.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{self, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::error::{Error, Result};
use crate::odata::expression::filter;

/// Roles by their names.
pub type Roles = BTreeMap<String, Role>;

/// What a role may read, by the name of the entity set; `*` stands for every one that is not named.
pub type Role = BTreeMap<String, Grant>;

/// What a role may read of an entity set: `true`, `false`, or what of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Grant {
    /// All of it, or nothing.
    Whole(bool),
    /// A part of it.
    Part(Restriction),
}

/// The part of an entity set that may be read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Restriction {
    /// The properties, by their names in the model; those of the key always are among them. Without it, all.
    pub columns: Option<Vec<String>>,
    /// Which entities: an OData `$filter`, in which `@name` stands for the claim `name`. Without it, all.
    pub filter: Option<String>,
}

impl Restriction {
    /// Refuses what can be seen to be wrong without knowing the database.
    ///
    /// # Errors
    /// `Configuration`, with the position in the filter.
    pub fn check(&self) -> Result<()> {
        let Some(text) = &self.filter else { return Ok(()) };
        let wrong = |error| Error::configuration(format!("The row filter \"{text}\" is wrong")).caused_by(error);
        filter(text).map(|_| ()).map_err(wrong)
    }
}

impl<'de> Deserialize<'de> for Grant {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(WholeOrPart)
    }
}

impl Serialize for Grant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Whole(whole) => serializer.serialize_bool(*whole),
            Self::Part(restriction) => restriction.serialize(serializer),
        }
    }
}

/// Not left to serde's `untagged`, which does not tell what is wrong.
struct WholeOrPart;

impl<'de> Visitor<'de> for WholeOrPart {
    type Value = Grant;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("true, false, or a table with `columns` and `filter`")
    }

    fn visit_bool<E: de::Error>(self, whole: bool) -> Result<Self::Value, E> {
        Ok(Grant::Whole(whole))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        Restriction::deserialize(MapAccessDeserializer::new(map)).map(Grant::Part)
    }
}
