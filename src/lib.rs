//! Deltalink: an OData service with signed delta links in front of a SQL database.
//!
//! # The way of a request
//!
//! A request under `/odata/` goes through five stages, each of which takes the value before it and returns the next;
//! `http::read` and `http::stages` are those five lines, also for each request of a `$batch`. [`odata::parse`] reads what
//! was asked, by grammar alone. [`plan::plan`] resolves it against the model: names, types, the page, the token; a plan
//! that exists can be executed. [`sql::query`] says it as the database's statements, with nothing executed.
//! [`backend::Backend::read`] opens one snapshot, holds the token against the table's history, and lends each row to a
//! sink. The sinks of [`response`] encode rows where they are, and finished chunks travel to the client. What needs no
//! database, the service document and `$metadata`, ends after the plan.
//!
//! Changes are recorded inside the database, by triggers that [`sql::sqlite::install`] writes, so every program that
//! writes to the file is seen. A delta link is a [`token::Token`]: it says from which version on changes are news, and
//! proves that the database's history is the one that the client saw.
//!
//! # The modules
//!
//! - [`error`]: everything that can go wrong, as one type and one table.
//! - [`version`]: versions of a table's history, the window of those still known, and proofs of identity.
//! - [`edm`]: what a database offers, what of it is exposed, and stored values as values of the model's types.
//! - [`token`]: the state of a sync as an opaque, signed text, and back.
//! - [`odata`]: what was asked.
//! - [`plan`]: what that means here.
//! - [`sql`]: how a database says it, and how it records changes.
//! - [`backend`]: where rows come from.
//! - [`response`]: how the answer is written.
//! - [`sharing`]: what clients that ask the same share: a look at the database, a finished answer, a watcher.
//! - [`access`]: who asks, and what they may read.
//! - [`telemetry`]: what the operator sees of a request: a line, metrics, a trace.
//! - [`config`]: the configuration file.
//! - [`app`]: the only place that wires these together.
//! - [`http`]: the only place that knows the web framework.
//! - [`cli`]: the commands, one file each.
//!
//! The documents are here too, so that their links are checked: [why things are as they are](_documentation::design),
//! [every error](_documentation::errors), [what the operator sees](_documentation::operation), [what changed when](_documentation::changelog).

pub mod access;
pub mod app;
pub mod backend;
pub mod cli;
pub mod config;
pub mod edm;
pub mod error;
pub mod http;
pub mod odata;
pub mod plan;
pub mod response;
pub mod sharing;
pub mod sql;
pub mod telemetry;
pub mod token;
pub mod version;

#[cfg(doc)]
pub mod _documentation {
    //! The documents of the repository.

    pub mod changelog {
        #![doc = include_str!("../CHANGELOG.md")]
    }
    pub mod design {
        #![doc = include_str!("../docs/DESIGN.md")]
    }
    pub mod errors {
        #![doc = include_str!("../docs/errors.md")]
    }
    pub mod operation {
        #![doc = include_str!("../docs/operation.md")]
    }
}
