//! Related entities as they are read -> those of each origin, and no more of all together than there is room for.
//!
//! A newcomer's trap: each origin leads to few, but the origins of a deeper level are many. Where they find too much, all of them keep
//! fewer, down to one each, and links lead to the rest. So what is held is bounded on every level, whatever the data.

use super::expand::Held;

/// Octets of what is held on one level.
pub(super) const ROOM: usize = 16 * 1024 * 1024;

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
}

/// What was read for all of them.
pub(super) struct Gathered {
    pub(super) found: Vec<Found>,
    /// Rows of each origin at most.
    pub(super) most: usize,
    octets: usize,
    room: usize,
}

impl Gathered {
    /// For so many origins, each of which keeps `most` rows if there is room.
    pub(super) fn new(origins: usize, most: usize) -> Self {
        Self::within(ROOM, origins, most)
    }

    fn within(room: usize, origins: usize, most: usize) -> Self {
        Self { found: (0..origins).map(|_| Found::default()).collect(), most, octets: 0, room }
    }

    /// Keeps `row`, which belongs to `origin`, unless that has all that it may keep.
    pub(super) fn add(&mut self, origin: usize, row: Held) {
        let Some(found) = self.found.get_mut(origin) else { return };
        if found.rows.len() >= self.most {
            found.more = true;
            return;
        }
        self.octets += row.octets();
        found.rows.push(row);
        while self.octets > self.room && self.most > 1 {
            self.most /= 2;
            self.found.iter_mut().for_each(|found| found.cut(self.most));
            self.octets = self.found.iter().map(Found::octets).sum();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edm::Value;

    fn gathered(room: usize, rows: &[usize]) -> Vec<(usize, bool)> {
        let row = || Held(vec![Value::Integer(1)]);
        let mut gathered = Gathered::within(room * row().octets(), rows.len(), 8);
        for (origin, rows) in rows.iter().enumerate() {
            (0..*rows).for_each(|_| gathered.add(origin, row()));
        }
        gathered.found.iter().map(|found| (found.rows.len(), found.more)).collect()
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
}
