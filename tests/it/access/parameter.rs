//! API keys in the query, for clients that know no other place: taken, and found nowhere again.

use deltalink::access::ApiKey;

use super::{bearer, entry, knowing};
use crate::support::client::{Answer, Client};
use crate::support::gateway::Gateway;
use crate::support::sqlite::Database;

fn serving(keys: &[&ApiKey]) -> (Database, Gateway) {
    let database = Database::shop();
    let gateway = database.serve_with(&knowing(keys, "api_key_parameter = \"apikey\""));
    (database, gateway)
}

/// Asks with the key behind whatever options the URL has.
fn asked(client: &Client, link: &str, key: &ApiKey, prefer: &str) -> Answer {
    let and = if link.contains('?') { '&' } else { '?' };
    client.ask("GET", &format!("{link}{and}apikey={}", key.reveal())).header("Prefer", prefer).send()
}

#[track_caller]
fn assert_silent(answer: &Answer, key: &ApiKey) {
    let whole = format!("{:?}{}", answer.headers, answer.text());
    assert!(!whole.contains(key.reveal()) && !whole.contains("apikey"), "{whole}");
    assert_eq!(answer.header("Referrer-Policy"), Some("no-referrer"));
}

#[test]
fn a_key_in_the_query_is_taken_and_never_repeated() {
    let key = ApiKey::generate();
    let (database, gateway) = serving(&[&key]);
    let client = gateway.client();
    let first = asked(&client, "/odata/Orders", &key, "odata.track-changes, odata.maxpagesize=2").expect(200);
    assert_silent(&first, &key);
    let next = asked(&client, &first.link("nextLink").unwrap(), &key, "").expect(200);
    assert_silent(&next, &key);
    database.execute("UPDATE Orders SET Note = 'new' WHERE Id = 1");
    for _ in 0..3 {
        let changes = asked(&client, &next.delta_link(), &key, "").expect(200);
        assert_silent(&changes, &key);
        assert_eq!(changes.value().len(), 1);
    }
    for path in
        ["/odata/", "/odata/$metadata", "/odata/Orders(1)", "/odata/Orders?$filter=Id%20eq%201", "/odata/Orders/$count"]
    {
        assert_silent(&asked(&client, path, &key, "").expect(200), &key);
    }
    for (path, status) in [("/odata/Nope", 404), ("/odata/Orders?$top=x", 400), ("/odata/Orders?nope=1", 400)] {
        assert_silent(&asked(&client, path, &key, "").expect(status), &key);
    }
}

#[test]
fn what_two_keys_of_one_owner_ask_is_the_same_answer_with_the_same_tag() {
    let [old, new, other] = [ApiKey::generate(), ApiKey::generate(), ApiKey::generate()];
    let database = Database::shop();
    let config = knowing(&[&old, &other], "api_key_parameter = \"apikey\"") + &entry(&new, "anna", "reader");
    let gateway = database.serve_with(&config);
    let client = gateway.client();
    let link = asked(&client, "/odata/Orders", &old, "odata.track-changes").expect(200).delta_link();
    database.execute("UPDATE Orders SET Note = 'new' WHERE Id = 1");
    let tags =
        [&old, &new, &other].map(|key| asked(&client, &link, key, "").expect(200).header("ETag").unwrap().to_owned());
    assert_eq!(tags[0], tags[1]);
    assert_ne!(tags[0], tags[2], "the links in it are of another");
    let header = client.ask("GET", &link).header("X-API-Key", old.reveal()).send().expect(200);
    assert_eq!(header.header("ETag"), Some(tags[0].as_str()), "wherever the key stands");
}

#[test]
fn wrong_keys_in_the_query_are_refused_like_any_other() {
    let (key, other) = (ApiKey::generate(), ApiKey::generate());
    let (_database, gateway) = serving(&[&key, &other]);
    let client = gateway.client();
    let stranger = ApiKey::generate();
    assert_silent(&asked(&client, "/odata/Orders", &stranger, "").expect(401), &stranger);
    for wrong in ["?apikey", "?apikey=", "?apikey=dlk_", "?APIKEY=x", "?apikey=%ff", "?apikey=a&apikey=a"] {
        client.get(&format!("/odata/Orders{wrong}")).expect(401);
    }
    let both = format!("/odata/Orders?apikey={}&apikey={}", key.reveal(), other.reveal());
    client.get(&both).expect(400);
    let both = client.ask("GET", &format!("/odata/Orders?apikey={}", key.reveal()));
    both.header("Authorization", &bearer(other.reveal())).send().expect(400);
    let probe = client.ask("GET", &format!("/odata/Orders?%61pikey={}", key.reveal().replace('_', "%5F")));
    probe.header("Authorization", "Bearer").send().expect(200);
}

#[test]
fn without_a_name_for_it_the_option_is_unknown() {
    let key = ApiKey::generate();
    let database = Database::shop();
    let gateway = database.serve_with(&knowing(&[&key], ""));
    let client = gateway.client();
    let path = format!("/odata/Orders?apikey={}", key.reveal());
    client.get(&path).expect(401);
    let answer = client.ask("GET", &path).header("X-API-Key", key.reveal()).send().expect(400);
    assert_eq!(answer.code(), "UnknownQueryOption");
    assert!(!answer.text().contains(key.reveal()), "{}", answer.text());
}
