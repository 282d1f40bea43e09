//! A reply into tokens on the wire, until its end or until the client has had enough.
//!
//! The end of a statement says whether another follows, so it is put only when that is known.

use std::io;

use tokio::io::AsyncWrite;
use tokio::sync::mpsc::Receiver;
use tokio::sync::mpsc::error::TryRecvError;

use super::fault::Fault;
use super::packet::{ATTENTION, Message, Outgoing};
use super::prepared::Prepared;
use super::reply::{Event, Reply, Step};
use super::row::{put_columns, put_row};
use super::signal::Signal;
use super::token::{
    COUNTED, DONE, DONE_IN_PROCEDURE, DONE_PROCEDURE, FAILED, MORE, put_done, put_error, put_info, put_return_status,
    put_transaction_begun, put_transaction_ended,
};
use super::types::Column;

/// So much of a result that is encoded already goes out in one piece.
const PART: usize = 64 * 1024;

/// One answer: where it goes, and how it hears from the client meanwhile.
pub(super) struct Answer<'a, W> {
    outgoing: &'a mut Outgoing<W>,
    messages: &'a mut Receiver<Message>,
    transaction: &'a mut Option<u64>,
    in_procedure: bool,
    /// The status and the count of the statement that has ended last.
    ended: Option<(u16, u64)>,
    /// The number of the last error.
    failed: u32,
}

/// Why an answer stopped before its end.
#[derive(Debug)]
pub(super) enum Interruption {
    /// The client asked for it.
    Attention,
    /// The client is gone.
    ClientLeft,
    /// The reply says so.
    HangUp,
}

impl From<io::Error> for Interruption {
    fn from(_: io::Error) -> Self {
        Self::ClientLeft
    }
}

impl<'a, W: AsyncWrite + Unpin> Answer<'a, W> {
    pub(super) fn new(
        outgoing: &'a mut Outgoing<W>,
        messages: &'a mut Receiver<Message>,
        transaction: &'a mut Option<u64>,
        in_procedure: bool,
    ) -> Self {
        Self { outgoing, messages, transaction, in_procedure, ended: None, failed: 0 }
    }

    pub(super) async fn send(mut self, reply: Reply) -> Result<(), Interruption> {
        for step in reply.steps {
            match step {
                Step::Rows(columns, rows) => self.send_rows(&columns, rows).await?,
                Step::Prepared(result) => self.send_prepared(&result).await?,
                Step::Count(rows) => {
                    self.end_previous();
                    self.ended = Some((COUNTED, rows));
                }
                Step::Error(fault) => {
                    self.end_previous();
                    self.fail(&fault);
                }
                Step::Info(message) => put_info(self.outgoing.buffer(), &message),
                Step::TxBegin => {
                    put_transaction_begun(self.outgoing.buffer(), 1);
                    *self.transaction = Some(1);
                }
                Step::TxEnd { commit } => {
                    let name = self.transaction.take().expect("a transaction to end");
                    put_transaction_ended(self.outgoing.buffer(), name, commit);
                }
                Step::Wait(signal) => self.wait(&signal).await?,
                Step::HangUp => return self.hang_up().await,
            }
            self.write_full().await?;
        }
        self.end();
        Ok(self.outgoing.finish().await?)
    }

    async fn send_rows(&mut self, columns: &[Column], rows: impl Iterator<Item = Event>) -> Result<(), Interruption> {
        self.end_previous();
        put_columns(self.outgoing.buffer(), columns);
        let mut count = 0;
        for event in rows {
            match event {
                Event::Row(values) => {
                    put_row(self.outgoing.buffer(), columns, &values);
                    count += 1;
                }
                Event::Error(fault) => {
                    self.fail(&fault);
                    return Ok(());
                }
                Event::Wait(signal) => self.wait(&signal).await?,
                Event::HangUp => return self.hang_up().await,
            }
            self.write_full().await?;
        }
        self.ended = Some((COUNTED, count));
        Ok(())
    }

    async fn send_prepared(&mut self, result: &Prepared) -> Result<(), Interruption> {
        self.end_previous();
        for part in result.octets.chunks(PART) {
            self.outgoing.buffer().extend_from_slice(part);
            self.write_full().await?;
        }
        self.ended = Some((COUNTED, result.rows));
        Ok(())
    }

    fn fail(&mut self, fault: &Fault) {
        put_error(self.outgoing.buffer(), fault);
        self.failed = fault.number;
        self.ended = Some((FAILED, 0));
    }

    /// Ends the statement before the one that begins now.
    fn end_previous(&mut self) {
        if let Some((status, count)) = self.ended.take() {
            let token = if self.in_procedure { DONE_IN_PROCEDURE } else { DONE };
            put_done(self.outgoing.buffer(), token, status | MORE, count);
        }
    }

    fn end(&mut self) {
        if self.in_procedure {
            self.end_previous();
            put_return_status(self.outgoing.buffer(), self.failed);
            let status = if self.failed == 0 { 0 } else { FAILED };
            put_done(self.outgoing.buffer(), DONE_PROCEDURE, status, 0);
        } else {
            let (status, count) = self.ended.take().unwrap_or_default();
            put_done(self.outgoing.buffer(), DONE, status, count);
        }
    }

    /// Writes what fills packets, unless the client does not want it any more.
    async fn write_full(&mut self) -> Result<(), Interruption> {
        if self.outgoing.is_full() {
            match self.messages.try_recv() {
                Ok(message) => return Err(interruption(Some(message))),
                Err(TryRecvError::Disconnected) => return Err(interruption(None)),
                Err(TryRecvError::Empty) => self.outgoing.write_full().await?,
            }
        }
        Ok(())
    }

    async fn wait(&mut self, signal: &Signal) -> Result<(), Interruption> {
        self.outgoing.write_part().await?;
        tokio::select! {
            () = signal.wait() => Ok(()),
            message = self.messages.recv() => Err(interruption(message)),
        }
    }

    async fn hang_up(&mut self) -> Result<(), Interruption> {
        self.outgoing.write_part().await?;
        Err(Interruption::HangUp)
    }
}

/// What it means to hear from the client in the middle of an answer.
fn interruption(message: Option<Message>) -> Interruption {
    match message {
        None => Interruption::ClientLeft,
        Some(Message { kind: ATTENTION, .. }) => Interruption::Attention,
        Some(message) => panic!("a request before the answer to the last one: {message:?}"),
    }
}
