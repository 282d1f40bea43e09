//! SIGHUP: the configuration, the keys and the schema are read again, and no request is dropped.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread;

use deltalink::access::ApiKey;
use deltalink::token::Keyring;

use crate::support::client::Client;
use crate::support::patience::eventually;
use crate::support::process::{Process, deltalink};
use crate::support::sqlite::Database;

fn write(database: &Database, name: &str, text: &str) {
    std::fs::write(database.folder.path().join(name), text).unwrap();
}

fn serving(database: &Database) -> (Process, Client) {
    let mut command = deltalink(database.folder.path());
    command.args(["serve", "--database", "sqlite:test.db", "--config", "my.toml", "--signing-key-file", "keys"]);
    Process::serving(command)
}

/// Asks for a reload and waits until the log has so many lines that hold `said`.
fn reload(process: &Process, said: &str, times: usize) {
    process.signal("HUP");
    process.wait_for(|_, err| (err.matches(said).count() >= times).then_some(()));
}

const DONE: &str = "read the configuration";

#[test]
fn new_settings_and_keys_hold_from_then_on_and_old_links_live_as_long_as_their_key() {
    let database = Database::shop();
    let [first, second] = [Keyring::generate_key(), Keyring::generate_key()];
    write(&database, "my.toml", "[service]\npage_size = 100\n");
    write(&database, "keys", &first);
    let (process, client) = serving(&database);
    assert!(client.get("/odata/Orders").expect(200).link("nextLink").is_none());
    let link = client.track("/odata/Orders").expect(200).delta_link();
    write(&database, "my.toml", "[service]\npage_size = 1\n");
    write(&database, "keys", &format!("{second}\n{first}\n"));
    reload(&process, DONE, 1);
    assert!(client.get("/odata/Orders").expect(200).link("nextLink").is_some());
    let newer = client.get(&link).expect(200).delta_link();
    write(&database, "keys", &second);
    reload(&process, DONE, 2);
    assert_eq!(client.get(&link).expect(400).code(), "DeltaTokenInvalid");
    client.get(&newer).expect(200);
    process.stop().expect(0);
}

#[test]
fn a_new_table_is_seen_at_once() {
    let database = Database::shop();
    write(&database, "my.toml", "");
    write(&database, "keys", &Keyring::generate_key());
    let (process, client) = serving(&database);
    database.execute("CREATE TABLE Later (Id INTEGER PRIMARY KEY)");
    database.track("Later");
    reload(&process, DONE, 1);
    assert!(client.get("/odata/").expect(200).text().contains("\"Later\""));
    process.stop().expect(0);
}

#[test]
fn a_configuration_that_cannot_be_used_changes_nothing() {
    let database = Database::shop();
    write(&database, "my.toml", "[service]\npage_size = 1\n");
    write(&database, "keys", &Keyring::generate_key());
    let (process, client) = serving(&database);
    let link = client.track("/odata/Orders").expect(200).link("nextLink").unwrap();
    for wrong in ["[service]\npage_size = 0\n", "[tables.Nothing]\n", "[service\n"] {
        write(&database, "my.toml", wrong);
    }
    reload(&process, "the configuration stays as it was", 1);
    write(&database, "keys", "no key\n");
    write(&database, "my.toml", "[service]\npage_size = 100\n");
    reload(&process, "the configuration stays as it was", 2);
    client.get(&link).expect(200);
    assert!(client.get("/odata/Orders").expect(200).link("nextLink").is_some());
    process.stop().expect(0);
}

#[test]
fn a_configuration_that_asks_nobody_any_more_who_they_are_is_not_taken() {
    let database = Database::shop();
    write(&database, "my.toml", "[access.roles.reader]\n\"*\" = true\n");
    write(&database, "keys", &Keyring::generate_key());
    let (process, client) = serving(&database);
    client.get("/odata/Orders").expect(401);
    write(&database, "my.toml", "[service]\n");
    reload(&process, "There is no [access] any more", 1);
    client.get("/odata/Orders").expect(401);
    process.stop().expect(0);
}

#[test]
fn who_was_refused_too_often_is_not_forgiven_by_a_reload_that_brings_no_other_limit() {
    let database = Database::shop();
    let most = |refusals: u32| {
        let config = format!("[limits]\nmax_refusals_per_minute = {refusals}\n[access.roles.reader]\n\"*\" = true\n");
        write(&database, "my.toml", &config);
    };
    most(1);
    write(&database, "keys", &Keyring::generate_key());
    let (process, client) = serving(&database);
    let wrong = ApiKey::generate();
    let status = || client.ask("GET", "/odata/Orders").header("X-API-Key", wrong.reveal()).send().status;
    assert_eq!([status(), status()], [401, 429]);
    reload(&process, DONE, 1);
    assert_eq!(status(), 429);
    most(2);
    reload(&process, DONE, 2);
    assert_eq!([status(), status(), status()], [401, 401, 429]);
    process.stop().expect(0);
}

#[test]
fn what_only_a_restart_can_change_is_said() {
    let database = Database::shop();
    write(&database, "my.toml", "");
    write(&database, "keys", &Keyring::generate_key());
    let (process, client) = serving(&database);
    write(&database, "my.toml", "[service]\ncors_origins = [\"https://example.com\"]\n");
    reload(&process, "service.cors_origins has changed; this takes effect with the next start", 1);
    client.get("/odata/Orders").expect(200);
    process.stop().expect(0);
}

#[test]
fn no_request_is_dropped_while_it_reloads_and_who_waits_is_answered() {
    let database = Database::shop();
    write(&database, "my.toml", "");
    write(&database, "keys", &Keyring::generate_key());
    let (process, client) = serving(&database);
    let link = client.track("/odata/Orders").expect(200).delta_link();
    let (stop, asked) = (AtomicBool::new(false), AtomicU32::new(0));
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    client.get("/odata/Orders").expect(200);
                    client.get(&link).expect(200);
                    asked.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        // It would wait for longer than a test may take, were it not answered by the reload.
        let waiting = scope.spawn(|| client.ask("GET", &link).header("Prefer", "wait=50").send().expect(200));
        for times in 1..=10 {
            reload(&process, DONE, times);
        }
        while !waiting.is_finished() {
            process.signal("HUP");
            thread::yield_now();
        }
        stop.store(true, Ordering::Relaxed);
    });
    assert!(asked.into_inner() > 0);
    process.stop().expect(0);
}

/// The server with an address for its operator, and a client of either.
fn observed(database: &Database) -> (Process, Client, Client) {
    let mut command = deltalink(database.folder.path());
    command.args(["serve", "--database", "sqlite:test.db", "--config", "my.toml", "--signing-key-file", "keys"]);
    command.args(["--metrics-listen", "127.0.0.1:0"]);
    let (process, client) = Process::serving(command);
    let operators = process.wait_for(|_, err| {
        let (_, rest) = err.split_once("telling how it is at ")?;
        rest.split_once("/metrics").map(|(base, _)| base.to_owned())
    });
    (process, client, Client::new(&operators))
}

#[test]
fn who_waits_is_answered_by_what_holds_after_a_reload() {
    let [anna, ben, carl] = [ApiKey::generate(), ApiKey::generate(), ApiKey::generate()];
    let entry = |name: &str, key: &ApiKey, role: &str| {
        format!("[[access.api_keys]]\nname = \"{name}\"\nsha256 = \"{}\"\nroles = [\"{role}\"]\n", key.digest())
    };
    let roles = "[access.roles.all]\n\"*\" = true\n[access.roles.part]\nOrders = { columns = [\"Note\"] }\n";
    let database = Database::shop();
    let before = [entry("anna", &anna, "all"), entry("ben", &ben, "all"), entry("carl", &carl, "all")].concat();
    write(&database, "my.toml", &format!("{roles}{before}"));
    write(&database, "keys", &Keyring::generate_key());
    let (process, client, operators) = observed(&database);
    let with = |key: &ApiKey, path: &str, prefer: &str| {
        client.ask("GET", path).header("X-API-Key", key.reveal()).header("Prefer", prefer).send()
    };
    let link = with(&anna, "/odata/Orders", "odata.track-changes").expect(200).delta_link();
    let waiting =
        || operators.ask("GET", "/metrics").try_send().unwrap().text().contains("deltalink_waiting_clients 3\n");
    thread::scope(|scope| {
        let [gone, changed, kept] = [&anna, &ben, &carl].map(|key| scope.spawn(|| with(key, &link, "wait=50")));
        eventually(|| waiting().then_some(()));
        write(&database, "my.toml", &format!("{roles}{}{}", entry("ben", &ben, "part"), entry("carl", &carl, "all")));
        reload(&process, DONE, 1);
        database.execute("UPDATE Orders SET Note = 'not for anna'");
        let gone = gone.join().unwrap().expect(401);
        assert!(gone.header("WWW-Authenticate").is_some() && !gone.text().contains("anna"), "{}", gone.text());
        changed.join().unwrap().expect(403);
        let kept = kept.join().unwrap().expect(200);
        assert_eq!(kept.header("Preference-Applied"), None, "it does not wait again");
    });
    process.stop().expect(0);
}

#[test]
fn all_who_wait_and_are_no_longer_known_are_told_what_to_bring() {
    let anna = ApiKey::generate();
    let nobody = "[limits]\nmax_refusals_per_minute = 1\n[access.roles.all]\n\"*\" = true\n";
    let entry = format!("[[access.api_keys]]\nname = \"anna\"\nsha256 = \"{}\"\nroles = [\"all\"]\n", anna.digest());
    let database = Database::shop();
    write(&database, "my.toml", &format!("{nobody}{entry}"));
    write(&database, "keys", &Keyring::generate_key());
    let (process, client, operators) = observed(&database);
    let with = |path: &str, prefer: &str| {
        client.ask("GET", path).header("X-API-Key", anna.reveal()).header("Prefer", prefer).send()
    };
    let link = with("/odata/Orders", "odata.track-changes").expect(200).delta_link();
    let waiting =
        || operators.ask("GET", "/metrics").try_send().unwrap().text().contains("deltalink_waiting_clients 3\n");
    thread::scope(|scope| {
        let gone = [(); 3].map(|()| scope.spawn(|| with(&link, "wait=50")));
        eventually(|| waiting().then_some(()));
        write(&database, "my.toml", nobody);
        reload(&process, DONE, 1);
        let mut statuses = gone.map(|gone| {
            let answer = gone.join().unwrap();
            assert!(answer.header("WWW-Authenticate").is_some(), "{}", answer.text());
            answer.status
        });
        statuses.sort_unstable();
        assert_eq!(statuses, [401, 429, 429]);
    });
    process.stop().expect(0);
}

#[test]
fn who_waits_where_everybody_could_read_has_to_be_somebody_after_a_reload_that_asks_for_it() {
    let anna = ApiKey::generate();
    let database = Database::shop();
    write(&database, "my.toml", "");
    write(&database, "keys", &Keyring::generate_key());
    let (process, client, operators) = observed(&database);
    let link = client.track("/odata/Orders").expect(200).delta_link();
    let with = |name: &str, value: &str, path: &str| {
        client.ask("GET", path).header(name, value).header("Prefer", "wait=50").send()
    };
    let stranger = ApiKey::generate();
    let waiting =
        || operators.ask("GET", "/metrics").try_send().unwrap().text().contains("deltalink_waiting_clients 3\n");
    thread::scope(|scope| {
        let brought =
            [("X-API-Key", anna.reveal(), &link), ("X-API-Key", stranger.reveal(), &link), ("X-Other", "", &link)];
        let [right, wrong, none] = brought.map(|(name, value, path)| scope.spawn(move || with(name, value, path)));
        eventually(|| waiting().then_some(()));
        let config = format!(
            "[access.roles.all]\n\"*\" = true\n[[access.api_keys]]\nname = \"anna\"\nsha256 = \"{}\"\nroles = [\"all\"]\n",
            anna.digest()
        );
        write(&database, "my.toml", &config);
        reload(&process, DONE, 1);
        let answer = right.join().unwrap().expect(410);
        assert_eq!(answer.json()["error"]["details"][0]["code"], "RightsChanged");
        assert!(answer.header("Vary").is_none_or(|vary| vary.contains("Authorization")), "{answer:?}");
        for who in [wrong, none] {
            assert!(who.join().unwrap().expect(401).header("WWW-Authenticate").is_some());
        }
    });
    let log = process.stop().expect(0).err;
    assert_eq!(log.matches("key:anna").count(), 1, "{log}");
}

#[test]
fn what_browsers_are_told_of_the_service_stays_and_that_is_said() {
    let database = Database::shop();
    let config = |header: &str, url: &str| {
        format!("public_url = \"{url}\"\n[service]\ncors_origins = [\"*\"]\n[access]\napi_key_header = \"{header}\"\n")
    };
    write(&database, "my.toml", &config("X-Our-Key", "http://a.example"));
    write(&database, "keys", &Keyring::generate_key());
    let (process, client) = serving(&database);
    write(&database, "my.toml", &config("X-Other-Key", "https://a.example"));
    reload(&process, DONE, 1);
    let answer = client.ask("GET", "/odata/").try_send().unwrap().expect(401);
    assert_eq!(answer.header("Strict-Transport-Security"), None);
    write(&database, "my.toml", &config("x-our-key", "http://b.example"));
    reload(&process, DONE, 2);
    let log = process.stop().expect(0).err;
    for setting in [
        "access.api_key_header (as pages of other origins are told of it)",
        "public_url (https or not, as browsers are told to keep to it)",
    ] {
        assert_eq!(log.matches(&format!("{setting} has changed; this takes effect")).count(), 1, "{log}");
    }
}
