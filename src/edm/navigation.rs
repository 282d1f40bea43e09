//! Foreign keys -> navigation properties, in pairs: one at each end, each the other's partner.
//!
//! A foreign key is left out unless both tables are exposed with all of its columns, and what it refers to is unique
//! without condition: only then does it lead to one entity. The way back always leads to many, also where the columns
//! that refer are unique: an index that is added must not change the model.
//!
//! The names. Each property gets the first of its names that is neither taken nor wanted by another one; taken, in any
//! case, are the names of properties, those that the operator gave, and that of the entity type itself (C# allows no
//! member that is called as its class). `stem` is the name of the column's property without `Id`, `_id` or `ID` at its end.
//!
//! | to one | to many |
//! |---|---|
//! | the stem of a single column: `CustomerId` -> `Customer` | the set that refers: `Orders` |
//! | the set it leads to: `CountryCode` -> `Countries` | set and stems: `Orders_by_Customer` |
//! | stems and set: `ReportsTo_Employees` | |
//!
//! then the last of these with a number. All that want the same name go on to their next one, so names do not depend on
//! the order in which a database lists its foreign keys, and to-one names come first. What a newcomer would get wrong is
//! that a name can change: a second foreign key between the same two tables makes `Orders` two properties
//! `Orders_by_...`, unless the configuration names one of them or leaves it out.

mod naming;
mod reference;
#[cfg(test)]
mod tests;
mod wishes;

use std::collections::HashMap;

use super::catalog::Catalog;
use super::exposure::TableExposure;
use super::model::EntitySet;
use super::name::is_identifier;
use super::obstacle::{Obstacle, Unexposed};
use naming::{Candidates, Taken, stem};
use reference::{Reference, references};

/// What leads from an entity to others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NavigationProperty {
    /// As in URLs and payloads.
    pub name: String,
    /// The entity set it leads to, by name; always one that is exposed.
    pub target: String,
    /// Whether it leads to many.
    pub many: bool,
    /// Whether a single one may be absent.
    pub nullable: bool,
    /// Which properties are equal: index of the own one, index of the target's. Own ones that are null lead nowhere.
    pub pairs: Vec<(usize, usize)>,
    /// The navigation property of the target that leads back.
    pub partner: Option<String>,
}

/// An entity set in the making, and the place of its table in the catalog.
pub(super) type Placed = (usize, EntitySet);

/// Adds the navigation properties to `sets`; what of them cannot be as the operator wishes.
pub(super) fn navigate(
    catalog: &Catalog,
    wishes: &HashMap<usize, &TableExposure>,
    sets: &mut [Placed],
) -> Vec<Unexposed> {
    let mut unmet = unknown(catalog, wishes, sets);
    let mut references = references(catalog, wishes, sets);
    let mut taken: Vec<Taken> = sets.iter().map(|(_, set)| Taken::by_properties(set)).collect();
    unmet.extend(claim(&mut references, &mut taken, catalog, sets));
    for (taken, (_, set)) in taken.iter_mut().zip(sets.iter()) {
        taken.take(&set.name);
    }
    let to_one = names(&references, &mut taken, |reference| Wanted {
        at: reference.from,
        given: reference.given.to_one.as_ref(),
        candidates: to_one(reference, sets),
    });
    let to_many = names(&references, &mut taken, |reference| Wanted {
        at: reference.to,
        given: reference.given.to_many.as_ref(),
        candidates: to_many(reference, sets),
    });
    let both_ways = to_one.into_iter().zip(to_many);
    let (ahead, back): (Vec<_>, Vec<_>) =
        references.iter().zip(both_ways).map(|(reference, names)| reference.properties(names, sets)).unzip();
    for (place, property) in ahead.into_iter().chain(back) {
        sets[place].1.navigation.push(property);
    }
    unmet
}

/// Every wish for a foreign key that is none.
fn unknown(catalog: &Catalog, wishes: &HashMap<usize, &TableExposure>, sets: &[Placed]) -> Vec<Unexposed> {
    let mut unknown = Vec::new();
    for (place, _) in sets {
        let (table, Some(wishes)) = (&catalog.tables[*place], wishes.get(place)) else { continue };
        unknown.extend(wishes::unknown(table, wishes).map(|name| Unexposed {
            table: table.title(),
            obstacle: Obstacle::UnknownForeignKey { name: name.clone() },
        }));
    }
    unknown
}

/// Takes the names that the operator gave, and forgets those that cannot be had.
fn claim(references: &mut [Reference], taken: &mut [Taken], catalog: &Catalog, sets: &[Placed]) -> Vec<Unexposed> {
    let mut unmet = Vec::new();
    for Reference { from, to, given, .. } in references {
        for (at, given) in [(*from, &mut given.to_one), (*to, &mut given.to_many)] {
            let Some(name) = given.take() else { continue };
            let obstacle = if !is_identifier(&name) {
                Obstacle::NameUnusable { name }
            } else if !taken[at].take(&name) {
                Obstacle::NameClash { name }
            } else {
                *given = Some(name);
                continue;
            };
            unmet.push(Unexposed { table: catalog.tables[sets[*from].0].title(), obstacle });
        }
    }
    unmet
}

/// What a navigation property is to be called.
struct Wanted<'a> {
    /// The place of its set.
    at: usize,
    given: Option<&'a String>,
    candidates: Candidates,
}

/// A name for each of `references`.
fn names<'a>(
    references: &'a [Reference],
    taken: &mut [Taken],
    wanted: impl Fn(&'a Reference) -> Wanted<'a>,
) -> Vec<String> {
    let wanted: Vec<Wanted<'_>> = references.iter().map(wanted).collect();
    let mut names: Vec<String> = wanted.iter().map(|wanted| wanted.given.cloned().unwrap_or_default()).collect();
    for (place, taken) in taken.iter_mut().enumerate() {
        let is_here = |wanted: &Wanted<'_>| wanted.at == place && wanted.given.is_none();
        let here: Vec<usize> = (0..wanted.len()).filter(|&at| is_here(&wanted[at])).collect();
        let made = taken.give(&here.iter().map(|&at| &wanted[at].candidates).collect::<Vec<_>>());
        for (at, name) in here.into_iter().zip(made) {
            names[at] = name;
        }
    }
    names
}

/// What the way to one entity may be called.
fn to_one(reference: &Reference, sets: &[Placed]) -> Candidates {
    let Reference { from, to, pairs, .. } = reference;
    let (own, target) = (&sets[*from].1, &sets[*to].1.name);
    let of_column = match pairs[..] {
        [(column, _)] => {
            let name = &own.properties[column].name;
            Some(stem(name)).filter(|stem| stem != name)
        }
        _ => None,
    };
    let last = format!("{}_{target}", reference.stems(sets));
    Candidates { first: of_column.map(str::to_owned), second: Some(target.clone()), last }
}

/// What the way back may be called.
fn to_many(reference: &Reference, sets: &[Placed]) -> Candidates {
    let referring = &sets[reference.from].1.name;
    let last = format!("{referring}_by_{}", reference.stems(sets));
    Candidates { first: Some(referring.clone()), second: None, last }
}

impl Reference {
    /// The stems of the properties that refer.
    fn stems(&self, sets: &[Placed]) -> String {
        let own = &sets[self.from].1;
        let stems: Vec<&str> = self.pairs.iter().map(|&(column, _)| stem(&own.properties[column].name)).collect();
        stems.join("_")
    }

    /// The way to one and the way back, each with the place of its set.
    fn properties(
        &self,
        (to_one, to_many): (String, String),
        sets: &[Placed],
    ) -> ((usize, NavigationProperty), (usize, NavigationProperty)) {
        let (own, target) = (&sets[self.from].1, &sets[self.to].1);
        let ahead = NavigationProperty {
            name: to_one.clone(),
            target: target.name.clone(),
            many: false,
            nullable: self.pairs.iter().any(|&(column, _)| own.properties[column].nullable),
            pairs: self.pairs.clone(),
            partner: Some(to_many.clone()),
        };
        let back = NavigationProperty {
            name: to_many,
            target: own.name.clone(),
            many: true,
            nullable: false,
            pairs: self.pairs.iter().map(|&(column, referred)| (referred, column)).collect(),
            partner: Some(to_one),
        };
        ((self.from, ahead), (self.to, back))
    }
}
