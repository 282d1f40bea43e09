//! SQL Server or Azure SQL as a backend.

#![cfg_attr(not(test), expect(dead_code, reason = "nobody connects yet"))]

mod ado_net;
mod encryption;
mod given;
mod keyword;
mod login;
mod pair;
mod secret;
mod server;
mod target;
mod url;

pub use secret::Secret;
pub use target::Target;
