//! What goes on beside a server: pruning, looks at the schema, and reloads when the operator asks for them.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch::Receiver;
use tokio::task::AbortHandle;

use crate::app::{App, InForce};
use crate::error::Result;
use crate::http::Reload;

/// Time between two prunings.
const PRUNE_EVERY: Duration = Duration::from_secs(10 * 60);

/// Makes the gateway anew, from its files as they are now.
pub(super) trait Remake: Send + Sync + 'static {
    fn remake(&self) -> impl Future<Output = Result<App>> + Send;
}

/// Goes on until it is dropped.
pub(super) struct Beside([AbortHandle; 3]);

impl Drop for Beside {
    fn drop(&mut self) {
        self.0.iter().for_each(AbortHandle::abort);
    }
}

pub(super) fn begin(app: &Arc<InForce>, reload: Reload, remake: impl Remake) -> Beside {
    let pruning = tokio::spawn(prune_regularly(Arc::clone(app)));
    let looking = tokio::spawn(look_regularly(Arc::clone(app), reload, remake));
    let authenticating = tokio::spawn(refresh_authentication(app.followed()));
    Beside([pruning.abort_handle(), looking.abort_handle(), authenticating.abort_handle()])
}

async fn prune_regularly(app: Arc<InForce>) {
    let mut interval = tokio::time::interval(PRUNE_EVERY);
    loop {
        interval.tick().await;
        match app.now().prune().await {
            Ok(0) => {}
            Ok(removed) => tracing::info!(removed, "pruned changes beyond their retention"),
            Err(error) => tracing::warn!(%error, "pruning failed; it is tried again later"),
        }
    }
}

/// Reads again and again what tokens are verified with.
async fn refresh_authentication(mut app: Receiver<Arc<App>>) {
    loop {
        let now = Arc::clone(&app.borrow_and_update());
        let refreshing = async {
            match &now.authenticator {
                Some(authenticator) => authenticator.refresh_regularly().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = refreshing => {}
            changed = app.changed() => if changed.is_err() { return },
        }
    }
}

/// Looks at the schema at an interval, and at everything whenever the operator asks for it. The service document and `$metadata`,
/// which touch no database, learn of changes here.
async fn look_regularly(app: Arc<InForce>, mut reload: Reload, remake: impl Remake) {
    let mut interval = tokio::time::interval(app.now().backend.look_every());
    loop {
        tokio::select! {
            _ = interval.tick() => {
                // A database that is away is reported by whoever asks for its rows.
                let _ = app.now().refresh().await;
            }
            () = reload.asked() => match remake.remake().await {
                Ok(made) => {
                    let entity_sets = made.edm().sets().len();
                    app.replace(made);
                    // Whoever reads this may count on it.
                    tracing::info!(entity_sets, "read the configuration, the keys and the schema again");
                }
                Err(error) => tracing::error!(%error, "the configuration stays as it was: what is there now cannot be used"),
            },
        }
    }
}
