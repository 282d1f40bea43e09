//! `deltalink serve`: a database and its settings -> a server, and its pruning beside it.

use std::net::{SocketAddr, TcpListener};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;

use super::database::DatabaseOption;
use super::signing_keys::SigningKeys;
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{self, Reload, Stop, block_on};

const DEFAULT_ADDRESS: &str = "127.0.0.1:8080";
/// Time between two prunings.
const PRUNE_EVERY: Duration = Duration::from_secs(10 * 60);

/// Serves the tracked tables of a database, and those that the configuration names.
#[derive(Debug, Args)]
pub(super) struct Serve {
    #[command(flatten)]
    database: DatabaseOption,
    /// Address to listen at [default: 127.0.0.1:8080]
    #[arg(long, env = "DELTALINK_LISTEN", value_name = "HOST:PORT")]
    listen: Option<String>,
    /// URL under which clients reach this server, if not the one that they address; links begin with it
    #[arg(long, env = "DELTALINK_PUBLIC_URL", value_name = "URL")]
    public_url: Option<String>,
    /// SQL Server: read without snapshot isolation. Nothing is lost, but answers may have to be asked for again
    #[arg(long, env = "DELTALINK_WITHOUT_SNAPSHOT")]
    without_snapshot: bool,
    /// Let everybody read who can reach the server, although no `[access]` is configured; without it, such a server is for this machine only
    #[arg(long, env = "DELTALINK_ALLOW_ANONYMOUS")]
    allow_anonymous: bool,
    #[command(flatten)]
    signing_keys: SigningKeys,
}

impl Serve {
    pub(super) fn run(self) -> Result<ExitCode> {
        let mut config = self.database.config()?;
        config.public_url = self.public_url.or(config.public_url);
        config.sql_server.without_snapshot |= self.without_snapshot;
        let address = self.listen.or_else(|| config.listen.clone()).unwrap_or_else(|| DEFAULT_ADDRESS.to_owned());
        if config.access.is_none() && !self.allow_anonymous && !http::is_this_machine(&address) {
            return Err(beyond_this_machine(&address));
        }
        let backend = self.database.open(&config)?;
        block_on(async {
            let (stop, reload) = (Stop::listen()?, Reload::listen()?);
            // Everything that can be wrong is found before a key is made or a port is taken.
            let app = App::new(backend, crate::token::Keyring::generate(), &config).await?;
            let app = Arc::new(app.with_keyring(self.signing_keys.load(self.database.config.as_deref())?));
            let (listener, bound) = http::listen(&address)?;
            announce(&app, bound);
            serve(app, listener, stop, reload).await
        })
    }
}

/// Why an address is refused at which strangers could ask.
fn beyond_this_machine(address: &str) -> Error {
    Error::configuration(format!(
        "At {address}, anyone who can reach this server could read what it serves. Say in [access] of the configuration who may ask ('deltalink apikey NAME' prints a key and the lines for it), listen at 127.0.0.1, or give --allow-anonymous if that is what is wanted."
    ))
}

fn announce(app: &App, bound: SocketAddr) {
    tracing::info!(entity_sets = app.edm().sets().len(), public_url = app.public_url, "serving http://{bound}/odata/");
    if !app.is_guarded() && !bound.ip().to_canonical().is_loopback() {
        tracing::warn!("{bound} is not only for this machine: anyone who can reach it can read what is served");
    }
}

/// Serves until the process is told to stop.
pub(super) async fn serve(app: Arc<App>, listener: TcpListener, stop: Stop, reload: Reload) -> Result<ExitCode> {
    let pruning = tokio::spawn(prune_regularly(Arc::clone(&app)));
    let looking = tokio::spawn(look_regularly(Arc::clone(&app), reload));
    let authenticating = tokio::spawn(refresh_authentication(Arc::clone(&app)));
    let outcome = http::serve(app, listener, stop).await;
    pruning.abort();
    looking.abort();
    authenticating.abort();
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

/// Reads again and again what tokens are verified with.
async fn refresh_authentication(app: Arc<App>) {
    if let Some(authenticator) = &app.authenticator {
        authenticator.refresh_regularly().await;
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
