//! What the gateway says of itself while parts of its database hang, and while it ends.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use deltalink::app::{App, InForce};
use deltalink::backend::{Backend, RowSink, Work};
use deltalink::config::Config;
use deltalink::edm::{Catalog, ChangeLog};
use deltalink::error::Result;
use deltalink::sql::{Dialect, Query, Script};
use deltalink::token::Keyring;

use crate::support::sqlite::Database;
use crate::support::wait_for;

/// A database of which parts hang.
struct Hanging {
    inner: Arc<dyn Backend>,
    /// Whose changes are not told, by the numbers of their logs.
    logs: HashSet<i64>,
    /// Whether the schema is not told.
    schema: AtomicBool,
    /// Who asks in vain.
    asking: AtomicUsize,
}

#[async_trait::async_trait]
impl Backend for Hanging {
    fn dialect(&self) -> &'static dyn Dialect {
        self.inner.dialect()
    }

    async fn describe(&self) -> Result<Catalog> {
        if self.schema.load(Ordering::SeqCst) {
            self.hang().await;
        }
        self.inner.describe().await
    }

    fn look_every(&self) -> Duration {
        self.inner.look_every()
    }

    async fn read(&self, query: Query, sink: Box<dyn RowSink>) -> Result<()> {
        self.inner.read(query, sink).await
    }

    async fn snapshot(&self, queries: Arc<[Query]>, work: Work) -> Result<()> {
        self.inner.snapshot(queries, work).await
    }

    async fn stamp(&self) -> Result<u64> {
        self.inner.stamp().await
    }

    async fn execute(&self, script: Script) -> Result<u64> {
        self.inner.execute(script).await
    }

    async fn oldest_change(&self, log: ChangeLog) -> Result<Option<u64>> {
        if self.logs.contains(&log.log) {
            self.hang().await;
        }
        self.inner.oldest_change(log).await
    }
}

impl Hanging {
    /// As a thread hangs: nobody can break it off.
    async fn hang(&self) {
        self.asking.fetch_add(1, Ordering::SeqCst);
        std::future::pending::<()>().await;
    }
}

async fn app(database: &Database, hanging: &Arc<Hanging>) -> App {
    let backend = Arc::clone(hanging) as Arc<dyn Backend>;
    App::new(backend, Keyring::parse(&database.keys).unwrap(), &Config::default()).await.unwrap()
}

fn hanging(database: &Database, tables: &[&str]) -> Arc<Hanging> {
    let logs = tables.iter().map(|table| database.log(table).0).collect();
    let inner = Arc::new(database.backend());
    Arc::new(Hanging { inner, logs, schema: AtomicBool::new(false), asking: AtomicUsize::new(0) })
}

#[test]
fn a_set_that_cannot_be_looked_at_keeps_none_from_being_known() {
    let database = Database::empty();
    for table in ["A", "B", "C"] {
        database.execute(&format!("CREATE TABLE {table} (Id INTEGER PRIMARY KEY)"));
        database.track(table);
    }
    let hanging = hanging(&database, &["A"]);
    wait_for(async {
        let app = app(&database, &hanging).await;
        let known =
            |text: &str| ["A", "B", "C"].map(|set| text.contains(&format!("deltalink_set_version{{set=\"{set}\"}}")));
        let texts = [app.metrics_text().await, app.metrics_text().await, app.metrics_text().await];
        assert_eq!(known(&texts[2]), [false, true, true], "{}", texts[2]);
    });
    assert_eq!(hanging.asking.load(Ordering::SeqCst), 1);
}

/// What was found holds for a moment, and is told at once; then the database is waited for again, in vain.
async fn is_asked_again(app: &App) {
    loop {
        let asked = Instant::now();
        assert!(!app.is_ready().await);
        if asked.elapsed() > Duration::from_secs(1) {
            return;
        }
        tokio::task::yield_now().await;
    }
}

#[test]
fn a_database_that_hangs_is_asked_by_one_look_at_a_time() {
    let database = Database::shop();
    let hanging = hanging(&database, &[]);
    wait_for(async {
        let app = app(&database, &hanging).await;
        assert!(app.is_ready().await);
        hanging.schema.store(true, Ordering::SeqCst);
        // What was found a moment ago holds for a moment.
        while app.is_ready().await {
            tokio::task::yield_now().await;
        }
        let checked = app.checks().await;
        let problem = checked.iter().find(|check| check.name == "database").unwrap().problem.clone().unwrap();
        assert!(problem.contains("has not answered for 5 s"), "{problem}");
        is_asked_again(&app).await;
    });
    assert_eq!(hanging.asking.load(Ordering::SeqCst), 1);
}

#[test]
fn a_reload_begins_no_other_look_beside_one_that_hangs() {
    let database = Database::shop();
    let hanging = hanging(&database, &[]);
    wait_for(async {
        let in_force = InForce::new(Arc::new(app(&database, &hanging).await));
        let next = app(&database, &hanging).await;
        hanging.schema.store(true, Ordering::SeqCst);
        assert!(!in_force.now().is_ready().await);
        in_force.replace(next);
        is_asked_again(&in_force.now()).await;
    });
    assert_eq!(hanging.asking.load(Ordering::SeqCst), 1);
}

#[test]
fn a_reload_that_ends_after_the_process_was_told_to_end_does_not_make_it_ready_again() {
    let database = Database::shop();
    let hanging = hanging(&database, &[]);
    wait_for(async {
        let in_force = InForce::new(Arc::new(app(&database, &hanging).await));
        assert!(in_force.now().is_ready().await);
        in_force.leave();
        in_force.replace(app(&database, &hanging).await);
        assert!(!in_force.now().is_ready().await);
        in_force.stop();
        in_force.replace(app(&database, &hanging).await);
        let now = in_force.now();
        assert!(!now.is_ready().await);
        let news = now.sharing.watch.news(&now.edm().sets()[0]).unwrap();
        assert!(news.is_interrupted(), "nobody waits any more");
    });
}
