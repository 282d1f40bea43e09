//! The catalog's foreign keys -> references between entity sets.
//!
//! What a newcomer would get wrong is that not every foreign key is one: it has to lead from exposed properties to exposed
//! properties, and to one entity.

use std::collections::HashMap;

use super::super::catalog::{Catalog, ForeignKey, Table};
use super::super::exposure::{NavigationExposure, NavigationNames, TableExposure};
use super::super::model::EntitySet;
use super::super::unique::is_unique;
use super::Placed;
use super::wishes::wish;

/// A foreign key that becomes two navigation properties.
#[derive(Debug)]
pub(super) struct Reference {
    /// The place of the set that refers.
    pub(super) from: usize,
    /// The place of the set that is referred to.
    pub(super) to: usize,
    /// Indexes of the properties that refer, and of those referred to.
    pub(super) pairs: Vec<(usize, usize)>,
    /// The names that the operator gave.
    pub(super) given: NavigationNames,
}

/// In an order that is the model's and not the database's, each once.
pub(super) fn references(
    catalog: &Catalog,
    wishes: &HashMap<usize, &TableExposure>,
    sets: &[Placed],
) -> Vec<Reference> {
    let by_table: HashMap<usize, usize> = sets.iter().enumerate().map(|(at, (place, _))| (*place, at)).collect();
    let mut found: Vec<Reference> = Vec::new();
    for (from, (place, _)) in sets.iter().enumerate() {
        let table = &catalog.tables[*place];
        for key in &table.foreign_keys {
            let Some(target) = catalog.referred_to_by(key) else { continue };
            let Some(&to) = by_table.get(&target) else { continue };
            let ends = [(table, &sets[from].1), (&catalog.tables[target], &sets[to].1)];
            let Some(pairs) = pairs(key, ends) else { continue };
            let given = match wishes.get(place).and_then(|wishes| wish(table, key, wishes)) {
                Some(NavigationExposure::LeftOut) => continue,
                Some(NavigationExposure::Named(names)) => names.clone(),
                None => NavigationNames::default(),
            };
            found.push(Reference { from, to, pairs, given });
        }
    }
    // Of two that say the same, the one that has names stays.
    found.sort_by_cached_key(|found| {
        (found.from, found.pairs.clone(), found.to, found.given == NavigationNames::default())
    });
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
