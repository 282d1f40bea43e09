//! A model, and what of it may be seen -> the smaller model that has nothing else in it.
//!
//! A newcomer's trap: what leads to something hidden is hidden itself, or its name would tell of it: navigation properties, and keys.

use std::collections::{BTreeMap, BTreeSet};

use super::model::{Edm, EntitySet};
use super::navigation::NavigationProperty;

/// What may be seen of an entity set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Visible {
    /// The properties, as indexes; those of the key are among them whether listed or not. Without it, all.
    pub properties: Option<BTreeSet<usize>>,
    /// Whether only some of the rows.
    pub rows_filtered: bool,
}

impl Edm {
    /// The model that holds what is in `visible`, by the names of sets, and nothing else.
    #[must_use]
    pub fn restricted(&self, visible: &BTreeMap<String, Visible>) -> Self {
        let kept: BTreeMap<&str, Kept> =
            self.sets().iter().filter_map(|set| Some((&*set.name, Kept::new(set, visible.get(&set.name)?)))).collect();
        self.with_sets(self.sets().iter().filter_map(|set| Some(kept.get(&*set.name)?.of(set, &kept))))
    }
}

/// The properties that are left of a set.
struct Kept {
    /// By the place of each property the place that it has now.
    places: Vec<Option<usize>>,
    rows_filtered: bool,
}

impl Kept {
    fn new(set: &EntitySet, visible: &Visible) -> Self {
        let is_kept = |index: &usize| {
            set.key.contains(index) || visible.properties.as_ref().is_none_or(|visible| visible.contains(index))
        };
        let mut next = 0..;
        let places = (0..set.properties.len()).map(|index| if is_kept(&index) { next.next() } else { None }).collect();
        Self { places, rows_filtered: visible.rows_filtered }
    }

    fn place(&self, property: usize) -> Option<usize> {
        self.places.get(property).copied().flatten()
    }

    /// All of `properties`, unless one of them is hidden.
    fn all(&self, properties: &[usize]) -> Option<Vec<usize>> {
        properties.iter().map(|&property| self.place(property)).collect()
    }

    /// What is left of `set`.
    fn of(&self, set: &EntitySet, others: &BTreeMap<&str, Self>) -> EntitySet {
        let shown = set.properties.iter().zip(&self.places).filter(|(_, place)| place.is_some());
        EntitySet {
            properties: shown.map(|(property, _)| property.clone()).collect(),
            key: self.all(&set.key).unwrap_or_default(),
            alternate_keys: set.alternate_keys.iter().filter_map(|key| self.all(key)).collect(),
            navigation: set.navigation.iter().filter_map(|way| self.way(way, others.get(&*way.target)?)).collect(),
            row_version: set.row_version.and_then(|property| self.place(property)),
            rows_filtered: self.rows_filtered,
            ..set.clone()
        }
    }

    /// The way from here to a set of which `target` is left. A single entity may be one that is not to be seen.
    fn way(&self, way: &NavigationProperty, target: &Self) -> Option<NavigationProperty> {
        let pairs = way.pairs.iter().map(|&(own, other)| Some((self.place(own)?, target.place(other)?)));
        let nullable = way.nullable || (!way.many && target.rows_filtered);
        Some(NavigationProperty { pairs: pairs.collect::<Option<_>>()?, nullable, ..way.clone() })
    }
}
