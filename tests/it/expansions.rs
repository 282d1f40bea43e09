//! How many statements an expansion takes: as many as it has levels and properties, and not as it has rows. And what they ask for: nothing
//! twice.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use deltalink::backend::{AT_ONCE, Backend, Further, Opening, Origin, RowSink, Take};
use deltalink::edm::Row;
use deltalink::error::Result;
use deltalink::sql::Query;

use crate::support::gateway::Gateway;
use crate::support::sqlite::Database;
use crate::support::standing_before::standing_before;

/// A database that counts what is read behind the rows.
struct Counting {
    inner: Arc<dyn Backend>,
    statements: Arc<AtomicUsize>,
    origins: Arc<AtomicUsize>,
}

impl Counting {
    fn new(database: &Database) -> Self {
        Self { inner: database.shared_backend(), statements: Arc::default(), origins: Arc::default() }
    }
}

standing_before!(Counting, inner, {
    async fn read(&self, query: Query, sink: Box<dyn RowSink>) -> Result<()> {
        let (statements, origins) = (Arc::clone(&self.statements), Arc::clone(&self.origins));
        self.inner.read(query, Box::new(CountingSink { sink, statements, origins })).await
    }
});

struct CountingSink {
    sink: Box<dyn RowSink>,
    statements: Arc<AtomicUsize>,
    origins: Arc<AtomicUsize>,
}

impl RowSink for CountingSink {
    fn begin(&mut self, opening: &Opening) -> Result<()> {
        self.sink.begin(opening)
    }

    fn row(&mut self, row: &dyn Row) -> Result<ControlFlow<()>> {
        self.sink.row(row)
    }

    fn further(&mut self, more: &mut dyn Further) -> Result<ControlFlow<()>> {
        self.sink.further(&mut CountingFurther { more, statements: &self.statements, origins: &self.origins })
    }

    fn end(&mut self) -> Result<()> {
        self.sink.end()
    }
}

struct CountingFurther<'a> {
    more: &'a mut dyn Further,
    statements: &'a AtomicUsize,
    origins: &'a AtomicUsize,
}

impl Further for CountingFurther<'_> {
    fn entities(&mut self, path: &[usize], origins: &[Origin], each: usize, take: Take<'_>) -> Result<()> {
        self.statements.fetch_add(1, Ordering::Relaxed);
        self.origins.fetch_add(origins.len(), Ordering::Relaxed);
        self.more.entities(path, origins, each, take)
    }

    fn counts(&mut self, path: &[usize], origins: &[Origin], take: Take<'_>) -> Result<()> {
        self.statements.fetch_add(1, Ordering::Relaxed);
        self.more.counts(path, origins, take)
    }
}

#[test]
fn a_thousand_entities_are_expanded_with_few_statements_on_each_level() {
    let database = Database::empty();
    database.execute(
        "CREATE TABLE Writer (Id INTEGER PRIMARY KEY);
         CREATE TABLE Book (Id INTEGER PRIMARY KEY, WriterId INTEGER REFERENCES Writer (Id));
         CREATE TABLE Chapter (Id INTEGER PRIMARY KEY, BookId INTEGER REFERENCES Book (Id));
         WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 1000) INSERT INTO Writer SELECT i FROM n;
         INSERT INTO Book SELECT Id, Id FROM Writer;
         INSERT INTO Chapter SELECT Id, Id FROM Book",
    );
    for table in ["Writer", "Book", "Chapter"] {
        database.track(table);
    }
    let counting = Counting::new(&database);
    let statements = Arc::clone(&counting.statements);
    let gateway = Gateway::start(Arc::new(counting), &database.keys, "").unwrap();
    let page = gateway.client().get("/odata/Writer?$expand=Book($count=true;$expand=Chapter)").expect(200).json();
    let writers = page["value"].as_array().unwrap();
    assert_eq!(writers.len(), 1000);
    for writer in writers {
        assert_eq!(writer["Book"][0]["Chapter"][0]["Id"], writer["Id"]);
    }
    // The books, their number, the chapters.
    assert_eq!(statements.load(Ordering::Relaxed), 3 * 1000_usize.div_ceil(AT_ONCE));
}

/// Back and forth between two tables: from 30 notes to their 3 topics, to the notes of these, and so on.
#[test]
fn what_many_entities_lead_to_is_read_once_on_each_level() {
    let database = Database::empty();
    database.execute(
        "CREATE TABLE Topic (Id INTEGER PRIMARY KEY);
         CREATE TABLE Note (Id INTEGER PRIMARY KEY, TopicId INTEGER REFERENCES Topic (Id));
         INSERT INTO Topic VALUES (1), (2), (3);
         WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 30)
             INSERT INTO Note SELECT i, i % 3 + 1 FROM n",
    );
    for table in ["Topic", "Note"] {
        database.track(table);
    }
    let counting = Counting::new(&database);
    let origins = Arc::clone(&counting.origins);
    let gateway = Gateway::start(Arc::new(counting), &database.keys, "").unwrap();
    let asked = "/odata/Note?$expand=Topic($expand=Note($expand=Topic($expand=Note)))";
    let notes = gateway.client().get(asked).expect(200).json();
    for note in notes["value"].as_array().unwrap() {
        for again in note["Topic"]["Note"].as_array().unwrap() {
            let beside: Vec<_> =
                again["Topic"]["Note"].as_array().unwrap().iter().map(|note| &note["TopicId"]).collect();
            assert_eq!(beside, [&note["TopicId"]; 10]);
        }
    }
    assert_eq!(origins.load(Ordering::Relaxed), 3 * 4, "three topics, on each of four levels");
}
