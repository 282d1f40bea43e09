//! API keys: where they may stand, and what who brings none, or a wrong one, is told.

use deltalink::access::ApiKey;

use super::{basic, bearer, entry, knowing};
use crate::support::batch;
use crate::support::client::{Answer, Client};
use crate::support::gateway::Gateway;
use crate::support::sqlite::Database;

/// Everything that lies behind authentication.
const BEHIND: [&str; 8] = [
    "/odata",
    "/odata/",
    "/odata/$metadata",
    "/odata/Orders",
    "/odata/Orders(1)",
    "/odata/Orders/$count",
    "/%6Fdata/Orders",
    "/odata/Nope",
];

fn serving(config: &str) -> (Database, Gateway) {
    let database = Database::shop();
    let gateway = database.serve_with(config);
    (database, gateway)
}

fn with(client: &Client, name: &str, value: &str) -> Answer {
    client.ask("GET", "/odata/Orders").header(name, value).send()
}

/// The ways in which a refused client may become known, in their order.
fn challenges(answer: &Answer) -> Vec<&str> {
    let told = answer.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("WWW-Authenticate"));
    told.map(|(_, value)| value.as_str()).collect()
}

#[test]
fn a_key_is_taken_from_every_place_that_clients_know() {
    let (anna, ben) = (ApiKey::generate(), ApiKey::generate());
    let (_database, gateway) = serving(&knowing(&[&anna, &ben], ""));
    let client = gateway.client();
    for key in [anna.reveal(), ben.reveal()] {
        for (name, value) in [
            ("Authorization", bearer(key)),
            ("Authorization", format!("bearer {key}")),
            ("Authorization", basic("anybody", key)),
            ("Authorization", basic("", key)),
            ("X-API-Key", key.to_owned()),
            ("x-api-key", key.to_owned()),
        ] {
            assert_eq!(with(&client, name, &value).expect(200).value().len(), 3, "{name}");
        }
    }
}

#[test]
fn nothing_below_the_service_root_is_had_without_credentials() {
    let key = ApiKey::generate();
    let (_database, gateway) = serving(&knowing(&[&key], ""));
    let client = gateway.client();
    for path in BEHIND {
        for method in ["GET", "HEAD", "POST", "DELETE", "OPTIONS"] {
            let answer = client.ask(method, path).try_send().unwrap();
            assert_eq!(answer.status, 401, "{method} {path}");
            assert!(!answer.text().contains("Orders") && !answer.text().contains("Nope"), "{}", answer.text());
        }
    }
    assert_eq!(batch::json(&client, &[batch::get("1", "Orders")]).send().expect(401).code(), "Unauthorized");
    for path in ["/", "/healthz", "/readyz", "/openapi.yaml", "/schemas/error.schema.json"] {
        assert!(client.get(path).status < 400, "{path}");
    }
}

#[test]
fn who_is_not_known_is_told_how_to_become_known_and_nothing_else() {
    let key = ApiKey::generate();
    let (_database, gateway) = serving(&knowing(&[&key], ""));
    let client = gateway.client();
    let plain = ["Bearer realm=\"deltalink\"", "Basic realm=\"deltalink\", charset=\"UTF-8\""];
    let nothing = client.get("/odata/Orders").expect(401);
    assert_eq!(challenges(&nothing), plain);
    assert_eq!(nothing.header("Cache-Control"), Some("no-store"));
    let stranger = ApiKey::generate();
    let almost = format!("{}A", &key.reveal()[..46]);
    let almost = if almost == key.reveal() { format!("{}B", &key.reveal()[..46]) } else { almost };
    for (name, value) in [
        ("Authorization", bearer(stranger.reveal())),
        ("Authorization", bearer(&almost)),
        ("Authorization", basic(key.reveal(), "")),
        ("Authorization", basic(key.reveal(), "x")),
        ("Authorization", "Basic".to_owned()),
        ("Authorization", "Basic !!!!".to_owned()),
        ("Authorization", key.reveal().to_owned()),
        ("Authorization", format!("Digest {}", key.reveal())),
        ("X-API-Key", String::new()),
        ("X-API-Key", stranger.reveal().to_owned()),
        ("X-API-Key", key.reveal().to_lowercase()),
        ("X-API-Key", key.digest().to_string()),
        ("X-API-Key", bearer(key.reveal())),
        ("X-API-Key", "k".repeat(20_000)),
    ] {
        let answer = with(&client, name, &value).expect(401);
        assert_eq!((challenges(&answer), answer.text()), (plain.to_vec(), nothing.text()), "{name}");
    }
    let token = with(&client, "Authorization", "Bearer a.b.c").expect(401);
    assert_eq!(challenges(&token)[0], "Bearer realm=\"deltalink\", error=\"invalid_token\"");
    assert_eq!(token.text(), nothing.text());
}

#[test]
fn a_key_that_has_expired_is_refused() {
    let (early, late) = (ApiKey::generate(), ApiKey::generate());
    let until = |moment: &str| format!("expires = \"{moment}\"\n");
    let keys = entry(&early, "early", "reader") + &until("2020-01-01T00:00:00Z") + &entry(&late, "late", "reader");
    let (_database, gateway) = serving(&format!("{}{keys}{}", knowing(&[], ""), until("2999-01-01T00:00:00Z")));
    let client = gateway.client();
    with(&client, "X-API-Key", early.reveal()).expect(401);
    with(&client, "X-API-Key", late.reveal()).expect(200);
}

#[test]
fn two_keys_may_have_one_owner_while_one_is_changed() {
    let (old, new) = (ApiKey::generate(), ApiKey::generate());
    let config = knowing(&[], "") + &entry(&old, "anna", "reader");
    let database = Database::shop();
    let gateway = database.serve_with(&format!("{config}{}", entry(&new, "anna", "reader")));
    let client = gateway.client();
    let track = client.ask("GET", "/odata/Orders").header("X-API-Key", old.reveal());
    let link = track.header("Prefer", "odata.track-changes").send().expect(200).delta_link();
    client.ask("GET", &link).header("X-API-Key", new.reveal()).send().expect(200);
    let other = database.try_serve_with(&format!("{config}{}", entry(&new, "anna", "nobody"))).err().unwrap();
    assert!(other.to_string().contains("other roles or claims"), "{other}");
}

#[test]
fn who_may_read_nothing_is_known_and_refused() {
    let key = ApiKey::generate();
    let (_database, gateway) = serving(&(knowing(&[], "") + &entry(&key, "dora", "nobody")));
    let client = gateway.client();
    for path in BEHIND {
        let answer = client.ask("GET", path).header("X-API-Key", key.reveal()).try_send().unwrap();
        assert_eq!((answer.status, answer.code()), (403, "Forbidden".to_owned()), "{path}");
        assert_eq!(challenges(&answer), [""; 0]);
    }
}

#[test]
fn who_brings_nothing_is_anonymous_where_that_is_somebody() {
    let key = ApiKey::generate();
    let (_database, gateway) = serving(&knowing(&[&key], "anonymous = [\"reader\"]"));
    let client = gateway.client();
    client.get("/odata/Orders").expect(200);
    with(&client, "X-API-Key", key.reveal()).expect(200);
    for wrong in ["Bearer", "Bearer dlk_wrong", "Negotiate abc", "Basic Og=="] {
        with(&client, "Authorization", wrong).expect(401);
    }
}

#[test]
fn a_request_brings_one_credential() {
    let (anna, ben) = (ApiKey::generate(), ApiKey::generate());
    let (_database, gateway) = serving(&knowing(&[&anna, &ben], ""));
    let client = gateway.client();
    let both = |authorization: &str, header: &str| {
        client.ask("GET", "/odata/Orders").header("Authorization", authorization).header("X-API-Key", header).send()
    };
    both(&bearer(anna.reveal()), anna.reveal()).expect(200);
    both("Bearer", anna.reveal()).expect(200);
    for other in [bearer(ben.reveal()), basic("", ben.reveal()), "Bearer a.b.c".to_owned(), "Negotiate abc".to_owned()]
    {
        let answer = both(&other, anna.reveal()).expect(400);
        assert_eq!(answer.code(), "InvalidValue");
        assert!(!answer.text().contains("dlk_"), "{}", answer.text());
    }
    let twice = client.ask("GET", "/odata/Orders").header("X-API-Key", anna.reveal()).header("X-API-Key", ben.reveal());
    twice.send().expect(400);
}

#[test]
fn the_header_may_have_another_name() {
    let key = ApiKey::generate();
    let (_database, gateway) = serving(&knowing(&[&key], "api_key_header = \"Ocp-Apim-Subscription-Key\""));
    let client = gateway.client();
    let answer = with(&client, "Ocp-Apim-Subscription-Key", key.reveal()).expect(200);
    assert!(answer.header("Vary").unwrap().ends_with(", Authorization, ocp-apim-subscription-key"));
    with(&client, "X-API-Key", key.reveal()).expect(401);
}

#[test]
fn answers_are_kept_for_nobody_else() {
    let key = ApiKey::generate();
    let (_database, gateway) = serving(&knowing(&[&key], ""));
    let client = gateway.client();
    let paged = client.ask("GET", "/odata/Orders").header("X-API-Key", key.reveal());
    let first = paged.header("Prefer", "odata.track-changes, odata.maxpagesize=1").send().expect(200);
    let next = client.ask("GET", &first.link("nextLink").unwrap()).header("X-API-Key", key.reveal()).send().expect(200);
    assert_eq!(next.header("Cache-Control"), Some("private, max-age=3600, immutable"));
    assert!(next.header("Vary").unwrap().ends_with(", Authorization, x-api-key"));
}

#[test]
fn the_parts_of_a_batch_are_of_whoever_sent_it() {
    let key = ApiKey::generate();
    let (_database, gateway) = serving(&knowing(&[&key], ""));
    let client = gateway.client();
    let body = format!(
        "{{\"requests\":[{{\"id\":\"1\",\"method\":\"get\",\"url\":\"Orders\",\"headers\":{{\"authorization\":\"{}\"}}}}]}}",
        bearer(key.reveal())
    );
    let ask = || client.ask("POST", "/odata/$batch").body("application/json", body.clone());
    ask().send().expect(401);
    let answer = ask().header("X-API-Key", key.reveal()).send().expect(200);
    assert_eq!(answer.json()["responses"][0]["status"], 200);
    let stranger = body.replace(key.reveal(), "stranger");
    let answer = client.ask("POST", "/odata/$batch").body("application/json", stranger);
    let answer = answer.header("X-API-Key", key.reveal()).send().expect(200);
    assert_eq!(answer.json()["responses"][0]["status"], 200, "it is not looked at");
}

#[test]
fn a_page_of_an_allowed_origin_may_ask_before_it_brings_its_key() {
    let key = ApiKey::generate();
    let config = format!("{}[service]\ncors_origins = [\"https://app.example.com\"]\n", knowing(&[&key], ""));
    let (_database, gateway) = serving(&config);
    let client = gateway.client();
    let from = |method| client.ask(method, "/odata/Orders").header("Origin", "https://app.example.com");
    let before = from("OPTIONS").header("Access-Control-Request-Method", "GET");
    let before = before.header("Access-Control-Request-Headers", "authorization,x-api-key").try_send().unwrap();
    assert_eq!(before.status, 200);
    let allowed = before.header("Access-Control-Allow-Headers").unwrap().to_lowercase();
    assert!(allowed.contains("authorization") && allowed.contains("x-api-key"), "{allowed}");
    let refused = from("GET").try_send().unwrap();
    assert_eq!((refused.status, refused.header("Access-Control-Allow-Origin")), (401, Some("https://app.example.com")));
}
