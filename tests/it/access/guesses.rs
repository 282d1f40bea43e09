//! Wrong credentials, again and again: who brings them is told to wait, and nobody else.

use deltalink::access::ApiKey;

use super::knowing;
use crate::support::client::{Answer, Client};
use crate::support::sqlite::Database;

/// Three refusals a minute; whoever asks is behind a proxy that tells the address.
const LIMITS: &str = "[limits]\nmax_refusals_per_minute = 3\n[proxies]\ntrusted = [\"127.0.0.1\"]\n";

fn from(client: &Client, address: &str, key: Option<&ApiKey>) -> Answer {
    let asking = client.ask("GET", "/odata/Orders").header("X-Forwarded-For", address);
    key.into_iter().fold(asking, |asking, key| asking.header("X-API-Key", key.reveal())).send()
}

#[test]
fn who_brings_wrong_keys_is_told_to_wait_and_a_right_one_passes() {
    let (key, wrong) = (ApiKey::generate(), ApiKey::generate());
    let database = Database::shop();
    let gateway = database.serve_with(&format!("{LIMITS}{}", knowing(&[&key], "")));
    let client = gateway.client();
    let near = "192.0.2.1";
    for _ in 0..3 {
        assert_eq!(from(&client, near, Some(&wrong)).expect(401).code(), "Unauthorized");
    }
    let answer = from(&client, near, Some(&wrong)).expect(429);
    assert_eq!(answer.code(), "TooManyRequests");
    assert!(answer.header("WWW-Authenticate").is_some(), "another key would help");
    // Three a minute are one each twenty seconds.
    let after: u64 = answer.header("Retry-After").unwrap().parse().unwrap();
    assert!((2..=20).contains(&after), "{after}");
    from(&client, near, Some(&key)).expect(200);
    assert!(from(&client, near, None).expect(401).header("WWW-Authenticate").is_some(), "that is no guess");
    from(&client, "192.0.2.2", Some(&wrong)).expect(401);
    let refused = "deltalink_authentication_refusals_total{reason=\"Unauthorized\"} 6";
    assert!(gateway.metrics().contains(refused), "{}", gateway.metrics());
}

#[test]
fn a_wrong_key_is_counted_wherever_it_stands() {
    let (key, wrong) = (ApiKey::generate(), ApiKey::generate());
    let database = Database::shop();
    let gateway = database.serve_with(&format!("{LIMITS}{}", knowing(&[&key], "")));
    let client = gateway.client();
    let with = |name: &str, value: &str| client.ask("GET", "/odata/Orders").header(name, value).send().status;
    let bearer = super::bearer(wrong.reveal());
    let statuses = [
        ("X-API-Key", wrong.reveal()),
        ("Authorization", &bearer),
        ("Authorization", "Bearer a.b.c"),
        ("Authorization", "Negotiate a"),
    ]
    .map(|(name, value)| with(name, value));
    assert_eq!(statuses, [401, 401, 401, 429]);
}
