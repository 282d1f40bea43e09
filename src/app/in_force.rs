//! The gateway in force: requests take it as they come; a reload puts another in its place, and what is under way keeps its own.

use std::sync::{Arc, PoisonError, RwLock};

use super::App;

/// Holds the gateway that new requests are answered by.
pub struct InForce(RwLock<Arc<App>>);

impl InForce {
    /// Begins with `app`.
    pub fn new(app: Arc<App>) -> Arc<Self> {
        Arc::new(Self(RwLock::new(app)))
    }

    /// The gateway as it is now.
    pub fn now(&self) -> Arc<App> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Puts `app` in force. Who waits for changes with the one before is answered now, and asks again.
    pub fn replace(&self, app: Arc<App>) {
        let before = std::mem::replace(&mut *self.0.write().unwrap_or_else(PoisonError::into_inner), app);
        before.sharing.watch.close();
    }
}
