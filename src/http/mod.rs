//! Requests of actix-web -> the stages, and back. The only folder that knows actix-web.

mod assets;
mod body;
mod error;
mod headers;
mod health;
mod read;
mod routes;

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

use actix_web::dev::Server;
use actix_web::{App as Actix, HttpServer, web};

use crate::app::App;
use crate::error::{Error, Result};

/// Seconds that running answers have to finish after SIGTERM; then they are cut off.
const SHUTDOWN_SECONDS: u64 = 10;

/// A socket that listens at `address` (host:port; port 0 takes a free one).
pub fn listen(address: &str) -> Result<(TcpListener, SocketAddr)> {
    let refused = |error: std::io::Error| {
        Error::configuration(format!("Cannot listen at {address}; choose another address with --listen"))
            .caused_by(error)
    };
    let listener = TcpListener::bind(address).map_err(refused)?;
    let bound = listener.local_addr().map_err(refused)?;
    Ok((listener, bound))
}

/// The server, ready to be awaited. SIGTERM and SIGINT end it.
pub fn server(app: Arc<App>, listener: TcpListener) -> Result<Server> {
    let data = web::Data::from(app);
    let server = HttpServer::new(move || Actix::new().app_data(data.clone()).configure(routes::routes))
        .shutdown_timeout(SHUTDOWN_SECONDS)
        .listen(listener)
        .map_err(Error::internal)?;
    Ok(server.run())
}
