//! A sink -> the same one, whose rows are counted and whose first row is timed.

use std::ops::ControlFlow;
use std::sync::Arc;

use crate::backend::{Further, Opening, RowSink};
use crate::edm::Row;
use crate::error::Result;
use crate::plan::Target;
use crate::telemetry::{Record, Stage};
use crate::version::Witness;

/// Counts for a record; told when it is dropped, so that rows before a failure count too.
pub(super) struct Counted {
    sink: Box<dyn RowSink>,
    record: Arc<Record>,
    rows: u64,
    /// The page has so many: one more is read to see whether there is a next one.
    most: u64,
    timed: bool,
}

impl Counted {
    /// `sink` writes an answer that has [`most`] rows at most.
    pub(super) fn new(sink: Box<dyn RowSink>, most: u64, record: Arc<Record>) -> Self {
        Self { sink, record, rows: 0, most, timed: false }
    }

    fn tell(&mut self) {
        match std::mem::take(&mut self.rows) {
            0 => {}
            rows => self.record.read(rows.min(self.most)),
        }
    }

    /// The database has found something, or that there is nothing.
    fn time(&mut self) {
        if !std::mem::replace(&mut self.timed, true) {
            self.record.reached(Stage::Database);
        }
    }
}

/// The rows that the answer to `target` has at most.
pub(super) fn most(target: &Target) -> u64 {
    match target {
        Target::Rows(page) => page.limit,
        Target::Changes(page) => page.limit,
        _ => u64::MAX,
    }
}

impl RowSink for Counted {
    fn begin(&mut self, opening: &Opening) -> Result<()> {
        self.sink.begin(opening)
    }

    fn row(&mut self, row: &dyn Row) -> Result<ControlFlow<()>> {
        self.time();
        self.rows += 1;
        self.sink.row(row)
    }

    fn further(&mut self, more: &mut dyn Further) -> Result<ControlFlow<()>> {
        self.sink.further(more)
    }

    fn seen(&mut self, witness: Witness) {
        self.sink.seen(witness);
    }

    fn end(&mut self) -> Result<()> {
        self.time();
        // Before the last octets leave: who has them all finds the record complete.
        self.tell();
        self.sink.end()
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.tell();
    }
}
