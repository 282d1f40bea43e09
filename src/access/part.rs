//! What several roles grant of an entity set -> one answer: which properties, and which rows.
//!
//! | of the grants | |
//! |---|---|
//! | one that another one covers, because that has no filter and all of its columns | adds nothing, and is left out |
//! | the rows of those that are left | are those that any of them gives: the filters are joined by `or` |
//! | their columns | are those that all of them give |
//!
//! A newcomer's trap is the last line: if each brought its own columns along, a row that one role shows would be shown with a column that
//! only another role gives, and only of other rows.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::claims::{self, Values};
use super::{Claims, Grant, Restriction};
use crate::edm::{Edm, EntitySet, Visible};
use crate::error::{Error, ErrorKind, Result};
use crate::odata::expression::filter;
use crate::plan::{Class, Form, Typed, row_filter};

/// What may be read of an entity set.
#[derive(Clone, Debug)]
pub(super) struct Part {
    /// The properties, as indexes; without it, all.
    pub(super) columns: Option<BTreeSet<usize>>,
    /// The rows for which one of these is true; without any, all.
    pub(super) conditions: Vec<Condition>,
}

/// A row filter with its claims.
#[derive(Clone, Debug)]
pub(super) struct Condition {
    pub(super) typed: Typed,
    /// As the operator wrote it.
    pub(super) text: String,
    /// The claims that it names.
    pub(super) claims: Claims,
    /// The properties that it looks at.
    pub(super) properties: BTreeSet<usize>,
}

/// Where a grant stands in its role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// At the set's own name.
    OfTheSet,
    /// At `*`: columns that the set does not have are meant for others.
    OfAllOthers,
}

impl Part {
    /// What `grant` gives of `set` to who has these claims; nothing where it gives nothing.
    ///
    /// # Errors
    /// Where the grant names what does not exist, or claims that there are not: then it gives nothing either.
    pub(super) fn of(
        grant: &Grant,
        said: Said,
        edm: &Edm,
        set: &Arc<EntitySet>,
        values: Values<'_>,
    ) -> Result<Option<Self>> {
        match grant {
            Grant::Whole(false) => Ok(None),
            Grant::Whole(true) => Ok(Some(Self { columns: None, conditions: Vec::new() })),
            Grant::Part(Restriction { columns, filter }) => Ok(Some(Self {
                columns: columns.as_ref().map(|names| places(names, said, set)).transpose()?,
                conditions: filter.iter().map(|text| condition(text, edm, set, values)).collect::<Result<_>>()?,
            })),
        }
    }

    /// What all of `parts` together give; nothing without any.
    pub(super) fn together(parts: Vec<Self>) -> Option<Self> {
        let mut left: Vec<Self> = Vec::new();
        for part in parts {
            if !left.iter().any(|other| other.covers(&part)) {
                left.retain(|other| !part.covers(other));
                left.push(part);
            }
        }
        left.into_iter().reduce(|one, other| Self {
            conditions: match (one.conditions.is_empty(), other.conditions.is_empty()) {
                (false, false) => one.conditions.into_iter().chain(other.conditions).collect(),
                _ => Vec::new(),
            },
            columns: match (one.columns, other.columns) {
                (Some(one), Some(other)) => Some(one.intersection(&other).copied().collect()),
                (one, other) => one.or(other),
            },
        })
    }

    fn covers(&self, other: &Self) -> bool {
        let columns = match (&self.columns, &other.columns) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(own), Some(others)) => own.is_superset(others),
        };
        self.conditions.is_empty() && columns
    }

    /// The part as the model knows it.
    pub(super) fn visible(&self) -> Visible {
        Visible { properties: self.columns.clone(), rows_filtered: !self.conditions.is_empty() }
    }

    /// The condition on its rows.
    pub(super) fn filter(self) -> Option<Typed> {
        let mut conditions: Vec<Typed> = self.conditions.into_iter().map(|condition| condition.typed).collect();
        match conditions.len() {
            0 | 1 => conditions.pop(),
            _ => Some(Typed { form: Form::AnyOf(conditions), class: Class::Boolean, nullable: true }),
        }
    }
}

/// The places of the properties, with those of the key.
fn places(names: &[String], said: Said, set: &EntitySet) -> Result<BTreeSet<usize>> {
    let mut places: BTreeSet<usize> = set.key.iter().copied().collect();
    for name in names {
        match set.property(name) {
            Some(place) => {
                places.insert(place);
            }
            None if said == Said::OfAllOthers => {}
            None => return Err(no_such_column(name, set)),
        }
    }
    Ok(places)
}

fn no_such_column(name: &str, set: &EntitySet) -> Error {
    let there: Vec<&str> = set.properties.iter().map(|property| &*property.name).collect();
    let message = format!("there is no property \"{name}\"; there are {}", there.join(", "));
    Error::new(ErrorKind::PropertyNotFound, message)
}

fn condition(text: &str, edm: &Edm, set: &Arc<EntitySet>, values: Values<'_>) -> Result<Condition> {
    let parsed = filter(text)?;
    let (typed, properties) = row_filter(edm, set, &claims::filled(&parsed, values)?)?;
    let mut claims = Claims::new();
    if let Values::Of(all) = values {
        let named = claims::named(&parsed);
        claims.extend(
            all.iter().filter(|(name, _)| named.contains(*name)).map(|(name, value)| (name.clone(), value.clone())),
        );
    }
    Ok(Condition { typed, text: text.to_owned(), claims, properties })
}
