//! Related entities as they are read -> those of each origin, and no more of all together than there is room for.
//!
//! A newcomer's trap: each origin leads to few, but the origins of a deeper level are many. Where they find too much, all of them keep
//! fewer, down to one each, and links lead to the rest. So what is held is bounded on every level, whatever the data.

use super::expand::Held;

/// Octets of what is held on one level, and of all that a page takes before it ends.
pub(super) const ROOM: usize = 16 * 1024 * 1024;

/// What a row costs beside its octets where others are read behind it: the database has to find them, however few they are.
pub(super) const LEADS: usize = 1024;

/// What was read for one origin.
#[derive(Default)]
pub(super) struct Found {
    pub(super) rows: Vec<Held>,
    /// Whether there are others behind them.
    pub(super) more: bool,
    pub(super) count: u64,
}

impl Found {
    fn cut(&mut self, most: usize) {
        self.more |= self.rows.len() > most;
        self.rows.truncate(most);
    }

    fn octets(&self) -> usize {
        self.rows.iter().map(Held::octets).sum()
    }

    fn cost(&self, weight: usize, leads: usize) -> usize {
        self.octets().saturating_mul(weight).saturating_add(self.rows.len().saturating_mul(leads))
    }
}

/// What was read for all of them.
pub(super) struct Gathered {
    pub(super) found: Vec<Found>,
    /// Rows of each origin at most.
    pub(super) most: usize,
    /// How often the rows of each origin are written.
    weights: Vec<usize>,
    /// What each row costs beside its octets.
    leads: usize,
    octets: usize,
    room: usize,
}

impl Gathered {
    /// For origins of these weights, each of which keeps `most` rows if there is room.
    pub(super) fn new(weights: Vec<usize>, leads: usize, most: usize) -> Self {
        Self::within(ROOM, weights, leads, most)
    }

    fn within(room: usize, weights: Vec<usize>, leads: usize, most: usize) -> Self {
        let found = weights.iter().map(|_| Found::default()).collect();
        Self { found, most, weights, leads, octets: 0, room }
    }

    /// About how much it is, each row as often as it is written.
    pub(super) fn octets(&self) -> usize {
        self.octets
    }

    /// Keeps `row`, which belongs to `origin`, unless that has all that it may keep.
    pub(super) fn add(&mut self, origin: usize, row: Held) {
        let (Some(found), Some(weight)) = (self.found.get_mut(origin), self.weights.get(origin)) else { return };
        if found.rows.len() >= self.most {
            found.more = true;
            return;
        }
        let cost = row.octets().saturating_mul(*weight).saturating_add(self.leads);
        self.octets = self.octets.saturating_add(cost);
        found.rows.push(row);
        while self.octets > self.room && self.most > 1 {
            self.most /= 2;
            self.found.iter_mut().for_each(|found| found.cut(self.most));
            let costs = self.found.iter().zip(&self.weights).map(|(found, weight)| found.cost(*weight, self.leads));
            self.octets = costs.fold(0, usize::saturating_add);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edm::Value;

    fn row() -> Held {
        Held(vec![Value::Integer(1)])
    }

    fn filled(mut gathered: Gathered, rows: &[usize]) -> Vec<(usize, bool)> {
        for (origin, rows) in rows.iter().enumerate() {
            (0..*rows).for_each(|_| gathered.add(origin, row()));
        }
        gathered.found.iter().map(|found| (found.rows.len(), found.more)).collect()
    }

    fn gathered(room: usize, rows: &[usize]) -> Vec<(usize, bool)> {
        filled(Gathered::within(room * row().octets(), vec![1; rows.len()], 0, 8), rows)
    }

    #[test]
    fn where_there_is_room_all_is_kept_up_to_the_limit() {
        assert_eq!(gathered(100, &[0, 1, 8, 9]), [(0, false), (1, false), (8, false), (8, true)]);
    }

    #[test]
    fn where_there_is_none_all_keep_fewer_but_never_none() {
        assert_eq!(gathered(10, &[8, 2, 3, 0]), [(4, true), (2, false), (3, false), (0, false)]);
        assert_eq!(gathered(2, &[8, 2, 3, 1]), [(1, true), (1, true), (1, true), (1, false)]);
    }

    #[test]
    fn rows_count_as_often_as_they_are_written_and_for_what_is_read_behind_them() {
        let (octets, weights) = (row().octets(), vec![1, 3]);
        assert_eq!(filled(Gathered::within(10 * octets, weights.clone(), 0, 8), &[4, 2]), [(4, false), (2, false)]);
        assert_eq!(filled(Gathered::within(10 * octets, weights.clone(), 0, 8), &[4, 3]), [(2, true), (2, true)]);
        assert_eq!(filled(Gathered::within(10 * octets, weights, octets, 8), &[4, 2]), [(1, true), (1, true)]);
    }
}
