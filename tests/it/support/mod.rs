//! The gateway on a database, the client that asks it, and the replica that a client would keep.

pub(crate) mod client;
mod contract;
pub(crate) mod followers;
pub(crate) mod gateway;
pub(crate) mod process;
pub(crate) mod replica;
pub(crate) mod sqlite;
pub(crate) mod table;
pub(crate) mod wire;

pub(crate) use contract::{Checked, Contract};
