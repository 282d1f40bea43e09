//! Signals of the operating system -> requests of the operator: to end, and to read everything again.

use crate::error::{Error, Result};

/// The request to end the process: SIGTERM, or Ctrl-C.
pub struct Stop {
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(not(unix))]
    interrupt: tokio::signal::windows::CtrlC,
}

#[cfg(unix)]
impl Stop {
    /// Listens for the request. From here on, and not only once a server runs, it no longer ends the process at once.
    pub fn listen() -> Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let listening = |kind| signal(kind).map_err(Error::internal);
        Ok(Self { terminate: listening(SignalKind::terminate())?, interrupt: listening(SignalKind::interrupt())? })
    }

    /// Waits for the next request.
    pub(super) async fn asked(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

#[cfg(not(unix))]
impl Stop {
    /// Listens for the request. From here on, and not only once a server runs, it no longer ends the process at once.
    pub fn listen() -> Result<Self> {
        Ok(Self { interrupt: tokio::signal::windows::ctrl_c().map_err(Error::internal)? })
    }

    /// Waits for the next request.
    pub(super) async fn asked(&mut self) {
        self.interrupt.recv().await;
    }
}

impl Stop {
    /// What `work` ends with; nothing, if the request comes before.
    pub async fn or<T>(&mut self, work: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            outcome = work => Some(outcome),
            () = self.asked() => None,
        }
    }
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
