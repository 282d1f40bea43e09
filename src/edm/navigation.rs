//! Foreign keys -> navigation properties, in pairs: one at each end, each the other's partner.
//!
//! A foreign key is left out unless both tables are exposed with all of its columns, and what it refers to is unique
//! without condition: only then does it lead to one entity. The way back always leads to many, also where the columns
//! that refer are unique: an index that is added must not change the model.
//!
//! The names. Each property gets the first of its names that is neither taken nor wanted by another one; taken, in any
//! case, are the names of properties, and of the entity type itself (C# allows no member that is called as its class).
//! `stem` is the name of the column's property without `Id`, `_id` or `ID` at its end.
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
//! `Orders_by_...`.

mod naming;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use super::catalog::{Catalog, ForeignKey, Table};
use super::model::EntitySet;
use super::unique::is_unique;
use naming::{Candidates, Taken, stem};

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

/// A foreign key that becomes two navigation properties.
#[derive(Debug)]
struct Reference {
    /// The place of the set that refers.
    from: usize,
    /// The place of the set that is referred to.
    to: usize,
    /// Indexes of the properties that refer, and of those referred to.
    pairs: Vec<(usize, usize)>,
}

/// Adds the navigation properties to `sets`.
pub(super) fn navigate(catalog: &Catalog, sets: &mut [Placed]) {
    let references = references(catalog, sets);
    let mut taken: Vec<Taken> = sets.iter().map(|(_, set)| Taken::by(set)).collect();
    let to_one = names(&references, &mut taken, |reference| (reference.from, to_one(reference, sets)));
    let to_many = names(&references, &mut taken, |reference| (reference.to, to_many(reference, sets)));
    let both_ways = to_one.into_iter().zip(to_many);
    let (ahead, back): (Vec<_>, Vec<_>) =
        references.iter().zip(both_ways).map(|(reference, names)| reference.properties(names, sets)).unzip();
    for (place, property) in ahead.into_iter().chain(back) {
        sets[place].1.navigation.push(property);
    }
}

/// In an order that is the model's and not the database's, each once.
fn references(catalog: &Catalog, sets: &[Placed]) -> Vec<Reference> {
    let by_table: HashMap<usize, usize> = sets.iter().enumerate().map(|(at, (place, _))| (*place, at)).collect();
    let mut found: Vec<Reference> = Vec::new();
    for (from, (place, _)) in sets.iter().enumerate() {
        let table = &catalog.tables[*place];
        for key in &table.foreign_keys {
            let Some(target) = catalog.referred_to_by(key) else { continue };
            let Some(&to) = by_table.get(&target) else { continue };
            let ends = [(table, &sets[from].1), (&catalog.tables[target], &sets[to].1)];
            let Some(pairs) = pairs(key, ends) else { continue };
            found.push(Reference { from, to, pairs });
        }
    }
    found.sort_by(|one, other| (one.from, &one.pairs, one.to).cmp(&(other.from, &other.pairs, other.to)));
    found.dedup_by(|one, other| (one.from, &one.pairs, one.to) == (other.from, &other.pairs, other.to));
    found
}

/// The properties that `key` connects; `None` unless all of them are exposed, and lead to one entity at most.
fn pairs(key: &ForeignKey, [own, target]: [(&Table, &EntitySet); 2]) -> Option<Vec<(usize, usize)>> {
    let referred = key.referenced.iter().map(|name| target.0.column(name)).collect::<Option<Vec<_>>>()?;
    if referred.len() != key.columns.len() || !is_unique(target.0, &referred) {
        return None;
    }
    let property = |(table, set): (&Table, &EntitySet), column: usize| {
        set.properties.iter().position(|property| property.column == table.columns[column].name)
    };
    let mut pairs = key
        .columns
        .iter()
        .zip(referred)
        .map(|(&column, referred)| Some((property(own, column)?, property(target, referred)?)))
        .collect::<Option<Vec<_>>>()?;
    pairs.sort_unstable();
    Some(pairs)
}

/// A name for each of `references`; `wanted` tells at which set, and which ones in turn.
fn names(
    references: &[Reference],
    taken: &mut [Taken],
    wanted: impl Fn(&Reference) -> (usize, Candidates),
) -> Vec<String> {
    let wanted: Vec<(usize, Candidates)> = references.iter().map(wanted).collect();
    let mut names = vec![String::new(); references.len()];
    for (place, taken) in taken.iter_mut().enumerate() {
        let here: Vec<usize> = (0..wanted.len()).filter(|&at| wanted[at].0 == place).collect();
        let given = taken.give(&here.iter().map(|&at| &wanted[at].1).collect::<Vec<_>>());
        for (at, name) in here.into_iter().zip(given) {
            names[at] = name;
        }
    }
    names
}

/// What the way to one entity may be called.
fn to_one(reference: &Reference, sets: &[Placed]) -> Candidates {
    let Reference { from, to, pairs } = reference;
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
