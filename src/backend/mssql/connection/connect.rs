//! A target -> a session: name, socket, TLS and login, within one time limit, and redirections followed.

use std::time::SystemTime;

use tiberius::error::Error as DriverError;
use tiberius::{AuthMethod, Client};
use tokio::io::BufReader;
use tokio::time::timeout;
use tokio_util::compat::TokioAsyncWriteCompatExt;

use super::super::failure::Failure;
use super::super::target::{Encryption, Server, Target};
use super::configuration::configuration;
use super::dial::dial;
use super::obstacle::{self, Obstacle};
use super::proof::Proof;
use super::session::Session;
use crate::error::Result;

/// Azure SQL redirects once, to the node that has the database; more than a few times is a circle.
const REDIRECTIONS: usize = 4;

/// Octets asked of the socket at once. The driver by itself asks for 8 KiB, and spends a twentieth of a long answer in asking.
const READ_AHEAD: usize = 64 * 1024;

/// Opens sessions with one target.
pub(super) struct Connector {
    target: Target,
    /// Certificates that are believed besides the system's, as the file had them at the start.
    certificates: Option<Vec<u8>>,
    proof: Proof,
}

impl Connector {
    /// Checks what can be checked without the server.
    pub(super) fn new(target: Target) -> Result<Self> {
        let certificates = target.trust.ca_file.as_deref().map(obstacle::certificates).transpose()?;
        let proof = Proof::of(&target)?;
        Ok(Self { target, certificates, proof })
    }

    /// A new session. Must run where the session is to be used: a socket belongs to the runtime that opened it.
    pub(super) async fn connect(&self) -> Result<Session, Failure> {
        let connecting = async {
            let (login, expires) = self.proof.current().await?;
            self.log_in(login, expires).await.map_err(Failure::from)
        };
        let session = timeout(self.target.connect_timeout, connecting).await;
        let session = session.unwrap_or_else(|_| Err(Obstacle::TimeIsUp.into()))?;
        tracing::debug!(database = %self.target, "connected");
        Ok(session)
    }

    async fn log_in(&self, login: AuthMethod, expires: Option<SystemTime>) -> Result<Session, Obstacle> {
        let mut server = self.target.server.clone();
        for _ in 0..=REDIRECTIONS {
            match self.attempt(&server, login.clone(), expires).await {
                Err(Obstacle::Driver(DriverError::Routing { host, port })) => {
                    server = self.redirected(Server { host, port })?;
                }
                outcome => return outcome,
            }
        }
        Err(Obstacle::Circle)
    }

    async fn attempt(&self, at: &Server, login: AuthMethod, expires: Option<SystemTime>) -> Result<Session, Obstacle> {
        let (stream, socket) = dial(at, self.target.all_addresses_at_once).await.map_err(Obstacle::Network)?;
        let configuration = configuration(&self.target, self.certificates.as_deref(), at, login);
        let stream = BufReader::with_capacity(READ_AHEAD, stream);
        // In a box, because what the driver does for it is large.
        let driver = Box::pin(Client::connect(configuration, stream.compat_write())).await;
        Ok(Session::new(driver.map_err(Obstacle::Driver)?, socket, expires))
    }

    /// What may be sent in plain text to this machine may not be sent to another one.
    fn redirected(&self, to: Server) -> Result<Server, Obstacle> {
        let allowed = self.target.encryption != Encryption::Nothing || to.is_local();
        if allowed { Ok(to) } else { Err(Obstacle::PlainTextElsewhere) }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, OnceLock};
    use std::time::{Duration, Instant};

    use super::super::peer::{LOGIN, Peer, Reply, error, logged_in, redirection};
    use super::*;
    use crate::error::ErrorKind;

    fn connect(target: Target) -> Result<Session, Failure> {
        let connector = Connector::new(target)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(connector.connect())
    }

    /// The failure, when every login is answered with `reply`.
    fn refused(reply: fn() -> Reply, options: &str) -> Failure {
        let peer = Peer::start(move |_, _| reply());
        connect(peer.target(options)).err().unwrap()
    }

    fn wide(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }

    #[test]
    fn the_login_says_what_the_target_says() {
        let peer = Peer::obliging();
        connect(peer.target("application-name=Tor&workstation-id=Werk&application-intent=ReadOnly")).unwrap();
        let login = &peer.received(LOGIN)[0];
        for text in ["gate", "Orders", "Tor", "Werk", "127.0.0.1"] {
            assert!(login.windows(text.len() * 2).any(|window| window == wide(text)), "{text}");
        }
        // TypeFlags, fReadOnlyIntent; the packet size that was asked for.
        assert_eq!((login[26] & 0x20, &login[8..12]), (0x20, &4096_u32.to_le_bytes()[..]));
    }

    #[test]
    fn a_refusal_says_what_to_do_and_not_what_the_server_said() {
        for (number, words) in
            [(18456, "refused the gateway's login"), (4060, "not into the database"), (40615, "firewall")]
        {
            let peer = Peer::start(move |_, _| Reply::Tokens(error(number)));
            let Failure { error, transient } = connect(peer.target("")).err().unwrap();
            assert!(error.message().contains(words) && !error.message().contains("words of"), "{error}");
            assert!(error.to_string().contains("words of the server") && !error.to_string().contains("hunter2"));
            assert_eq!((error.kind(), transient), (ErrorKind::DatabaseUnavailable, number == 4060));
        }
    }

    #[test]
    fn redirections_are_followed_but_not_in_circles() {
        let there = Peer::obliging();
        let port = there.port();
        let here = Peer::start(move |_, _| Reply::Tokens(redirection("localhost", port)));
        connect(here.target("")).unwrap();
        assert_eq!((here.connections(), there.connections()), (1, 1));
        let own_port = Arc::new(OnceLock::new());
        let port = Arc::clone(&own_port);
        let circle = Peer::start(move |_, _| Reply::Tokens(redirection("localhost", *port.wait())));
        own_port.set(circle.port()).unwrap();
        let failure = connect(circle.target("")).err().unwrap();
        assert!(failure.to_string().contains("redirect to one another"), "{failure}");
        assert_eq!(circle.connections(), REDIRECTIONS + 1);
    }

    #[test]
    fn plain_text_is_not_redirected_to_another_machine() {
        let failure = refused(|| Reply::Tokens(redirection("db.example", 1433)), "");
        assert!(failure.error.message().contains("unencrypted") && !failure.transient, "{failure}");
    }

    #[test]
    fn one_time_limit_is_over_everything() {
        let start = Instant::now();
        let failure = refused(|| Reply::Silence, "connect-timeout=1");
        assert!(failure.transient && failure.error.message().contains("cannot be reached"), "{failure}");
        assert!(start.elapsed() < Duration::from_secs(5));
    }

    #[test]
    fn who_hangs_up_or_is_not_there_is_told_apart_from_who_is_no_sql_server() {
        assert!(refused(|| Reply::HangUp, "").transient);
        assert!(refused(|| Reply::Tokens(vec![0x99]), "").error.message().contains("like SQL Server"));
        let nobody = Target::parse("mssql://u:p@127.0.0.1:1/d").unwrap();
        assert!(connect(nobody).err().unwrap().transient);
    }

    #[test]
    fn a_server_without_encryption_is_refused_by_default() {
        let peer = Peer::start(|_, _| Reply::Tokens(logged_in()));
        let target = Target::parse(&format!("mssql://u:p@localhost:{}/d", peer.port())).unwrap();
        let error = connect(target).err().unwrap().error;
        assert!(error.message().contains("does not encrypt"), "{error}");
        assert_eq!(peer.received(LOGIN).len(), 0, "no password was sent");
        let target = Target::parse(&format!("mssql://u:p@localhost:{}/d?encrypt=false&connect-timeout=2", peer.port()));
        assert!(connect(target.unwrap()).is_err());
        assert_eq!(peer.received(LOGIN).len(), 0, "no password was sent");
    }

    #[test]
    fn what_is_missing_is_told_before_anything_is_sent() {
        let told = |text: &str| connect(Target::parse(text).unwrap()).err().unwrap().error;
        assert!(told("mssql://u@127.0.0.1:1/d").message().contains("DELTALINK_DATABASE_PASSWORD"));
        assert!(told("mssql://u:p@h/d?ca-file=/there/is/none").message().contains("/there/is/none"));
    }
}
