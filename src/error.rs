//! Everything that can go wrong, as one type: a kind from one table, a message for the client, a cause for the log.
//!
//! A newcomer's trap: `message` is shown to clients, so it never holds database text, SQL, or secrets; those go
//! into `source`, which only the log sees.

mod expiry;
mod kind;

use std::error::Error as StdError;
use std::fmt;
use std::num::NonZeroU32;
use std::time::Duration;

pub use expiry::Expiry;
pub use kind::ErrorKind;

/// The result of every fallible function here.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// One failure: what the client is told, and what only the log is told.
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    message: String,
    target: Option<String>,
    expiry: Option<Expiry>,
    start_over: Option<String>,
    /// Seconds.
    retry_after: Option<NonZeroU32>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Error {
    /// A failure of `kind`; `message` is for the client.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            target: None,
            expiry: None,
            start_over: None,
            retry_after: None,
            source: None,
        }
    }

    /// A grammar violation at character `position` (from 0) of `part` of the request.
    pub fn syntax(part: &str, position: usize, expected: &str) -> Self {
        Self::new(ErrorKind::SyntaxError, format!("{part}: expected {expected} at position {position}.")).about(part)
    }

    /// 404 for `what`, named as the client named it.
    pub fn not_found(what: impl fmt::Display) -> Self {
        Self::new(ErrorKind::ResourceNotFound, format!("{what} does not exist."))
    }

    /// 400 for a token that was altered or is not ours. One message for all causes: a forger learns nothing.
    pub fn token_invalid() -> Self {
        Self::new(
            ErrorKind::DeltaTokenInvalid,
            "This token is not one that this service issued for this URL. Use links exactly as they were returned.",
        )
    }

    /// 410 for a link that was right once.
    pub fn expired(expiry: Expiry) -> Self {
        let message = "This link can no longer be honoured. Start over: GET the URL in the Location header with 'Prefer: odata.track-changes'.";
        Self { expiry: Some(expiry), ..Self::new(ErrorKind::DeltaLinkExpired, message) }
    }

    /// 403 for a link that somebody else was given, who may read something else.
    pub fn of_another() -> Self {
        let message = "This link was given to somebody who may read something else. Start over: GET the URL in the Location header with 'Prefer: odata.track-changes'.";
        Self::new(ErrorKind::DeltaLinkOfAnother, message)
    }

    /// The operator's mistake, in words that say what to do.
    pub fn configuration(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Configuration, message)
    }

    /// A defect here; `source` says more to the log.
    pub fn internal(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::new(ErrorKind::Internal, "The request could not be completed. The log says more.").caused_by(source)
    }

    /// 503: the database cannot be read now.
    pub fn database_unavailable(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::new(ErrorKind::DatabaseUnavailable, "The database cannot be read at the moment. Try again.")
            .caused_by(source)
    }

    /// What a client is told of a failure that is the operator's to mend: that it may pass. The log says the rest.
    #[must_use]
    pub fn while_serving(self) -> Self {
        if self.kind == ErrorKind::Configuration { Self::database_unavailable(self.to_string()) } else { self }
    }

    /// The same for another who waits for the same: the cause as its text.
    #[must_use]
    pub fn copy(&self) -> Self {
        Self {
            kind: self.kind,
            message: self.message.clone(),
            target: self.target.clone(),
            expiry: self.expiry,
            start_over: self.start_over.clone(),
            retry_after: self.retry_after,
            source: self.source.as_ref().map(|source| source.to_string().into()),
        }
    }

    /// Names the part of the request that is at fault.
    #[must_use]
    pub fn about(self, target: impl Into<String>) -> Self {
        Self { target: Some(target.into()), ..self }
    }

    /// Adds what only the log shows.
    #[must_use]
    pub fn caused_by(self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self { source: Some(source.into()), ..self }
    }

    /// Adds the URL, relative to the service root, of the request that starts a link over which cannot be followed.
    #[must_use]
    pub fn starting_over_at(self, url: impl Into<String>) -> Self {
        Self { start_over: Some(url.into()), ..self }
    }

    /// Adds when it is known to pass: in whole seconds, and not too early, since `Retry-After` has no fractions (RFC 9110 section 10.2.3).
    #[must_use]
    pub fn passing_after(self, time: Duration) -> Self {
        let seconds = u32::try_from(time.as_nanos().div_ceil(1_000_000_000)).unwrap_or(u32::MAX);
        Self { retry_after: NonZeroU32::new(seconds), ..self }
    }

    /// The row of the table.
    pub const fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// The text for the client.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The part of the request at fault.
    pub fn target(&self) -> Option<&str> {
        self.target.as_deref()
    }

    /// Why a link expired.
    pub const fn expiry(&self) -> Option<Expiry> {
        self.expiry
    }

    /// Where a link starts over that cannot be followed, relative to the service root.
    pub fn start_over(&self) -> Option<&str> {
        self.start_over.as_deref()
    }

    /// Seconds until it passes, where that is known.
    pub const fn retry_after(&self) -> Option<NonZeroU32> {
        self.retry_after
    }
}

impl fmt::Display for Error {
    /// The message and, for operators and the log, the chain of causes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut cause = self.source();
        f.write_str(if cause.is_some() { self.message.trim_end_matches('.') } else { &self.message })?;
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}
