//! A target -> a session: name, socket, TLS and login, within one time limit, and redirections followed.

use std::fs;
use std::time::SystemTime;

use tiberius::error::Error as DriverError;
use tiberius::{AuthMethod, Client, Config, EncryptionLevel};
use tokio::time::timeout;
use tokio_util::compat::TokioAsyncWriteCompatExt;

use super::dial::dial;
use super::encryption::Encryption;
use super::entra::Tokens;
use super::failure::Failure;
use super::login::Login;
use super::obstacle::{self, Obstacle};
use super::secret::Secret;
use super::server::Server;
use super::session::Session;
use super::target::Target;
use crate::error::{Error, Result};

/// Azure SQL redirects once, to the node that has the database; more than a few times is a circle.
const REDIRECTIONS: usize = 4;

/// Opens sessions with one target.
pub(super) struct Connector {
    target: Target,
    /// Certificates that are believed besides the system's, as the file had them at the start.
    certificates: Option<Vec<u8>>,
    proof: Proof,
}

/// How the login is proved.
enum Proof {
    Password { user: String, password: Secret },
    Token(Tokens),
}

impl Connector {
    /// Checks what can be checked without the server.
    pub(super) fn new(target: Target) -> Result<Self> {
        let certificates = match &target.trust.ca_file {
            Some(path) => Some(fs::read(path).map_err(|error| obstacle::unreadable(path, error))?),
            None => None,
        };
        let proof = match &target.login {
            Login::Sql { password: None, .. } => return Err(password_missing()),
            Login::Sql { user, password: Some(password) } => {
                Proof::Password { user: user.clone(), password: password.clone() }
            }
            Login::Entra { identity, scope } => Proof::Token(Tokens::new(identity, scope.as_deref(), &target.server)?),
        };
        Ok(Self { target, certificates, proof })
    }

    /// A new session. Must run where the session is to be used: a socket belongs to the runtime that opened it.
    pub(super) async fn connect(&self) -> Result<Session, Failure> {
        let (login, expires) = match &self.proof {
            Proof::Password { user, password } => (AuthMethod::sql_server(user, password.expose()), None),
            Proof::Token(tokens) => {
                let token = tokens.current().await?;
                (AuthMethod::aad_token(token.secret.expose()), Some(token.expires))
            }
        };
        let session = timeout(self.target.connect_timeout, self.log_in(login, expires)).await;
        Ok(session.unwrap_or(Err(Obstacle::TimeIsUp))?)
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
        let client = Client::connect(self.configuration(at, login), stream.compat_write()).await;
        Ok(Session::new(client.map_err(Obstacle::Driver)?, socket, expires))
    }

    /// What may be sent in plain text to this machine may not be sent to another one.
    fn redirected(&self, to: Server) -> Result<Server, Obstacle> {
        let allowed = self.target.encryption != Encryption::Nothing || to.is_local();
        if allowed { Ok(to) } else { Err(Obstacle::PlainTextElsewhere) }
    }

    fn configuration(&self, at: &Server, login: AuthMethod) -> Config {
        let Target { database, trust, application_name, workstation, .. } = &self.target;
        let mut configuration = Config::new();
        configuration.host(&at.host);
        configuration.port(at.port);
        configuration.database(database);
        configuration.authentication(login);
        configuration.application_name(application_name);
        configuration.readonly(self.target.read_only);
        configuration.encryption(match self.target.encryption {
            Encryption::Mandatory => EncryptionLevel::Required,
            Encryption::LoginOnly => EncryptionLevel::Off,
            Encryption::Strict => EncryptionLevel::Strict,
            Encryption::Nothing => EncryptionLevel::NotSupported,
        });
        if trust.any_certificate {
            configuration.trust_cert();
        } else if let Some(certificates) = &self.certificates {
            configuration.trust_cert_ca_bundle(certificates.clone());
        }
        if let Some(name) = &trust.host_in_certificate {
            configuration.hostname_in_certificate(name);
        }
        if let Some(name) = workstation {
            configuration.client_name(name);
        }
        // A column may hold half a surrogate pair; that must not end the whole answer.
        configuration.lossy_utf16_decoding(true);
        configuration.handshake_timeout(Some(self.target.connect_timeout));
        configuration.command_timeout(self.target.command_timeout);
        configuration
    }
}

fn password_missing() -> Error {
    Error::configuration(
        "The database's password is missing. Set DELTALINK_DATABASE_PASSWORD, or DELTALINK_DATABASE_PASSWORD_FILE to the \
         path of a file that holds it, or add it to the connection string.",
    )
}
