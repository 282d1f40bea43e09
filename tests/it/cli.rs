//! The built binary, as operators and scripts use it.

mod check;
mod config;
mod demo;
mod help;
mod reload;
mod serve;
mod tls;
mod track;
