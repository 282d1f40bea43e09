//! A number -> the body of `/$count`.

use std::ops::ControlFlow;

use super::body::{Body, Chunks, Head};
use crate::backend::{Opening, RowSink};
use crate::edm::Row;
use crate::error::{Error, Result};

/// Writes the number that the snapshot opened with.
pub(super) struct CountSink {
    chunks: Chunks,
}

impl CountSink {
    pub(super) fn new(body: Box<dyn Body>) -> Self {
        Self { chunks: Chunks::new(body) }
    }
}

impl RowSink for CountSink {
    fn begin(&mut self, opening: &Opening) -> Result<()> {
        let count = opening.count.ok_or_else(|| Error::internal("a count was read without a number"))?;
        self.chunks.head(Head { window: opening.window, ..Head::default() });
        self.chunks.buffer().extend_from_slice(count.to_string().as_bytes());
        Ok(())
    }

    fn row(&mut self, _: &dyn Row) -> Result<ControlFlow<()>> {
        Ok(ControlFlow::Break(()))
    }

    fn end(&mut self) -> Result<()> {
        self.chunks.finish();
        Ok(())
    }
}
