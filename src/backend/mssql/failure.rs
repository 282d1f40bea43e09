//! A failure of the driver -> one of ours, and whether trying again may help.

use std::fmt;
use std::io::ErrorKind as Io;

use tiberius::error::{Error as DriverError, TokenError};

use super::advice::{advice, is_transient as is_transient_number, tells_no_values};
use crate::error::{Error, ErrorKind};

/// A failure, before it is decided whether it is told.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) error: Error,
    /// Whether trying again in a moment may help, with another connection.
    pub(super) transient: bool,
}

impl Failure {
    pub(super) fn transient(error: Error) -> Self {
        Self { error, transient: true }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl From<Error> for Failure {
    /// What is decided here, not by the driver, is decided the same way again.
    fn from(error: Error) -> Self {
        Self { error, transient: false }
    }
}

impl From<DriverError> for Failure {
    fn from(error: DriverError) -> Self {
        Self { transient: is_transient(&error), error: failure(&error) }
    }
}

/// Whether the same request may succeed in a moment.
pub(super) fn is_transient(error: &DriverError) -> bool {
    match error {
        DriverError::Server(token) => is_transient_number(token.code()),
        // The connection was lost, or the server did not answer in time.
        DriverError::Io { kind, .. } => !matches!(kind, Io::InvalidData | Io::InvalidInput | Io::NotFound),
        _ => false,
    }
}

/// The driver's failure in our words. The server's text may hold names and values, so it goes to the log only.
pub(super) fn failure(error: &DriverError) -> Error {
    match error {
        DriverError::Server(token) => refusal(token),
        DriverError::Io { kind: Io::TimedOut, .. } => {
            let message = "The database took too long to answer. Try again.";
            Error::new(ErrorKind::DatabaseUnavailable, message).caused_by("no answer within the Command Timeout")
        }
        DriverError::Io { kind, message } => Error::database_unavailable(format!("{kind}: {message}")),
        // The peer does not speak the protocol, or the driver cannot read what it says.
        other => Error::internal(other.to_string()),
    }
}

/// What the server answered instead of rows.
fn refusal(token: &TokenError) -> Error {
    let cause = in_words(token);
    match advice(token.code()) {
        Some((kind, message)) => Error::new(kind, message).caused_by(cause),
        None if is_transient_number(token.code()) || is_trouble_of_the_server(token) => {
            Error::database_unavailable(cause)
        }
        None => Error::internal(cause),
    }
}

/// Severities from 17 on: no resources, defects of the server, lost connections; below, the statement is to blame.
fn is_trouble_of_the_server(token: &TokenError) -> bool {
    token.class() >= 17
}

/// For the log.
pub(super) fn in_words(token: &TokenError) -> String {
    described(token.code(), token.state(), token.class(), token.message())
}

/// The number tells what happened. The server's words may hold values of rows or of the request, which no log may have.
fn described(number: u32, state: u8, severity: u8, words: &str) -> String {
    let words = if tells_no_values(number) { format!(": {words}") } else { String::new() };
    format!("SQL Server error {number}, state {state}, severity {severity}{words}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn io(kind: Io) -> DriverError {
        DriverError::Io { kind, message: "words of the driver".to_owned() }
    }

    #[test]
    fn a_lost_connection_is_worth_another_try() {
        for kind in [Io::UnexpectedEof, Io::BrokenPipe, Io::ConnectionReset, Io::ConnectionRefused, Io::TimedOut] {
            let Failure { error, transient } = io(kind).into();
            assert!(transient, "{kind}");
            assert_eq!(error.kind(), ErrorKind::DatabaseUnavailable);
            assert!(!error.message().contains("driver"), "{error}");
        }
        assert!(!is_transient(&io(Io::InvalidData)));
    }

    #[test]
    fn what_is_not_understood_is_a_defect() {
        let error = failure(&DriverError::Protocol("invalid token type".into()));
        assert_eq!(error.kind(), ErrorKind::Internal);
        assert!(error.to_string().contains("invalid token type") && !error.message().contains("token"));
        assert!(!is_transient(&DriverError::Utf16));
    }

    #[test]
    fn the_log_has_the_words_of_the_server_only_where_they_hold_no_values() {
        let words = "The conversion of the nvarchar value '4711' overflowed an int column.";
        for number in [220, 232, 241, 244, 245, 248, 295, 2601, 2627, 2628, 8114, 8115, 8152, 50_000, 99_999] {
            assert_eq!(described(number, 1, 16, words), format!("SQL Server error {number}, state 1, severity 16"));
        }
        let missing = "Invalid object name 'dbo.Orders'.";
        assert_eq!(described(208, 1, 16, missing), format!("SQL Server error 208, state 1, severity 16: {missing}"));
        for number in [102, 229, 1205, 3960, 4060, 18456, 40613] {
            assert!(described(number, 1, 14, "words").ends_with("severity 14: words"), "{number}");
        }
    }
}
