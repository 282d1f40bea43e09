//! What an operator sees of the built binary: its log, and the address that tells how it is.

use std::path::Path;

use serde_json::Value;

use crate::support::client::{Answer, Client};
use crate::support::patience::eventually;
use crate::support::process::{Process, deltalink};
use crate::support::sqlite::Database;
use crate::support::wire;

/// The server on `test.db` in `folder`, and a client of the address for its operator.
fn serve(folder: &Path, environment: &[(&str, &str)]) -> (Process, Client, Client) {
    let mut command = deltalink(folder);
    command.args(["serve", "--database", "sqlite:test.db", "--metrics-listen", "127.0.0.1:0"]);
    command.envs(environment.iter().copied());
    let (process, client) = Process::serving(command);
    let operators = process.wait_for(|_, err| {
        let (_, rest) = err.split_once("telling how it is at ")?;
        rest.split_once("/metrics").map(|(base, _)| base.to_owned())
    });
    (process, client, Client::new(&operators))
}

/// What is told only to operators stands in no contract.
#[track_caller]
fn ask(operators: &Client, path: &str) -> Answer {
    operators.ask("GET", path).try_send().unwrap()
}

/// The lines of a log, each one JSON object, that are of requests.
#[track_caller]
fn requests(log: &str) -> Vec<Value> {
    let lines =
        log.lines().map(|line| serde_json::from_str::<Value>(line).unwrap_or_else(|_| panic!("no JSON: {line}")));
    lines.filter(|line| line["target"] == "deltalink::request").collect()
}

#[test]
fn the_operators_address_tells_metrics_and_health_and_nothing_else() {
    let database = Database::shop();
    let (process, client, operators) = serve(database.folder.path(), &[]);
    client.get("/odata/Orders").expect(200);
    let metrics = ask(&operators, "/metrics").expect(200);
    assert_eq!(metrics.header("Content-Type"), Some("application/openmetrics-text; version=1.0.0; charset=utf-8"));
    assert!(metrics.text().contains("deltalink_set_version{set=\"Orders\"}") && metrics.text().ends_with("# EOF\n"));
    assert_eq!(ask(&operators, "/healthz").expect(200).text(), "ok");
    let health = ask(&operators, "/readyz").expect(200).json();
    assert_eq!(health["status"], "ready");
    let checks: Vec<&String> = health["checks"].as_object().unwrap().keys().collect();
    assert_eq!(checks, ["cleanup", "connections", "database", "process", "reads", "tracking"]);
    assert!(health["checks"].as_object().unwrap().values().all(|check| check["ok"] == true), "{health}");
    ask(&operators, "/odata/Orders").expect(404);
    client.get("/metrics").expect(404);
    process.stop().expect(0);
}

#[test]
fn what_is_wrong_is_told_to_the_operator_and_not_to_others() {
    let database = Database::shop();
    let (process, client, operators) = serve(database.folder.path(), &[]);
    let (_, triggers) = database.log("Orders");
    database.execute(&format!("DROP TRIGGER \"{}\"", triggers[0]));
    let damaged = eventually(|| {
        let health = ask(&operators, "/readyz").expect(200).json();
        Some(health).filter(|health| health["checks"]["tracking"]["ok"] == false)
    });
    assert!(damaged["checks"]["tracking"]["problem"].as_str().unwrap().contains("Orders"), "{damaged}");
    client.get("/readyz").expect(200);
    database.take_away();
    let unready = eventually(|| Some(ask(&operators, "/readyz")).filter(|answer| answer.status == 503)).json();
    assert_eq!((&unready["status"], &unready["checks"]["database"]["ok"]), (&"not ready".into(), &false.into()));
    assert_eq!(client.get("/readyz").expect(503).text(), "not ready");
    eventually(|| ask(&operators, "/metrics").text().contains("deltalink_ready 0\n").then_some(()));
    database.bring_back();
    process.stop().expect(0);
}

#[test]
fn a_process_that_is_about_to_end_is_not_ready() {
    let database = Database::empty();
    database.execute("CREATE TABLE Note (Id INTEGER PRIMARY KEY, Text TEXT)");
    for _ in 0..20 {
        database.execute("INSERT INTO Note (Text) VALUES (hex(zeroblob(500000)))");
    }
    database.track("Note");
    let (process, client, operators) = serve(database.folder.path(), &[]);
    let address = client.base.strip_prefix("http://").unwrap().parse().unwrap();
    let reading = wire::begin(address, "/odata/Note", "");
    eventually(|| ask(&operators, "/metrics").text().contains("deltalink_reads_running 1\n").then_some(()));
    process.terminate();
    let unready = eventually(|| Some(ask(&operators, "/readyz")).filter(|answer| answer.status == 503)).json();
    assert_eq!(unready["checks"]["process"]["problem"], "the process is about to end");
    drop(reading);
    process.finish().expect(0);
}

#[test]
fn an_address_for_the_operator_that_is_taken_is_told() {
    let database = Database::shop();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let mut command = deltalink(database.folder.path());
    command.args(["serve", "--database", "sqlite:test.db", "--listen", "127.0.0.1:0", "--metrics-listen", &address]);
    let error = Process::start(command).finish().expect(1).err;
    assert!(error.contains(&format!("Cannot listen at {address}")) && error.contains("--metrics-listen"), "{error}");
}

#[test]
fn the_log_can_be_json() {
    let database = Database::shop();
    let (process, client, _) = serve(database.folder.path(), &[("DELTALINK_LOG_FORMAT", "json")]);
    client.get("/odata/Orders").expect(200);
    client.get("/healthz").expect(200);
    let requests = requests(&process.stop().expect(0).err);
    assert_eq!(requests.len(), 1, "health is told at debug only: {requests:?}");
    assert_eq!((&requests[0]["set"], &requests[0]["rows"]), (&"Orders".into(), &3.into()));
}

#[test]
fn the_configuration_sets_the_log_and_the_environment_wins() {
    let database = Database::shop();
    let config = "[log]\nformat = 'json'\nlevel = 'warn'\n[metrics]\nlisten = '127.0.0.1:0'";
    std::fs::write(database.folder.path().join("my.toml"), config).unwrap();
    for (filter, expected) in [("info", 1), ("warn,deltalink=info", 1)] {
        let mut command = deltalink(database.folder.path());
        command.args(["serve", "--database", "sqlite:test.db", "--config", "my.toml"]).env("DELTALINK_LOG", filter);
        let (process, client) = Process::serving(command);
        client.get("/odata/Orders").expect(200);
        assert_eq!(requests(&process.stop().expect(0).err).len(), expected);
    }
    std::fs::write(database.folder.path().join("my.toml"), "[log]\nformat = 'json'").unwrap();
    let mut command = deltalink(database.folder.path());
    command.args(["--log-format", "human", "serve", "--database", "sqlite:test.db", "--config", "my.toml"]);
    let (process, client) = Process::serving(command);
    client.get("/odata/Orders").expect(200);
    let log = process.stop().expect(0).err;
    assert!(log.contains("deltalink::request") && !log.contains('{'), "{log}");
}

#[test]
fn an_empty_filter_of_the_log_is_none_and_a_wrong_one_is_refused() {
    let database = Database::shop();
    let (process, client, _) =
        serve(database.folder.path(), &[("DELTALINK_LOG", ""), ("DELTALINK_LOG_FORMAT", "json")]);
    client.get("/odata/Orders").expect(200);
    assert_eq!(requests(&process.stop().expect(0).err).len(), 1);
    for wrong in ["verbose", "deltalink=loud", "info,"] {
        let mut command = deltalink(database.folder.path());
        command.args(["serve", "--database", "sqlite:test.db", "--listen", "127.0.0.1:0"]).env("DELTALINK_LOG", wrong);
        let refused = Process::start(command).finish().expect(1).err;
        assert!(refused.contains("DELTALINK_LOG: ") && refused.contains("TARGET=LEVEL"), "{refused}");
    }
}

/// At the finest level, too. The rules stand in `support::log`, and `Process` holds every log against them.
#[test]
fn the_finest_log_tells_no_secrets() {
    let database = Database::shop();
    let (process, client, operators) = serve(database.folder.path(), &[("DELTALINK_LOG", "trace")]);
    let link = client.track("/odata/Orders").expect(200).delta_link();
    client.get(&link).expect(200);
    client.get("/odata/Customer?$filter=Email%20eq%20'anna@example.com'").expect(200);
    client.get("/odata/Customer(00000000-0000-4000-8000-000000000001)").expect(200);
    client.get("/odata/Nothing").expect(404);
    ask(&operators, "/metrics").expect(200);
    let log = process.stop().expect(0).err;
    assert!(log.contains("TRACE") || log.contains("DEBUG"), "{log}");
}
