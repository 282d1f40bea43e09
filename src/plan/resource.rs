//! A path -> the entity set that it ends in, and how its entities are reached.
//!
//! A newcomer's trap: `Customers(1)/Orders` are the orders of one customer, and if there is no such customer that is not an empty
//! collection but an error. So what is on the way is looked up first.

use std::sync::Arc;

use super::expression::Hop;
use super::key::{self, Key};
use super::shape::Shape;
use crate::edm::{Edm, EntitySet, NavigationProperty, Value, key_path};
use crate::error::{Error, ErrorKind, Result};
use crate::odata::{KeyPredicate, Options, Segment};

/// Navigation properties in a path, at most: each is a query within a query, of which SQL Server takes 32.
const MOST: usize = 16;

/// How entities are reached: from one entity by a navigation property.
#[derive(Clone, Debug)]
pub struct Via {
    /// The key of that entity; without one it is the only one that the way before leads to.
    pub key: Option<Key>,
    /// How that entity itself is reached; not at all from the entity set.
    pub before: Option<Box<Via>>,
    /// The step from it.
    pub hop: Hop,
    /// Whether it leads to many.
    pub many: bool,
}

/// Where a path has come to.
pub(super) struct Place {
    pub(super) set: Arc<EntitySet>,
    pub(super) key: Option<Key>,
    pub(super) via: Option<Via>,
    /// What is written of the entities there.
    pub(super) shape: Shape,
    /// The same as text, relative to the service root.
    pub(super) path: String,
}

impl Place {
    /// As far as `rest` names navigation properties, types and references; and what is left of it.
    pub(super) fn find<'s>(
        edm: &Edm,
        options: &Options,
        set: &str,
        key: Option<&KeyPredicate>,
        rest: &'s [Segment],
    ) -> Result<(Self, &'s [Segment])> {
        let set = edm.set(set).ok_or_else(|| Error::not_found(format!("The entity set \"{set}\"")).about(set))?;
        let key = key.map(|key| key::resolve(key, set, options)).transpose()?;
        let mut place = Self::of_set(set).with_key(key);
        let (mut rest, mut followed) = (rest, 0);
        while let [segment @ (Segment::Name(name) | Segment::Keyed(name, _)), behind @ ..] = rest {
            let predicate = if let Segment::Keyed(_, predicate) = segment { Some(predicate) } else { None };
            if let Some(set) = edm.set_of_type(name).filter(|_| predicate.is_none() || !place.is_one()) {
                place.cast(set, name)?;
            } else if edm.key_as_segment && !place.is_one() && predicate.is_none() {
                let key = key::of_segment(name, &place.set)?;
                place = place.with_key(Some(key));
            } else if let Some(navigation) = place.set.navigation_property(name).filter(|_| place.is_one()).cloned() {
                followed += 1;
                if followed > MOST {
                    return Err(too_long());
                }
                place = place.follow(edm, &navigation)?;
            } else {
                break;
            }
            if let Some(predicate) = predicate {
                let key = key::resolve(predicate, &place.set, options)?;
                place = place.with_key(Some(key));
            }
            rest = behind;
        }
        Ok(match rest {
            [Segment::References] => (place.references(), &[]),
            rest => (place, rest),
        })
    }

    /// All of a set.
    pub(super) fn of_set(set: &Arc<EntitySet>) -> Self {
        let path = super::links::encode(&set.name);
        Self { set: Arc::clone(set), key: None, via: None, shape: Shape::Entities, path }
    }

    /// Whether it is one entity, or none.
    pub(super) fn is_one(&self) -> bool {
        self.key.is_some() || self.via.as_ref().is_some_and(|via| !via.many)
    }

    /// What a token of this collection says where it is: the entity set, or the way to what is shown.
    pub(super) fn token_path(&self) -> String {
        match self.shape {
            Shape::Entities if self.via.is_none() => self.set.name.clone(),
            Shape::Entities | Shape::References => self.path.clone(),
            Shape::OfAnySet { .. } => super::place_in_all(&self.set),
        }
    }

    /// The addresses of the same entities.
    fn references(self) -> Self {
        Self { shape: Shape::References, path: format!("{}/$ref", self.path), ..self }
    }

    /// A type is derived from no other, so all entities of a set are of one type, and of no other.
    fn cast(&self, to: &EntitySet, name: &str) -> Result<()> {
        if to.name == self.set.name {
            return Ok(());
        }
        let message = format!("No entity of \"{}\" is a \"{name}\".", self.set.name);
        Err(Error::new(ErrorKind::InvalidValue, message).about(name))
    }

    fn with_key(self, key: Option<Key>) -> Self {
        let Some(key) = key else { return self };
        let path = format!("{}{}", self.path, predicate(&self.set, &key));
        Self { key: Some(key), path, ..self }
    }

    fn follow(self, edm: &Edm, navigation: &NavigationProperty) -> Result<Self> {
        let missing = || Error::internal("a navigation property leads to no entity set");
        let to = Arc::clone(edm.set(&navigation.target).ok_or_else(missing)?);
        let hop = Hop { from: self.set, to: Arc::clone(&to), pairs: navigation.pairs.clone() };
        let via = Via { key: self.key, before: self.via.map(Box::new), hop, many: navigation.many };
        Ok(Self {
            set: to,
            key: None,
            via: Some(via),
            shape: self.shape,
            path: format!("{}/{}", self.path, super::links::encode(&navigation.name)),
        })
    }
}

fn too_long() -> Error {
    let message = format!("The path follows more than {MOST} navigation properties.");
    Error::new(ErrorKind::InvalidValue, message).about("The path")
}

/// The key as a URL has it.
fn predicate(set: &EntitySet, key: &Key) -> String {
    let values: Vec<_> = key.values.iter().map(Value::borrow).collect();
    key_path(set, &key.properties, &values).unwrap_or_default()
}
