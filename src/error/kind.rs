//! What can go wrong -> the code that clients see, and the HTTP status.

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
    /// The headers of a request are longer than is taken.
    HeadersTooLarge,
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
    /// The URL of a request is longer than is taken.
    UriTooLong,
    /// More requests a second than are taken from one principal.
    TooManyRequests,
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
    pub const ALL: [Self; 31] = [
        Self::AuthenticationUnavailable,
        Self::CatalogChanged,
        Self::Configuration,
        Self::DatabaseUnavailable,
        Self::DeltaLinkExpired,
        Self::DeltaLinkOfAnother,
        Self::DeltaTokenInvalid,
        Self::FailedDependency,
        Self::Forbidden,
        Self::HeadersTooLarge,
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
        Self::TooManyRequests,
        Self::UriTooLong,
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
            Self::HeadersTooLarge => ("HeadersTooLarge", 431),
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
            Self::TooManyRequests => ("TooManyRequests", 429),
            Self::UriTooLong => ("UriTooLong", 414),
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
