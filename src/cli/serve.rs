//! `deltalink serve`: a database and its settings -> a server, and what goes on beside it.

use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use clap::Args;
use tokio::task::JoinHandle;

use super::beside::{self, Beside, Remake};
use super::database::DatabaseOption;
use super::signing_keys::SigningKeys;
use crate::app::{App, InForce};
use crate::backend::Backend;
use crate::config::{Config, Tls};
use crate::error::{Error, Result};
use crate::http::{self, Certificates, Reload, Stop, block_on};
use crate::token::Keyring;

const DEFAULT_ADDRESS: &str = "127.0.0.1:8080";

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
    /// Certificate to show (PEM, with those that lead to its issuer): serve HTTPS. Read again when it changes
    #[arg(long, env = "DELTALINK_TLS_CERTIFICATE", value_name = "FILE", requires = "tls_key")]
    tls_certificate: Option<PathBuf>,
    /// Private key of the certificate (PEM)
    #[arg(long, env = "DELTALINK_TLS_KEY", value_name = "FILE", requires = "tls_certificate")]
    tls_key: Option<PathBuf>,
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
        let config = self.config()?;
        self.check_reach(&config)?;
        let backend = self.database.open(&config)?;
        #[cfg(feature = "otlp")]
        if crate::telemetry::otlp::begin()? {
            tracing::info!("exporting spans");
        }
        let outcome = block_on(async {
            let certificates =
                config.tls.as_ref().map(|tls| Certificates::load(&tls.certificate, &tls.key)).transpose()?;
            let (mut stop, reload) = (Stop::listen()?, Reload::listen()?);
            // Everything that can be wrong is found before a key is made or a port is taken. A database that is silent may keep us here for long.
            let Some(app) = stop.or(App::new(Arc::clone(&backend), Keyring::generate(), &config)).await else {
                tracing::info!("told to end before the database was read");
                return Ok(None);
            };
            let app = app?.with_keyring(self.signing_keys.load(self.database.config.as_deref())?);
            let (listener, bound) = http::listen(address(&config))?;
            let metrics = config.metrics.listen.as_deref();
            let metrics = metrics.map(|address| http::listen_as_told(address, "--metrics-listen")).transpose()?;
            announce(&app, bound, certificates.is_some());
            let metrics = metrics.map(|(listener, bound)| announce_metrics(listener, bound));
            let app = InForce::new(Arc::new(app));
            let guarded = AtomicBool::new(config.access.is_some());
            let remake = Again { serve: self, backend, config, certificates: certificates.clone(), guarded };
            let beside = beside::begin(&app, reload, remake)?;
            let following =
                certificates.clone().map(|certificates| tokio::spawn(async move { certificates.follow().await }));
            http::serve(app, listener, certificates, metrics, stop).await?;
            following.iter().for_each(JoinHandle::abort);
            Ok(Some(beside))
        });
        let outcome = outcome.map(|beside| {
            beside.into_iter().for_each(Beside::end);
            ExitCode::SUCCESS
        });
        #[cfg(feature = "otlp")]
        crate::telemetry::otlp::end();
        outcome
    }

    /// Whom nobody has to prove anything is for this machine only, unless the operator says otherwise.
    fn check_reach(&self, config: &Config) -> Result<()> {
        let address = address(config);
        let guarded = config.access.is_some() || self.allow_anonymous || http::is_this_machine(address);
        if guarded { Ok(()) } else { Err(beyond_this_machine(address)) }
    }

    /// The configuration, with what the command line says in its place.
    pub(super) fn config(&self) -> Result<Config> {
        let mut config = self.database.config()?;
        config.public_url = self.public_url.clone().or(config.public_url);
        config.database = self.database.database.clone().or(config.database);
        config.listen = self.listen.clone().or(config.listen).or_else(|| Some(DEFAULT_ADDRESS.to_owned()));
        config.sql_server.schema = self.database.schema.clone().or(config.sql_server.schema);
        config.metrics.listen = self.metrics_listen.clone().or(config.metrics.listen);
        if let (Some(certificate), Some(key)) = (self.tls_certificate.clone(), self.tls_key.clone()) {
            config.tls = Some(Tls { certificate, key });
        }
        config.sql_server.without_snapshot |= self.without_snapshot;
        Ok(config)
    }
}

fn address(config: &Config) -> &str {
    config.listen.as_deref().unwrap_or(DEFAULT_ADDRESS)
}

/// Why an address is refused at which strangers could ask.
fn beyond_this_machine(address: &str) -> Error {
    Error::configuration(format!(
        "At {address}, anyone who can reach this server could read what it serves. Say in [access] of the configuration who may ask ('deltalink apikey NAME' prints a key and the lines for it), listen at 127.0.0.1, or give --allow-anonymous if that is what is wanted."
    ))
}

fn announce(app: &App, bound: SocketAddr, https: bool) {
    let scheme = if https { "https" } else { "http" };
    tracing::info!(
        entity_sets = app.edm().sets().len(),
        public_url = app.public_url,
        "serving {scheme}://{bound}/odata/"
    );
    if !app.is_guarded() && !bound.ip().to_canonical().is_loopback() {
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

/// The same command, with its files read again.
struct Again {
    serve: Serve,
    backend: Arc<dyn Backend>,
    /// As it was at the start: some of it holds until the end.
    config: Config,
    certificates: Option<Arc<Certificates>>,
    /// Whether it has ever made a difference who asks.
    guarded: AtomicBool,
}

impl Remake for Again {
    async fn remake(&self) -> Result<App> {
        if let Some(certificates) = &self.certificates {
            certificates.look()?;
        }
        let config = self.serve.config()?;
        self.serve.check_reach(&Config { listen: self.config.listen.clone(), ..config.clone() })?;
        if self.guarded.load(Ordering::Relaxed) && config.access.is_none() {
            let message = "There is no [access] any more: everybody could read everything. Without it, the server has to be started anew.";
            return Err(Error::configuration(message));
        }
        for setting in self.config.fixed_until_restart(&config) {
            tracing::warn!("{setting} has changed; this takes effect with the next start");
        }
        let app = App::new(Arc::clone(&self.backend), Keyring::generate(), &config).await?;
        self.guarded.fetch_or(config.access.is_some(), Ordering::Relaxed);
        Ok(app.with_keyring(self.serve.signing_keys.load(self.serve.database.config.as_deref())?))
    }
}
