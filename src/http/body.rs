//! A writer's chunks, from the thread that reads the database -> the body of an HTTP response.
//!
//! A newcomer's trap: an answer is whole only when its last chunk has come. A channel that closes before means that the
//! read failed, and then the body must end as broken as it is: never in a well-formed half answer.

use std::collections::VecDeque;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::body::SizedStream;
use actix_web::rt::task::JoinHandle;
use actix_web::{HttpResponse, HttpResponseBuilder};
use bytes::Bytes;
use futures_util::stream;
use tokio::runtime::Handle;
use tokio::sync::mpsc;

use crate::config::Limits;
use crate::error::{Error, Result};
use crate::response::{Body, Head};
use crate::telemetry::Record;

/// Chunks on their way at one time. A head and an answer of one row are two, so that whoever writes these does not wait.
const DEPTH: usize = 2;

enum Part {
    Head(Head),
    Chunk(Vec<u8>),
    Last(Vec<u8>),
}

/// The writer's end.
pub(super) struct Sender {
    parts: mpsc::Sender<Part>,
    begun: Instant,
    /// A reader that takes nothing for so long is given up: it holds a snapshot of the database open.
    longest_stall: Duration,
    longest_answer: Duration,
}

/// The reader's end, before anything has come.
pub(super) struct Receiver {
    parts: mpsc::Receiver<Part>,
}

/// The reader's end, at the first octets.
pub(super) enum Answer {
    /// All of it.
    Whole(Vec<Bytes>),
    /// The first chunks; more to come.
    Begun(Vec<Bytes>, Receiver),
}

pub(super) fn channel(limits: &Limits) -> (Sender, Receiver) {
    let (sender, receiver) = mpsc::channel(DEPTH);
    let Limits { longest_stall, longest_answer, .. } = *limits;
    (Sender { parts: sender, begun: Instant::now(), longest_stall, longest_answer }, Receiver { parts: receiver })
}

impl Sender {
    /// Waits for the reader to take a part, within limits. Called in a blocking thread.
    fn send(&self, part: Part) -> ControlFlow<()> {
        if let Err(mpsc::error::TrySendError::Full(part)) = self.parts.try_send(part) {
            let patience = self.longest_stall.min(self.longest_answer.saturating_sub(self.begun.elapsed()));
            let sent = Handle::current().block_on(tokio::time::timeout(patience, self.parts.send(part)));
            return if matches!(sent, Ok(Ok(()))) { ControlFlow::Continue(()) } else { ControlFlow::Break(()) };
        }
        if self.parts.is_closed() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

impl Body for Sender {
    fn head(&mut self, head: Head) -> ControlFlow<()> {
        self.send(Part::Head(head))
    }

    fn chunk(&mut self, octets: Vec<u8>) -> ControlFlow<()> {
        self.send(Part::Chunk(octets))
    }

    fn last(&mut self, octets: Vec<u8>) -> ControlFlow<()> {
        self.send(Part::Last(octets))
    }

    fn left(&self) -> bool {
        self.parts.is_closed()
    }
}

impl Receiver {
    /// The answer of a read that has ended, all of which is here.
    pub(super) fn finished(mut self, outcome: Result<()>) -> Result<(Head, Answer)> {
        outcome?;
        match (self.parts.try_recv(), self.parts.try_recv()) {
            (Ok(Part::Head(head)), Ok(Part::Last(octets))) => Ok((head, Answer::Whole(vec![octets.into()]))),
            _ => Err(without_answer()),
        }
    }

    /// Waits until the answer has begun: what `reading` finds wrong before that is an error with a status of its own.
    pub(super) async fn opened(
        mut self,
        reading: JoinHandle<Result<()>>,
        record: Arc<Record>,
    ) -> Result<(Head, Answer)> {
        let Some(Part::Head(head)) = self.parts.recv().await else { return Err(failure(reading).await) };
        match self.parts.recv().await {
            Some(Part::Last(octets)) => Ok((head, Answer::Whole(vec![octets.into()]))),
            Some(Part::Chunk(octets)) => {
                actix_web::rt::spawn(report(reading, record));
                Ok((head, Answer::Begun(vec![octets.into()], self)))
            }
            _ => Err(failure(reading).await),
        }
    }
}

/// Why a read ended before its answer began.
async fn failure(reading: JoinHandle<Result<()>>) -> Error {
    match reading.await {
        Ok(Err(error)) => error,
        Ok(Ok(())) => without_answer(),
        Err(error) => Error::internal(error),
    }
}

fn without_answer() -> Error {
    Error::internal("a read ended without an answer")
}

/// Logs what goes wrong after the status line, when no client can be told.
async fn report(reading: JoinHandle<Result<()>>, record: Arc<Record>) {
    if let Ok(Err(error)) = reading.await {
        tracing::error!(trace_id = %record.trace.id, %error, "an answer was cut off");
    }
}

impl Answer {
    /// Octets that have come.
    pub(super) fn length(&self) -> u64 {
        let (Self::Whole(chunks) | Self::Begun(chunks, _)) = self;
        length(chunks)
    }

    /// The same, with as much of it as comes within `most` octets: whole, unless it is longer or breaks off.
    pub(super) async fn collected(self, most: u64) -> Self {
        let Self::Begun(mut chunks, mut receiver) = self else { return self };
        let mut length = length(&chunks);
        while length <= most {
            match receiver.parts.recv().await {
                Some(Part::Chunk(octets)) => {
                    length += octets.len() as u64;
                    chunks.push(octets.into());
                }
                Some(Part::Last(octets)) => {
                    chunks.push(octets.into());
                    return Self::Whole(chunks);
                }
                // The reader finds the channel as it is, and the body breaks off.
                Some(Part::Head(_)) | None => break,
            }
        }
        Self::Begun(chunks, receiver)
    }

    /// The response; for HEAD, `without_body`, with the length where it is known.
    pub(super) fn into_response(self, response: &mut HttpResponseBuilder, without_body: bool) -> HttpResponse {
        match self {
            Self::Whole(chunks) => whole(&chunks, response),
            Self::Begun(..) if without_body => response.body(actix_web::body::None::new()),
            Self::Begun(first, receiver) => {
                response.streaming(stream::unfold(State { first: first.into(), receiver: Some(receiver) }, next))
            }
        }
    }
}

/// The response whose body is `chunks`; they are not copied.
pub(super) fn whole(chunks: &[Bytes], response: &mut HttpResponseBuilder) -> HttpResponse {
    match chunks {
        [only] => response.body(only.clone()),
        chunks => {
            let parts: Vec<std::io::Result<Bytes>> = chunks.iter().cloned().map(Ok).collect();
            response.body(SizedStream::new(length(chunks), stream::iter(parts)))
        }
    }
}

fn length(chunks: &[Bytes]) -> u64 {
    chunks.iter().map(Bytes::len).sum::<usize>() as u64
}

/// What of a body is still to be sent.
struct State {
    first: VecDeque<Bytes>,
    /// Absent once the body has ended.
    receiver: Option<Receiver>,
}

/// The next piece of the body: an error, which aborts the connection, where the writer left before its last chunk.
async fn next(mut state: State) -> Option<(std::io::Result<Bytes>, State)> {
    if let Some(octets) = state.first.pop_front() {
        return Some((Ok(octets), state));
    }
    let mut receiver = state.receiver.take()?;
    match receiver.parts.recv().await {
        Some(Part::Chunk(octets)) => {
            state.receiver = Some(receiver);
            Some((Ok(octets.into()), state))
        }
        Some(Part::Last(octets)) => Some((Ok(octets.into()), state)),
        Some(Part::Head(_)) | None => Some((Err(std::io::ErrorKind::BrokenPipe.into()), state)),
    }
}
