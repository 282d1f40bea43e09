//! What the operator sees of requests: one line each, and numbers.

use serde_json::{Value, json};

use super::{Database, Served, nine, path_of, shop};
use crate::support::client::Answer;
use crate::support::log::{self, CANARY};
use crate::support::patience::eventually;
use crate::support::wire;

/// A trace of the caller's.
struct Trace {
    id: String,
    parent: String,
}

impl Trace {
    fn new() -> Self {
        let part = || getrandom::u64().unwrap().max(1);
        Self { id: format!("{:016x}{:016x}", part(), part()), parent: format!("{:016x}", part()) }
    }

    fn header(&self) -> String {
        format!("00-{}-{}-01", self.id, self.parent)
    }
}

/// Asks within a trace; the answer, and the line that was logged.
#[track_caller]
fn ask(served: &Served, method: &'static str, path: &str, prefer: &str) -> (Answer, Value) {
    let trace = Trace::new();
    let asking = served.ask(method, path).header("traceparent", &trace.header()).header("Prefer", prefer);
    let answer = asking.header("Accept-Encoding", "identity").send();
    (answer, log::line(&trace.id))
}

#[track_caller]
fn line(served: &Served, path: &str) -> Value {
    ask(served, "GET", path, "").1
}

/// The members of `line` that `expected` has.
fn part(line: &Value, expected: &Value) -> Value {
    expected.as_object().unwrap().keys().map(|key| (key.clone(), line[key].clone())).collect()
}

#[track_caller]
fn assert_says(line: &Value, expected: &Value) {
    assert_eq!(part(line, expected), *expected, "{line}");
}

#[test]
fn each_request_has_a_line_that_says_what_it_was() {
    let shop = shop();
    let orders = |mode: &str, kind: &str, rows: u64| {
        json!({ "level": "INFO", "method": "GET", "status": 200, "set": "Orders", "mode": mode, "kind": kind, "rows": rows,
                "cut": null, "code": null, "principal": "anonymous" })
    };
    assert_says(&line(&shop, "/odata/Orders"), &orders("entities", "first", 3));
    let (answer, said) = ask(&shop, "GET", "/odata/Orders", "odata.track-changes");
    assert_says(&said, &orders("entities", "initial", 3));
    let link = path_of(&answer.delta_link());
    shop.execute("DELETE FROM Orders WHERE Id = 3");
    assert_says(&line(&shop, &link), &orders("changes", "delta", 1));
    assert_says(&ask(&shop, "GET", &link, "wait=5").1, &orders("wait", "delta", 1));
    assert_says(&line(&shop, &link.replace("Orders?", "Orders/$count?")), &orders("count", "delta", 0));
    assert_says(&line(&shop, "/odata/Orders?$deltatoken=latest"), &orders("changes", "latest", 0));
    let one =
        |mode: &str, rows: u64| json!({ "set": "Orders", "mode": mode, "kind": null, "rows": rows, "status": 200 });
    assert_says(&line(&shop, "/odata/Orders(1)"), &one("entity", 1));
    assert_says(&line(&shop, "/odata/Orders(1)/Note"), &one("property", 1));
    assert_says(&line(&shop, "/odata/Orders/$count"), &one("count", 0));
    for path in ["/odata/", "/odata/$metadata"] {
        assert_says(&line(&shop, path), &json!({ "mode": "document", "set": null, "rows": 0, "status": 200 }));
    }
    for path in ["/healthz", "/readyz"] {
        assert_says(&line(&shop, path), &json!({ "mode": "health", "level": "DEBUG", "status": 200 }));
    }
    assert_says(&line(&shop, "/nothing"), &json!({ "mode": "other", "status": 404, "code": "ResourceNotFound" }));
}

#[test]
fn pages_are_told_apart() {
    let served = nine();
    let mut page = String::from("/odata/Item");
    let mut kinds = Vec::new();
    loop {
        let (answer, said) = ask(&served, "GET", &page, "odata.track-changes, maxpagesize=4");
        kinds.push((said["kind"].as_str().unwrap().to_owned(), said["rows"].as_u64().unwrap()));
        let Some(next) = answer.link("nextLink") else { break };
        page = path_of(&next);
    }
    let expected = [("initial", 4), ("initial-next", 4), ("initial-next", 1)];
    assert_eq!(kinds, expected.map(|(kind, rows)| (kind.to_owned(), rows)));
}

#[test]
fn a_line_says_how_much_was_sent_and_how_long_each_stage_took() {
    let shop = shop();
    let (answer, said) = ask(&shop, "GET", "/odata/Orders", "");
    assert_eq!(said["bytes"], answer.body.len());
    let stages = ["parse_us", "plan_us", "queue_us", "database_us"].map(|stage| said[stage].as_u64().unwrap());
    assert!(stages.iter().sum::<u64>() <= said["whole_us"].as_u64().unwrap(), "{said}");
    let (_, said) = ask(&shop, "HEAD", "/odata/Orders", "");
    assert_says(&said, &json!({ "method": "HEAD", "bytes": 0, "cut": null }));
}

#[test]
fn a_batch_is_one_line() {
    let shop = shop();
    let trace = Trace::new();
    let body = json!({ "requests": [{ "id": "1", "method": "get", "url": "Orders" },
                                    { "id": "2", "method": "get", "url": "Orders(99)" }] });
    let asking = shop.ask("POST", "/odata/$batch").header("traceparent", &trace.header());
    asking.body("application/json", body.to_string()).send().expect(200);
    let expected = json!({ "mode": "batch", "parts": 2, "rows": 3, "status": 200, "code": "ResourceNotFound" });
    assert_says(&log::line(&trace.id), &expected);
}

#[test]
fn who_gets_the_answer_of_somebody_else_is_told_apart() {
    let shop = shop();
    let link = path_of(&shop.delta_link("/odata/Orders"));
    let shared = (0..3).map(|_| line(&shop, &link)["shared"].clone()).collect::<Vec<_>>();
    assert_eq!(shared, [Value::Null, Value::Null, json!(true)]);
}

#[test]
fn who_leaves_in_the_middle_is_told_apart() {
    let database = Database::empty();
    database.execute("CREATE TABLE Note (Id INT NOT NULL PRIMARY KEY, Text TEXT)");
    let text = "x".repeat(1_000_000);
    for id in 0..20 {
        database.execute(&format!("INSERT INTO Note VALUES ({id}, '{text}')"));
    }
    database.track("Note");
    let served = Served::with(database, "");
    let trace = Trace::new();
    let headers = format!("traceparent: {}\r\n", trace.header());
    wire::get_and_leave(served.gateway.address, "/odata/Note", &headers, 100_000);
    assert_says(&log::line(&trace.id), &json!({ "status": 200, "cut": true, "mode": "entities", "set": "Note" }));
}

#[test]
fn who_leaves_while_waiting_is_told_apart() {
    let shop = shop();
    let link = path_of(&shop.delta_link("/odata/Orders"));
    let trace = Trace::new();
    let headers = format!("traceparent: {}\r\nPrefer: wait=40\r\n", trace.header());
    let waiting = wire::begin(shop.gateway.address, &link, &headers);
    eventually(|| shop.gateway.metrics().contains("deltalink_waiting_clients 1\n").then_some(()));
    drop(waiting);
    assert_says(&log::line(&trace.id), &json!({ "status": 499, "cut": true, "mode": "wait", "bytes": 0 }));
}

#[test]
fn a_trace_goes_on_in_the_answer() {
    let shop = shop();
    let trace = Trace::new();
    let answer = shop.get_with("/odata/Orders", "traceparent", &trace.header()).expect(200);
    let told = answer.header("traceparent").unwrap();
    assert!(told.starts_with(&format!("00-{}-", trace.id)) && told.ends_with("-01"), "{told}");
    assert!(!told.contains(&trace.parent), "the step is ours: {told}");
    for wrong in ["", "00-0-0-00", "nonsense"] {
        let answer = shop.get_with("/odata/Orders", "traceparent", wrong).expect(200);
        let told = answer.header("traceparent").unwrap().to_owned();
        log::line(&told[3..35]);
    }
    let refused = shop.get_with("/odata/Nope", "traceparent", &trace.header()).expect(404);
    assert!(refused.header("traceparent").unwrap().contains(&trace.id));
}

#[test]
fn how_long_stages_took_is_told_where_the_operator_wants_it() {
    let shop = shop();
    assert_eq!(shop.get("/odata/Orders").header("Server-Timing"), None);
    let served = Served::with(shop.database, "[log]\nserver_timing = true");
    let told = served.get("/odata/Orders").expect(200).header("Server-Timing").unwrap().to_owned();
    let names: Vec<&str> = told.split(", ").map(|stage| stage.split(';').next().unwrap()).collect();
    assert_eq!(names, ["parse", "plan", "queue", "database"], "{told}");
}

/// The value of a metric.
#[track_caller]
fn value<'a>(text: &'a str, metric: &str) -> &'a str {
    let line = text.lines().find(|line| line.strip_prefix(metric).is_some_and(|rest| rest.starts_with(' ')));
    let line = line.unwrap_or_else(|| panic!("no {metric} in\n{text}"));
    line.rsplit(' ').next().unwrap()
}

#[test]
fn the_metrics_are_exactly_what_was_done() {
    let shop = shop();
    let (first, _) = ask(&shop, "GET", "/odata/Orders", "odata.track-changes");
    let mut bytes = first.body.len();
    bytes += ask(&shop, "GET", "/odata/Orders", "").0.body.len();
    let link = path_of(&first.delta_link());
    for _ in 0..4 {
        ask(&shop, "GET", &link, "");
    }
    ask(&shop, "GET", "/odata/Orders?$deltatoken=AAAA", "");
    ask(&shop, "GET", "/odata/Orders(99)", "");
    let text = shop.gateway.metrics();
    for (metric, expected) in [
        ("deltalink_requests_total{set=\"Orders\",mode=\"entities\",status=\"200\"}", 2),
        ("deltalink_requests_total{set=\"Orders\",mode=\"changes\",status=\"200\"}", 4),
        ("deltalink_requests_total{set=\"Orders\",mode=\"entity\",status=\"404\"}", 1),
        ("deltalink_requests_total{set=\"none\",mode=\"other\",status=\"400\"}", 1),
        ("deltalink_rows_total{set=\"Orders\",mode=\"entities\"}", 6),
        ("deltalink_sent_bytes_total{set=\"Orders\",mode=\"entities\"}", bytes),
        ("deltalink_request_duration_seconds_count{mode=\"changes\"}", 4),
        ("deltalink_request_duration_seconds_bucket{le=\"+Inf\",mode=\"entities\"}", 2),
        ("deltalink_token_refusals_total{reason=\"Invalid\"}", 1),
        ("deltalink_token_refusals_total{reason=\"Pruned\"}", 0),
        ("deltalink_kept_misses_total", 1),
        ("deltalink_kept_hits_total", 2),
        ("deltalink_kept_evictions_total", 0),
        ("deltalink_lost_log_lines_total", 0),
        ("deltalink_reads_running", 0),
        ("deltalink_reads_queued", 0),
        ("deltalink_waiting_clients", 0),
        ("deltalink_pool_used", 0),
        ("deltalink_ready", 1),
        ("deltalink_set_tracking_damaged{set=\"Orders\"}", 0),
    ] {
        assert_eq!(value(&text, metric), expected.to_string(), "{metric} in\n{text}");
    }
    let number = |metric: &str| value(&text, metric).parse::<f64>().unwrap();
    assert!(number("deltalink_kept_bytes") > 0.0 && number("process_start_time_seconds") > 1e9);
    assert!(number("deltalink_set_retention_seconds{set=\"Orders\"}") > 0.0);
    let version = number("deltalink_set_version{set=\"Orders\"}");
    assert!(version >= number("deltalink_set_min_valid_version{set=\"Orders\"}"), "{text}");
}

#[test]
fn reading_the_metrics_again_asks_the_database_nothing_more() {
    let shop = shop();
    shop.gateway.metrics();
    shop.gateway.heard.forget();
    for _ in 0..10 {
        shop.gateway.metrics();
    }
    assert_eq!(shop.gateway.heard.statements(), [""; 0]);
}

/// Every way on which something secret comes in or goes out. The rules stand in `support::log`.
#[test]
fn nothing_of_a_request_or_of_its_rows_is_logged() {
    let database = Database::empty();
    database.execute("CREATE TABLE Bird (Name VARCHAR(40) NOT NULL PRIMARY KEY, Song VARCHAR(80))");
    database.execute(&format!("INSERT INTO Bird VALUES ('{CANARY}', 'the song of the {CANARY}'), ('Ben', NULL)"));
    database.track("Bird");
    let served = Served::with(database, "");
    let link = served.delta_link("/odata/Bird");
    served.execute(&format!("UPDATE Bird SET Song = '{CANARY}!' WHERE Name = 'Ben'"));
    let before = log::lines();
    for path in [
        "/odata/Bird".to_owned(),
        format!("/odata/Bird('{CANARY}')"),
        format!("/odata/Bird('{CANARY}')/Song/$value"),
        format!("/odata/Bird('{CANARY}')/{CANARY}"),
        format!("/odata/{CANARY}"),
        format!("/{CANARY}"),
        format!("/odata/Bird?$filter=Name%20eq%20'{CANARY}'"),
        format!("/odata/Bird?$filter=Name%20eq%20'{CANARY}"),
        format!("/odata/Bird?$filter={CANARY}"),
        format!("/odata/Bird?$search={CANARY}"),
        format!("/odata/Bird?$select={CANARY}"),
        format!("/odata/Bird?{CANARY}={CANARY}"),
        format!("/odata/Bird?$deltatoken={CANARY}"),
        format!("/odata/Bird?$orderby=concat(Name,'{CANARY}')&$top=1"),
        path_of(&link),
    ] {
        let answer = served.ask("GET", &path).header("Authorization", &format!("Bearer {CANARY}"));
        let answer = answer.header("X-Api-Key", CANARY).header("If-None-Match", &format!("\"{CANARY}\""));
        answer.header("Cookie", CANARY).header("Prefer", CANARY).send();
    }
    let body =
        json!({ "requests": [{ "id": CANARY, "method": "get", "url": format!("Bird('{CANARY}')") }] }).to_string();
    for body in [body.as_str(), CANARY] {
        served.ask("POST", "/odata/$batch").body("application/json", body).send();
    }
    assert!(log::lines() > before);
    log::assert_discreet();
}
