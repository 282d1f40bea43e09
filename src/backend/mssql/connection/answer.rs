//! The rows of an answer, one after the other, and whether the whole answer has been read.
//!
//! A newcomer's trap: dropping an answer before its end leaves the connection in the middle of it. The driver would then
//! read and throw away the rest before the next request, however long that is.

use std::future::poll_fn;
use std::pin::Pin;
use std::time::Instant;

use futures_util::Stream;
use tiberius::error::Error as DriverError;
use tiberius::{QueryItem, QueryStream, Row};

/// How far a session has come with its last request.
#[derive(Debug)]
pub(super) struct Progress {
    /// Set before each request, cleared when its answer has been read to its end. After an error it stays set.
    in_answer: bool,
    last_used: Instant,
}

impl Progress {
    pub(super) fn new() -> Self {
        Self { in_answer: false, last_used: Instant::now() }
    }

    /// To be called before anything is sent.
    pub(super) fn begin(&mut self) -> Result<(), DriverError> {
        if self.in_answer {
            return Err(DriverError::Protocol("the connection is still in the middle of an answer".into()));
        }
        self.in_answer = true;
        Ok(())
    }

    /// To be called when an answer has ended well, and only then.
    pub(super) fn end(&mut self) {
        *self = Self::new();
    }

    pub(super) fn in_answer(&self) -> bool {
        self.in_answer
    }

    pub(super) fn last_used(&self) -> Instant {
        self.last_used
    }
}

/// The answer to a request, read as it comes.
pub(in crate::backend::mssql) struct Answer<'s> {
    stream: QueryStream<'s>,
    progress: &'s mut Progress,
}

impl<'s> Answer<'s> {
    pub(super) fn new(stream: QueryStream<'s>, progress: &'s mut Progress) -> Self {
        Self { stream, progress }
    }

    /// The next row, or the columns of the next result set; `None` after the last one, when the session is free again.
    pub(super) async fn next(&mut self) -> Result<Option<QueryItem>, DriverError> {
        let item = poll_fn(|context| Pin::new(&mut self.stream).poll_next(context)).await.transpose()?;
        if item.is_none() {
            self.progress.end();
        }
        Ok(item)
    }

    /// The next row of whichever result set.
    pub(in crate::backend::mssql) async fn next_row(&mut self) -> Result<Option<Row>, DriverError> {
        while let Some(item) = self.next().await? {
            if let QueryItem::Row(row) = item {
                return Ok(Some(row));
            }
        }
        Ok(None)
    }

    /// Reads all that is left and keeps the rows: for short answers.
    pub(in crate::backend::mssql) async fn rows(mut self) -> Result<Vec<Row>, DriverError> {
        let mut rows = Vec::new();
        while let Some(row) = self.next_row().await? {
            rows.push(row);
        }
        Ok(rows)
    }

    /// Reads all that is left and keeps the rows of each result set: for short answers.
    pub(in crate::backend::mssql) async fn results(mut self) -> Result<Vec<Vec<Row>>, DriverError> {
        let mut results: Vec<Vec<Row>> = Vec::new();
        while let Some(item) = self.next().await? {
            match (item, results.last_mut()) {
                (QueryItem::Metadata(_), _) => results.push(Vec::new()),
                (QueryItem::Row(row), Some(last)) => last.push(row),
                (QueryItem::Row(row), None) => results.push(vec![row]),
            }
        }
        Ok(results)
    }

    /// Reads all that is left and forgets it.
    pub(in crate::backend::mssql) async fn finish(mut self) -> Result<(), DriverError> {
        while self.next().await?.is_some() {}
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::connect::Connector;
    use super::super::peer::{LOGIN, Peer, Reply, columns, done, error, number, obliging};
    use super::super::session::Session;
    use crate::backend::mssql::failure::Failure;
    use crate::error::ErrorKind;

    fn run<T>(work: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
    }

    async fn session(peer: &Peer) -> Session {
        Connector::new(peer.target("command-timeout=1")).unwrap().connect().await.unwrap()
    }

    fn unfit(session: &Session) -> Option<&'static str> {
        session.unfit(None, None)
    }

    /// The numbers of an answer, which have an end only if `ended`.
    fn numbers(count: i32, ended: bool) -> Reply {
        let rows: Vec<u8> = (0..count).flat_map(number).collect();
        if ended {
            Reply::Tokens([columns(), rows, done()].concat())
        } else {
            Reply::Beginning([columns(), rows].concat())
        }
    }

    #[test]
    fn a_session_is_free_again_when_its_answer_was_read_to_the_end() {
        let peer = Peer::start(|kind, _| if kind == LOGIN { obliging(kind) } else { numbers(3, true) });
        run(async {
            let mut session = session(&peer).await;
            assert_eq!(unfit(&session), None);
            let mut answer = session.batch("x").await.unwrap();
            assert_eq!(answer.next_row().await.unwrap().unwrap().get(0), Some(0_i32));
            drop(answer);
            assert_eq!(unfit(&session), Some("it is in the middle of an answer"));
            assert!(session.batch("x").await.is_err());
        });
        run(async {
            let mut session = session(&peer).await;
            let rows = session.query("x", &[&1_i32]).await.unwrap().rows().await.unwrap();
            assert_eq!((rows.len(), unfit(&session)), (3, None));
            session.batch("x").await.unwrap().finish().await.unwrap();
            assert_eq!(unfit(&session), None);
        });
    }

    #[test]
    fn an_error_or_a_stalled_answer_ends_the_session() {
        let peer = Peer::start(|kind, connection| match (kind, connection) {
            (LOGIN, _) => obliging(kind),
            (_, 1) => Reply::Tokens(error(208)),
            (_, 2) => Reply::HangUp,
            _ => numbers(2, false),
        });
        run(async {
            for expected in [ErrorKind::CatalogChanged, ErrorKind::DatabaseUnavailable] {
                let mut session = session(&peer).await;
                let failure = Failure::from(session.batch("x").await.err().unwrap());
                assert_eq!(failure.error.kind(), expected, "{failure}");
                assert!(unfit(&session).is_some());
            }
            let mut session = session(&peer).await;
            let failure = Failure::from(session.batch("x").await.unwrap().rows().await.err().unwrap());
            assert!(failure.transient && failure.error.message().contains("too long"), "{failure}");
            assert!(unfit(&session).is_some());
        });
    }

    #[test]
    fn a_request_that_is_given_up_ends_the_session() {
        let peer = Peer::start(|kind, _| if kind == LOGIN { obliging(kind) } else { Reply::Silence });
        run(async {
            let mut session = session(&peer).await;
            let given_up = tokio::time::timeout(Duration::from_millis(50), session.batch("x")).await.is_err();
            assert!(given_up);
            assert!(unfit(&session).is_some());
        });
    }
}
