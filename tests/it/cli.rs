//! The built binary, as operators and scripts use it.

mod check;
mod demo;
mod help;
mod serve;
mod shells;
mod track;
