//! A query of a history -> where that stands, and nothing else of what it reads.

use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, PoisonError};

use super::{Backend, Opening, RowSink};
use crate::edm::Row;
use crate::error::Result;
use crate::sql::Query;
use crate::version::Window;

/// Where the history stands that `query` asks for; none where it asks for none.
pub async fn window(backend: &dyn Backend, query: Query) -> Result<Option<Window>> {
    let seen = Arc::<Mutex<Option<Window>>>::default();
    backend.read(query, Box::new(Seeing(Arc::clone(&seen)))).await?;
    let window = *seen.lock().unwrap_or_else(PoisonError::into_inner);
    Ok(window)
}

/// Keeps the window and wants no rows.
struct Seeing(Arc<Mutex<Option<Window>>>);

impl RowSink for Seeing {
    fn begin(&mut self, opening: &Opening) -> Result<()> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = opening.window;
        Ok(())
    }

    fn row(&mut self, _: &dyn Row) -> Result<ControlFlow<()>> {
        Ok(ControlFlow::Break(()))
    }

    fn end(&mut self) -> Result<()> {
        Ok(())
    }
}
