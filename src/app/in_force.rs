//! The gateway in force: requests take it as they come; a reload puts another in its place, and what is under way keeps its own.
//!
//! A newcomer's trap: a reload may finish after the process was told to end. That it was is kept from one gateway to the next.

use std::sync::Arc;

use tokio::sync::watch::{Receiver, Sender};

use super::App;

/// Holds the gateway that new requests are answered by.
pub struct InForce(Sender<Arc<App>>);

impl InForce {
    /// Begins with `app`.
    pub fn new(app: Arc<App>) -> Arc<Self> {
        Arc::new(Self(Sender::new(app)))
    }

    /// The gateway as it is now.
    pub fn now(&self) -> Arc<App> {
        Arc::clone(&self.0.borrow())
    }

    /// The gateway, and the next one as soon as there is one.
    pub fn followed(&self) -> Receiver<Arc<App>> {
        self.0.subscribe()
    }

    /// Puts `app` in force. Who waits for changes with the one before is answered now, and asks again.
    pub fn replace(&self, app: App) {
        let app = app.after(&self.now());
        self.0.send_replace(Arc::new(app)).sharing.watch.close();
        let now = self.now();
        if now.has_stopped() {
            now.stop();
        }
    }

    /// The process is to end: nobody shall come any more. It goes on for whoever has come.
    pub fn leave(&self) {
        self.now().leave();
    }

    /// The process ends: nobody waits any more.
    pub fn stop(&self) {
        self.now().stop();
        // A reload that came between has seen that by now, or is seen here.
        self.now().stop();
    }
}
