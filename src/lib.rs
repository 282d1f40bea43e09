//! Deltalink.
pub mod app;
pub mod backend;
pub mod cli;
pub mod config;
pub mod edm;
pub mod error;
pub mod http;
pub mod odata;
pub mod plan;
pub mod response;
pub mod sql;
pub mod token;
pub mod version;
