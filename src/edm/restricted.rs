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

#[cfg(test)]
mod tests {
    use super::super::fixture::{model, table};
    use super::*;

    /// Orders of customers, who have a code of their own; the places of both would move if a property before them went.
    fn shop() -> Edm {
        let customers = table("Customers", &["Secret", "Id*", "Code"]).unique(&["Code"], None, "BINARY");
        let orders = table("Orders", &["Note?", "Id*", "CustomerId", "Total"]);
        model(&[customers, orders.referring(&["CustomerId"], "Customers", &["Id"])])
    }

    fn visible(sets: &[(&str, Option<&[usize]>, bool)]) -> BTreeMap<String, Visible> {
        let one = |&(name, properties, rows_filtered): &(&str, Option<&[usize]>, bool)| {
            let properties = properties.map(|properties| properties.iter().copied().collect());
            (name.to_owned(), Visible { properties, rows_filtered })
        };
        sets.iter().map(one).collect()
    }

    fn names(set: &EntitySet) -> Vec<&str> {
        set.properties.iter().map(|property| &*property.name).collect()
    }

    #[test]
    fn what_is_left_keeps_its_order_and_its_ways() {
        let edm = shop().restricted(&visible(&[("Customers", Some(&[2]), true), ("Orders", Some(&[2, 3]), false)]));
        let (customers, orders) = (edm.set("Customers").unwrap(), edm.set("Orders").unwrap());
        assert_eq!((names(customers), &customers.key[..]), (vec!["Id", "Code"], &[0][..]));
        assert_eq!((names(orders), &orders.key[..]), (vec!["Id", "CustomerId", "Total"], &[0][..]));
        assert_eq!(customers.alternate_keys, [[1]]);
        let ahead = orders.navigation_property("Customer").unwrap();
        assert_eq!((&ahead.pairs[..], ahead.nullable), (&[(1, 0)][..], true), "the customer may not be to be seen");
        assert_eq!(customers.navigation_property("Orders").unwrap().pairs, [(0, 1)]);
        assert_eq!((customers.rows_filtered, orders.rows_filtered), (true, false));
    }

    #[test]
    fn what_leads_to_something_hidden_is_hidden() {
        let without_way =
            shop().restricted(&visible(&[("Customers", Some(&[]), false), ("Orders", Some(&[3]), false)]));
        assert!(without_way.sets().iter().all(|set| set.navigation.is_empty() && set.alternate_keys.is_empty()));
        let alone = shop().restricted(&visible(&[("Orders", None, false)]));
        assert!(alone.set("Customers").is_none());
        assert_eq!((alone.sets().len(), alone.sets()[0].navigation.len()), (1, 0));
        assert_eq!(names(&alone.sets()[0]), ["Note", "Id", "CustomerId", "Total"]);
    }

    #[test]
    fn all_of_it_is_all_of_it() {
        let whole = shop();
        let same = whole.restricted(&visible(&[("Customers", None, false), ("Orders", None, false)]));
        assert_eq!(format!("{:?}", whole.sets()), format!("{:?}", same.sets()));
    }
}
