//! Tokens through HTTP: an issuer that is there, changes its keys, goes away, or is not what it seems.

use deltalink::access::ApiKey;
use serde_json::json;

use super::{bearer, entry};
use crate::support::client::{Answer, Client};
use crate::support::issuer::{Issuer, Manner};
use crate::support::patience::eventually;
use crate::support::signer::{Signer, claims, with};
use crate::support::sqlite::Database;

fn asked(client: &Client, token: &str) -> Answer {
    client.ask("GET", "/odata/Orders").header("Authorization", &bearer(token)).send()
}

#[test]
fn a_token_of_the_issuer_opens_what_its_roles_open() {
    let (rsa, curve) = (Signer::new("rsa", "RS256"), Signer::new("curve", "ES256"));
    let issuer = Issuer::start(&[&rsa, &curve], Manner::Well);
    let database = Database::shop();
    let gateway = database.serve_with(&issuer.config());
    let client = gateway.client();
    let mine = claims(&issuer.name(), "anna");
    for signer in [&rsa, &curve] {
        assert_eq!(asked(&client, &signer.token(&mine)).expect(200).value().len(), 3);
    }
    asked(&client, &rsa.token(&with(&mine, &json!({ "roles": ["writer"] })))).expect(403);
    asked(&client, &rsa.token(&with(&mine, &json!({ "roles": null })))).expect(403);
    asked(&client, &rsa.token(&with(&mine, &json!({ "exp": 1 })))).expect(401);
    assert_eq!(issuer.asked(), 1, "keys are fetched once");
}

#[test]
fn power_query_is_told_where_tokens_are_to_be_had() {
    let rsa = Signer::new("rsa", "RS256");
    let issuer = Issuer::start(&[&rsa], Manner::Well);
    let authorize = "https://login.example.com/tenant/oauth2/authorize";
    let database = Database::shop();
    let gateway = database.serve_with(&format!("{}authorization_uri = \"{authorize}\"\n", issuer.config()));
    let client = gateway.client();
    let challenge = format!("Bearer authorization_uri=\"{authorize}\", realm=\"deltalink\"");
    for probe in ["Bearer", "Bearer ", "bearer"] {
        let answer = client.ask("GET", "/odata/").header("Authorization", probe).send().expect(401);
        assert_eq!(answer.header("WWW-Authenticate"), Some(challenge.as_str()));
    }
    let refused = asked(&client, "a.b.c").expect(401);
    assert_eq!(refused.header("WWW-Authenticate"), Some(format!("{challenge}, error=\"invalid_token\"").as_str()));
    // A key is no way in here, and nobody is told that it were.
    let basic = client.ask("GET", "/odata/").header("Authorization", &super::basic("anna", "x")).send().expect(401);
    assert!(!basic.headers.iter().any(|(_, value)| value.starts_with("Basic")), "{:?}", basic.headers);
}

#[test]
fn keys_change_while_the_gateway_runs() {
    let (old, new) = (Signer::new("old", "RS256"), Signer::new("new", "RS256"));
    let issuer = Issuer::start(&[&old], Manner::Well);
    let database = Database::shop();
    let gateway = database.serve_with(&issuer.config());
    let client = gateway.client();
    let mine = claims(&issuer.name(), "anna");
    asked(&client, &old.token(&mine)).expect(200);
    asked(&client, &new.token(&mine)).expect(401);
    issuer.publish(&[&old, &new]);
    asked(&client, &new.token(&mine)).expect(200);
    asked(&client, &old.token(&mine)).expect(200);
    issuer.publish(&[&new]);
    asked(&client, &old.token(&mine)).expect(200);
    // What makes the gateway ask is any name that it does not know.
    asked(&client, &Signer::new("none", "RS256").token(&mine)).expect(401);
    asked(&client, &old.token(&mine)).expect(401);
    asked(&client, &new.token(&mine)).expect(200);
}

#[test]
fn forged_names_do_not_make_the_gateway_a_hammer() {
    let rsa = Signer::new("rsa", "RS256");
    let issuer = Issuer::start(&[&rsa], Manner::Well);
    let database = Database::shop();
    let gateway = database.serve_with(&issuer.config());
    let client = gateway.client();
    let mine = claims(&issuer.name(), "anna");
    let started = std::time::Instant::now();
    for number in 0..200 {
        let header = json!({ "alg": "RS256", "kid": format!("forged {number}") });
        asked(&client, &rsa.token_with(&header, &mine)).expect(401);
        if number % 20 == 0 {
            asked(&client, &rsa.token(&mine)).expect(200);
        }
    }
    let regained = usize::try_from(started.elapsed().as_secs() / 15).unwrap();
    assert!(issuer.asked() <= 1 + 4 + regained, "{} times", issuer.asked());
}

#[test]
fn while_the_issuer_is_away_known_keys_stay() {
    let rsa = Signer::new("rsa", "RS256");
    let issuer = Issuer::start(&[&rsa], Manner::Well);
    let database = Database::shop();
    let gateway = database.serve_with(&issuer.config());
    let client = gateway.client();
    let mine = claims(&issuer.name(), "anna");
    for manner in [Manner::Away, Manner::Broken, Manner::AsAnother] {
        issuer.behave(manner);
        asked(&client, &Signer::new("other", "RS256").token(&mine)).expect(401);
        asked(&client, &rsa.token(&mine)).expect(200);
    }
}

#[test]
fn an_issuer_that_is_away_from_the_start_is_awaited() {
    let (rsa, key) = (Signer::new("rsa", "RS256"), ApiKey::generate());
    let issuer = Issuer::start(&[&rsa], Manner::Away);
    let database = Database::shop();
    let gateway = database.serve_with(&(issuer.config() + &entry(&key, "anna", "reader")));
    let client = gateway.client();
    let token = rsa.token(&claims(&issuer.name(), "anna"));
    let answer = asked(&client, &token).expect(503);
    assert_eq!((answer.code(), answer.header("Retry-After")), ("AuthenticationUnavailable".to_owned(), Some("5")));
    client.ask("GET", "/odata/Orders").header("X-API-Key", key.reveal()).send().expect(200);
    client.get("/odata/Orders").expect(401);
    asked(&client, "a.b.c").expect(401);
    issuer.behave(Manner::Well);
    eventually(|| (asked(&client, &token).status == 200).then_some(()));
}

#[test]
fn keys_are_believed_of_nobody_but_the_issuer() {
    for manner in [Manner::Redirecting, Manner::Endless, Manner::AsAnother, Manner::Leading] {
        let rsa = Signer::new("rsa", "RS256");
        let issuer = Issuer::start(&[&rsa], manner);
        let database = Database::shop();
        let gateway = database.serve_with(&issuer.config());
        let token = rsa.token(&claims(&issuer.name(), "anna"));
        assert_eq!(asked(&gateway.client(), &token).expect(503).code(), "AuthenticationUnavailable", "{manner:?}");
    }
}

#[test]
fn keys_come_from_a_file_or_an_address_too() {
    let (rsa, new) = (Signer::new("rsa", "RS256"), Signer::new("new", "RS256"));
    let issuer = Issuer::start(&[&rsa], Manner::Well);
    let database = Database::shop();
    let mine = claims(&issuer.name(), "anna");
    let at = format!("{}jwks = {{ url = \"{}/keys\" }}\n", issuer.config(), issuer.name());
    asked(&database.serve_with(&at).client(), &rsa.token(&mine)).expect(200);

    let file = database.folder.path().join("keys.json");
    let write = |signer: &Signer| std::fs::write(&file, json!({ "keys": [signer.jwk()] }).to_string()).unwrap();
    let config = format!("{}jwks = {{ file = '{}' }}\n", issuer.config(), file.display());
    let refused = database.try_serve_with(&config).err().unwrap().to_string();
    assert!(refused.contains("keys.json cannot be read"), "{refused}");
    write(&rsa);
    let gateway = database.serve_with(&config);
    let client = gateway.client();
    asked(&client, &rsa.token(&mine)).expect(200);
    write(&new);
    asked(&client, &new.token(&mine)).expect(200);
    asked(&client, &rsa.token(&mine)).expect(401);
}
