//! A target -> sessions with the database, which are lent and given back.
//!
//! On the way to a session, `connect` goes from one step to the next: `proof` says what to log in with (with Microsoft
//! Entra ID, `identity` and `entra` get a token), `dial` opens the socket, `configuration` tells the driver the rest, and
//! `obstacle` says what stood in the way. A [`Pool`] keeps what was opened and lends it as [`Lent`], a [`Session`] that
//! goes back by itself; what it is asked comes as an `Answer`, to be read to its end.

mod answer;
mod configuration;
mod connect;
mod dial;
mod entra;
mod identity;
mod lent;
mod obstacle;
#[cfg(test)]
mod peer;
mod pool;
mod proof;
mod session;
#[cfg(test)]
mod token_endpoint;

pub(super) use answer::Answer;
pub(super) use lent::Lent;
pub(super) use pool::Pool;
pub(super) use session::Session;
