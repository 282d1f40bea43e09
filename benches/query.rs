//! How long a request takes from its text to its SQL: parsing, planning and writing the statement, without any database.
//!
//! See `docs/benchmarks.md`. The median of many rounds is printed, in microseconds a request.

#![expect(clippy::unwrap_used, reason = "a measurement that cannot be made ends the run")]

use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use deltalink::backend::Backend;
use deltalink::backend::sqlite::SqliteBackend;
use deltalink::edm::{Edm, Exposure, TableExposure, expose};
use deltalink::odata::{self, RawHeaders};
use deltalink::plan::{self, Plan, Settings, View};
use deltalink::sql::{self, Dialect};
use deltalink::token::Keyring;

const TABLES: &str = "
    CREATE TABLE Customer (Id UUID PRIMARY KEY, Name TEXT, City TEXT);
    CREATE TABLE Orders (Id INTEGER PRIMARY KEY, CustomerId UUID REFERENCES Customer (Id), PlacedAt DATETIME, Total DECIMAL(10,2),
      Quantity MEDIUMINT, Paid BOOLEAN, Note VARCHAR(60));
    CREATE TABLE Line (OrderId INTEGER REFERENCES Orders (Id), Number INTEGER, Product TEXT, PRIMARY KEY (OrderId, Number));";

/// What clients ask for: the options of a request for orders.
const REQUESTS: [(&str, &str); 5] = [
    ("a page", "$top=50"),
    (
        "by a watermark",
        "$filter=PlacedAt%20ge%202024-01-01T00:00:00Z%20and%20PlacedAt%20lt%202024-02-01T00:00:00Z&$orderby=PlacedAt",
    ),
    (
        "typical",
        "$filter=CustomerId%20eq%2000000000-0000-4000-8000-000000000001%20and%20startswith(Note,'a')%20and%20Total%20gt%2010.5\
         &$orderby=PlacedAt%20desc,Id&$select=Id,PlacedAt,Total&$top=50&$count=true",
    ),
    ("behind navigation", "$filter=Customer/City%20eq%20'Ulm'%20and%20Line/any(l:l/Product%20eq%20'tea')"),
    ("expanded", "$expand=Customer($select=Name),Line($filter=Number%20lt%205;$orderby=Product)&$top=20"),
];
const ROUNDS: usize = 31;
const REQUESTS_A_ROUND: u32 = 2_000;

fn main() {
    let view = View::of_all(Arc::new(model()));
    let (keyring, settings) =
        (Keyring::generate(), Settings { page_size: 5_000, max_page_size: 50_000, longest_wait: 50 });
    println!("microseconds from the text of a request to its SQL, medians of {ROUNDS} rounds\n");
    println!("  {:<20} {:>8} {:>12}", "", "SQLite", "SQL Server");
    for (title, query) in REQUESTS {
        let sides: [&dyn Dialect; 2] = [&sql::sqlite::Sqlite, &sql::mssql::WITH_SNAPSHOT];
        let [sqlite, mssql] = sides.map(|dialect| median(|| say(query, &view, &keyring, settings, dialect)));
        println!("  {title:<20} {sqlite:>8.1} {mssql:>12.1}");
    }
}

/// The five stages without the last two.
fn say(query: &str, view: &View, keyring: &Keyring, settings: Settings, dialect: &dyn Dialect) {
    let request = odata::parse("/Orders", query, &RawHeaders::default()).unwrap();
    let Plan::Read(read) = plan::plan(&request, view, keyring, settings).unwrap() else { panic!("orders are read") };
    black_box(sql::query(&read, dialect));
}

fn median(mut work: impl FnMut()) -> f64 {
    let mut round = || {
        let started = Instant::now();
        (0..REQUESTS_A_ROUND).for_each(|_| work());
        started.elapsed().as_secs_f64() * 1e6 / f64::from(REQUESTS_A_ROUND)
    };
    round();
    let mut times: Vec<f64> = (0..ROUNDS).map(|_| round()).collect();
    times.sort_by(f64::total_cmp);
    times[ROUNDS / 2]
}

fn model() -> Edm {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shop.db");
    rusqlite::Connection::open(&path).unwrap().execute_batch(TABLES).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let catalog = runtime.block_on(SqliteBackend::open(&path).unwrap().describe()).unwrap();
    let mut exposure = Exposure::default();
    for table in ["Customer", "Orders", "Line"] {
        exposure.tables.insert(table.to_owned(), TableExposure::default());
    }
    expose(&catalog, &exposure).0
}
