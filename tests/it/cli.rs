//! The built binary, as operators and scripts use it.

mod check;
mod config;
mod demo;
mod help;
#[cfg(feature = "otlp")]
mod otlp;
mod reload;
mod serve;
mod shells;
mod tls;
mod track;
mod watched;
