//! The gateway put together: a database, what is exposed of it, and the keys. The only place that wires things.

mod access;
mod health;
mod in_force;
mod looking;
mod rates;
mod sample;
mod turns;

use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use crate::access::{Authenticator, Principal};
use crate::backend::Backend;
use crate::config::{Config, Limits, Proxies};
use crate::edm::{Catalog, Edm, Exposure, Obstacle, Table, Tracking, Unexposed, expose};
use crate::error::{Error, Result};
use crate::plan::{Settings, View};
use crate::response::DeletedId;
use crate::sharing::Sharing;
use crate::telemetry::Metrics;
use crate::token::Keyring;
use access::{Access, Known};
pub use health::Check;
use health::Doctor;
pub use in_force::InForce;
pub use rates::Rates;
pub use turns::{Turn, Turns};

/// The gateway.
pub struct App {
    /// The database.
    pub backend: Arc<dyn Backend>,
    /// What clients that ask the same share.
    pub sharing: Sharing,
    /// Who may read, and who has to wait.
    pub turns: Arc<Turns>,
    /// Who asks too often.
    pub rates: Rates,
    /// Finds out who asks; without it, everybody is the same to us.
    pub authenticator: Option<Authenticator>,
    /// Signs and verifies tokens.
    pub keyring: Arc<Keyring>,
    /// What plans depend on.
    pub settings: Settings,
    /// What `id` of a deletion holds.
    pub deleted_id: DeletedId,
    /// Origins whose pages may read answers in a browser; `*` stands for all.
    pub cors_origins: Vec<String>,
    /// The URL under which clients see this server, ending in a slash; without it, what their `Host` header says.
    pub public_url: Option<String>,
    /// How much is done for one request.
    pub limits: Limits,
    /// The proxies that are believed.
    pub proxies: Proxies,
    /// Whether answers may leave compressed.
    pub compression: bool,
    access: Access,
    /// Whether answers say how long each stage took.
    pub server_timing: bool,
    /// What is counted.
    pub metrics: Arc<Metrics>,
    doctor: Doctor,
    known: sample::Known,
    exposure: Exposure,
    model: RwLock<Model>,
    /// Held while the schema is read again, so that one reading serves all who ask for it.
    reading: tokio::sync::Mutex<()>,
}

/// The model in force, and when it was made.
struct Model {
    edm: Arc<Edm>,
    /// What is known of what principals may read of it.
    known: Arc<Known>,
    catalog: Catalog,
    made: Instant,
}

impl App {
    /// Reads the database's schema and exposes what is tracked or configured.
    ///
    /// # Errors
    /// When there is nothing to expose, or the configuration names what does not exist.
    pub async fn new(backend: Arc<dyn Backend>, keyring: Keyring, config: &Config) -> Result<Self> {
        let exposure = config.exposure();
        let catalog = backend.describe().await?;
        backend.ready(&catalog)?;
        let (edm, unexposed) = expose(&catalog, &exposure);
        if let Some(wrong) = unexposed.iter().find(|unexposed| is_configured(unexposed, &catalog, &exposure)) {
            let message = format!("The table \"{}\" cannot be exposed as configured: {}.", wrong.table, wrong.obstacle);
            return Err(Error::configuration(message));
        }
        if edm.sets().is_empty() {
            let message = "There is nothing to expose: no table is tracked. 'deltalink track --all' (or with table names) installs change tracking; 'deltalink check' tells what stands in the way.";
            return Err(Error::configuration(message));
        }
        report(&unexposed, &catalog);
        let access = Access::new(config.access.as_ref());
        access.check(&edm)?;
        let edm = Arc::new(edm);
        let authenticator = authenticator(config).await?;
        expire_damaged(&*backend, &catalog, &Catalog::default()).await;
        Ok(Self {
            authenticator,
            sharing: Sharing::new(&backend, config.sharing.limits()),
            backend,
            turns: Arc::new(Turns::new(&config.limits)),
            rates: Rates::new(&config.limits),
            keyring: Arc::new(keyring),
            settings: config.settings(),
            deleted_id: config.service.deleted_id,
            cors_origins: config.service.cors_origins.clone(),
            public_url: config.public_url.as_deref().map(with_slash).transpose()?,
            limits: config.limits.clone(),
            proxies: config.proxies.clone(),
            compression: config.service.compression,
            access,
            server_timing: config.log.server_timing,
            metrics: Arc::default(),
            doctor: Doctor::default(),
            known: sample::Known::default(),
            exposure,
            model: RwLock::new(Model { known: Known::of(&edm), edm, catalog, made: Instant::now() }),
            reading: tokio::sync::Mutex::new(()),
        })
    }

    /// The same gateway in the place of `before`: it goes on counting, also who asks too often, and what is still read there takes turns
    /// with what is read here.
    #[must_use]
    pub fn after(self, before: &Self) -> Self {
        let (doctor, rates) = (Doctor::after(&before.doctor), self.rates.after(&before.rates));
        Self { metrics: Arc::clone(&before.metrics), turns: Arc::clone(&before.turns), doctor, rates, ..self }
    }

    /// The same gateway with other keys.
    #[must_use]
    pub fn with_keyring(self, keyring: Keyring) -> Self {
        Self { keyring: Arc::new(keyring), ..self }
    }

    /// The model in force.
    pub fn edm(&self) -> Arc<Edm> {
        Arc::clone(&self.model.read().unwrap_or_else(PoisonError::into_inner).edm)
    }

    /// What `principal` may see of the model in force.
    pub fn view(&self, principal: &Principal) -> View {
        let known = Arc::clone(&self.model.read().unwrap_or_else(PoisonError::into_inner).known);
        self.access.view(principal, &known)
    }

    /// Whether it makes a difference who asks.
    pub fn is_guarded(&self) -> bool {
        self.access.is_guarded()
    }

    /// Whoever brings no credentials.
    pub fn anonymous(&self) -> Arc<Principal> {
        self.access.anonymous()
    }

    /// Whether the model is older than `age`.
    pub fn is_older_than(&self, age: Duration) -> bool {
        self.model.read().unwrap_or_else(PoisonError::into_inner).made.elapsed() > age
    }

    /// Reads the schema again; whether it had changed. Who asks while it is being read waits for that, and is told that it had.
    pub async fn refresh(&self) -> Result<bool> {
        let asked = Instant::now();
        let _reading = self.reading.lock().await;
        if self.model.read().unwrap_or_else(PoisonError::into_inner).made > asked {
            return Ok(true);
        }
        let catalog = self.backend.describe().await.map_err(Error::while_serving)?;
        let Some(before) = self.replace(&catalog) else { return Ok(false) };
        expire_damaged(&*self.backend, &catalog, &before).await;
        Ok(true)
    }

    /// Puts the model of `catalog` in force; the catalog before it, unless it is the same.
    fn replace(&self, catalog: &Catalog) -> Option<Catalog> {
        let mut model = self.model.write().unwrap_or_else(PoisonError::into_inner);
        model.made = Instant::now();
        if model.catalog == *catalog {
            return None;
        }
        let (edm, unexposed) = expose(catalog, &self.exposure);
        tracing::info!(entity_sets = edm.sets().len(), "the database's schema has changed and was read again");
        report(&unexposed, catalog);
        self.access.report(&edm);
        model.edm = Arc::new(edm);
        model.known = Known::of(&model.edm);
        Some(std::mem::replace(&mut model.catalog, catalog.clone()))
    }

    /// Removes the changes that are older than each log's retention, in batches; how many.
    pub async fn prune(&self) -> Result<u64> {
        let outcome = prune(&*self.backend).await;
        self.metrics.pruned(outcome.as_ref().ok().copied());
        outcome
    }
}

/// Who finds out who asks, as configured, with what is needed for that.
async fn authenticator(config: &Config) -> Result<Option<Authenticator>> {
    let Some(access) = &config.access else { return Ok(None) };
    if access.anonymous.is_empty() && access.api_keys.is_empty() && access.jwt.is_none() {
        tracing::warn!(
            "nobody is let in: [access] has no api_keys, no jwt and nobody anonymous; 'deltalink apikey' prints a key"
        );
    }
    let authenticator = Authenticator::new(access.authentication()?)?;
    authenticator.start().await?;
    Ok(Some(authenticator))
}

/// Ends for good the links to tables whose tracking is damaged now and was not `before`: it may be whole again when they
/// are followed, and would not know what it missed.
async fn expire_damaged(backend: &dyn Backend, catalog: &Catalog, before: &Catalog) {
    let damaged = |catalog: &Catalog| {
        catalog.tables.iter().filter_map(|table| backend.dialect().expire(table)).collect::<Vec<_>>()
    };
    let known = damaged(before);
    for expire in damaged(catalog).into_iter().filter(|expire| !known.contains(expire)) {
        if let Err(error) = backend.execute(expire).await {
            tracing::warn!(%error, "the links of a table whose tracking is damaged could not be ended for good");
        }
    }
}

/// Removes what has outlived its retention from every change log, batch by batch. Logs that nothing feeds stay: their
/// triggers may be away for a moment only.
pub async fn prune(backend: &dyn Backend) -> Result<u64> {
    let catalog = backend.describe().await?;
    let mut removed = 0;
    for table in &catalog.tables {
        let Some(prune) = backend.dialect().prune(table) else { continue };
        // The update of the register counts too: a batch that removes nothing changes at most that.
        loop {
            let changed = backend.execute(prune.clone()).await?;
            removed += changed.saturating_sub(1);
            if changed <= 1 {
                break;
            }
        }
    }
    Ok(removed)
}

fn is_configured(unexposed: &Unexposed, catalog: &Catalog, exposure: &Exposure) -> bool {
    let meant = |name: &String| catalog.table_called(name).map(|place| catalog.tables[place].title());
    let called = |name: &String| meant(name).as_ref().unwrap_or(name) == &unexposed.table;
    unexposed.obstacle != Obstacle::NotTracked && exposure.tables.keys().any(called)
}

/// Tells the operator what is not as it was asked to be.
fn report(unexposed: &[Unexposed], catalog: &Catalog) {
    for Unexposed { table, obstacle } in unexposed.iter().filter(|unexposed| unexposed.obstacle != Obstacle::NotTracked)
    {
        tracing::warn!(table, "is not exposed as it should be: {obstacle}");
    }
    for Table { name, tracking, .. } in &catalog.tables {
        if let Tracking::Triggers { damage: Some(damage), .. } = tracking {
            tracing::warn!(
                table = name,
                "its changes are not tracked reliably, and its links have expired: {damage}; 'deltalink track' mends it"
            );
        }
    }
}

fn with_slash(url: &str) -> Result<String> {
    let is_plain = url.bytes().all(|byte| byte.is_ascii_graphic());
    let host = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://"));
    match host {
        Some(host) if !host.is_empty() && !host.starts_with('/') && !url.contains(['?', '#', '"']) && is_plain => {
            Ok(format!("{}/", url.trim_end_matches('/')))
        }
        _ => Err(Error::configuration(format!(
            "The public URL \"{url}\" is not a URL such as https://example.com/sync."
        ))),
    }
}
