//! `SECURITY.md`: each threat has a test, and each test that it names exists.

use std::path::{Path, PathBuf};

use crate::support::{rust_files, text_of};

/// Every Rust file of the tests and of the gateway: its path as module names, and its text.
fn files() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let files = ["src", "tests"].into_iter().flat_map(|folder| rust_files(root.join(folder)));
    files.map(|path| (modules(path.strip_prefix(root).unwrap()), std::fs::read_to_string(&path).unwrap())).collect()
}

/// `tests/it/suite/tokens.rs` -> `tests::it::suite::tokens`
fn modules(path: &Path) -> String {
    let path: PathBuf = if path.ends_with("mod.rs") || path.ends_with("main.rs") {
        path.parent().unwrap().to_owned()
    } else {
        path.with_extension("")
    };
    path.iter().map(|part| part.to_str().unwrap()).collect::<Vec<_>>().join("::")
}

/// The names in the last column.
fn named(row: &str) -> Vec<String> {
    let column = row.trim_end_matches(['|', ' ']).rsplit(" | ").next().unwrap();
    column.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn every_threat_names_a_test_and_every_test_exists() {
    let document = text_of("SECURITY.md");
    let table = document.split("\n## Threats\n").nth(1).unwrap().split("\n## ").next().unwrap();
    let rows: Vec<&str> = table.lines().filter(|line| line.starts_with("| ")).skip(1).collect();
    assert!(rows.len() > 20, "{} threats", rows.len());
    let files = files();
    for row in rows {
        let tests = named(row);
        assert!(!tests.is_empty(), "no test: {row}");
        for test in tests {
            let (module, function) = test.rsplit_once("::").unwrap_or_else(|| panic!("{test} has no module"));
            // A folder's tests may be in a file of their own.
            let ends = [format!("::{module}"), format!("::{module}::tests")];
            let there = files.iter().any(|(path, text)| {
                ends.iter().any(|end| path.ends_with(end)) && text.contains(&format!("fn {function}("))
            });
            assert!(there, "there is no test {test}");
        }
    }
}

#[test]
fn headings_of_the_contents_are_there() {
    let document = text_of("SECURITY.md");
    for line in document.lines().filter(|line| line.starts_with("- [")) {
        let title = line.trim_start_matches("- [").split(']').next().unwrap();
        assert!(document.contains(&format!("\n## {title}\n")), "{title}");
    }
}
