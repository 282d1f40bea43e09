//! Held rows -> the different origins that they are: equal values lead to the same entities, which are read once.
//!
//! A newcomer's trap: what is read once is written as often as something leads to it. So each origin has a weight, with which its rows
//! count where there is only so much room.

use std::collections::HashMap;

use super::expand::Held;
use crate::backend::Origin;
use crate::edm::{Row, Value};

/// Where some rows lead from.
pub(super) struct Origins {
    /// The different ones; their numbers are their places.
    pub(super) all: Vec<Origin>,
    /// How often what each of them leads to is written.
    pub(super) weights: Vec<usize>,
    /// The number of each row's origin; none where one of its values is null: that leads nowhere.
    pub(super) of_rows: Vec<Option<usize>>,
}

impl Origins {
    /// Of `rows`, of which each is written as often as its weight says; `leads` is where in a row the values are.
    pub(super) fn new(rows: &[Held], weights: &[usize], leads: &[usize]) -> Self {
        let mut numbers = HashMap::new();
        let mut origins = Self { all: Vec::new(), weights: Vec::new(), of_rows: Vec::with_capacity(rows.len()) };
        for (row, weight) in rows.iter().zip(weights) {
            let values: Vec<Value> = leads.iter().map(|lead| row.value(*lead).to_value()).collect();
            if values.contains(&Value::Null) {
                origins.of_rows.push(None);
                continue;
            }
            let number = *numbers.entry(identity(&values)).or_insert_with(|| {
                origins.all.push((origins.all.len(), values));
                origins.weights.push(0);
                origins.weights.len() - 1
            });
            if let Some(sum) = origins.weights.get_mut(number) {
                *sum = sum.saturating_add(*weight);
            }
            origins.of_rows.push(Some(number));
        }
        origins
    }
}

/// The same for the same stored values and for no others, which the database may still find equal.
fn identity(values: &[Value]) -> Vec<u8> {
    let mut identity = Vec::new();
    for value in values {
        let (kind, octets) = match value {
            Value::Null => (b'n', Vec::new()),
            Value::Integer(number) => (b'i', number.to_be_bytes().to_vec()),
            Value::Real(number) => (b'r', number.to_bits().to_be_bytes().to_vec()),
            Value::Text(text) => (b't', text.as_bytes().to_vec()),
            Value::Bytes(octets) => (b'b', octets.clone()),
            Value::IllFormed(octets) => (b'f', octets.clone()),
        };
        identity.push(kind);
        identity.extend_from_slice(&octets.len().to_be_bytes());
        identity.extend_from_slice(&octets);
    }
    identity
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_are_one_origin_whose_weight_is_that_of_all_who_lead_there() {
        let text = |text: &str| Value::Text(text.to_owned());
        let rows = [
            [Value::Integer(1), text("a")],
            [Value::Integer(1), Value::Null],
            [Value::Integer(1), text("b")],
            [Value::Integer(1), text("a")],
            [text("1"), text("a")],
        ];
        let rows = rows.map(|values| Held(values.to_vec()));
        let origins = Origins::new(&rows, &[1, 10, 100, 1_000, 10_000], &[0, 1]);
        assert_eq!(origins.of_rows, [Some(0), None, Some(1), Some(0), Some(2)]);
        assert_eq!(origins.weights, [1_001, 100, 10_000]);
        assert_eq!(origins.all[2], (2, vec![text("1"), text("a")]));
    }
}
