//! What goes on beside a server: pruning, looks at the schema, and reloads when the operator asks for them.

use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};
use tokio::sync::watch::Receiver;

use crate::app::{App, InForce};
use crate::error::{Error, Result};
use crate::http::Reload;

/// Time between two prunings.
const PRUNE_EVERY: Duration = Duration::from_secs(10 * 60);

/// Makes the gateway anew, from its files as they are now.
pub(super) trait Remake: Send + Sync + 'static {
    fn remake(&self) -> impl Future<Output = Result<App>> + Send;
}

/// For so long its end is waited for: what is being written to the database is better finished than broken off.
const LONGEST_END: Duration = Duration::from_secs(1);

/// Goes on until it is dropped, in threads of its own: where the database's file hangs, one of them does, and a process that has to end
/// cannot wait for that.
pub(super) struct Beside(Option<Runtime>);

impl Beside {
    fn new() -> Result<Self> {
        let mut threads = Builder::new_multi_thread();
        let runtime = threads.worker_threads(1).thread_name("beside").enable_all().build();
        runtime.map(|runtime| Self(Some(runtime))).map_err(Error::internal)
    }

    fn begin(&self, work: impl Future<Output = ()> + Send + 'static) {
        if let Some(runtime) = &self.0 {
            runtime.spawn(work);
        }
    }

    /// Ends it, and waits for a moment for what is being done. Not to be called where waiting is not allowed.
    pub(super) fn end(mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_timeout(LONGEST_END);
        }
    }
}

impl Drop for Beside {
    /// May happen where waiting is not allowed.
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

pub(super) fn begin(app: &Arc<InForce>, reload: Reload, remake: impl Remake) -> Result<Beside> {
    let beside = Beside::new()?;
    beside.begin(prune_regularly(Arc::clone(app)));
    beside.begin(look_regularly(Arc::clone(app), reload, remake));
    beside.begin(refresh_authentication(app.followed()));
    Ok(beside)
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
                    app.replace(made);
                    let entity_sets = app.now().edm().sets().len();
                    tracing::info!(entity_sets, "read the configuration, the keys and the schema again");
                }
                Err(error) => tracing::error!(%error, "the configuration stays as it was: what is there now cannot be used"),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Sender, channel};

    use super::*;

    /// Something beside that hangs until what comes with it is dropped.
    fn hanging() -> (Beside, Sender<()>) {
        let beside = Beside::new().unwrap();
        let (begun, has_begun) = channel();
        let (release, released) = channel::<()>();
        beside.begin(async move {
            let hang = move || {
                begun.send(()).unwrap();
                let _ = released.recv();
            };
            tokio::task::spawn_blocking(hang).await.unwrap();
        });
        has_begun.recv().unwrap();
        (beside, release)
    }

    #[test]
    fn its_end_does_not_wait_for_what_hangs() {
        let (beside, _release) = hanging();
        beside.end();
        let (beside, _release) = hanging();
        Builder::new_current_thread().build().unwrap().block_on(async { drop(beside) });
    }
}
