//! Everything that can go wrong, as one type: a kind from one table, a message for the client, a cause for the log.
//!
//! A newcomer's trap: `message` is shown to clients, so it never holds database text, SQL, or secrets; those go
//! into `source`, which only the log sees.

mod expiry;

use std::error::Error as StdError;
use std::fmt;

pub use expiry::Expiry;

/// The result of every fallible function here.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong. Each kind is one row of one table, of code and status; `docs/errors.md` explains every row to users.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// Who asks cannot be told now: what tokens are verified with is not known yet.
    AuthenticationUnavailable,
    /// The catalog that a plan was made from is no longer the database's: the request is planned again.
    CatalogChanged,
    /// The configuration, a command's argument or a file it names is wrong: the operator's mistake.
    Configuration,
    /// The database cannot be reached, opened or read now.
    DatabaseUnavailable,
    /// A delta or skip token of ours that can no longer be honoured: the client starts over.
    DeltaLinkExpired,
    /// A delta or skip token that somebody else was given, who may read something else.
    DeltaLinkOfAnother,
    /// A delta or skip token that is not ours, was altered, or belongs to another entity set.
    DeltaTokenInvalid,
    /// A request of a batch depends on one that was not answered with success.
    FailedDependency,
    /// Who asks is known, and may read nothing.
    Forbidden,
    /// A defect of the gateway.
    Internal,
    /// An option or header has a value outside its domain.
    InvalidValue,
    /// `Isolation: snapshot` was asked for.
    IsolationNotSupported,
    /// The metadata level that was asked for cannot carry a delta link.
    MetadataLevelNotSupported,
    /// A verb other than GET and HEAD.
    MethodNotAllowed,
    /// No offered format satisfies `Accept` or `$format`.
    NotAcceptable,
    /// Valid OData that is not implemented.
    OptionNotSupported,
    /// A query option that change tracking excludes.
    OptionNotSupportedWithChangeTracking,
    /// More is asked for at one time than the service was made to bear.
    Overloaded,
    /// The body of a request is greater than is taken.
    PayloadTooLarge,
    /// `If-Match` names another state.
    PreconditionFailed,
    /// `$select` names a property that does not exist.
    PropertyNotFound,
    /// A query option was given twice.
    QueryOptionRepeated,
    /// No such entity set, entity or segment.
    ResourceNotFound,
    /// The URL or a header is not what its grammar allows.
    SyntaxError,
    /// Who asks is not known, and has to be.
    Unauthorized,
    /// A query option that nobody defined.
    UnknownQueryOption,
    /// The body of a request is in no format that is understood.
    UnsupportedMediaType,
    /// `OData-MaxVersion` below 4.0.
    VersionNotSupported,
}

impl ErrorKind {
    /// Every kind, for the documents and tests that list them.
    pub const ALL: [Self; 28] = [
        Self::AuthenticationUnavailable,
        Self::CatalogChanged,
        Self::Configuration,
        Self::DatabaseUnavailable,
        Self::DeltaLinkExpired,
        Self::DeltaLinkOfAnother,
        Self::DeltaTokenInvalid,
        Self::FailedDependency,
        Self::Forbidden,
        Self::Internal,
        Self::InvalidValue,
        Self::IsolationNotSupported,
        Self::MetadataLevelNotSupported,
        Self::MethodNotAllowed,
        Self::NotAcceptable,
        Self::OptionNotSupported,
        Self::OptionNotSupportedWithChangeTracking,
        Self::Overloaded,
        Self::PayloadTooLarge,
        Self::PreconditionFailed,
        Self::PropertyNotFound,
        Self::QueryOptionRepeated,
        Self::ResourceNotFound,
        Self::SyntaxError,
        Self::Unauthorized,
        Self::UnknownQueryOption,
        Self::UnsupportedMediaType,
        Self::VersionNotSupported,
    ];

    /// The one table: the code that clients see, and the HTTP status.
    const fn row(self) -> (&'static str, u16) {
        match self {
            Self::AuthenticationUnavailable => ("AuthenticationUnavailable", 503),
            Self::CatalogChanged | Self::DatabaseUnavailable => ("DatabaseUnavailable", 503),
            Self::Configuration | Self::Internal => ("InternalError", 500),
            Self::DeltaLinkExpired => ("DeltaLinkExpired", 410),
            Self::DeltaLinkOfAnother => ("DeltaLinkOfAnother", 403),
            Self::DeltaTokenInvalid => ("DeltaTokenInvalid", 400),
            Self::FailedDependency => ("FailedDependency", 424),
            Self::Forbidden => ("Forbidden", 403),
            Self::InvalidValue => ("InvalidValue", 400),
            Self::IsolationNotSupported => ("IsolationNotSupported", 412),
            Self::MetadataLevelNotSupported => ("MetadataLevelNotSupported", 400),
            Self::MethodNotAllowed => ("MethodNotAllowed", 405),
            Self::NotAcceptable => ("NotAcceptable", 406),
            Self::OptionNotSupported => ("OptionNotSupported", 501),
            Self::OptionNotSupportedWithChangeTracking => ("OptionNotSupportedWithChangeTracking", 400),
            Self::Overloaded => ("Overloaded", 503),
            Self::PayloadTooLarge => ("PayloadTooLarge", 413),
            Self::PreconditionFailed => ("PreconditionFailed", 412),
            Self::PropertyNotFound => ("PropertyNotFound", 400),
            Self::QueryOptionRepeated => ("QueryOptionRepeated", 400),
            Self::ResourceNotFound => ("ResourceNotFound", 404),
            Self::SyntaxError => ("SyntaxError", 400),
            Self::Unauthorized => ("Unauthorized", 401),
            Self::UnknownQueryOption => ("UnknownQueryOption", 400),
            Self::UnsupportedMediaType => ("UnsupportedMediaType", 415),
            Self::VersionNotSupported => ("VersionNotSupported", 400),
        }
    }

    /// The stable code in the error body.
    pub const fn code(self) -> &'static str {
        self.row().0
    }

    /// The HTTP status.
    pub const fn status(self) -> u16 {
        self.row().1
    }
}

/// One failure: what the client is told, and what only the log is told.
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    message: String,
    target: Option<String>,
    expiry: Option<Expiry>,
    start_over: Option<String>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Error {
    /// A failure of `kind`; `message` is for the client.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), target: None, expiry: None, start_over: None, source: None }
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
