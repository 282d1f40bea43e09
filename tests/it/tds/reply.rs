//! What a peer is to answer, step by step.

use super::fault::Fault;
use super::prepared::Prepared;
use super::signal::Signal;
use super::types::Column;
use super::value::Value;

/// An answer in the making. A result's rows are asked for only when there is room for them on the wire.
#[derive(Default)]
pub(crate) struct Reply {
    pub(super) steps: Vec<Step>,
}

pub(super) enum Step {
    Rows(Vec<Column>, Box<dyn Iterator<Item = Event> + Send>),
    Prepared(Prepared),
    Count(u64),
    Error(Fault),
    Info(Fault),
    TxBegin,
    TxEnd { commit: bool },
    Wait(Signal),
    HangUp,
}

/// What can come where a row is expected.
pub(crate) enum Event {
    Row(Vec<Value>),
    /// The statement fails after the rows before; the rest of the rows is not asked for.
    Error(Fault),
    /// The rows so far are sent; the rest has to wait.
    Wait(Signal),
    /// The rows so far are sent, and the connection ends.
    HangUp,
}

impl From<Vec<Value>> for Event {
    fn from(row: Vec<Value>) -> Self {
        Self::Row(row)
    }
}

impl Reply {
    /// Nothing but that the statement is done.
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// An answer that never comes: only an attention or the end of the connection ends it.
    pub(crate) fn never() -> Self {
        Self::new().wait(&Signal::default())
    }

    /// A result: columns, rows and their number.
    pub(crate) fn rows<R>(self, columns: &[Column], rows: R) -> Self
    where
        R: IntoIterator<Item: Into<Event> + 'static, IntoIter: Send + 'static>,
    {
        self.step(Step::Rows(columns.to_vec(), Box::new(rows.into_iter().map(Into::into))))
    }

    /// A result that was encoded before.
    pub(crate) fn prepared(self, result: &Prepared) -> Self {
        self.step(Step::Prepared(result.clone()))
    }

    /// A statement without a result: the number of rows that it touched.
    pub(crate) fn count(self, rows: u64) -> Self {
        self.step(Step::Count(rows))
    }

    /// A statement that fails.
    pub(crate) fn error(self, fault: Fault) -> Self {
        self.step(Step::Error(fault))
    }

    /// A message, as `PRINT` sends one.
    pub(crate) fn info(self, number: u32, message: &str) -> Self {
        self.step(Step::Info(Fault::new(number, message).class(0)))
    }

    /// From here on, the connection has a transaction.
    pub(crate) fn tx_begin(self) -> Self {
        self.step(Step::TxBegin)
    }

    /// From here on, it has none.
    pub(crate) fn tx_end(self, commit: bool) -> Self {
        self.step(Step::TxEnd { commit })
    }

    /// What came before is sent; the rest has to wait.
    pub(crate) fn wait(self, signal: &Signal) -> Self {
        self.step(Step::Wait(signal.clone()))
    }

    /// What came before is sent, and the connection ends.
    pub(crate) fn hang_up(self) -> Self {
        self.step(Step::HangUp)
    }

    fn step(mut self, step: Step) -> Self {
        self.steps.push(step);
        self
    }
}
