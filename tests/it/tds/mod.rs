//! A small TDS 7.4 server, so that what speaks to SQL Server can be tested where there is none. It knows the protocol
//! and no SQL: a test says what it answers. A contents page:
//!
//! - `settings`, `peer`: what a peer is to be, and one that runs
//! - `request`, `login`, `parameter`: what a client said
//! - `reply`, `prepared`, `fault`, `signal`, `types`, `value`, `collation`: what a test lets it answer
//! - `record`, `corpus`: what was received, for a test to look at and for a parser of T-SQL to judge
//! - `authority`: the certificate that a peer shows
//! - `connection`, `prelogin`, `tls`: from the first octet to the login
//! - `session`, `answer`: from the login to the end
//! - `packet`, `octets`, `token`, `row`, `type_info`, `temporal`, `variant`, `declarations`: what all that is made of

mod answer;
mod authority;
mod collation;
mod connection;
mod corpus;
mod declarations;
mod fault;
mod login;
mod octets;
mod packet;
mod parameter;
mod peer;
mod prelogin;
mod prepared;
mod record;
mod reply;
mod request;
mod row;
mod session;
mod settings;
mod signal;
mod temporal;
mod tests;
mod tls;
mod token;
mod type_info;
mod types;
mod value;
mod variant;

pub(crate) use authority::Authority;
pub(crate) use collation::Collation;
pub(crate) use corpus::Corpus;
pub(crate) use fault::Fault;
pub(crate) use login::{Channel, Login, Verdict};
pub(crate) use parameter::Parameter;
pub(crate) use peer::Peer;
pub(crate) use prepared::Prepared;
pub(crate) use record::Counts;
pub(crate) use reply::{Event, Reply};
pub(crate) use request::{Kind, Request, Transaction};
pub(crate) use settings::Settings;
pub(crate) use signal::Signal;
pub(crate) use types::{Column, Length, Type};
pub(crate) use value::Value;
