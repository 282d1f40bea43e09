//! A connector -> sessions that are kept and lent out, each until there is a reason to part with it.
//!
//! A socket belongs to the runtime that opened it, and whoever asks for a session may be in another one that ends. So
//! sessions are opened in the runtime that the pool was given, and are meant to be used there.

use std::sync::Arc;
use std::time::Duration;

use deadpool::Runtime;
use deadpool::managed::{self, Metrics, PoolError, QueueMode, RecycleError, RecycleResult, WeakPool};
use tokio::runtime::Handle;

use super::super::failure::Failure;
use super::super::target::{PoolLimits, Target, risk};
use super::connect::Connector;
use super::lent::Lent;
use super::session::Session;
use crate::backend::Connections;
use crate::error::{Error, ErrorKind, Result};

/// How often sessions that nobody uses are looked through.
const ROUNDS: Duration = Duration::from_secs(30);

/// The sessions with one target.
#[derive(Clone)]
pub(in crate::backend::mssql) struct Pool(managed::Pool<Sessions>);

/// The pool's side of a [`Connector`].
pub(super) struct Sessions {
    connector: Arc<Connector>,
    runtime: Handle,
    limits: PoolLimits,
}

impl Pool {
    /// A pool whose sessions live in `runtime`. Nothing is connected yet.
    pub(in crate::backend::mssql) fn new(target: Target, runtime: &Handle) -> Result<Self> {
        if let Some(risk) = risk(target.encryption, &target.trust) {
            tracing::warn!(database = %target, "{risk}");
        }
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

    /// How many there are, and who waits for one.
    pub(in crate::backend::mssql) fn connections(&self) -> Connections {
        self.0.status().into()
    }

    /// Borrows a session.
    pub(in crate::backend::mssql) async fn get(&self) -> Result<Lent, Failure> {
        self.0.get().await.map(Lent::from).map_err(|error| match error {
            PoolError::Backend(failure) => failure,
            PoolError::Timeout(_) => all_in_use().into(),
            other => Error::internal(other.to_string()).into(),
        })
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

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::super::peer::{LOGIN, Peer, Reply, error, logged_in};
    use super::*;

    fn runtime() -> tokio::runtime::Runtime {
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap()
    }

    async fn ask(session: &mut Lent) -> Result<usize, Failure> {
        Ok(session.batch("x").await?.rows().await?.len())
    }

    #[test]
    fn a_session_is_lent_again_but_not_in_the_middle_of_an_answer() {
        let (peer, runtime) = (Peer::obliging(), runtime());
        let pool = Pool::new(peer.target(""), runtime.handle()).unwrap();
        runtime.block_on(async {
            for _ in 0..3 {
                assert_eq!(ask(&mut pool.get().await.unwrap()).await.unwrap(), 1);
            }
            assert_eq!(peer.connections(), 1);
            let mut session = pool.get().await.unwrap();
            drop(session.batch("x").await.unwrap());
            assert_eq!(pool.0.status().size, 1);
            drop(session);
            assert_eq!(pool.0.status().size, 0, "it is closed at once");
            assert_eq!(ask(&mut pool.get().await.unwrap()).await.unwrap(), 1);
            assert_eq!(peer.connections(), 2);
        });
    }

    #[test]
    fn sessions_outlive_the_runtime_that_asked_for_them() {
        let (peer, owner) = (Peer::obliging(), runtime());
        let pool = Pool::new(peer.target(""), owner.handle()).unwrap();
        let asker = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        drop(asker.block_on(pool.get()).unwrap());
        drop(asker);
        let (sender, receiver) = mpsc::channel();
        let again = pool.clone();
        owner.spawn(async move { sender.send(ask(&mut again.get().await.unwrap()).await.unwrap()) });
        assert_eq!(receiver.recv_timeout(Duration::from_secs(10)).unwrap(), 1);
        assert_eq!(peer.connections(), 1);
    }

    #[test]
    fn whoever_waits_too_long_is_told_so() {
        let (peer, runtime) = (Peer::obliging(), runtime());
        let pool = Pool::new(peer.target("max-pool-size=1&pool-wait-timeout=0"), runtime.handle()).unwrap();
        runtime.block_on(async {
            let _held = pool.get().await.unwrap();
            let failure = pool.get().await.err().unwrap();
            assert_eq!(failure.error.kind(), ErrorKind::DatabaseUnavailable);
            assert!(failure.error.message().contains("in use"), "{failure}");
        });
    }

    #[test]
    fn a_failure_to_connect_is_handed_on_and_costs_no_place() {
        let peer = Peer::start(|kind, connection| match (kind, connection) {
            (LOGIN, 1) => Reply::Tokens(error(40613)),
            (LOGIN, _) => Reply::Tokens(logged_in()),
            _ => Reply::HangUp,
        });
        let runtime = runtime();
        let pool = Pool::new(peer.target("max-pool-size=1"), runtime.handle()).unwrap();
        runtime.block_on(async {
            let failure = pool.get().await.err().unwrap();
            assert!(failure.transient && failure.error.message().contains("waking up"), "{failure}");
            drop(pool.get().await.unwrap());
        });
    }

    #[test]
    fn idle_sessions_are_found() {
        let (peer, runtime) = (Peer::obliging(), runtime());
        let pool = Pool::new(peer.target("connection-idle-lifetime=1"), runtime.handle()).unwrap();
        runtime.block_on(async {
            drop(pool.get().await.unwrap());
            tokio::time::sleep(Duration::from_millis(1100)).await;
            drop(pool.get().await.unwrap());
        });
        assert_eq!(peer.connections(), 2);
    }
}
