//! `deltalink serve`: a database and its settings -> a server, and its pruning beside it.

use std::net::{SocketAddr, TcpListener};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;

use super::database::DatabaseOption;
use super::signing_keys::SigningKeys;
use crate::app::App;
use crate::error::Result;
use crate::http::{self, Reload, Stop, block_on};

const DEFAULT_ADDRESS: &str = "127.0.0.1:8080";
/// Time between two prunings.
const PRUNE_EVERY: Duration = Duration::from_secs(10 * 60);

/// Serves the tracked tables of a database, and those that the configuration names.
#[derive(Debug, Args)]
pub(super) struct Serve {
    #[command(flatten)]
    pub(super) database: DatabaseOption,
    /// Address to listen at [default: 127.0.0.1:8080]
    #[arg(long, env = "DELTALINK_LISTEN", value_name = "HOST:PORT")]
    listen: Option<String>,
    /// Address that tells the operator how the gateway is: /metrics, /healthz, /readyz [default: none]
    #[arg(long, env = "DELTALINK_METRICS_LISTEN", value_name = "HOST:PORT")]
    metrics_listen: Option<String>,
    /// URL under which clients reach this server, if not the one that they address; links begin with it
    #[arg(long, env = "DELTALINK_PUBLIC_URL", value_name = "URL")]
    public_url: Option<String>,
    /// SQL Server: read without snapshot isolation. Nothing is lost, but answers may have to be asked for again
    #[arg(long, env = "DELTALINK_WITHOUT_SNAPSHOT")]
    without_snapshot: bool,
    #[command(flatten)]
    signing_keys: SigningKeys,
}

impl Serve {
    pub(super) fn run(self) -> Result<ExitCode> {
        let mut config = self.database.config()?;
        config.public_url = self.public_url.or(config.public_url);
        config.sql_server.without_snapshot |= self.without_snapshot;
        let backend = self.database.open(&config)?;
        let address = self.listen.or_else(|| config.listen.clone()).unwrap_or_else(|| DEFAULT_ADDRESS.to_owned());
        let metrics_address = self.metrics_listen.or_else(|| config.metrics.listen.clone());
        #[cfg(feature = "otlp")]
        if crate::telemetry::otlp::begin()? {
            tracing::info!("exporting spans");
        }
        let outcome = block_on(async {
            let (stop, reload) = (Stop::listen()?, Reload::listen()?);
            // Everything that can be wrong is found before a key is made or a port is taken.
            let app = App::new(backend, crate::token::Keyring::generate(), &config).await?;
            let app = Arc::new(app.with_keyring(self.signing_keys.load(self.database.config.as_deref())?));
            let (listener, bound) = http::listen(&address)?;
            let metrics =
                metrics_address.map(|address| http::listen_as_told(&address, "--metrics-listen")).transpose()?;
            announce(&app, bound);
            let metrics = metrics.map(|(listener, bound)| announce_metrics(listener, bound));
            serve(app, listener, metrics, stop, reload).await
        });
        #[cfg(feature = "otlp")]
        crate::telemetry::otlp::end();
        outcome
    }
}

fn announce(app: &App, bound: SocketAddr) {
    tracing::info!(entity_sets = app.edm().sets().len(), public_url = app.public_url, "serving http://{bound}/odata/");
    if !bound.ip().is_loopback() {
        tracing::warn!("{bound} is not only for this machine: anyone who can reach it can read what is served");
    }
}

fn announce_metrics(listener: TcpListener, bound: SocketAddr) -> TcpListener {
    tracing::info!("telling how it is at http://{bound}/metrics");
    if !bound.ip().is_loopback() {
        tracing::warn!("{bound} is not only for this machine: anyone who can reach it can read how the gateway is");
    }
    listener
}

/// Serves until the process is told to stop.
pub(super) async fn serve(
    app: Arc<App>,
    listener: TcpListener,
    metrics: Option<TcpListener>,
    stop: Stop,
    reload: Reload,
) -> Result<ExitCode> {
    let pruning = tokio::spawn(prune_regularly(Arc::clone(&app)));
    let looking = tokio::spawn(look_regularly(Arc::clone(&app), reload));
    let outcome = http::serve(app, listener, metrics, stop).await;
    pruning.abort();
    looking.abort();
    outcome.map(|()| ExitCode::SUCCESS)
}

async fn prune_regularly(app: Arc<App>) {
    let mut interval = tokio::time::interval(PRUNE_EVERY);
    loop {
        interval.tick().await;
        match app.prune().await {
            Ok(0) => {}
            Ok(removed) => tracing::info!(removed, "pruned changes beyond their retention"),
            Err(error) => tracing::warn!(%error, "pruning failed; it is tried again later"),
        }
    }
}

/// Looks at the schema at an interval, and whenever the operator asks for it. The service document and `$metadata`, which
/// touch no database, learn of changes here.
async fn look_regularly(app: Arc<App>, mut reload: Reload) {
    let mut interval = tokio::time::interval(app.backend.look_every());
    loop {
        tokio::select! {
            _ = interval.tick() => {
                // A database that is away is reported by whoever asks for its rows.
                let _ = app.refresh().await;
            }
            () = reload.asked() => match app.refresh().await {
                Ok(true) => {}
                Ok(false) => tracing::info!("the database's schema was read again; it has not changed"),
                Err(error) => tracing::warn!(%error, "the database's schema could not be read again"),
            },
        }
    }
}
