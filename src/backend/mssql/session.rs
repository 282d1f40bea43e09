//! A logged-in connection -> answers, and whether it may be used again.
//!
//! A newcomer's trap: dropping an answer before its end leaves the connection in the middle of it. The driver would then
//! read and throw away the rest before the next request, however long that is. So a session knows whether an answer of
//! its was read to the end without an error, and is used again only then.

use std::io;
use std::net::TcpStream as Socket;
use std::time::{Duration, Instant, SystemTime};

use tiberius::error::Error as DriverError;
use tiberius::{Client, QueryItem, QueryStream, Row, ToSql};
use tokio::net::TcpStream;
use tokio_util::compat::Compat;

type Driver = Client<Compat<TcpStream>>;

/// One connection with its login.
pub(super) struct Session {
    driver: Driver,
    /// The driver's socket once more, to see what the driver does not show: whether the server has hung up.
    socket: Socket,
    /// Set before each request, cleared when its answer has been read to its end. After an error it stays set.
    in_answer: bool,
    /// When the proof that the login rests on runs out.
    login_expires: Option<SystemTime>,
    opened: Instant,
    last_used: Instant,
    /// How much of its lifetime this session gets, by chance, so that those opened together do not end together.
    share: f64,
}

impl Session {
    pub(super) fn new(driver: Driver, socket: Socket, login_expires: Option<SystemTime>) -> Self {
        let now = Instant::now();
        let share = 1.0 - 0.1 * f64::from(getrandom::u32().unwrap_or(0)) / f64::from(u32::MAX);
        Self { driver, socket, in_answer: false, login_expires, opened: now, last_used: now, share }
    }

    /// Runs a statement with parameters, `@P1` and so on.
    pub(super) async fn query(&mut self, sql: &str, parameters: &[&dyn ToSql]) -> Result<Answer<'_>, DriverError> {
        self.begin_request()?;
        let stream = self.driver.query(sql, parameters).await?;
        Ok(Answer { stream, in_answer: &mut self.in_answer, last_used: &mut self.last_used })
    }

    /// Runs statements without parameters.
    pub(super) async fn batch(&mut self, sql: &str) -> Result<Answer<'_>, DriverError> {
        self.begin_request()?;
        let stream = self.driver.simple_query(sql).await?;
        Ok(Answer { stream, in_answer: &mut self.in_answer, last_used: &mut self.last_used })
    }

    fn begin_request(&mut self) -> Result<(), DriverError> {
        if self.in_answer {
            return Err(DriverError::Protocol("the connection is still in the middle of an answer".into()));
        }
        self.in_answer = true;
        Ok(())
    }

    /// Whether the last answer was not read to its end.
    pub(super) fn is_in_answer(&self) -> bool {
        self.in_answer
    }

    /// Why this connection must not be used again, if there is a reason.
    pub(super) fn unfit(&self, lifetime: Option<Duration>, idle_lifetime: Option<Duration>) -> Option<&'static str> {
        let over = |since: Instant, limit: Option<Duration>| limit.is_some_and(|limit| since.elapsed() >= limit);
        if self.in_answer {
            Some("it is in the middle of an answer")
        } else if over(self.opened, lifetime.map(|lifetime| lifetime.mul_f64(self.share))) {
            Some("it is too old")
        } else if over(self.last_used, idle_lifetime) {
            Some("it has been idle for too long")
        } else if self.login_expires.is_some_and(|expiry| expiry <= SystemTime::now()) {
            Some("its login has expired")
        } else if !self.is_silent() {
            Some("the server has hung up")
        } else {
            None
        }
    }

    /// Whether nothing has come since the last answer: what comes unasked is the end of the connection.
    fn is_silent(&self) -> bool {
        matches!(self.socket.peek(&mut [0]), Err(error) if error.kind() == io::ErrorKind::WouldBlock)
    }
}

/// The answer to a request, read as it comes.
pub(super) struct Answer<'s> {
    stream: QueryStream<'s>,
    in_answer: &'s mut bool,
    last_used: &'s mut Instant,
}

impl Answer<'_> {
    /// The next row, or the columns of the next result set; `None` after the last one, when the session is free again.
    pub(super) async fn next(&mut self) -> Result<Option<QueryItem>, DriverError> {
        let item = std::future::poll_fn(|context| {
            use futures_util::Stream;
            std::pin::Pin::new(&mut self.stream).poll_next(context)
        });
        match item.await.transpose()? {
            Some(item) => Ok(Some(item)),
            None => {
                *self.in_answer = false;
                *self.last_used = Instant::now();
                Ok(None)
            }
        }
    }

    /// The next row of whichever result set.
    pub(super) async fn next_row(&mut self) -> Result<Option<Row>, DriverError> {
        while let Some(item) = self.next().await? {
            if let QueryItem::Row(row) = item {
                return Ok(Some(row));
            }
        }
        Ok(None)
    }

    /// Reads all that is left and keeps the rows: for short answers.
    pub(super) async fn rows(mut self) -> Result<Vec<Row>, DriverError> {
        let mut rows = Vec::new();
        while let Some(row) = self.next_row().await? {
            rows.push(row);
        }
        Ok(rows)
    }

    /// Reads all that is left and keeps the rows of each result set: for short answers.
    pub(super) async fn results(mut self) -> Result<Vec<Vec<Row>>, DriverError> {
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
    pub(super) async fn finish(mut self) -> Result<(), DriverError> {
        while self.next().await?.is_some() {}
        Ok(())
    }
}
