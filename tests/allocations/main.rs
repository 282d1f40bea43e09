//! Allocations that rows of SQL Server cost on their way to JSON: none beyond what the driver itself makes of them.
//!
//! Rows with a value of every kind are read by the gateway and by the driver alone. What the gateway allocates beyond the
//! driver must not grow with the rows: then no cell costs an allocation, whatever its type. It is a count and not a time;
//! a binary of its own, because it counts everything that happens in its process.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "../../benches/rows/file.rs"]
mod file;
#[path = "../../benches/rows/gateway.rs"]
#[allow(dead_code, reason = "the benchmark does more with it")]
mod gateway;
mod kinds;
#[path = "../../benches/rows/server.rs"]
mod server;
#[path = "../../benches/rows/support.rs"]
mod support;
#[path = "../it/tds/mod.rs"]
#[allow(dead_code, unused_imports, reason = "the peer can do more than is needed here")]
mod tds;

use dhat::{Alloc, HeapStats, Profiler};
use file::File;
use gateway::Gateway;
use kinds::{KINDS, column, row};
use server::Driver;
use tds::Prepared;
use tokio::runtime::Runtime;

#[global_allocator]
static ALLOCATOR: Alloc = Alloc;

const FEW: u32 = 400;
const MANY: u32 = 1_200;
/// Between none and one. How much a read from a socket brings is chance, and sometimes costs a buffer.
const LIMIT: f64 = 0.5;

fn main() {
    let wanted = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    if wanted.is_some_and(|word| !"allocations".contains(&word)) {
        return;
    }
    let _profiler = Profiler::builder().testing().build();
    let runtime = Runtime::new().unwrap();
    for columns in [1, 8, KINDS.len()] {
        let [few, many] = [FEW, MANY].map(|rows| runtime.block_on(count(columns, rows)));
        let [gateway, driver] = [per_row(few.gateway, many.gateway), per_row(few.driver, many.driver)];
        println!("{columns:>2} columns: {gateway:.2} allocations a row, of which the driver makes {driver:.2}");
        let ours = gateway - driver;
        assert!(ours < LIMIT, "a row of {columns} columns costs {ours:.2} allocations of ours");
    }
}

/// What each further row costs.
fn per_row(few: u64, many: u64) -> f64 {
    let blocks = u32::try_from(many.saturating_sub(few)).unwrap();
    f64::from(blocks) / f64::from(MANY - FEW)
}

/// How many blocks were allocated to read the same answer.
struct Blocks {
    gateway: u64,
    driver: u64,
}

async fn count(columns: usize, rows: u32) -> Blocks {
    let kinds = &KINDS[..columns];
    let wire: Vec<_> = kinds.iter().map(column).collect();
    let peer = server::start(Prepared::new(&wire, (1..=rows).map(|number| row(kinds, number))));
    let none: [[rusqlite::types::Value; 0]; 0] = [];
    let file = File::new(kinds.iter().map(|kind| (kind.name, kind.in_file)), none);
    let catalog = server::catalog(file.catalog().await, kinds.iter().map(|kind| kind.declared));
    let gateway = Gateway::new(server::backend(&peer), &catalog);
    let mut driver = Driver::connect(&peer).await;

    // Once before, so that everything that is made once is there.
    gateway.read(rows).await;
    assert_eq!(driver.read().await, u64::from(rows));
    let start = HeapStats::get().total_blocks;
    gateway.read(rows).await;
    let middle = HeapStats::get().total_blocks;
    driver.read().await;
    Blocks { gateway: middle - start, driver: HeapStats::get().total_blocks - middle }
}
