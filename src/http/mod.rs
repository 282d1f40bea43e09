//! Requests of actix-web -> the stages, and back. The only folder that knows actix-web.

mod asked;
mod assets;
mod authenticate;
mod batch;
mod body;
mod compress;
mod cors;
mod counted;
mod encoding;
mod error;
mod explorer;
mod follow;
mod headers;
mod health;
mod held;
mod now;
mod observe;
mod origin;
mod read;
mod reply;
mod routes;
mod safety;
mod signals;
mod size;
mod stages;
mod tls;

use std::net::{SocketAddr, TcpListener, ToSocketAddrs};
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::{Server, ServerHandle};
use actix_web::http::KeepAlive;
use actix_web::middleware::{Condition, from_fn};
use actix_web::{App as Actix, HttpServer};
use tokio::time::timeout;

use crate::app::InForce;
use crate::error::{Error, Result};
pub use signals::{Reload, Stop};
pub use tls::Certificates;

/// Seconds that running answers have to finish after SIGTERM; then they are cut off.
const SHUTDOWN_SECONDS: u64 = 10;
/// After so long the server has ended, unless one of its threads hangs.
const LONGEST_END: Duration = Duration::from_secs(SHUTDOWN_SECONDS + 2);

/// Threads that work beside those that read: they look at histories and write batches.
const FURTHER_THREADS: usize = 16;

/// Runs `work` to its end on the runtime that a [`server`] needs.
pub fn block_on<T>(work: impl Future<Output = T>) -> T {
    actix_web::rt::System::new().block_on(work)
}

/// A socket that listens at `address` (host:port; port 0 takes a free one).
pub fn listen(address: &str) -> Result<(TcpListener, SocketAddr)> {
    listen_as_told(address, "--listen")
}

/// The same, where `option` is what sets the address.
pub fn listen_as_told(address: &str, option: &str) -> Result<(TcpListener, SocketAddr)> {
    let refused = |error: std::io::Error| {
        Error::configuration(format!("Cannot listen at {address}; choose another address with {option}"))
            .caused_by(error)
    };
    let listener = TcpListener::bind(address).map_err(refused)?;
    let bound = listener.local_addr().map_err(refused)?;
    Ok((listener, bound))
}

/// Whether nobody beyond this machine can reach `address`. Of one that cannot be understood, [`listen`] will tell.
pub fn is_this_machine(address: &str) -> bool {
    let mut addresses = address.to_socket_addrs().into_iter().flatten();
    addresses.all(|address| address.ip().to_canonical().is_loopback())
}

/// Serves until the process is told to stop, and then until running answers are finished; with TLS where there are `certificates`.
pub async fn serve(
    app: Arc<InForce>,
    listener: TcpListener,
    certificates: Option<Arc<Certificates>>,
    metrics: Option<TcpListener>,
    stop: Stop,
) -> Result<()> {
    let server = server(Arc::clone(&app), listener, certificates)?;
    let ended = at_once(Arc::clone(&app), server.handle(), stop);
    let telling = metrics.map(|listener| operators_server(app, listener)).transpose()?;
    let told = telling.as_ref().map(Server::handle);
    let telling = telling.map(tokio::spawn);
    let outcome = tokio::select! {
        outcome = server => outcome,
        () = ended => Ok(()),
    };
    // To the end, the operator can see how it is.
    if let Some(told) = told {
        told.stop(false).await;
    }
    drop(telling);
    outcome.map_err(Error::internal)
}

/// Ends the server when it is told to, in good order; and waits for being told again, whoever is still being answered.
async fn at_once(app: Arc<InForce>, server: ServerHandle, mut stop: Stop) {
    stop.asked().await;
    app.leave();
    let in_good_order = async {
        // Whoever sends clients here has time to notice.
        tokio::time::sleep(app.now().limits.drain).await;
        app.stop();
        if timeout(LONGEST_END, server.stop(true)).await.is_ok() {
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        () = in_good_order => tracing::warn!("a thread hangs, perhaps in the database's file: it is not waited for"),
        () = stop.asked() => tracing::warn!("told again to end: what is still being answered is cut off"),
    }
}

/// The server that tells the operator how the gateway is, ready to be awaited.
pub fn operators_server(app: Arc<InForce>, listener: TcpListener) -> Result<Server> {
    let application = move || {
        Actix::new()
            .wrap(from_fn(observe::observe))
            .app_data(now::OfThread::new(&app))
            .configure(routes::of_the_operator)
    };
    let server = HttpServer::new(application).workers(1).disable_signals().shutdown_timeout(0);
    Ok(server.listen(listener).map_err(Error::internal)?.run())
}

/// The server, ready to be awaited; its handle ends it.
pub fn server(app: Arc<InForce>, listener: TcpListener, certificates: Option<Arc<Certificates>>) -> Result<Server> {
    let begun = app.now();
    let threads = begun.turns.most() + FURTHER_THREADS;
    let limits = begun.limits.clone();
    let https = certificates.is_some() || begun.public_url.as_ref().is_some_and(|url| url.starts_with("https:"));
    let origins = begun.cors_origins.clone();
    let key_header = begun.authenticator.as_ref().map(|authenticator| authenticator.header.clone());
    let application = move || {
        let cors = Condition::new(!origins.is_empty(), cors::headers(&origins, key_header.as_deref()));
        Actix::new()
            .wrap(cors)
            .wrap(safety::headers(https))
            .wrap(from_fn(observe::observe))
            .app_data(now::OfThread::new(&app))
            .configure(routes::routes)
    };
    let workers = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let server = HttpServer::new(application)
        .worker_max_blocking_threads(threads)
        .disable_signals()
        .client_request_timeout(limits.longest_head)
        .keep_alive(KeepAlive::from(limits.keep_alive))
        .max_connections((limits.max_connections as usize).div_ceil(workers))
        .workers(workers)
        // Who closes its side has left, and does not wait any more.
        .h1_allow_half_closed(false)
        // The last chunk of an answer would wait for the client's acknowledgement of the one before, which comes late.
        .tcp_nodelay(true)
        .shutdown_timeout(SHUTDOWN_SECONDS);
    let listening = match certificates {
        Some(certificates) => server.listen_rustls_0_23(listener, certificates.server_config()?),
        None => server.listen(listener),
    };
    Ok(listening.map_err(Error::internal)?.run())
}
