//! A connector -> sessions that are kept and lent out, each until there is a reason to part with it.
//!
//! A socket belongs to the runtime that opened it, and whoever asks for a session may be in another one that ends. So
//! sessions are opened in the runtime that the pool was given, and are meant to be used there.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::time::Duration;

use deadpool::Runtime;
use deadpool::managed::{self, Metrics, Object, PoolError, QueueMode, RecycleError, RecycleResult, WeakPool};
use tokio::runtime::Handle;

use super::connect::Connector;
use super::failure::Failure;
use super::session::Session;
use super::target::{PoolLimits, Target};
use crate::error::{Error, ErrorKind, Result};

/// How often sessions that nobody uses are looked through.
const ROUNDS: Duration = Duration::from_secs(30);

/// A session that is lent; present until it is dropped. It goes back then, unless it is in the middle of an answer: that one
/// is closed at once, because its transaction would stay open.
pub(super) struct Lent(Option<Object<Sessions>>);

/// The sessions with one target.
#[derive(Clone)]
pub(super) struct Pool(managed::Pool<Sessions>);

/// The pool's side of a [`Connector`].
pub(super) struct Sessions {
    connector: Arc<Connector>,
    runtime: Handle,
    limits: PoolLimits,
}

impl Pool {
    /// A pool whose sessions live in `runtime`. Nothing is connected yet.
    pub(super) fn new(target: Target, runtime: Handle) -> Result<Self> {
        let limits = target.pool;
        let sessions = Sessions { connector: Arc::new(Connector::new(target)?), runtime: runtime.clone(), limits };
        // The last one back is the first to be lent, so that the others can grow idle and be closed.
        let pool = managed::Pool::builder(sessions)
            .max_size(limits.connections)
            .wait_timeout(Some(limits.wait))
            .queue_mode(QueueMode::Lifo)
            .runtime(Runtime::Tokio1)
            .build()
            .map_err(Error::internal)?;
        runtime.spawn(close_the_unfit(pool.weak()));
        Ok(Self(pool))
    }

    /// Borrows a session.
    pub(super) async fn get(&self) -> Result<Lent, Failure> {
        let session = self.0.get().await.map_err(|error| match error {
            PoolError::Backend(failure) => failure,
            PoolError::Timeout(_) => all_in_use().into(),
            other => Error::internal(other.to_string()).into(),
        })?;
        Ok(Lent(Some(session)))
    }
}

impl Deref for Lent {
    type Target = Session;

    fn deref(&self) -> &Session {
        self.0.as_ref().expect("present until it is dropped")
    }
}

impl DerefMut for Lent {
    fn deref_mut(&mut self) -> &mut Session {
        self.0.as_mut().expect("present until it is dropped")
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        if let Some(session) = self.0.take()
            && session.is_in_answer()
        {
            drop(Object::take(session));
        }
    }
}

fn all_in_use() -> Error {
    let message = "All connections to the database are in use. Try again.";
    Error::new(ErrorKind::DatabaseUnavailable, message)
        .caused_by("Max Pool Size reached for the whole Pool Wait Timeout")
}

impl Sessions {
    fn unfit(&self, session: &Session) -> Option<&'static str> {
        session.unfit(self.limits.lifetime, self.limits.idle_lifetime)
    }
}

impl managed::Manager for Sessions {
    type Type = Session;
    type Error = Failure;

    async fn create(&self) -> Result<Session, Failure> {
        let connector = Arc::clone(&self.connector);
        self.runtime.spawn(async move { connector.connect().await }).await.map_err(Error::internal)?
    }

    async fn recycle(&self, session: &mut Session, _: &Metrics) -> RecycleResult<Failure> {
        match self.unfit(session) {
            None => Ok(()),
            Some(reason) => Err(RecycleError::message(reason)),
        }
    }
}

/// Closes what has become unfit while it lay in the pool, for as long as there is a pool. A serverless database pauses
/// only when nobody is connected to it.
async fn close_the_unfit(pool: WeakPool<Sessions>) {
    loop {
        tokio::time::sleep(ROUNDS).await;
        let Some(pool) = pool.upgrade() else { return };
        pool.retain(|session, _| pool.manager().unfit(session).is_none());
    }
}
