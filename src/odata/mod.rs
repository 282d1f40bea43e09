//! What was asked: the text of a request -> its parts, by grammar alone.
//!
//! Nothing here knows a table: whether a name exists or a literal suits its property is the plan's question.
//! Source: OData 4.01 URL Conventions section 2 (split first, then decode each part exactly once) and the ABNF.

mod accept;
mod annotations;
pub mod batch;
pub mod expression;
mod headers;
mod id;
mod literal;
mod options;
mod path;
mod percent;
mod url;

pub use accept::{Accept, MediaRange};
pub use annotations::Annotations;
pub use headers::{EntityTags, Headers, Isolation, ODataVersion, Preference, Preferences, RawHeaders};
pub use literal::Literal;
pub use options::{Options, SystemOption};
pub use path::{KeyPredicate, KeyValue, Path, Segment};

use crate::error::Result;

/// A request whose grammar is right.
#[derive(Clone, Debug)]
pub struct Request {
    /// What it addresses.
    pub path: Path,
    /// Its query options.
    pub options: Options,
    /// Its headers.
    pub headers: Headers,
}

/// Reads a request. `path` is what follows the service root, `query` what follows `?`, both still encoded.
pub fn parse(path: &str, query: &str, headers: &RawHeaders<'_>) -> Result<Request> {
    let mut headers = headers::parse(headers)?;
    let path = path::parse(path)?;
    let options = options::parse(query)?;
    if let Some(format) = options.value(SystemOption::Format) {
        headers.accept = accept::parse_format(format);
    }
    Ok(Request { path, options, headers })
}

/// Reads the lines of an `Accept` header by themselves.
pub fn accept(lines: &[&str]) -> Accept {
    accept::parse(lines)
}

/// Reads query options by themselves, still encoded.
pub fn options(query: &str) -> Result<Options> {
    options::parse(query)
}

/// Reads a literal by itself: the value of a parameter alias.
pub fn literal(text: &str) -> Result<Literal> {
    literal::parse(text.trim(), "The query", 0)
}
