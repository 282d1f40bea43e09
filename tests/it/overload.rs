//! More readers at one time than the gateway lets read: some wait for their turn, the others are sent away at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

use deltalink::backend::{Backend, RowSink, Snapshot, Work};
use deltalink::error::Result;
use deltalink::sql::Query;
use tokio::sync::Semaphore;

use crate::support::batch;
use crate::support::client::{Answer, Client};
use crate::support::gateway::Gateway;
use crate::support::patience::{PATIENCE, eventually};
use crate::support::sqlite::Database;
use crate::support::standing_before::standing_before;
use crate::support::wire;

/// A database behind a gate.
struct Gated {
    inner: Arc<dyn Backend>,
    gate: Arc<Gate>,
}

struct Gate {
    /// One permit while it is open, which nobody takes away.
    open: Semaphore,
    /// Reads that have come to it and have not ended.
    under_way: AtomicUsize,
    /// The most that there were at one time.
    most: AtomicUsize,
}

impl Gate {
    fn under_way(&self) -> usize {
        self.under_way.load(Ordering::SeqCst)
    }

    async fn pass<T>(&self, read: impl Future<Output = T>) -> T {
        let under_way = self.under_way.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(under_way, Ordering::SeqCst);
        drop(self.open.acquire().await.unwrap());
        let outcome = read.await;
        self.under_way.fetch_sub(1, Ordering::SeqCst);
        outcome
    }
}

standing_before!(Gated, inner, {
    async fn read(&self, query: Query, sink: Box<dyn RowSink>) -> Result<()> {
        self.gate.pass(self.inner.read(query, sink)).await
    }

    async fn snapshot(&self, queries: Arc<[Query]>, work: Work) -> Result<()> {
        let work: Work = Box::new(move |snapshot: &mut dyn Snapshot| work(snapshot));
        self.gate.pass(self.inner.snapshot(queries, work)).await
    }
});

struct Served {
    gate: Arc<Gate>,
    gateway: Gateway,
    _database: Database,
}

/// The shop behind a closed gate.
fn shop(config: &str) -> Served {
    let database = Database::shop();
    let gate = Arc::new(Gate { open: Semaphore::new(0), under_way: AtomicUsize::new(0), most: AtomicUsize::new(0) });
    let backend = Gated { inner: Arc::new(database.backend()), gate: Arc::clone(&gate) };
    let gateway = Gateway::start(Arc::new(backend), &database.keys, config).unwrap();
    Served { gate, gateway, _database: database }
}

impl Served {
    /// As many clients at once, and their answers as they come.
    fn crowd(&self, clients: usize, ask: fn(&Client) -> Answer) -> mpsc::Receiver<Answer> {
        let (sender, answers) = mpsc::channel();
        for _ in 0..clients {
            let (sender, client) = (sender.clone(), self.gateway.client());
            thread::spawn(move || sender.send(ask(&client)));
        }
        answers
    }

    fn open(&self) {
        self.gate.open.add_permits(1);
    }
}

#[track_caller]
fn assert_overloaded(answer: &Answer) {
    assert_eq!((answer.status, answer.code().as_str()), (503, "Overloaded"));
    answer.header("Retry-After").unwrap().parse::<u32>().expect("whole seconds");
}

#[test]
fn so_many_read_so_many_wait_and_the_others_come_again() {
    let (reads, queued, refused) = (3, 4, 5);
    let shop = shop("[limits]\nmax_reads = 3\nmax_queued = 4\nlongest_queue = \"1m\"");
    let answers = shop.crowd(reads + queued + refused, |client| client.get("/odata/Orders"));
    for _ in 0..refused {
        assert_overloaded(&answers.recv_timeout(PATIENCE).unwrap());
    }
    assert_eq!(shop.gate.under_way(), reads);
    assert!(answers.try_recv().is_err());
    shop.open();
    for _ in 0..reads + queued {
        assert_eq!(answers.recv_timeout(PATIENCE).unwrap().expect(200).value().len(), 3);
    }
    assert_eq!(shop.gate.most.load(Ordering::SeqCst), reads);
    shop.gateway.client().get("/odata/Orders").expect(200);
}

#[test]
fn who_has_waited_for_too_long_comes_again() {
    let shop = shop("[limits]\nmax_reads = 1\nlongest_queue = \"50ms\"");
    let first = shop.crowd(1, |client| client.get("/odata/Orders"));
    eventually(|| (shop.gate.under_way() == 1).then_some(()));
    let client = shop.gateway.client();
    assert_overloaded(&client.get("/odata/Orders"));
    // What needs no database is answered all the same.
    client.get("/odata/").expect(200);
    client.get("/odata/$metadata").expect(200);
    shop.open();
    first.recv_timeout(PATIENCE).unwrap().expect(200);
    // A turn ends a moment after its answer.
    eventually(|| (client.get("/odata/Orders").status == 200).then_some(()));
}

#[test]
fn the_requests_of_a_batch_wait_like_others() {
    let shop = shop("[limits]\nmax_reads = 1\nmax_queued = 0");
    let held = shop.crowd(1, |client| client.get("/odata/Orders"));
    eventually(|| (shop.gate.under_way() == 1).then_some(()));
    let client = shop.gateway.client();
    let items = [batch::get("1", "/odata/Orders(1)")];
    let parts = batch::json(&client, &items).send().expect(200);
    let part = &parts.json()["responses"][0];
    assert_eq!((&part["status"], &part["body"]["error"]["code"]), (&503.into(), &"Overloaded".into()));
    assert_overloaded(&batch::json(&client, &items).header("Isolation", "snapshot").send());
    shop.open();
    held.recv_timeout(PATIENCE).unwrap().expect(200);
    // A turn ends a moment after its answer.
    eventually(|| {
        let status = batch::json(&client, &items).send().expect(200).json()["responses"][0]["status"].clone();
        (status == 200).then_some(())
    });
}

#[test]
fn the_body_of_a_batch_that_does_not_come_is_not_waited_for() {
    let database = Database::shop();
    let gateway = database.serve_with("[limits]\nlongest_body = \"50ms\"");
    let address = gateway.address;
    let head = format!(
        "POST /odata/$batch HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n{{"
    );
    let answer = wire::exchange(address, &head);
    assert_eq!(answer.status, 400, "{}", answer.text());
    assert!(answer.text().contains("has not come within 50ms"), "{}", answer.text());
    let client = gateway.client();
    batch::json(&client, &[batch::get("1", "/odata/Orders(1)")]).send().expect(200);
}

/// A body in chunks, of which one octet comes.
const BEGUN: &str = "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n";

#[test]
fn the_chunks_of_a_batch_that_do_not_come_are_not_waited_for_and_the_connection_is_free() {
    let database = Database::shop();
    let gateway = database.serve_with("[limits]\nlongest_body = \"50ms\"");
    let address = gateway.address;
    let answer = wire::exchange(address, &format!("POST /odata/$batch HTTP/1.1\r\nHost: {address}\r\n{BEGUN}"));
    assert_eq!(answer.status, 400, "{}", answer.text());
    assert!(answer.text().contains("has not come within 50ms"), "{}", answer.text());
}

#[test]
fn a_body_that_nobody_wants_is_not_waited_for() {
    let database = Database::shop();
    let gateway = database.serve_with("[access.roles.reader]\n'*' = true\n");
    let address = gateway.address;
    for (asked, status) in [
        ("GET /healthz", 200),
        ("HEAD /healthz", 200),
        ("POST /healthz", 405),
        ("GET /nothing", 404),
        ("POST /odata/$batch", 401),
        ("GET /odata/Orders", 401),
    ] {
        let answer = wire::exchange(address, &format!("{asked} HTTP/1.1\r\nHost: {address}\r\n{BEGUN}"));
        assert_eq!(answer.status, status, "{asked}: {}", answer.text());
    }
}

#[test]
fn a_connection_is_kept_where_a_body_is_read_to_its_end_and_where_there_is_none() {
    let database = Database::shop();
    let gateway = database.serve_with("");
    let body = "{\"requests\":[{\"id\":\"1\",\"method\":\"GET\",\"url\":\"/odata/Orders(1)\"}]}";
    let posted = |length: &str, body: &str| {
        format!("POST /odata/$batch HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n{length}\r\n\r\n{body}")
    };
    let got = |more: &str| format!("GET /healthz HTTP/1.1\r\nHost: a\r\n{more}\r\n");
    let chunked = format!("{:x}\r\n{body}\r\n0\r\n\r\n", body.len());
    let requests = [
        got(""),
        posted("Transfer-Encoding: chunked", &chunked),
        posted(&format!("Content-Length: {}", body.len()), body),
        got("Content-Length: 0\r\n"),
        got("Connection: close\r\n"),
    ];
    assert_eq!(wire::statuses(gateway.address, &requests), [200; 5]);
}
