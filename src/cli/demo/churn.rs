//! Keeps changing the demonstration's rows, so that there is something to follow.

use std::sync::Arc;
use std::time::Duration;

use crate::backend::Backend;
use crate::sql::Script;
use crate::sql::sqlite::fixed;

const PAUSE: Duration = Duration::from_millis(500);

/// Makes one change after another until it is aborted.
pub(super) async fn churn(backend: Arc<dyn Backend>) {
    let changes: Vec<&str> = fixed::CHURN.split("\n\n").collect();
    for change in changes.iter().cycle() {
        tokio::time::sleep(PAUSE).await;
        if let Err(error) = backend.execute(Script { statements: vec![(*change).to_owned()] }).await {
            tracing::warn!(%error, "a change of the demonstration failed");
        }
    }
}
