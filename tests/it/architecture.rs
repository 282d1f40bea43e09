//! Who may know whom: the table of `docs/DESIGN.md`, read against the `use` lines and `crate::` paths of `src/`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::support::rust_files;

/// Each folder (or file) of `src/`, and the others that it may name. `config` stands beside the stages: it is what the
/// operator says about them.
const MAY_KNOW: [(&str, &[&str]); 17] = [
    ("access", &["edm", "error", "odata", "plan", "token"]),
    (
        "app",
        &[
            "access",
            "backend",
            "config",
            "edm",
            "error",
            "plan",
            "response",
            "sharing",
            "sql",
            "telemetry",
            "token",
            "version",
        ],
    ),
    ("backend", &["edm", "error", "sql", "token", "version"]),
    (
        "cli",
        &[
            "access",
            "app",
            "backend",
            "config",
            "edm",
            "error",
            "http",
            "plan",
            "response",
            "sql",
            "telemetry",
            "token",
            "version",
        ],
    ),
    ("config", &["access", "edm", "error", "plan", "response", "sharing"]),
    ("edm", &["error", "version"]),
    ("error", &[]),
    (
        "http",
        &[
            "access",
            "app",
            "backend",
            "config",
            "edm",
            "error",
            "odata",
            "plan",
            "response",
            "sharing",
            "sql",
            "telemetry",
            "token",
            "version",
        ],
    ),
    ("main", &["cli"]),
    ("odata", &["edm", "error"]),
    ("plan", &["edm", "error", "odata", "token", "version"]),
    ("response", &["backend", "edm", "error", "plan", "token", "version"]),
    ("sharing", &["backend", "edm", "error", "response", "sql", "token", "version"]),
    ("sql", &["edm", "error", "plan", "token", "version"]),
    ("telemetry", &["edm", "error"]),
    ("token", &["edm", "error", "version"]),
    ("version", &[]),
];

/// Foreign crates that only one folder may name.
const ONLY_IN: [(&str, &str); 18] = [
    ("actix_cors", "http"),
    ("actix_web", "http"),
    ("azure_core", "backend"),
    ("azure_identity", "backend"),
    ("brotli", "http"),
    ("clap", "cli"),
    ("clap_complete", "cli"),
    ("clap_mangen", "cli"),
    ("flate2", "http"),
    ("jsonwebtoken", "access"),
    ("opentelemetry", "telemetry"),
    ("prometheus_client", "telemetry"),
    ("reqwest", "access"),
    ("rusqlite", "backend"),
    ("subtle", "access"),
    ("tiberius", "backend"),
    ("tracing_subscriber", "cli"),
    ("zstd", "http"),
];

/// How a statement begins; text that begins so is SQL.
const SQL: [&str; 12] = [
    "ALTER ",
    "BEGIN ",
    "COMMIT",
    "CREATE ",
    "DELETE FROM",
    "DROP ",
    "INSERT INTO",
    "PRAGMA ",
    "SELECT ",
    "UPDATE ",
    "VACUUM",
    "WITH ",
];

/// A file of `src/`, without its unit tests and comments.
struct Source {
    path: PathBuf,
    folder: String,
    whole: String,
    code: String,
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let found: Vec<_> = rust_files(root.clone()).iter().map(|path| source(&root, path)).collect();
    assert!(found.len() > 50, "only {} files", found.len());
    found
}

fn source(root: &Path, path: &Path) -> Source {
    let whole = std::fs::read_to_string(path).unwrap();
    let relative = path.strip_prefix(root).unwrap();
    let folder = relative.components().next().unwrap().as_os_str().to_str().unwrap().trim_end_matches(".rs").to_owned();
    let tested = whole.split("#[cfg(test)]\nmod tests").next().unwrap();
    let lines: Vec<&str> = tested.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    Source { folder, code: lines.join("\n"), path: relative.to_owned(), whole }
}

/// The modules of this crate that `code` names.
fn known(code: &str) -> BTreeSet<&str> {
    let word = |rest: &str| rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
    let paths = code.split("crate::").skip(1).chain(code.split("deltalink::").skip(1));
    paths.map(|rest| &rest[..word(rest)]).filter(|name| !name.is_empty()).collect()
}

#[test]
fn every_folder_knows_only_what_the_table_says() {
    let table: BTreeMap<&str, &[&str]> = MAY_KNOW.into_iter().collect();
    let mut used: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for Source { path, folder, code, .. } in sources().iter().filter(|source| source.folder != "lib") {
        assert!(!code.contains("crate::{"), "{}: one path a line, so that this test can read them", path.display());
        let allowed = table.get(folder.as_str()).unwrap_or_else(|| panic!("{folder} is not in the table"));
        for name in known(code).into_iter().filter(|name| name != folder) {
            assert!(allowed.contains(&name), "{}: {folder} must not know {name}", path.display());
            used.entry(folder.clone()).or_default().insert(name.to_owned());
        }
    }
    for (folder, _) in MAY_KNOW {
        assert!(used.contains_key(folder) || ["error", "version"].contains(&folder), "{folder} is gone");
    }
}

#[test]
fn drivers_and_frameworks_stay_in_their_rooms() {
    for Source { path, folder, whole, .. } in sources() {
        for (name, room) in ONLY_IN {
            assert!(folder == room || !whole.contains(&format!("{name}::")), "{} names {name}", path.display());
        }
    }
}

#[test]
fn sql_stands_only_where_sql_belongs() {
    for Source { path, folder, code, .. } in sources().iter().filter(|source| source.folder != "sql") {
        // What follows a quotation mark is a literal, or code that never begins so.
        for literal in code.split('"').skip(1) {
            let sql = SQL.iter().find(|start| literal.trim_start().starts_with(**start));
            assert!(sql.is_none(), "{}: SQL in {folder}: {literal}", path.display());
        }
    }
}

#[test]
fn every_file_opens_with_what_it_is_and_stays_readable() {
    for Source { path, whole, .. } in sources() {
        assert!(whole.starts_with("//! "), "{} does not open with //!", path.display());
        let lines = whole.lines().count();
        assert!(lines <= 300, "{} has {lines} lines: it usually holds two nouns", path.display());
    }
}
