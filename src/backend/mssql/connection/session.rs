//! A logged-in connection -> answers, and whether it may be used again.
//!
//! A session is used again only when every answer was read to its end without an error and every transaction was
//! committed: see [`Progress`].

use std::io;
use std::net::TcpStream as Socket;
use std::time::{Duration, Instant, SystemTime};

use tiberius::error::Error as DriverError;
use tiberius::{Client, ToSql};
use tokio::io::BufReader;
use tokio::net::TcpStream;
use tokio_util::compat::Compat;

use super::answer::{Answer, Progress};

type Driver = Client<Compat<BufReader<TcpStream>>>;

/// One connection with its login.
pub(in crate::backend::mssql) struct Session {
    driver: Driver,
    /// The driver's socket once more, to see what the driver does not show: whether the server has hung up.
    socket: Socket,
    progress: Progress,
    in_transaction: bool,
    /// When the proof that the login rests on runs out.
    login_expires: Option<SystemTime>,
    opened: Instant,
    /// How much of its lifetime this session gets, by chance, so that those opened together do not end together.
    share: f64,
}

impl Session {
    pub(super) fn new(driver: Driver, socket: Socket, login_expires: Option<SystemTime>) -> Self {
        let share = 1.0 - 0.1 * f64::from(getrandom::u32().unwrap_or(0)) / f64::from(u32::MAX);
        Self {
            driver,
            socket,
            progress: Progress::new(),
            in_transaction: false,
            login_expires,
            opened: Instant::now(),
            share,
        }
    }

    /// Runs a statement with parameters, `@P1` and so on.
    pub(in crate::backend::mssql) async fn query(
        &mut self,
        sql: &str,
        parameters: &[&dyn ToSql],
    ) -> Result<Answer<'_>, DriverError> {
        self.progress.begin()?;
        let stream = self.driver.query(sql, parameters).await?;
        Ok(Answer::new(stream, &mut self.progress))
    }

    /// Runs statements without parameters.
    pub(in crate::backend::mssql) async fn batch(&mut self, sql: &str) -> Result<Answer<'_>, DriverError> {
        self.progress.begin()?;
        let stream = self.driver.simple_query(sql).await?;
        Ok(Answer::new(stream, &mut self.progress))
    }

    /// Runs statements that open a transaction.
    pub(in crate::backend::mssql) async fn open(&mut self, sql: &str) -> Result<Answer<'_>, DriverError> {
        self.in_transaction = true;
        self.batch(sql).await
    }

    /// Runs a statement that ends the transaction. One that is not ended ends with its connection, which nobody uses again.
    pub(in crate::backend::mssql) async fn close(&mut self, sql: &str) -> Result<(), DriverError> {
        self.batch(sql).await?.finish().await?;
        self.in_transaction = false;
        Ok(())
    }

    /// Whether an answer was not read to its end, or a transaction not committed.
    pub(super) fn is_unfinished(&self) -> bool {
        self.progress.in_answer() || self.in_transaction
    }

    /// Whether a transaction has been opened and not ended.
    pub(in crate::backend::mssql) fn is_in_transaction(&self) -> bool {
        self.in_transaction
    }

    /// Why this connection must not be used again, if there is a reason.
    pub(super) fn unfit(&self, lifetime: Option<Duration>, idle_lifetime: Option<Duration>) -> Option<&'static str> {
        let over = |since: Instant, limit: Option<Duration>| limit.is_some_and(|limit| since.elapsed() >= limit);
        if self.progress.in_answer() {
            Some("it is in the middle of an answer")
        } else if self.in_transaction {
            Some("its transaction is still open")
        } else if over(self.opened, lifetime.map(|lifetime| lifetime.mul_f64(self.share))) {
            Some("it is too old")
        } else if over(self.progress.last_used(), idle_lifetime) {
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

#[cfg(test)]
mod tests {
    use super::super::connect::Connector;
    use super::super::peer::{BATCH, LOGIN, Peer, Reply, logged_in};
    use super::*;

    fn run<T>(work: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
    }

    async fn session(peer: &Peer) -> Session {
        Connector::new(peer.target("command-timeout=1")).unwrap().connect().await.unwrap()
    }

    fn unfit(session: &Session) -> Option<&'static str> {
        session.unfit(None, None)
    }

    #[test]
    fn a_transaction_has_to_be_committed() {
        let peer = Peer::obliging();
        run(async {
            let mut session = session(&peer).await;
            session.open("BEGIN TRANSACTION").await.unwrap().finish().await.unwrap();
            session.batch("x").await.unwrap().finish().await.unwrap();
            assert_eq!(unfit(&session), Some("its transaction is still open"));
            session.close("COMMIT TRANSACTION").await.unwrap();
            assert_eq!(unfit(&session), None);
        });
        assert_eq!(peer.received(BATCH).len(), 3);
    }

    #[test]
    fn a_server_that_has_hung_up_is_noticed() {
        let peer = Peer::start(|kind, _| if kind == LOGIN { Reply::Tokens(logged_in()) } else { Reply::HangUp });
        run(async {
            let session = session(&peer).await;
            assert_eq!(unfit(&session), None);
            // A second look at the socket, through which a message makes the peer hang up.
            std::io::Write::write_all(&mut &session.socket, &[BATCH, 1, 0, 8, 0, 0, 1, 0]).unwrap();
            // The peer's end of the connection arrives when it does; a session that never notices hangs the test.
            while unfit(&session).is_none() {
                std::thread::yield_now();
            }
            assert_eq!(unfit(&session), Some("the server has hung up"));
        });
    }

    #[test]
    fn age_idleness_and_an_expired_login_end_a_session() {
        let peer = Peer::obliging();
        run(async {
            let mut session = session(&peer).await;
            let (none, moment) = (Some(Duration::ZERO), Some(Duration::from_secs(60)));
            assert_eq!(session.unfit(none, None), Some("it is too old"));
            assert_eq!(session.unfit(moment, none), Some("it has been idle for too long"));
            assert_eq!(session.unfit(moment, moment), None);
            session.login_expires = Some(SystemTime::now());
            assert_eq!(unfit(&session), Some("its login has expired"));
        });
    }
}
