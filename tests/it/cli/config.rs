//! `config`: what holds when the file, the environment and the arguments do not say the same.

use crate::support::process::{Outcome, Process, deltalink, run};

fn shown(environment: &[(&str, &str)], arguments: &[&str]) -> Outcome {
    let folder = tempfile::tempdir().unwrap();
    let text =
        "listen = '127.0.0.1:1'\npublic_url = 'https://file.example'\n[service]\npage_size = 1\nnamespace = 'File'\n";
    std::fs::write(folder.path().join("my.toml"), text).unwrap();
    let mut command = deltalink(folder.path());
    command.args(["config", "--config", "my.toml"]).args(arguments).envs(environment.iter().copied());
    Process::start(command).finish()
}

fn toml(outcome: Outcome) -> toml::Table {
    outcome.expect(0).out.parse().unwrap()
}

#[test]
fn arguments_win_over_the_environment_and_that_over_the_file() {
    let file = toml(shown(&[], &[]));
    assert_eq!(file["listen"].as_str(), Some("127.0.0.1:1"));
    assert_eq!(file["service"]["page_size"].as_integer(), Some(1));
    assert_eq!(file["service"]["max_page_size"].as_integer(), Some(50_000), "what nobody says is shown too");
    let environment = [
        ("DELTALINK_LISTEN", "127.0.0.1:2"),
        ("DELTALINK_PUBLIC_URL", "https://environment.example"),
        ("DELTALINK_SERVICE__PAGE_SIZE", "2"),
    ];
    let both = toml(shown(&environment, &[]));
    assert_eq!(both["listen"].as_str(), Some("127.0.0.1:2"));
    assert_eq!(both["service"]["page_size"].as_integer(), Some(2));
    assert_eq!(both["service"]["namespace"].as_str(), Some("File"));
    let all = toml(shown(&environment, &["--listen", "127.0.0.1:3"]));
    assert_eq!(all["listen"].as_str(), Some("127.0.0.1:3"));
    assert_eq!(all["public_url"].as_str(), Some("https://environment.example"));
}

#[test]
fn secrets_are_not_shown() {
    let secret = "mssql://sa:hunter2@db.example/shop";
    for outcome in [shown(&[("DELTALINK_DATABASE", secret)], &[]), shown(&[], &["--database", secret])] {
        let Outcome { out, err, .. } = outcome.expect(0);
        assert!(out.contains("database = ") && !out.contains("hunter2") && !err.contains("hunter2"), "{out}");
    }
}

#[test]
fn a_setting_of_the_environment_that_does_not_exist_is_refused() {
    let refused = shown(&[("DELTALINK_SERVICE__PAGESIZE", "2")], &[]).expect(1);
    assert!(refused.err.contains("DELTALINK_SERVICE__PAGESIZE"), "{}", refused.err);
    let refused = shown(&[("DELTALINK_SERVICE__PAGE_SIZE", "0")], &[]).expect(1);
    assert!(refused.err.contains("DELTALINK_SERVICE__PAGE_SIZE is wrong"), "{}", refused.err);
}

#[test]
fn every_argument_of_serve_is_shown_and_what_nobody_says() {
    let all = toml(shown(&[], &["--schema", "sales", "--log-format", "json", "--metrics-listen", "127.0.0.1:4"]));
    assert_eq!(all["sql_server"]["schema"].as_str(), Some("sales"));
    assert_eq!(all["log"]["format"].as_str(), Some("json"));
    assert_eq!(all["metrics"]["listen"].as_str(), Some("127.0.0.1:4"));
    let folder = tempfile::tempdir().unwrap();
    let nothing = toml(run(folder.path(), &["config"]));
    assert_eq!(nothing["listen"].as_str(), Some("127.0.0.1:8080"));
    assert_eq!(nothing["log"]["format"].as_str(), Some("human"));
}

#[test]
fn the_environment_completes_the_file_and_repeats_no_value() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("my.toml"), "[tls]\ncertificate = 'c.pem'\n").unwrap();
    let with = |environment: &[(&str, &str)]| {
        let mut command = deltalink(folder.path());
        command.args(["config", "--config", "my.toml"]).envs(environment.iter().copied());
        Process::start(command).finish()
    };
    let config = toml(with(&[("DELTALINK_TLS__KEY", "k.pem"), ("DELTALINK_SQL_SERVER__EPOCH", "202611")]));
    assert_eq!((config["tls"]["certificate"].as_str(), config["tls"]["key"].as_str()), (Some("c.pem"), Some("k.pem")));
    assert_eq!(config["sql_server"]["epoch"].as_str(), Some("202611"));
    let lacking = with(&[]).expect(1).err;
    assert!(lacking.contains("my.toml") && lacking.contains("line 1") && lacking.contains("key"), "{lacking}");
    let wrong = with(&[("DELTALINK_TLS__KEY", "k.pem"), ("DELTALINK_LIMITS__DRAIN", "hunter2")]).expect(1).err;
    assert!(wrong.contains("DELTALINK_LIMITS__DRAIN") && !wrong.contains("hunter2"), "{wrong}");
}
