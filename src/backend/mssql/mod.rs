//! SQL Server or Azure SQL as a backend.
//!
//! Each read has a thread, which lends rows to the sink, and one short snapshot transaction. Connections live in a runtime
//! of this backend's own, so that they outlast whichever of the server's runtimes asked for them.
//!
//! The way through: `target` says where the database is, `connection` lends a session with it, and `read` reads a query with
//! `history`, `parameter` and `value`; `catalog` describes the database. A `failure` has its `advice`, and perhaps a `retry`.

mod advice;
mod catalog;
mod connection;
mod failure;
mod history;
mod parameter;
mod read;
mod retry;
mod target;
mod value;

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tiberius::ToSql;
use tokio::runtime::{Handle, Runtime};

pub use target::{Secret, Target};

use super::{self as backend, Backend, Connections, RowSink, Work};
use crate::edm::{Catalog, Facts};
use crate::error::{Error, Result};
use crate::sql::mssql::{self, Mssql, WITH_SNAPSHOT, WITHOUT_SNAPSHOT};
use crate::sql::{Dialect, Query, Script};
use connection::{Lent, Pool};
use failure::Failure;
use read::{Ended, Means, Snapshot};
use retry::Retry;

/// The threads that wait for the network. Encoding is done elsewhere, so they have little to do.
const THREADS: usize = 2;
/// What the catalog costs grows with the database, and reads notice by themselves what has changed.
const LOOK_EVERY: Duration = Duration::from_secs(60);

/// What the operator decides.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The one schema to look at; all where absent.
    pub schema: Option<String>,
    /// Whether reads have snapshots.
    pub snapshots: bool,
    /// Part of the history's identity: with another value, all links expire.
    pub epoch: String,
}

/// A database of SQL Server or Azure SQL.
pub struct MssqlBackend {
    sessions: Pool,
    settings: Settings,
    /// Present until it is dropped.
    runtime: Option<Runtime>,
}

impl MssqlBackend {
    /// The database that `target` names. Nothing is connected yet.
    pub fn open(target: Target, settings: Settings) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(THREADS)
            .thread_name("deltalink-mssql")
            .enable_all()
            .build()
            .map_err(Error::internal)?;
        tracing::debug!(database = %target, "opening");
        let sessions = Pool::new(target, runtime.handle())?;
        Ok(Self { sessions, settings, runtime: Some(runtime) })
    }

    fn tsql(&self) -> &'static Mssql {
        if self.settings.snapshots { &WITH_SNAPSHOT } else { &WITHOUT_SNAPSHOT }
    }

    fn handle(&self) -> Result<Handle> {
        self.runtime
            .as_ref()
            .map(|runtime| runtime.handle().clone())
            .ok_or_else(|| Error::internal("the runtime is gone"))
    }

    /// Runs `work` with a session, in the sessions' runtime; again after failures that pass.
    async fn with_session<T, W>(&self, work: impl Fn(Lent) -> W) -> Result<T>
    where
        T: Send + 'static,
        W: Future<Output = Result<T, Failure>> + Send + 'static,
    {
        let runtime = self.handle()?;
        let mut retry = Retry::new();
        loop {
            let outcome = match self.sessions.get().await {
                Ok(session) => runtime.spawn(work(session)).await.map_err(Error::internal)?,
                Err(failure) => Err(failure),
            };
            match outcome {
                Ok(value) => return Ok(value),
                Err(failure) => pause(&mut retry, failure).await?,
            }
        }
    }

    /// Runs `work` with a session, in a thread that may wait; again after failures that pass, as long as it has told nobody
    /// anything. `told` is what it works on.
    async fn in_thread<S, W>(&self, mut told: S, work: W) -> Result<()>
    where
        S: Send + 'static,
        W: Fn(Lent, &Handle, &mut S) -> Result<(), Ended> + Clone + Send + 'static,
    {
        let runtime = self.handle()?;
        let mut retry = Retry::new();
        loop {
            let failure = match self.sessions.get().await {
                Ok(session) => {
                    let (runtime, work) = (runtime.clone(), work.clone());
                    let run = move || (work(session, &runtime, &mut told), told);
                    let (outcome, returned) = tokio::task::spawn_blocking(run).await.map_err(Error::internal)?;
                    told = returned;
                    match outcome {
                        Ok(()) => return Ok(()),
                        Err(Ended { failure, begun: true }) => return Err(failure.error),
                        Err(Ended { failure, begun: false }) => failure,
                    }
                }
                Err(failure) => failure,
            };
            pause(&mut retry, failure).await?;
        }
    }
}

/// Waits before another attempt; the failure, where there is none to be made.
async fn pause(retry: &mut Retry, failure: Failure) -> Result<()> {
    let Some(pause) = failure.transient.then(|| retry.pause()).flatten() else { return Err(failure.error) };
    tracing::debug!(error = %failure.error, ?pause, "the database failed; it is tried again");
    tokio::time::sleep(pause).await;
    Ok(())
}

impl Drop for MssqlBackend {
    /// May happen where waiting is not allowed.
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

#[async_trait]
impl Backend for MssqlBackend {
    fn dialect(&self) -> &'static dyn Dialect {
        self.tsql()
    }

    async fn describe(&self) -> Result<Catalog> {
        let schema = self.settings.schema.clone().unwrap_or_default();
        self.with_session(|session| describe(session, schema.clone())).await
    }

    fn ready(&self, catalog: &Catalog) -> Result<()> {
        let Facts::Server(facts) = &catalog.facts else { return Ok(()) };
        if facts.read_only {
            tracing::warn!(
                "the connection reaches a replica that can only be read: changes are followed on the primary only, so no delta links are given; take ApplicationIntent=ReadOnly away to have them"
            );
        }
        if !self.settings.snapshots {
            tracing::warn!("reading without snapshots: answers may have to be cut off and asked for again");
            return Ok(());
        }
        if facts.snapshots {
            return Ok(());
        }
        let statement = mssql::allow_snapshots(&facts.database).statements.concat();
        Err(Error::configuration(format!(
            "The database does not allow snapshots, so that what is read could miss changes. Run {} Or serve with --without-snapshot.",
            statement.trim()
        )))
    }

    fn look_every(&self) -> Duration {
        LOOK_EVERY
    }

    async fn read(&self, query: Query, sink: Box<dyn RowSink>) -> Result<()> {
        let (epoch, dialect, snapshots) = (self.settings.epoch.clone(), self.tsql(), self.settings.snapshots);
        self.in_thread((query, sink), move |mut session, runtime, (query, sink)| {
            let means = Means { runtime, session: &mut session, epoch: &epoch, dialect, snapshots };
            let flow = read::read(means, query, &mut **sink)?;
            // Whoever asks next, because the answer has ended, finds the session free.
            drop(session);
            match flow {
                ControlFlow::Continue(()) => sink.end().map_err(Ended::behind_the_rows),
                ControlFlow::Break(()) => Ok(()),
            }
        })
        .await
    }

    async fn snapshot(&self, queries: Arc<[Query]>, work: Work) -> Result<()> {
        if !self.settings.snapshots {
            return Err(backend::without_snapshots());
        }
        let (epoch, dialect) = (self.settings.epoch.clone(), self.tsql());
        self.in_thread(Some(work), move |mut session, runtime, work| {
            let means = Means { runtime, session: &mut session, epoch: &epoch, dialect, snapshots: true };
            let opened = Snapshot::open(means, &queries).map_err(|failure| Ended { failure, begun: false });
            let mut snapshot = opened?;
            let done = work.take().map_or(Ok(()), |work| work(&mut snapshot));
            snapshot.leave();
            done.map_err(Ended::behind_the_rows)
        })
        .await
    }

    async fn stamp(&self) -> Result<u64> {
        self.with_session(|mut session| async move {
            let results = session.batch(&mssql::stamp()).await?.results().await?;
            let version = results.first().and_then(|rows| rows.first()).and_then(|row| value::integer(row, 0));
            Ok(version.unwrap_or_default().cast_unsigned())
        })
        .await
    }

    /// Each statement by itself: what changes the database as a whole must not stand in a transaction. What was run once is
    /// not run again.
    async fn execute(&self, script: Script) -> Result<u64> {
        let mut session = self.sessions.get().await.map_err(|failure| failure.error)?;
        let run = async move {
            for statement in &script.statements {
                session.batch(statement).await?.finish().await?;
            }
            Ok::<_, Failure>(0)
        };
        self.handle()?.spawn(run).await.map_err(Error::internal)?.map_err(|failure| failure.error)
    }

    fn connections(&self) -> Option<Connections> {
        Some(self.sessions.connections())
    }
}

async fn describe(mut session: Lent, schema: String) -> Result<Catalog, Failure> {
    let wanted = schema.as_str();
    let results = session.query(&mssql::catalog(), &[&wanted as &dyn ToSql]).await?.results().await?;
    Ok(catalog::catalog(&results, wanted)?)
}
