//! Requests of actix-web -> the stages, and back. The only folder that knows actix-web.

mod asked;
mod assets;
mod batch;
mod body;
mod compress;
mod cors;
mod counted;
mod encoding;
mod error;
mod follow;
mod headers;
mod health;
mod observe;
mod read;
mod reply;
mod routes;
mod stages;

use std::net::{SocketAddr, TcpListener};
use std::pin::Pin;
use std::sync::Arc;

use actix_web::dev::Server;
use actix_web::middleware::{Condition, from_fn};
use actix_web::{App as Actix, HttpServer, web};

use crate::app::App;
use crate::error::{Error, Result};

/// Seconds that running answers have to finish after SIGTERM; then they are cut off.
const SHUTDOWN_SECONDS: u64 = 10;

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

/// The request to end the process: SIGTERM, or Ctrl-C.
pub struct Stop(Pin<Box<dyn Future<Output = ()> + Send>>);

impl Stop {
    /// Listens for the request. From here on, and not only once a server runs, it no longer ends the process at once.
    pub fn listen() -> Result<Self> {
        signals().map(|signals| Self(Box::pin(signals))).map_err(Error::internal)
    }
}

#[cfg(unix)]
fn signals() -> std::io::Result<impl Future<Output = ()> + Send> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

#[cfg(not(unix))]
fn signals() -> std::io::Result<impl Future<Output = ()> + Send> {
    let mut interrupt = tokio::signal::windows::ctrl_c()?;
    Ok(async move { drop(interrupt.recv().await) })
}

/// The request to read the database's schema again: SIGHUP.
pub struct Reload(#[cfg(unix)] tokio::signal::unix::Signal);

#[cfg(unix)]
impl Reload {
    /// Listens for the request. From here on it no longer ends the process.
    pub fn listen() -> Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        signal(SignalKind::hangup()).map(Self).map_err(Error::internal)
    }

    /// Waits for the next request.
    pub async fn asked(&mut self) {
        self.0.recv().await;
    }
}

#[cfg(not(unix))]
impl Reload {
    /// There is no such request here.
    pub fn listen() -> Result<Self> {
        Ok(Self())
    }

    /// Never comes.
    pub async fn asked(&mut self) {
        std::future::pending().await
    }
}

/// Serves until the process is told to stop, and then until running answers are finished.
pub async fn serve(app: Arc<App>, listener: TcpListener, metrics: Option<TcpListener>, stop: Stop) -> Result<()> {
    let server = server(Arc::clone(&app), listener)?;
    let handle = server.handle();
    let telling = metrics.map(|listener| operators_server(Arc::clone(&app), listener)).transpose()?;
    let told = telling.as_ref().map(Server::handle);
    let telling = telling.map(tokio::spawn);
    let stopping = tokio::spawn(async move {
        stop.0.await;
        app.stop();
        handle.stop(true).await;
    });
    let outcome = server.await;
    stopping.abort();
    // To the end, the operator can see how it is.
    if let Some(told) = told {
        told.stop(false).await;
    }
    drop(telling);
    outcome.map_err(Error::internal)
}

/// The server that tells the operator how the gateway is, ready to be awaited.
pub fn operators_server(app: Arc<App>, listener: TcpListener) -> Result<Server> {
    let data = web::Data::from(app);
    let application =
        move || Actix::new().wrap(from_fn(observe::observe)).app_data(data.clone()).configure(routes::of_the_operator);
    let server = HttpServer::new(application).workers(1).disable_signals().shutdown_timeout(0);
    Ok(server.listen(listener).map_err(Error::internal)?.run())
}

/// The server, ready to be awaited; its handle ends it.
pub fn server(app: Arc<App>, listener: TcpListener) -> Result<Server> {
    let threads = app.turns.most() + FURTHER_THREADS;
    let data = web::Data::from(app);
    let application = move || {
        let cors = Condition::new(!data.cors_origins.is_empty(), cors::headers(&data.cors_origins));
        Actix::new().wrap(cors).wrap(from_fn(observe::observe)).app_data(data.clone()).configure(routes::routes)
    };
    let server = HttpServer::new(application)
        .worker_max_blocking_threads(threads)
        .disable_signals()
        // Who closes its side has left, and does not wait any more.
        .h1_allow_half_closed(false)
        // The last chunk of an answer would wait for the client's acknowledgement of the one before, which comes late.
        .tcp_nodelay(true)
        .shutdown_timeout(SHUTDOWN_SECONDS)
        .listen(listener)
        .map_err(Error::internal)?;
    Ok(server.run())
}
