//! Many clients that ask the same: what they ask of the database is counted, and does not grow with their number.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use deltalink::backend::{Backend, RowSink};
use deltalink::error::Result;
use deltalink::sql::Query;

use crate::support::client::{Answer, Client};
use crate::support::gateway::Gateway;
use crate::support::patience::eventually;
use crate::support::sqlite::Database;
use crate::support::standing_before::standing_before;

/// A database that takes its time, and counts what it is asked.
struct Slow {
    inner: Arc<dyn Backend>,
    takes: Duration,
    reads: Arc<AtomicUsize>,
}

standing_before!(Slow, inner, {
    async fn read(&self, query: Query, sink: Box<dyn RowSink>) -> Result<()> {
        self.reads.fetch_add(1, Ordering::SeqCst);
        tokio::time::sleep(self.takes).await;
        self.inner.read(query, sink).await
    }
});

/// The shop, in a database that takes its time.
struct Served {
    database: Database,
    gateway: Gateway,
    reads: Arc<AtomicUsize>,
}

impl Served {
    fn reads(&self) -> usize {
        self.reads.load(Ordering::SeqCst)
    }

    fn stamps(&self) -> usize {
        self.gateway.heard.stamps()
    }

    /// Returns when the database is not asked any more whether anything was committed. The watcher asks four times a second at least.
    fn is_not_watched_any_more(&self) {
        eventually(|| {
            let stamps = self.stamps();
            thread::sleep(Duration::from_millis(600));
            (self.stamps() == stamps).then_some(())
        });
    }
}

fn shop(takes: Duration) -> Served {
    let database = Database::shop();
    let reads = Arc::<AtomicUsize>::default();
    let slow = Slow { inner: database.shared_backend(), takes, reads: Arc::clone(&reads) };
    let gateway = Gateway::start(Arc::new(slow), &database.keys, "").unwrap();
    Served { database, gateway, reads }
}

/// A delta link that has been followed before.
fn known_link(client: &Client) -> String {
    let link = client.track("/odata/Orders").expect(200).delta_link();
    client.get(&link).expect(200);
    link
}

/// The answers to `count` clients that follow `link` at the same time.
fn crowd(client: &Client, link: &str, prefer: &'static str, count: usize) -> Vec<thread::JoinHandle<Answer>> {
    let ask = || {
        let (client, link) = (client.clone(), link.to_owned());
        thread::spawn(move || client.ask("GET", &link).header("Prefer", prefer).send())
    };
    (0..count).map(|_| ask()).collect()
}

fn ids(answer: &Answer) -> Vec<i64> {
    answer.value().iter().map(|item| item["Id"].as_i64().unwrap()).collect()
}

#[test]
fn those_who_ask_the_same_at_the_same_time_share_a_look_and_an_answer() {
    let shop = shop(Duration::from_millis(100));
    let client = shop.gateway.client();
    let link = known_link(&client);
    shop.database.execute("UPDATE Orders SET Note = 'x' WHERE Id = 2");
    let before = shop.reads();
    for asking in crowd(&client, &link, "odata.maxpagesize=100", 100) {
        assert_eq!(ids(&asking.join().unwrap().expect(200)), [2]);
    }
    let reads = shop.reads() - before;
    assert!(reads <= 25, "{reads} reads for 100 clients");
}

#[test]
fn those_who_wait_cost_what_one_who_waits_costs() {
    let shop = shop(Duration::from_millis(5));
    let client = shop.gateway.client();
    let link = known_link(&client);
    for count in [5, 300] {
        let (reads, stamps) = (shop.reads(), shop.stamps());
        for asking in crowd(&client, &link, "wait=3", count) {
            assert!(asking.join().unwrap().expect(200).value().is_empty());
        }
        let (reads, stamps) = (shop.reads() - reads, shop.stamps() - stamps);
        assert!(reads <= 100 && stamps <= 100, "{count} clients: {reads} reads, {stamps} stamps");
    }
    // Nobody waits, so nobody watches.
    shop.is_not_watched_any_more();
}

#[test]
fn a_change_reaches_all_who_wait() {
    let shop = shop(Duration::from_millis(5));
    let client = shop.gateway.client();
    let link = known_link(&client);
    let crowd = crowd(&client, &link, "wait=40", 300);
    // Somebody waits.
    eventually(|| (shop.stamps() > 2).then_some(()));
    let before = shop.reads();
    shop.database.execute("UPDATE Orders SET Note = 'x' WHERE Id = 3");
    for asking in crowd {
        assert_eq!(ids(&asking.join().unwrap().expect(200)), [3]);
    }
    let reads = shop.reads() - before;
    assert!(reads <= 100, "{reads} reads for 300 clients");
}

#[test]
fn whoever_leaves_waits_no_more() {
    let shop = shop(Duration::ZERO);
    let client = shop.gateway.client();
    let link = known_link(&client);
    let path = link.strip_prefix(&client.base).unwrap();
    let mut connection = std::net::TcpStream::connect(shop.gateway.address).unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: {}\r\nPrefer: wait=50\r\n\r\n", shop.gateway.address);
    std::io::Write::write_all(&mut connection, request.as_bytes()).unwrap();
    eventually(|| (shop.stamps() > 2).then_some(()));
    let left = std::time::Instant::now();
    drop(connection);
    shop.is_not_watched_any_more();
    assert!(left.elapsed() < Duration::from_secs(30), "it was still waited for");
}
