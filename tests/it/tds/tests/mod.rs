//! The peer, as tiberius sees it. A contents page:
//!
//! - `client`: a connection to a peer, and values read through one
//! - `encryption`, `login`: from the first octet to the session
//! - `requests`, `parameters`, `transactions`: what the peer understands
//! - `replies`, `waiting`, `leaving`, `streaming`: what it answers, and how that ends
//! - `numbers`, `texts`, `times`, `variants`: values of every type
//! - `restart`: a peer that goes away and comes back
//! - `corpus`: statements for a parser

mod client;
mod corpus;
mod encryption;
mod leaving;
mod login;
mod numbers;
mod parameters;
mod replies;
mod requests;
mod restart;
mod streaming;
mod texts;
mod times;
mod transactions;
mod variants;
mod waiting;
