//! What stands in the way of a connection -> a failure whose words say what to do.

use std::io::{self, ErrorKind as Io};
use std::path::Path;

use tiberius::error::Error as DriverError;

use super::super::failure::{Failure, is_transient};
use crate::error::{Error, ErrorKind, Result};

/// Why there is no connection.
#[derive(Debug)]
pub(super) enum Obstacle {
    /// The server's name has no address, or no address answers.
    Network(io::Error),
    /// TLS or the login failed.
    Driver(DriverError),
    /// The Connect Timeout has passed.
    TimeIsUp,
    /// Servers redirect to one another.
    Circle,
    /// A redirection away from this machine, where nothing would be encrypted.
    PlainTextElsewhere,
}

impl From<Obstacle> for Failure {
    fn from(obstacle: Obstacle) -> Self {
        match obstacle {
            Obstacle::Network(error) => Self::transient(unreachable(error)),
            Obstacle::TimeIsUp => Self::transient(unreachable("no connection within the Connect Timeout")),
            Obstacle::Circle => unreachable("the servers redirect to one another").into(),
            Obstacle::PlainTextElsewhere => Error::configuration(
                "The database server redirects to another machine, and with Encrypt=DANGER_PLAINTEXT the password would \
                 go there unencrypted. Use Encrypt=true.",
            )
            .into(),
            Obstacle::Driver(error) => in_the_handshake(error),
        }
    }
}

/// Reads a file of certificates that are to be believed.
pub(super) fn certificates(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).map_err(|error| {
        let path = path.display();
        let message = format!("The CA file {path} of the database's connection string cannot be read");
        Error::configuration(message).caused_by(error)
    })
}

fn unreachable(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    let message = "The database server cannot be reached. Check its name and port, that it runs and accepts TCP, and that \
                   no firewall is in between.";
    Error::new(ErrorKind::DatabaseUnavailable, message).caused_by(cause)
}

fn in_the_handshake(error: DriverError) -> Failure {
    let configuration = |message: &str, cause: &str| Error::configuration(message).caused_by(cause.to_owned()).into();
    match &error {
        DriverError::Tls(words) => configuration(certificate_advice(words), without_hint(words)),
        // The driver's way of saying that TLS itself failed, or that a file of certificates holds none.
        DriverError::Io { kind: Io::InvalidData | Io::InvalidInput, message } => configuration(NO_TLS, message),
        DriverError::Io { kind: Io::NotFound, message } => configuration(NO_STORE, message),
        DriverError::Protocol(words) if words.contains("encryption level") => configuration(NO_ENCRYPTION, words),
        DriverError::Protocol(_) | DriverError::Conversion(_) | DriverError::Encoding(_) => {
            configuration(NOT_SQL_SERVER, &error.to_string())
        }
        DriverError::Io { kind: Io::TimedOut, message } => {
            Failure { transient: is_transient(&error), error: unreachable(without_hint(message).to_owned()) }
        }
        DriverError::Io { message, .. } => {
            let told = Error::new(ErrorKind::DatabaseUnavailable, HUNG_UP).caused_by(message.clone());
            Failure { transient: is_transient(&error), error: told }
        }
        _ => error.into(),
    }
}

/// The driver's own advice is for programmers.
fn without_hint(words: &str) -> &str {
    let hints = [" To connect anyway", " Enable `tracing`"];
    hints.iter().find_map(|hint| words.split_once(hint)).map_or(words, |(before, _)| before)
}

fn certificate_advice(words: &str) -> &'static str {
    let says = |what: &[&str]| what.iter().any(|what| words.contains(what));
    if says(&["NotValidForName", "not valid for name", "invalid dns name"]) {
        "The database server's certificate is for another name. Connect by a name that the certificate has, or give one of \
         its names as HostNameInCertificate."
    } else if says(&["Expired", "expired", "NotValidYet", "not valid yet"]) {
        "The database server's certificate has expired or is not valid yet. Renew it, and check the clocks."
    } else {
        "The database server's certificate is not trusted. Give the CA that issued it as a file (CA File, in a URL \
         ca-file), or install a certificate of a known CA on the server; on a test machine only, \
         TrustServerCertificate=true accepts any certificate."
    }
}

const NO_TLS: &str = "TLS could not be agreed with the database server. Check that the port is that of SQL Server with \
                      TLS 1.2 or newer, that Encrypt=strict is used only with SQL Server 2022, Azure SQL or newer, and \
                      that the CA file holds certificates in PEM form.";
const HUNG_UP: &str = "The database server ended the connection before the login. If it does so again, check that the port \
                       is that of SQL Server, and that Encrypt=strict is used only with SQL Server 2022, Azure SQL or \
                       newer.";
const NO_STORE: &str = "This system has no certificates of known CAs. Install them (the package ca-certificates), or give \
                        the CA of the database server as a file (CA File, in a URL ca-file).";
const NO_ENCRYPTION: &str = "The database server does not encrypt connections. Give the server a certificate, or accept \
                             with Encrypt=false that everything but the login can be read on the way.";
const NOT_SQL_SERVER: &str = "What listens there does not answer like SQL Server. Check the host and the port.";

#[cfg(test)]
mod tests {
    use super::*;

    fn told(error: DriverError) -> (Error, bool) {
        let Failure { error, transient } = Obstacle::Driver(error).into();
        (error, transient)
    }

    #[test]
    fn certificates_are_explained_without_the_words_of_the_driver() {
        for (words, advice) in [
            ("rejected: UnknownIssuer. To connect anyway you can: (1) `Config::trust_cert_ca(path)`", "CA File"),
            ("rejected: certificate not valid for name \"h\"; To connect anyway", "HostNameInCertificate"),
            ("rejected: certificate expired: ...", "Renew"),
        ] {
            let (error, transient) = told(DriverError::Tls(words.to_owned()));
            assert!(error.message().contains(advice) && !transient, "{error}");
            assert!(!error.to_string().contains("Config::"), "{error}");
            assert_eq!(error.kind(), ErrorKind::Configuration);
        }
    }

    #[test]
    fn what_may_pass_is_tried_again_and_what_will_not_is_told() {
        let io = |kind, message: &str| DriverError::Io { kind, message: message.to_owned() };
        let (early, transient) = told(io(Io::UnexpectedEof, "x"));
        assert!(transient && early.message().contains("Encrypt=strict"), "{early}");
        let (late, transient) = told(io(Io::TimedOut, "did not complete. Enable `tracing` at DEBUG"));
        assert!(transient && late.to_string().ends_with("did not complete."), "{late}");
        assert!(told(io(Io::InvalidData, "received fatal alert: HandshakeFailure")).0.message().contains("TLS 1.2"));
        assert!(told(io(Io::NotFound, "no usable CA certificates")).0.message().contains("ca-certificates"));
        let declined = DriverError::Protocol("Server does not allow the requested encryption level.".into());
        assert!(told(declined).0.message().contains("Encrypt=false"));
        assert!(told(DriverError::Protocol("invalid token".into())).0.message().contains("like SQL Server"));
        let network = Failure::from(Obstacle::Network(io::Error::from(Io::ConnectionRefused)));
        assert!(network.transient && network.error.kind() == ErrorKind::DatabaseUnavailable);
    }
}
