//! All integration tests, in one binary. A contents page:
//!
//! - `suite`: what every backend must do, run on SQLite by `sqlite`
//! - `tracking`: what SQLite's triggers must record, whatever a writer does
//! - `support`: the gateway on a database, and the client that checks every answer against `openapi.yaml`

mod sqlite;
mod support;
