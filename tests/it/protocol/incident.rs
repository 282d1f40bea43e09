//! What goes wrong with an answer, once.

use super::database::State;
use super::statement::Part;
use crate::tds::{Event, Fault, Reply, Signal};

/// A change of the database.
pub(super) type Change = Box<dyn FnOnce(&mut State) + Send>;

/// Happens to the next answer of its part.
pub(super) struct Incident {
    pub(super) part: Part,
    pub(super) meanwhile: Change,
    pub(super) trouble: Trouble,
}

/// How an answer ends.
pub(super) enum Trouble {
    /// As always.
    None,
    Fails(Fault),
    HangsUp,
    NeverAnswers,
    FailsAfter(usize, Fault),
    HangsUpAfter(usize),
    WaitsAfter(usize, Signal),
}

impl Incident {
    /// Nothing happens.
    pub(super) fn none(part: Part) -> Self {
        Self { part, meanwhile: Box::new(|_| {}), trouble: Trouble::None }
    }
}

impl Trouble {
    /// What stands in the place of the whole answer.
    pub(super) fn instead(&self) -> Option<Reply> {
        match self {
            Self::Fails(fault) => Some(Reply::new().error(fault.clone())),
            Self::HangsUp => Some(Reply::new().hang_up()),
            Self::NeverAnswers => Some(Reply::never()),
            _ => None,
        }
    }

    /// `rows`, with what happens among them.
    pub(super) fn among(
        self,
        rows: impl Iterator<Item = Event> + Send + 'static,
    ) -> Box<dyn Iterator<Item = Event> + Send> {
        let (after, event) = match self {
            Self::FailsAfter(after, fault) => (after, Event::Error(fault)),
            Self::HangsUpAfter(after) => (after, Event::HangUp),
            Self::WaitsAfter(after, signal) => (after, Event::Wait(signal)),
            _ => return Box::new(rows),
        };
        let mut event = Some(event);
        Box::new(rows.enumerate().flat_map(move |(number, row)| {
            let happens = event.take_if(|_| number == after);
            happens.into_iter().chain(std::iter::once(row))
        }))
    }
}
