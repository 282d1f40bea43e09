//! What is read behind the rows of a page, as long as somebody waits for it and up to what one page may cost.
//!
//! A newcomer's trap: a reader that has left is told of nowhere but here. Nothing more is read for it then, so what was read is not
//! whole, and must not be written as if it were.

use super::found::Gathered;
use crate::backend::{Further, Origin, Take};
use crate::error::Result;

/// Reads what is expanded of some entities.
pub(super) struct Reading<'a> {
    more: &'a mut dyn Further,
    left: &'a dyn Fn() -> bool,
    abandoned: bool,
    spent: usize,
}

impl<'a> Reading<'a> {
    /// `left` says whether the reader of the answer has left.
    pub(super) fn new(more: &'a mut dyn Further, left: &'a dyn Fn() -> bool) -> Self {
        Self { more, left, abandoned: false, spent: 0 }
    }

    /// Whether the reader had left before all was read.
    pub(super) fn abandoned(&self) -> bool {
        self.abandoned
    }

    /// About how many octets were read, on all levels.
    pub(super) fn spent(&self) -> usize {
        self.spent
    }

    pub(super) fn spend(&mut self, gathered: &Gathered) {
        self.spent = self.spent.saturating_add(gathered.octets());
    }

    /// As [`Further::entities`].
    pub(super) fn entities(&mut self, path: &[usize], origins: &[Origin], each: usize, take: Take<'_>) -> Result<()> {
        if self.is_awaited() { self.more.entities(path, origins, each, take) } else { Ok(()) }
    }

    /// As [`Further::counts`].
    pub(super) fn counts(&mut self, path: &[usize], origins: &[Origin], take: Take<'_>) -> Result<()> {
        if self.is_awaited() { self.more.counts(path, origins, take) } else { Ok(()) }
    }

    fn is_awaited(&mut self) -> bool {
        self.abandoned = self.abandoned || (self.left)();
        !self.abandoned
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    struct Statements(usize);

    impl Further for Statements {
        fn entities(&mut self, _: &[usize], _: &[Origin], _: usize, _: Take<'_>) -> Result<()> {
            self.0 += 1;
            Ok(())
        }

        fn counts(&mut self, _: &[usize], _: &[Origin], _: Take<'_>) -> Result<()> {
            self.0 += 1;
            Ok(())
        }
    }

    #[test]
    fn nothing_is_read_for_a_reader_that_has_left() {
        let (mut statements, left) = (Statements(0), Cell::new(false));
        let has_left = || left.get();
        let mut reading = Reading::new(&mut statements, &has_left);
        reading.entities(&[0], &[], 1, &mut |_| Ok(())).unwrap();
        assert!(!reading.abandoned());
        left.set(true);
        reading.counts(&[0], &[], &mut |_| Ok(())).unwrap();
        reading.entities(&[0, 0], &[], 1, &mut |_| Ok(())).unwrap();
        assert!(reading.abandoned());
        assert_eq!(statements.0, 1);
    }
}
