//! `config`: what holds when the file, the environment and the arguments do not say the same.

use crate::support::process::{Outcome, Process, deltalink};

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
    assert!(refused.err.contains("service.page_size must be between"), "{}", refused.err);
}
