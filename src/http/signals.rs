//! Signals of the operating system -> requests of the operator: to end, and to read everything again.

use std::pin::Pin;

use crate::error::{Error, Result};

/// The request to end the process: SIGTERM, or Ctrl-C.
pub struct Stop(pub(super) Pin<Box<dyn Future<Output = ()> + Send>>);

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
