//! What the operator sees: requests -> lines of the log, metrics, spans.
//!
//! A [`Record`] accompanies each request and is written down when its body has ended. A newcomer's trap: nothing here may hold row data,
//! keys, tokens, paths or queries; the name of an entity set comes from the model, never from the client.

mod discretion;
mod line;
pub mod metrics;
mod mode;
#[cfg(feature = "otlp")]
pub mod otlp;
pub mod outlet;
mod record;
mod trace;

pub use discretion::may_be_logged;
pub use line::TARGET;
pub use metrics::Metrics;
pub use mode::Mode;
pub use record::{End, LEFT, Record, Stage};
pub use trace::{SpanId, Trace, TraceId};
