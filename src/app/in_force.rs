//! The gateway in force: requests take it as they come; a reload puts another in its place, and what is under way keeps its own.

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
    }
}
