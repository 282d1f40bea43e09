//! A database that fails in the middle of an answer: the status line has gone out, so only the body can tell.

use std::ops::{ControlFlow, DerefMut};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use deltalink::backend::{Backend, Opening, RowSink, Snapshot, Work};
use deltalink::edm::{Catalog, Row};
use deltalink::error::{Error, Result};
use deltalink::sql::{Dialect, Query, Script};

use crate::support::coding::{CODINGS, decode};
use crate::support::gateway::Gateway;
use crate::support::sqlite::Database;
use crate::support::wire;

/// A database that breaks every read after some rows.
struct Breaking {
    whole: Arc<dyn Backend>,
    after: usize,
    /// Instead of failing, panic.
    panics: bool,
    mended: Arc<AtomicBool>,
}

#[async_trait]
impl Backend for Breaking {
    fn dialect(&self) -> &'static dyn Dialect {
        self.whole.dialect()
    }

    async fn describe(&self) -> Result<Catalog> {
        self.whole.describe().await
    }

    fn look_every(&self) -> std::time::Duration {
        std::time::Duration::from_secs(60)
    }

    async fn read(&self, query: Query, sink: Box<dyn RowSink>) -> Result<()> {
        let rows = if self.mended.load(Ordering::Relaxed) { usize::MAX } else { self.after };
        self.whole.read(query, Box::new(BreakingSink { sink, rows, panics: self.panics })).await
    }

    async fn snapshot(&self, queries: Arc<[Query]>, work: Work) -> Result<()> {
        let rows = if self.mended.load(Ordering::Relaxed) { usize::MAX } else { self.after };
        let panics = self.panics;
        let breaking: Work = Box::new(move |snapshot| work(&mut BreakingSnapshot { snapshot, rows, panics }));
        self.whole.snapshot(queries, breaking).await
    }

    async fn stamp(&self) -> Result<u64> {
        self.whole.stamp().await
    }

    async fn execute(&self, script: Script) -> Result<u64> {
        self.whole.execute(script).await
    }
}

struct BreakingSnapshot<'a> {
    snapshot: &'a mut dyn Snapshot,
    rows: usize,
    panics: bool,
}

impl Snapshot for BreakingSnapshot<'_> {
    fn read(&mut self, query: &Query, sink: &mut dyn RowSink) -> Result<ControlFlow<()>> {
        self.snapshot.read(query, &mut BreakingSink { sink, rows: self.rows, panics: self.panics })
    }
}

struct BreakingSink<S> {
    sink: S,
    rows: usize,
    panics: bool,
}

impl<S: DerefMut<Target: RowSink> + Send> RowSink for BreakingSink<S> {
    fn begin(&mut self, opening: &Opening) -> Result<()> {
        self.sink.begin(opening)
    }

    fn row(&mut self, row: &dyn Row) -> Result<ControlFlow<()>> {
        if self.rows == 0 {
            assert!(!self.panics, "the panic that this test wants");
            return Err(Error::database_unavailable("the disk with the secret name has failed"));
        }
        self.rows -= 1;
        self.sink.row(row)
    }

    fn end(&mut self) -> Result<()> {
        self.sink.end()
    }
}

/// A tracked table of 5,000 rows, which are more than one chunk and no more than one page; all changed once.
fn table() -> Database {
    let database = Database::empty();
    let filler = "x".repeat(200);
    database.execute("CREATE TABLE Digit (D INT PRIMARY KEY); INSERT INTO Digit VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)");
    database.execute("CREATE TABLE Wide (Id INT NOT NULL PRIMARY KEY, Filler VARCHAR(200))");
    database.track("Wide");
    database.execute(&format!(
        "INSERT INTO Wide SELECT a.D + 10 * b.D + 100 * c.D + 1000 * d.D, '{filler}'
         FROM Digit a CROSS JOIN Digit b CROSS JOIN Digit c CROSS JOIN Digit d WHERE d.D < 5"
    ));
    database
}

/// A gateway whose reads break `after` some rows, until they are mended.
fn serve(database: &Database, after: usize, panics: bool) -> (Gateway, Arc<AtomicBool>) {
    let mended = Arc::new(AtomicBool::new(false));
    let whole: Arc<dyn Backend> = Arc::new(database.backend());
    let backend = Breaking { whole, after, panics, mended: Arc::clone(&mended) };
    (Gateway::start(Arc::new(backend), &database.keys, "").unwrap(), mended)
}

const TRACK: &str = "Prefer: odata.track-changes\r\n";

#[track_caller]
fn assert_cut_off(answer: &wire::Answer) {
    assert_eq!(answer.status, 200);
    assert!(answer.chunks > 0 && !answer.whole, "the body ends as if it were whole");
    let text = answer.text();
    assert!(!text.contains("Link\"") && !text.contains("secret"), "{}", &text[text.len() - 200..]);
    serde_json::from_str::<serde_json::Value>(&text).expect_err("half an answer must not be JSON");
}

#[test]
fn an_answer_that_breaks_off_is_cut_off_and_has_no_link() {
    let database = table();
    let whole = database.serve();
    let delta = whole.client().get("/odata/Wide?$deltatoken=latest").expect(200).delta_link();
    database.execute("UPDATE Wide SET Filler = Filler || ''");
    let delta = delta[whole.client().base.len()..].to_owned();
    let (gateway, mended) = serve(&database, 4000, false);
    for path in ["/odata/Wide", "/odata/Wide?$count=true", &delta] {
        assert_cut_off(&wire::get(gateway.address, path, TRACK));
    }
    mended.store(true, Ordering::Relaxed);
    for path in ["/odata/Wide", &delta] {
        assert!(wire::get(gateway.address, path, TRACK).whole, "{path}");
    }
}

#[test]
fn an_answer_that_breaks_off_is_cut_off_in_every_coding() {
    let database = table();
    // What no coding makes much shorter, so that some of it has left before the end.
    database.execute("UPDATE Wide SET Filler = hex(randomblob(100))");
    let (gateway, mended) = serve(&database, 4000, false);
    for coding in CODINGS {
        let headers = format!("{TRACK}Accept-Encoding: {coding}\r\n");
        let ask = || wire::get(gateway.address, "/odata/Wide", &headers);
        mended.store(false, Ordering::Relaxed);
        let broken = ask();
        assert_eq!(broken.status, 200);
        assert!(broken.chunks > 0 && !broken.whole, "{coding}: the body ends as if it were whole");
        decode(Some(coding), &broken.body).expect_err("half an answer must not decode");
        mended.store(true, Ordering::Relaxed);
        let whole = ask();
        assert!(whole.whole, "{coding}");
        let json: serde_json::Value = serde_json::from_slice(&decode(Some(coding), &whole.body).unwrap()).unwrap();
        assert_eq!(json["value"].as_array().unwrap().len(), 5000, "{coding}");
    }
}

#[test]
fn an_answer_that_breaks_before_its_first_chunk_is_an_error() {
    let database = table();
    let (gateway, mended) = serve(&database, 3, false);
    let client = gateway.client();
    for path in ["/odata/Wide", "/odata/Wide?$top=5"] {
        let answer = client.get(path).expect(503);
        assert_eq!(answer.code(), "DatabaseUnavailable");
        assert!(!answer.text().contains("secret"), "{}", answer.text());
    }
    mended.store(true, Ordering::Relaxed);
    assert_eq!(client.get("/odata/Wide?$top=5").expect(200).value().len(), 5);
}

#[test]
fn a_panic_in_the_middle_of_an_answer_cuts_it_off_too() {
    let database = table();
    let (gateway, mended) = serve(&database, 4000, true);
    assert_cut_off(&wire::get(gateway.address, "/odata/Wide", TRACK));
    mended.store(true, Ordering::Relaxed);
    assert!(wire::get(gateway.address, "/odata/Wide", TRACK).whole);
}

/// A small answer, one that breaks, and another small one.
const BATCH: &str = r#"{"requests":[{"id":"1","method":"get","url":"Wide(1)"},{"id":"2","method":"get","url":"Wide"},{"id":"3","method":"get","url":"Wide(2)"}]}"#;

fn post(gateway: &Gateway, isolation: &str) -> wire::Answer {
    let headers = format!("Content-Type: application/json\r\n{isolation}");
    wire::post(gateway.address, "/odata/$batch", &headers, BATCH)
}

const ISOLATION: &str = "Isolation: snapshot\r\n";

#[test]
fn a_batch_with_an_answer_that_breaks_off_is_cut_off_as_a_whole() {
    let database = table();
    for panics in [false, true] {
        let (gateway, mended) = serve(&database, 4000, panics);
        for isolation in ["", ISOLATION] {
            mended.store(false, Ordering::Relaxed);
            assert_cut_off(&post(&gateway, isolation));
            mended.store(true, Ordering::Relaxed);
            let whole = post(&gateway, isolation);
            assert!(whole.whole && whole.chunks > 1, "{} chunks", whole.chunks);
            let json: serde_json::Value = serde_json::from_slice(&whole.body).unwrap();
            assert_eq!(json["responses"][1]["body"]["value"].as_array().unwrap().len(), 5000);
            assert_eq!(json["responses"][2]["body"]["Id"], 2);
        }
    }
}

#[test]
fn an_answer_that_breaks_before_its_first_chunk_is_an_error_in_its_place_and_ends_a_snapshot() {
    let database = table();
    let (gateway, _) = serve(&database, 1, false);
    for (isolation, last) in [("", 200), (ISOLATION, 503)] {
        let answer = post(&gateway, isolation);
        let json: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
        let statuses: Vec<_> =
            json["responses"].as_array().unwrap().iter().map(|part| part["status"].clone()).collect();
        assert_eq!(statuses, [200, 503, last]);
        assert!(!answer.text().contains("secret"));
    }
}
