//! What navigation properties of one entity type would like to be called -> what they are called.
//!
//! What a newcomer would get wrong is to let the first one win: then a name would depend on the order in which the
//! database lists its foreign keys. The rule stands in `navigation`.

use std::collections::{HashMap, HashSet};

use super::super::model::EntitySet;
use super::super::name::{MAX_LENGTH, is_identifier};

/// What one navigation property would like to be called.
#[derive(Debug)]
pub(super) struct Candidates {
    pub(super) first: Option<String>,
    pub(super) second: Option<String>,
    /// Says so much that hardly another one has it.
    pub(super) last: String,
}

/// Names that members of an entity type have, in lower case: two that differ in case only are one to some clients.
#[derive(Debug)]
pub(super) struct Taken(HashSet<String>);

impl Taken {
    /// By the properties of `set`.
    pub(super) fn by_properties(set: &EntitySet) -> Self {
        Self(set.properties.iter().map(|property| property.name.to_lowercase()).collect())
    }

    /// Whether `name` is free, and takes it.
    pub(super) fn take(&mut self, name: &str) -> bool {
        self.0.insert(name.to_lowercase())
    }

    /// A name for each of `all`.
    pub(super) fn give(&mut self, all: &[&Candidates]) -> Vec<String> {
        let mut given: Vec<Option<String>> = vec![None; all.len()];
        let turns: [fn(&Candidates) -> Option<&str>; 3] =
            [|names| names.first.as_deref(), |names| names.second.as_deref(), |names| Some(&names.last)];
        for turn in turns {
            self.one_turn(&all.iter().map(|names| turn(names)).collect::<Vec<_>>(), &mut given);
        }
        given.into_iter().zip(all).map(|(name, names)| name.unwrap_or_else(|| self.numbered(&names.last))).collect()
    }

    /// Gives out the names in `wanted` that only one without a name wants.
    fn one_turn(&mut self, wanted: &[Option<&str>], given: &mut [Option<String>]) {
        let mut wishes: HashMap<String, Vec<usize>> = HashMap::new();
        for (at, name) in wanted.iter().enumerate().filter(|&(at, _)| given[at].is_none()) {
            if let Some(name) = name.filter(|name| is_identifier(name)) {
                wishes.entry(name.to_lowercase()).or_default().push(at);
            }
        }
        for (lower, wishing) in wishes {
            if let [only] = wishing[..]
                && self.0.insert(lower)
            {
                given[only] = wanted[only].map(str::to_owned);
            }
        }
    }

    fn numbered(&mut self, name: &str) -> String {
        // Room for an underscore and as many digits as there may ever be.
        let start: String = name.chars().take(MAX_LENGTH - 8).collect();
        let mut numbers = 2..;
        loop {
            let name = format!("{start}_{}", numbers.next().unwrap_or_default());
            if self.take(&name) {
                return name;
            }
        }
    }
}

/// `name` without the `Id` at its end, in the ways in which it is written, and without what separates it.
pub(super) fn stem(name: &str) -> &str {
    let id = name.strip_suffix("Id").or_else(|| name.strip_suffix("_id"));
    // In `PAID` and `GUID`, the end is no word.
    let all_upper = || name.strip_suffix("ID").filter(|rest| !rest.ends_with(char::is_uppercase));
    let Some(rest) = id.or_else(all_upper) else { return name };
    let rest = rest.trim_end_matches('_');
    let rest = ["_x0020", "_x002D"].iter().find_map(|separator| rest.strip_suffix(separator)).unwrap_or(rest);
    if rest.is_empty() { name } else { rest }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(names: &[&str]) -> Taken {
        Taken(names.iter().map(|name| name.to_lowercase()).collect())
    }

    fn candidates(first: &str, second: &str, last: &str) -> Candidates {
        let some = |name: &str| Some(name.to_owned()).filter(|name| !name.is_empty());
        Candidates { first: some(first), second: some(second), last: last.to_owned() }
    }

    #[test]
    fn the_stem_is_what_is_left_without_id() {
        for (name, expected) in [
            ("CustomerId", "Customer"),
            ("CustomerID", "Customer"),
            ("customer_id", "customer"),
            ("CUSTOMER_ID", "CUSTOMER"),
            ("Customer_Id", "Customer"),
            ("Customer_x0020_Id", "Customer"),
            ("customer_x0020_id", "customer"),
            ("Customer_x002D_ID", "Customer"),
            ("顧客Id", "顧客"),
            ("Id", "Id"),
            ("_id", "_id"),
            ("__Id", "__Id"),
            ("paid", "paid"),
            ("Paid", "Paid"),
            ("PAID", "PAID"),
            ("GUID", "GUID"),
            ("ReportsTo", "ReportsTo"),
        ] {
            assert_eq!(stem(name), expected, "{name}");
        }
    }

    #[test]
    fn who_wants_the_same_name_goes_on_and_nobody_wins() {
        let all = [candidates("A", "B", "a_B"), candidates("A", "C", "a_C"), candidates("", "C", "c_C")];
        let given = taken(&[]).give(&all.iter().collect::<Vec<_>>());
        assert_eq!(given, ["B", "a_C", "c_C"]);
    }

    #[test]
    fn a_name_of_an_earlier_turn_is_taken_whoever_stands_first() {
        let all =
            [candidates("", "Customer", "Code_Customer"), candidates("Customer", "Customer", "Customer_Customer")];
        let given = taken(&[]).give(&all.iter().collect::<Vec<_>>());
        assert_eq!(given, ["Code_Customer", "Customer"]);
    }

    #[test]
    fn a_name_that_differs_in_case_only_is_taken() {
        let given = taken(&["CUSTOMER"]).give(&[&candidates("Customer", "customer", "Customer_Customers")]);
        assert_eq!(given, ["Customer_Customers"]);
    }

    #[test]
    fn where_all_names_are_taken_a_number_tells_them_apart() {
        let same = candidates("A", "A", "a_A");
        assert_eq!(taken(&[]).give(&[&same, &same, &same]), ["a_A_2", "a_A_3", "a_A_4"]);
        let long = candidates(&"a".repeat(129), "", &"ü".repeat(300));
        let given = taken(&[]).give(&[&long, &long]);
        assert!(given.iter().all(|name| is_identifier(name)) && given[0] != given[1], "{given:?}");
    }
}
