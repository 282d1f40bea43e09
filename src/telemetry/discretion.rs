//! Which events may be logged at all, whatever the operator's filter says.
//!
//! What this program says is chosen with care, at every level. What others say at their finer levels is not: drivers tell rows and
//! parameters, HTTP clients tell requests with their credentials.

use tracing::{Level, Metadata};

/// The targets of this program.
const OWN: &str = "deltalink";
/// Tells rows at any level, and the server's words about them.
const NEVER: &str = "tiberius";

/// Whether an event may be logged.
pub fn may_be_logged(metadata: &Metadata<'_>) -> bool {
    let is_of = |name: &str| metadata.target().split("::").next() == Some(name);
    is_of(OWN) || (*metadata.level() <= Level::INFO && !is_of(NEVER))
}
