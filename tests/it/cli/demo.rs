//! `demo`: what it prints works when it is copied and pasted.

use std::process::Command;

use serde_json::Value;

use crate::support::patience::eventually;
use crate::support::process::{Process, deltalink};

fn lines_of(walk: &str) -> Vec<&str> {
    walk.lines().filter_map(|line| line.strip_prefix("   ")).filter(|line| !line.starts_with(' ')).collect()
}

#[expect(clippy::print_stderr, reason = "a test that did not run must say so")]
fn skipped(why: &str) {
    eprintln!("SKIPPED: {why}");
}

fn has(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok()
}

#[test]
fn the_walk_gives_what_it_promises_and_leaves_nothing_behind() {
    if !["bash", "curl", "python3"].into_iter().all(has) {
        return skipped("the demonstration's walk needs bash, curl and python3");
    }
    let folder = tempfile::tempdir().unwrap();
    let mut command = deltalink(folder.path());
    command.arg("demo").env("TMPDIR", folder.path());
    let (process, client) = Process::serving(command);
    let walk = process.wait_for(|out, _| (out.matches("curl -s \"$link\"").count() == 2).then(|| out.to_owned()));
    for url in ["/odata/", "/odata/$metadata", "/odata/TrainingSession", "/openapi.yaml"] {
        assert!(walk.contains(&format!("{}{url} ", client.base)), "{url} in {walk}");
        client.get(url).expect(200);
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "the temporary database");

    let script = lines_of(&walk).join("\n");
    let ran = Command::new("bash").args(["-euo", "pipefail", "-c", &script]).output().unwrap();
    let out = String::from_utf8(ran.stdout).unwrap();
    assert!(ran.status.success() && ran.stderr.is_empty(), "{out}{}", String::from_utf8_lossy(&ran.stderr));
    let printed: Vec<&str> = out.lines().collect();
    let [page, link, nothing, changes] = printed[..] else { panic!("{out}") };
    let value = |text: &str| serde_json::from_str::<Value>(text).unwrap()["value"].as_array().unwrap().clone();
    assert_eq!(value(page).len(), 10);
    assert!(page.contains(link) && link.contains("/odata/TrainingSession?$deltatoken="), "{link}");
    assert_eq!(value(nothing).len(), 0);
    let changes = value(changes);
    assert_eq!(changes.len(), 3, "{changes:?}");
    assert_eq!((&changes[0]["Id"], &changes[0]["Steps"]), (&10.into(), &3450.into()));
    assert_eq!(changes[1]["Id"], 11);
    assert_eq!(changes[2]["reason"], "deleted");

    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let readme = without_what_differs(&readme, "http://127.0.0.1:8080");
    for shown in script.lines().chain(out.lines()) {
        let shown = without_what_differs(shown, &client.base);
        assert!(readme.contains(&shown), "the README does not show {shown}");
    }

    process.stop().expect(0);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "the temporary database is gone");
}

/// Addresses, tokens and the path of the database are other ones each time.
fn without_what_differs(text: &str, base: &str) -> String {
    let token = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let text = text.replace(base, "BASE");
    let mut pieces = text.split("$deltatoken=");
    let mut same = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        same.push_str("$deltatoken=");
        same.push_str(piece.trim_start_matches(token));
    }
    match same.split_once("connect(\"").and_then(|(before, rest)| Some((before, rest.split_once('"')?.1))) {
        Some((before, after)) => format!("{before}connect(\"{after}"),
        None => same,
    }
}

#[test]
fn churn_keeps_changing_rows() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = deltalink(folder.path());
    command.args(["demo", "--churn"]).env("TMPDIR", folder.path());
    let (process, client) = Process::serving(command);
    let link = client.track("/odata/TrainingSession").expect(200).delta_link();
    eventually(|| (client.get(&link).expect(200).value().len() > 1).then_some(()));
    // Ctrl-C, as the demonstration says itself.
    process.signal("INT");
    process.finish().expect(0);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "the temporary database is gone");
}
