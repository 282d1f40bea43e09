//! `serve`: what it refuses, whom it tells what, and how it ends.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;

use deltalink::token::Keyring;

use crate::support::client::Client;
use crate::support::patience::eventually;
use crate::support::process::{Outcome, Process, deltalink, run};
use crate::support::sqlite::Database;

/// The server on `test.db` in `folder`, with settings of the environment.
fn serve(folder: &Path, environment: &[(&str, &str)]) -> (Process, Client) {
    let mut command = deltalink(folder);
    command.args(["serve", "--database", "sqlite:test.db"]).envs(environment.iter().copied());
    Process::serving(command)
}

/// What the server says when it does not start.
#[track_caller]
fn refusal(folder: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> String {
    let mut command = deltalink(folder);
    command.arg("serve").args(arguments).envs(environment.iter().copied());
    let Outcome { out, err, .. } = Process::start(command).finish().expect(1);
    assert_eq!(out, "");
    err
}

#[test]
fn a_file_that_does_not_exist_is_an_error_and_is_not_created() {
    let folder = tempfile::tempdir().unwrap();
    let error = refusal(folder.path(), &["--database", "sqlite:none.db"], &[]);
    assert!(error.contains("There is no database file none.db"), "{error}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "no database and no key");
}

#[test]
fn a_file_that_is_no_database_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("letter.db"), "Dear all, this is certainly no database.\n".repeat(100)).unwrap();
    let error = refusal(folder.path(), &["--database", "sqlite:letter.db"], &[]);
    assert!(error.contains("letter.db cannot be read as a SQLite database"), "{error}");
    let error = refusal(folder.path(), &["--database", "postgres://user:secret@host/db"], &[]);
    assert!(error.contains("sqlite:PATH") && !error.contains("secret"), "{error}");
}

#[test]
fn with_nothing_to_expose_the_command_that_helps_is_named() {
    let database = Database::empty();
    database.execute("CREATE TABLE T (Id INTEGER PRIMARY KEY)");
    let error = refusal(database.folder.path(), &["--database", "sqlite:test.db"], &[]);
    assert!(error.contains("nothing to expose") && error.contains("deltalink track --all"), "{error}");
}

#[test]
fn a_mistake_in_the_configuration_is_told_with_its_place() {
    let database = Database::shop();
    let wrong = |text: &str| {
        std::fs::write(database.folder.path().join("my.toml"), text).unwrap();
        refusal(database.folder.path(), &["--database", "sqlite:test.db", "--config", "my.toml"], &[])
    };
    let error = wrong("[service]\n# rows\npagesize = 10\n");
    assert!(error.contains("my.toml") && error.contains("line 3") && error.contains("pagesize"), "{error}");
    let error = wrong("[service]\npage_size = 10\n[service\n");
    assert!(error.contains("line 3"), "{error}");
    let error = wrong("[tables.Nothing]\n");
    assert!(error.contains("Nothing") && error.contains("no such table"), "{error}");
    let error = wrong("public_url = 'example.com'\n");
    assert!(error.contains("public URL \"example.com\""), "{error}");
    let error = refusal(database.folder.path(), &["--database", "sqlite:test.db", "--config", "none.toml"], &[]);
    assert!(error.contains("none.toml cannot be read"), "{error}");
}

#[test]
fn an_address_in_use_is_told() {
    let database = Database::shop();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let error = refusal(database.folder.path(), &["--database", "sqlite:test.db", "--listen", &address], &[]);
    assert!(error.contains(&format!("Cannot listen at {address}")) && error.contains("--listen"), "{error}");
}

#[test]
fn a_key_is_made_for_its_owner_only_and_used_again() {
    let database = Database::shop();
    let (process, client) = serve(database.folder.path(), &[]);
    let link = client.track("/odata/Orders").expect(200).delta_link();
    let first = process.stop().expect(0);
    assert!(first.err.contains("made a new signing key"), "{}", first.err);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(database.folder.path().join("deltalink.key")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    database.execute("DELETE FROM Orders WHERE Id = 2");
    let (process, again) = serve(database.folder.path(), &[]);
    let answer = again.get(link.strip_prefix(&client.base).unwrap()).expect(200);
    assert_eq!(answer.value()[0]["reason"], "deleted");
    assert!(!process.stop().expect(0).err.contains("made a new signing key"));
}

#[test]
fn the_key_is_made_beside_the_configuration() {
    let database = Database::shop();
    let etc = database.folder.path().join("etc");
    std::fs::create_dir(&etc).unwrap();
    std::fs::write(etc.join("my.toml"), "database = 'sqlite:test.db'\n").unwrap();
    let mut command = deltalink(database.folder.path());
    command.args(["serve", "--config", "etc/my.toml"]);
    Process::serving(command).0.stop().expect(0);
    assert!(etc.join("deltalink.key").exists() && !database.folder.path().join("deltalink.key").exists());
}

#[test]
fn keys_come_from_the_environment_or_a_file_and_rotate() {
    let database = Database::shop();
    let folder = database.folder.path();
    let (old, new) = (Keyring::generate_key(), Keyring::generate_key());
    std::fs::write(folder.join("two.keys"), format!("# the new one signs\n{new}\n{old}\n")).unwrap();
    let (process, client) = serve(folder, &[("DELTALINK_SIGNING_KEYS", &old)]);
    let link = client.track("/odata/Orders").expect(200).delta_link();
    let link = link.strip_prefix(&client.base).unwrap();
    process.stop().expect(0);
    let (process, client) = serve(folder, &[("DELTALINK_SIGNING_KEY_FILE", "two.keys")]);
    let newer = client.get(link).expect(200).delta_link();
    let newer = newer.strip_prefix(&client.base).unwrap();
    process.stop().expect(0);
    let (process, client) = serve(folder, &[("DELTALINK_SIGNING_KEYS", &new)]);
    client.get(newer).expect(200);
    assert_eq!(client.get(link).expect(400).code(), "DeltaTokenInvalid");
    process.stop().expect(0);
    assert!(!folder.join("deltalink.key").exists());
}

#[test]
fn malformed_keys_are_refused_and_not_repeated() {
    let database = Database::shop();
    let good = Keyring::generate_key();
    let keys = format!("{good},not-a-key-but-secret-all-the-same");
    let arguments = ["--database", "sqlite:test.db", "--signing-key-file", "bad.keys"];
    std::fs::write(database.folder.path().join("bad.keys"), &keys).unwrap();
    for error in [
        refusal(database.folder.path(), &arguments[..2], &[("DELTALINK_SIGNING_KEYS", &keys)]),
        refusal(database.folder.path(), &arguments, &[]),
    ] {
        assert!(error.contains("key number 2") && error.contains("deltalink key"), "{error}");
        assert!(!error.contains("secret") && !error.contains(&good), "{error}");
    }
    let error = refusal(database.folder.path(), &arguments, &[("DELTALINK_SIGNING_KEYS", &good)]);
    assert!(error.contains("given twice"), "{error}");
    let error = refusal(database.folder.path(), &arguments[..2], &[("DELTALINK_SIGNING_KEYS", "")]);
    assert!(error.contains("no signing key"), "{error}");
}

#[test]
fn links_begin_with_the_public_url() {
    let database = Database::shop();
    let (process, client) = serve(database.folder.path(), &[("DELTALINK_PUBLIC_URL", "https://example.com/shop")]);
    let link = client.track("/odata/Orders").expect(200).delta_link();
    assert!(link.starts_with("https://example.com/shop/odata/Orders?$deltatoken="), "{link}");
    process.stop().expect(0);
}

#[test]
fn an_answer_that_is_being_read_is_finished_before_the_server_stops() {
    let database = Database::empty();
    database.execute(
        "CREATE TABLE Big (Id INTEGER PRIMARY KEY, Filler TEXT);
         WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50000)
         INSERT INTO Big SELECT i, printf('%500s', 'x') FROM n;",
    );
    database.track("Big");
    let (process, client) = serve(database.folder.path(), &[]);
    let address = client.base.strip_prefix("http://").unwrap();
    let mut connection = TcpStream::connect(address).unwrap();
    let request = format!(
        "GET /odata/Big HTTP/1.1\r\nHost: {address}\r\nPrefer: odata.track-changes, odata.maxpagesize=50000\r\nConnection: close\r\n\r\n"
    );
    connection.write_all(request.as_bytes()).unwrap();
    let mut answer = BufReader::new(connection);
    let mut status = String::new();
    answer.read_line(&mut status).unwrap();
    assert!(status.contains(" 200 "), "{status}");
    process.terminate();
    let mut rest = Vec::new();
    answer.read_to_end(&mut rest).unwrap();
    let end = String::from_utf8_lossy(&rest[rest.len() - 400..]).into_owned();
    assert!(rest.len() > 25_000_000 && end.contains("@odata.deltaLink") && end.ends_with("0\r\n\r\n"), "{end}");
    process.finish().expect(0);
}

#[test]
fn the_log_never_holds_keys_tokens_or_data() {
    let database = Database::shop();
    database.execute(
        "CREATE TABLE Secrets (Id VARCHAR(40) PRIMARY KEY, Amount INTEGER);
         INSERT INTO Secrets VALUES ('hush-key', 1), ('hush-other', 'hush-misfit')",
    );
    database.track("Secrets");
    let key = Keyring::generate_key();
    let (process, client) =
        serve(database.folder.path(), &[("DELTALINK_SIGNING_KEYS", &key), ("DELTALINK_LOG", "debug")]);
    let link = client.track("/odata/Secrets").expect(200).delta_link();
    let token = link.split_once('=').unwrap().1.to_owned();
    database.execute("UPDATE Secrets SET Id = 'hush-new' WHERE Id = 'hush-key'");
    client.get(&link).expect(200);
    client.get("/odata/Secrets('hush-new')").expect(200);
    client.get("/odata/Secrets('hush-none')").expect(404);
    client.get("/odata/Secrets?$filter=Id%20eq%20'hush-filter'").expect(200);
    client.get("/odata/Secrets?$filter=matchesPattern(Id,'hush-pattern')").expect(501);
    client.get("/odata/Secrets?$hush=1").expect(400);
    client.get(&format!("/odata/Secrets?$deltatoken={}x", &token[..token.len() - 1])).expect(400);
    client.ask("GET", "/odata/Secrets").header("Prefer", "hush-preference=\"unclosed").send();
    database.prune("Secrets");
    client.get(&link).expect(410);
    database.untrack("Secrets");
    client.get(&link).expect(404);
    let log = process.stop().expect(0).err;
    assert!(log.contains("request") && log.contains("column=\"Amount\""), "{log}");
    for secret in ["hush", &key, &token, &token[token.len() / 2..token.len() - 1]] {
        assert!(!log.contains(secret), "{secret} in {log}");
    }
}

#[test]
fn strangers_are_let_in_only_where_that_is_said() {
    let database = Database::shop();
    let folder = database.folder.path();
    for address in ["0.0.0.0:0", "[::]:0"] {
        let error = refusal(folder, &["--database", "sqlite:test.db", "--listen", address], &[]);
        for remedy in [address, "[access]", "deltalink apikey", "127.0.0.1", "--allow-anonymous"] {
            assert!(error.contains(remedy), "{error}");
        }
    }
    assert!(!folder.join("deltalink.key").exists());
    let log_of = |arguments: &[&str], environment: &[(&str, &str)]| {
        let mut command = deltalink(folder);
        command.args(["serve", "--database", "sqlite:test.db", "--listen", "0.0.0.0:0"]).args(arguments);
        let process = Process::start({
            command.envs(environment.iter().copied());
            command
        });
        process.wait_for(|_, log| log.contains("serving http://").then_some(()));
        process.stop().expect(0).err
    };
    assert!(log_of(&["--allow-anonymous"], &[]).contains("anyone who can reach it can read"));
    assert!(log_of(&[], &[("DELTALINK_ALLOW_ANONYMOUS", "true")]).contains("anyone who can reach it can read"));
    std::fs::write(folder.join("my.toml"), "[access]\nanonymous = [\"all\"]\n[access.roles.all]\n\"*\" = true\n")
        .unwrap();
    assert!(!log_of(&["--config", "my.toml"], &[]).contains("anyone who can reach it"));
    let quiet = run(folder, &["check", "--database", "sqlite:test.db"]).expect(0);
    assert_eq!(quiet.err, "");
}

#[test]
fn who_sends_clients_here_has_time_to_notice_that_it_ends() {
    let database = Database::shop();
    std::fs::write(database.folder.path().join("my.toml"), "[limits]\ndrain = \"3s\"\n").unwrap();
    let (process, client) = serve(database.folder.path(), &[("DELTALINK_CONFIG", "my.toml")]);
    let link = client.track("/odata/Orders").expect(200).delta_link();
    process.terminate();
    eventually(|| (client.get("/readyz").status == 503).then_some(()));
    client.get("/odata/Orders").expect(200);
    // Whoever would wait for changes is told at the end that there are none.
    client.ask("GET", &link).header("Prefer", "wait=50").send().expect(200);
    process.finish().expect(0);
}

#[test]
fn who_tells_it_twice_to_end_means_at_once() {
    let database = Database::shop();
    let (process, client) = serve(database.folder.path(), &[("DELTALINK_LIMITS__DRAIN", "10m")]);
    process.terminate();
    eventually(|| (client.get("/readyz").status == 503).then_some(()));
    let told_again = process.stop().expect(0);
    assert!(told_again.err.contains("told again to end"), "{}", told_again.err);
}
