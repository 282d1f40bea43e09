//! SQL Server or Azure SQL as a backend.

#![cfg_attr(not(test), expect(dead_code, reason = "nobody connects yet"))]

mod ado_net;
mod advice;
mod connect;
mod dial;
mod encryption;
mod entra;
mod failure;
mod given;
mod identity;
mod keyword;
mod login;
mod obstacle;
mod pair;
mod pool;
mod retry;
mod secret;
mod server;
mod session;
mod target;
mod url;

pub use secret::Secret;
pub use target::Target;
