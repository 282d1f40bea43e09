//! Several requests as one.

use std::sync::Arc;

use serde_json::json;

use super::{Database, Served, shop};
use crate::support::batch::{self, Item, Part, get, part, parts, statuses};
use crate::support::client::{Answer, Client};
use crate::support::gateway::Gateway;
use crate::support::meanwhile::Meanwhile;

/// The answers to a batch in JSON whose requests ask for `paths`.
#[track_caller]
fn answers(client: &Client, paths: &[&str]) -> Vec<Part> {
    let items: Vec<Item> = paths.iter().zip(1..).map(|(path, id): (_, u32)| get(&id.to_string(), path)).collect();
    parts(&batch::json(client, &items).send().expect(200), paths)
}

const PATHS: [&str; 8] = [
    "/odata/Orders?$top=2",
    "/odata/Orders(1)",
    "/odata/Orders(2)/Note",
    "/odata/Orders(1)/Note/$value",
    "/odata/Orders/$count",
    "/odata/",
    "/odata/$metadata",
    "/odata/Orders(99)",
];

#[test]
fn each_answer_is_what_it_would_be_by_itself() {
    let shop = shop();
    let in_json = answers(&shop.client, &PATHS);
    let requests = PATHS.map(part);
    let requests: Vec<&str> = requests.iter().map(String::as_str).collect();
    let in_parts = parts(&batch::multipart(&shop.client, &requests).send().expect(200), &PATHS);
    assert_eq!((in_json.len(), in_parts.len()), (PATHS.len(), PATHS.len()));
    for ((path, in_json), in_parts) in PATHS.iter().zip(in_json).zip(in_parts) {
        let alone = shop.get(path);
        for part in [&in_json, &in_parts] {
            assert_eq!(part.answer.status, alone.status, "{path}");
            for name in ["Content-Type", "ETag", "OData-Version", "Cache-Control"] {
                assert_eq!(part.answer.header(name), alone.header(name), "{path}: {name}");
            }
        }
        assert_eq!(in_parts.answer.body, alone.body, "{path}");
        let same = if alone.text().starts_with('{') {
            in_json.answer.json() == alone.json()
        } else {
            in_json.answer.body == alone.body
        };
        assert!(same, "{path}: {}", in_json.answer.text());
        assert_eq!(in_parts.id, None);
    }
}

#[test]
fn answers_are_known_by_their_ids_in_either_format() {
    let shop = shop();
    let items = [get("a", "Orders(1)"), get("b", "Orders(2)")];
    for accept in ["application/json", "multipart/mixed"] {
        let answer = batch::json(&shop.client, &items).header("Accept", accept).send().expect(200);
        assert!(answer.header("Content-Type").unwrap().starts_with(accept));
        let ids: Vec<_> =
            parts(&answer, &["/odata/Orders(1)", "/odata/Orders(2)"]).into_iter().map(|part| part.id).collect();
        assert_eq!(ids, [Some("a".to_owned()), Some("b".to_owned())]);
    }
    let named = part("Orders(1)").replacen("\n\n", "\nContent-ID: a\n\n", 1);
    let answer = batch::multipart(&shop.client, &[&named, &part("Orders(2)")]).header("Accept", "application/json");
    let ids: Vec<_> = parts(&answer.send().expect(200), &[]).into_iter().map(|part| part.id).collect();
    assert_eq!(ids, [Some("a".to_owned()), None]);
}

#[test]
fn an_empty_batch_has_no_answers() {
    let shop = shop();
    assert_eq!(batch::json(&shop.client, &[]).send().expect(200).json(), json!({ "responses": [] }));
    assert!(parts(&batch::multipart(&shop.client, &[]).send().expect(200), &[]).is_empty());
    let isolated = batch::json(&shop.client, &[]).header("Isolation", "snapshot").send().expect(200);
    assert!(parts(&isolated, &[]).is_empty());
}

#[test]
fn every_request_has_its_own_outcome() {
    let shop = shop();
    let expired = shop.delta_link("/odata/Orders").replace("Orders?", "Customer?");
    let paths = ["Orders(1)", "Nope", "Orders?$top=x", &expired, "Orders(77)", "Orders(2)"];
    for isolation in ["", "snapshot"] {
        let items: Vec<Item> = paths.iter().zip(1..).map(|(path, id): (_, u32)| get(&id.to_string(), path)).collect();
        let answer = batch::json(&shop.client, &items).header("Isolation", isolation).send().expect(200);
        let parts = parts(&answer, &[]);
        assert_eq!(statuses(&parts), [200, 404, 400, 400, 404, 200]);
        assert_eq!(parts[3].answer.code(), "DeltaTokenInvalid");
    }
}

#[test]
fn what_is_no_read_is_refused_in_its_place() {
    let shop = shop();
    let items = [
        get("1", "Orders").with("method", json!("post")).with("body", json!({ "Id": 9 })),
        get("2", "Orders").with("atomicityGroup", json!("g")),
        get("3", "$2/Lines"),
        get("4", "Orders").with("if", json!("$1/$succeeded")),
        get("5", "$batch"),
        get("6", "https://example.org/odata/Orders"),
        get("7", "/healthz"),
        get("8", "Orders").header("isolation", "snapshot"),
        get("9", "Orders(1)").with("method", json!("GET")),
    ];
    let parts = parts(&batch::json(&shop.client, &items).send().expect(200), &[]);
    assert_eq!(statuses(&parts), [405, 400, 501, 424, 400, 400, 404, 412, 200]);
    assert_eq!(parts[0].answer.header("Allow"), Some("GET"));
}

#[test]
fn a_request_waits_for_those_that_it_depends_on() {
    let shop = shop();
    let items = [
        get("1", "Orders(1)"),
        get("2", "Orders(99)"),
        get("3", "Orders(3)").with("dependsOn", json!(["1"])),
        get("4", "Orders(3)").with("dependsOn", json!(["1", "2"])),
        get("5", "Orders(3)").with("dependsOn", json!(["6"])),
        get("6", "Orders(3)").with("dependsOn", json!(["4"])),
    ];
    for isolation in ["", "snapshot"] {
        let answer = batch::json(&shop.client, &items).header("Isolation", isolation).send().expect(200);
        let parts = parts(&answer, &[]);
        assert_eq!(statuses(&parts), [200, 404, 200, 424, 400, 424]);
        assert_eq!(parts[3].answer.code(), "FailedDependency");
    }
}

#[test]
fn what_stands_behind_an_error_is_done_where_the_format_or_the_client_says_so() {
    let shop = shop();
    let items = [get("1", "Orders(1)"), get("2", "Nope"), get("3", "Orders(3)")];
    let requests = ["Orders(1)", "Nope", "Orders(3)"].map(part);
    let requests: Vec<&str> = requests.iter().map(String::as_str).collect();
    let all = [200, 404, 200];
    for isolation in ["", "snapshot"] {
        for (prefer, in_json, in_parts) in [
            ("wait=5", &all[..], &all[..2]),
            ("continue-on-error", &all, &all),
            ("odata.continue-on-error=true", &all, &all),
            ("continue-on-error=false", &all[..2], &all[..2]),
        ] {
            let as_asked = |answer: Answer, expected: &[u16]| {
                assert_eq!(statuses(&parts(&answer, &[])), expected, "{prefer}");
                let applied = match prefer {
                    "wait=5" => None,
                    "continue-on-error" => Some("continue-on-error=true"),
                    said => Some(said),
                };
                assert_eq!(answer.header("Preference-Applied"), applied);
            };
            let headers = [("Prefer", prefer), ("Isolation", isolation)];
            let sent = |asking: crate::support::client::Asking<'_>| {
                headers.iter().fold(asking, |asking, (name, value)| asking.header(name, value)).send().expect(200)
            };
            as_asked(sent(batch::json(&shop.client, &items)), in_json);
            as_asked(sent(batch::multipart(&shop.client, &requests)), in_parts);
        }
    }
}

#[test]
fn a_change_set_is_one_refusal() {
    let shop = shop();
    let set = "Content-Type: multipart/mixed; boundary=set\n\n--set\nContent-Type: application/http\nContent-ID: 1\n\nDELETE Orders(1) HTTP/1.1\n\n--set\nContent-Type: application/http\nContent-ID: 2\n\nDELETE Orders(2) HTTP/1.1\n\n--set--\n";
    let asking = batch::multipart(&shop.client, &[&part("Orders(1)"), set, &part("Orders(2)")]);
    let answer = asking.header("Prefer", "continue-on-error").send().expect(200);
    assert_eq!(statuses(&parts(&answer, &[])), [200, 405, 200]);
    assert_eq!(shop.get("/odata/Orders/$count").text(), "3");
}

#[test]
fn the_version_and_the_format_of_the_batch_are_those_of_its_requests() {
    let shop = shop();
    let items =
        [get("1", "Orders(1)"), get("2", "Orders(1)").header("odata-maxversion", "4.0").header("Accept", "*/*")];
    let asking = batch::json(&shop.client, &items).header("OData-MaxVersion", "4.01");
    let answer = asking.header("Accept", "multipart/mixed, application/json;metadata=full").send().expect(200);
    assert_eq!(answer.header("OData-Version"), Some("4.01"));
    let parts = parts(&answer, &["/odata/Orders(1)", "/odata/Orders(1)"]);
    assert_eq!(parts[0].answer.header("Content-Type"), Some("application/json;metadata=full"));
    assert_eq!(parts[1].answer.header("Content-Type"), Some("application/json;odata.metadata=minimal"));
}

#[test]
fn what_is_no_batch_is_refused_as_a_whole() {
    let shop = shop();
    let refused = |content_type: &str, body: &str, status: u16| {
        let asking = shop.ask("POST", "/odata/$batch").body(content_type, body);
        assert_eq!(asking.send().status, status, "{content_type}: {body}");
    };
    refused("application/json", "{\"requests\":[{}]}", 400);
    refused("application/json", "", 400);
    refused("multipart/mixed; boundary=b", "--b\r\n", 400);
    refused("multipart/mixed", "--b--\r\n", 400);
    refused("text/plain", "{\"requests\":[]}", 415);
    let one = |id: usize| format!("{{\"id\":\"{id}\",\"method\":\"get\",\"url\":\"Orders(1)\"}}");
    let many = |count: usize| format!("{{\"requests\":[{}]}}", (0..count).map(one).collect::<Vec<_>>().join(","));
    refused("application/json", &many(101), 400);
    refused("application/json", &many(100), 200);
    let query = shop.ask("POST", "/odata/$batch?$top=1").body("application/json", many(1)).send();
    assert_eq!(query.expect(400).code(), "InvalidValue");
    let packed = shop.ask("POST", "/odata/$batch").body("application/json", many(1)).header("Content-Encoding", "gzip");
    packed.send().expect(415);
    let xml = shop.ask("POST", "/odata/$batch").body("application/json", many(1)).header("Accept", "application/xml");
    xml.send().expect(406);
}

#[test]
fn a_batch_that_is_too_large_is_refused() {
    let shop = shop();
    let body = format!("{{\"requests\":[],\"@note\":\"{}\"}}", "x".repeat(1024 * 1024));
    let answer = shop.ask("POST", "/odata/$batch").body("application/json", body).send();
    assert_eq!(answer.expect(413).code(), "PayloadTooLarge");
}

/// A shop where something is done once so many reads of the gateway have ended.
fn shop_where(after: usize, change: impl Fn(&Database) + Send + Sync + 'static) -> (Arc<Database>, Gateway) {
    let database = Arc::new(Database::shop());
    let writing = Arc::clone(&database);
    let backend = Meanwhile::new(database.shared_backend(), after, move || change(&writing));
    let gateway = Gateway::start(Arc::new(backend), &database.keys, "").unwrap();
    (database, gateway)
}

const ADDED_AND_GONE: &str = "INSERT INTO Orders (Id, Note) VALUES (4, 'new');
    DELETE FROM Orders WHERE Id = 1;
    UPDATE Customer SET Name = 'Carla' WHERE Name = 'Ben'";

fn both_sets() -> [Item; 3] {
    [get("1", "Orders").tracked(), get("2", "Customer").tracked(), get("3", "Orders/$count")]
}

fn customers(answer: &Answer) -> Vec<String> {
    answer.value().iter().map(|customer| customer["Name"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_snapshot_shows_all_sets_at_one_moment_and_its_links_bring_what_came_since() {
    let (_database, gateway) = shop_where(1, |database| database.execute(ADDED_AND_GONE));
    let client = gateway.client();
    let answer = batch::json(&client, &both_sets()).header("Isolation", "snapshot").send().expect(200);
    let parts = parts(&answer, &["/odata/Orders", "/odata/Customer", "/odata/Orders/$count"]);
    let [orders, customer, count] = &parts[..] else { panic!("{parts:?}") };
    assert_eq!(super::ids(&orders.answer), [1, 2, 3]);
    assert_eq!(customers(&customer.answer), ["Anna", "Ben"]);
    assert_eq!(count.answer.text(), "3");
    // The links go on from that moment, both of them.
    let delta = client.get(&orders.answer.delta_link()).expect(200);
    let mut changes: Vec<String> =
        delta.value().iter().map(|item| item["Id"].to_string() + item["reason"].as_str().unwrap_or_default()).collect();
    changes.sort_unstable();
    assert_eq!(changes, ["4", "nulldeleted"]);
    assert_eq!(customers(&client.get(&customer.answer.delta_link()).expect(200)), ["Carla"]);
}

#[test]
fn delta_links_are_followed_together_in_one_snapshot() {
    let (database, gateway) =
        shop_where(3, |database| database.execute("UPDATE Customer SET Name = 'Dora' WHERE Name = 'Carla'"));
    let client = gateway.client();
    let [orders, customer] =
        ["/odata/Orders", "/odata/Customer"].map(|path| client.track(path).expect(200).delta_link());
    database.execute(ADDED_AND_GONE);
    let items = [get("1", &orders), get("2", &customer)];
    let answer = batch::json(&client, &items).header("OData-Isolation", "snapshot").send().expect(200);
    let parts = parts(&answer, &["/odata/Orders", "/odata/Customer"]);
    assert_eq!(parts[0].answer.value().len(), 2);
    assert_eq!(customers(&parts[1].answer), ["Carla"]);
    assert_eq!(customers(&client.get(&parts[1].answer.delta_link()).expect(200)), ["Dora"]);
}

#[test]
fn without_isolation_each_request_shows_its_own_moment() {
    let (_database, gateway) = shop_where(1, |database| database.execute(ADDED_AND_GONE));
    let answer = batch::json(&gateway.client(), &both_sets()).send().expect(200);
    let parts = parts(&answer, &["/odata/Orders", "/odata/Customer", "/odata/Orders/$count"]);
    assert_eq!(super::ids(&parts[0].answer), [1, 2, 3]);
    assert_eq!(customers(&parts[1].answer), ["Anna", "Carla"]);
}

#[test]
fn a_schema_that_changes_before_the_snapshot_is_read_anew() {
    let (_database, gateway) = shop_where(0, |database| database.rename_column("Customer", "Name", "Title"));
    let answer = batch::json(&gateway.client(), &both_sets()).header("Isolation", "snapshot").send().expect(200);
    let parts = parts(&answer, &["/odata/Orders", "/odata/Customer", "/odata/Orders/$count"]);
    assert_eq!(statuses(&parts), [200, 200, 200]);
    assert_eq!(parts[1].answer.value()[0]["Title"], "Anna");
}

#[test]
fn an_expired_link_does_not_spoil_the_snapshot_of_the_others() {
    let Some(shop): Option<Served> = super::prunable_shop() else { return };
    let link = shop.delta_link("/odata/Orders");
    shop.execute("UPDATE Orders SET Note = 'x' WHERE Id = 1");
    shop.execute("UPDATE Orders SET Note = 'y' WHERE Id = 1");
    shop.database.prune("Orders");
    let items = [get("1", "Customer").tracked(), get("2", &link), get("3", "Orders").tracked()];
    let answer = batch::json(&shop.client, &items).header("Isolation", "snapshot").send().expect(200);
    let parts = parts(&answer, &["/odata/Customer", "/odata/Orders", "/odata/Orders"]);
    assert_eq!(statuses(&parts), [200, 410, 200]);
    assert!(parts[1].answer.header("Location").unwrap().ends_with("/odata/Orders"));
    shop.get(&parts[2].answer.delta_link()).expect(200);
}
