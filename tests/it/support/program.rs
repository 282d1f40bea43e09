//! The built program as a process.

use std::process::Command;

use super::sqlite::Database;

/// Runs a command of the built program on `database` to its end: what it printed.
///
/// Panics when it fails.
#[track_caller]
pub(crate) fn run(database: &Database, command: &str, arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_deltalink"))
        .arg(command)
        .arg("--database")
        .arg(format!("sqlite:{}", database.path().display()))
        .args(arguments)
        .current_dir(database.folder.path())
        .output()
        .unwrap();
    let text = |octets: &[u8]| String::from_utf8_lossy(octets).into_owned();
    assert!(output.status.success(), "{command}: {}{}", text(&output.stdout), text(&output.stderr));
    text(&output.stdout)
}
