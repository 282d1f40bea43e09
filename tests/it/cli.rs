//! The built binary, as operators and scripts use it.

mod check;
mod demo;
mod help;
#[cfg(feature = "otlp")]
mod otlp;
mod serve;
mod track;
mod watched;
