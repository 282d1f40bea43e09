//! The built binary at its most talkative: whatever is brought to prove who asks is in no line of the log.

use deltalink::access::ApiKey;

use super::{basic, bearer, knowing};
use crate::support::issuer::{Issuer, Manner};
use crate::support::process::{Process, deltalink, run};
use crate::support::signer::{Signer, claims};
use crate::support::sqlite::Database;

#[test]
fn the_log_never_holds_what_proves_who_asks() {
    let database = Database::shop();
    let folder = database.folder.path();
    let (key, stranger, rsa) = (ApiKey::generate(), ApiKey::generate(), Signer::new("rsa", "RS256"));
    let issuer = Issuer::start(&[&rsa], Manner::Well);
    let jwt = issuer.config().split_once("[access.jwt]").unwrap().1.to_owned();
    let config = format!("{}[access.jwt]{jwt}", knowing(&[&key], "api_key_parameter = \"apikey\""));
    std::fs::write(folder.join("my.toml"), config).unwrap();
    let mut command = deltalink(folder);
    command.args(["serve", "--database", "sqlite:test.db", "--config", "my.toml"]).env("DELTALINK_LOG", "trace");
    let (process, client) = Process::serving(command);

    let mut secrets = Vec::new();
    let mut ask = |path: &str, name: &str, value: &str, secret: &str, status: u16| {
        let asking = client.ask("GET", path);
        let asking = if name.is_empty() { asking } else { asking.header(name, value) };
        asking.send().expect(status);
        secrets.push(value.to_owned());
        secrets.extend(secret.split('.').map(str::to_owned));
    };
    let mine = claims(&issuer.name(), "anna");
    let forged = Signer::new("rsa", "RS256").token(&mine);
    for (key, status) in [(key.reveal(), 200), (stranger.reveal(), 401)] {
        ask("/odata/Orders", "Authorization", &bearer(key), key, status);
        ask("/odata/Orders", "Authorization", &basic("hush-user", key), key, status);
        ask("/odata/Orders", "X-API-Key", key, key, status);
        ask(&format!("/odata/Orders?apikey={key}"), "", "", key, status);
        ask(&format!("/odata/Orders?$top=x&apikey={key}"), "", "", key, if status == 200 { 400 } else { status });
        ask(&format!("/odata/Orders?apikey={key}&apikey=dlk_other"), "", "", key, 400);
    }
    for (token, status) in [(rsa.token(&mine), 200), (forged, 401), ("hush-a.hush-b.hush-c".to_owned(), 401)] {
        ask("/odata/Orders", "Authorization", &bearer(&token), &token, status);
    }
    let log = process.stop().expect(0).err;
    assert!(log.contains("credentials refused") && log.contains("signature is not the issuer's"), "{log}");
    secrets.retain(|secret| secret.len() > 10);
    secrets.push("hush".to_owned());
    for secret in &secrets {
        assert!(!log.contains(secret.as_str()), "{secret} in {log}");
    }
}

#[test]
fn a_key_is_printed_once_with_the_lines_that_make_it_somebodys() {
    let folder = tempfile::tempdir().unwrap();
    let outcome = run(folder.path(), &["apikey", "Excel of \"Anna\"", "--role", "reader", "--role", "clerk"]).expect(0);
    let (key, lines) = outcome.out.split_once('\n').unwrap();
    assert!(key.starts_with("dlk_") && key.len() == 47 && !lines.contains(key), "{}", outcome.out);
    assert!(!outcome.err.contains(key));
    let roles = "[access.roles.reader]\n\"*\" = true\n[access.roles.clerk]\n";
    let config = deltalink::config::Config::parse(&format!("{roles}{lines}")).unwrap();
    let entry = &config.access.as_ref().unwrap().api_keys[0];
    assert_eq!((entry.name.as_str(), entry.roles.len()), ("Excel of \"Anna\"", 2));

    let database = Database::shop();
    let gateway = database.serve_with(&format!("{roles}{lines}"));
    gateway.client().ask("GET", "/odata/Orders").header("Authorization", &bearer(key)).send().expect(200);
    let again = run(folder.path(), &["apikey", "a"]).expect(0).out;
    assert_ne!(again.split_once('\n').unwrap().0, key);
    run(folder.path(), &["apikey", ""]).expect(1);
}
