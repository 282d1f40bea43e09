//! SQL Server or Azure SQL as a backend.

#![allow(dead_code)] // Nobody connects yet.

mod ado_net;
mod advice;
mod answer;
mod configuration;
mod connect;
mod dial;
mod encryption;
mod entra;
mod failure;
mod given;
mod identity;
mod keyword;
mod lent;
mod login;
mod obstacle;
mod pair;
#[cfg(test)]
mod peer;
mod pool;
mod proof;
mod retry;
mod secret;
mod server;
mod session;
mod target;
#[cfg(test)]
mod token_endpoint;
mod url;

pub use secret::Secret;
pub use target::Target;
