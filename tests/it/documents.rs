//! Documents that say the same as the code: the configuration's schema, and the list of errors.

use std::collections::BTreeSet;

use deltalink::config::Config;
use deltalink::error::{ErrorKind, Expiry};
use serde_json::Value;

fn text(path: &str) -> String {
    std::fs::read_to_string(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

fn schema() -> jsonschema::Validator {
    jsonschema::validator_for(&serde_json::from_str(&text("schemas/config.schema.json")).unwrap()).unwrap()
}

/// Whether the schema and the code accept a configuration.
fn verdicts(schema: &jsonschema::Validator, toml: &str) -> (bool, bool) {
    let value: Value = toml::from_str(toml).unwrap();
    (schema.is_valid(&value), Config::parse(toml).is_ok())
}

#[test]
fn the_schema_of_the_configuration_accepts_what_the_code_accepts() {
    let schema = schema();
    for accepted in [
        "",
        "database = 'sqlite:shop.db'\nlisten = '127.0.0.1:8080'\npublic_url = 'https://example.com/shop'",
        "[service]\npage_size = 1\nmax_page_size = 100000\nmax_expand_depth = 20\nkey_as_segment = true\ncors_origins = ['https://a.example:8443', '*']\ndeleted_id = 'key'\nnamespace = 'Contoso.Größe_1'",
        "[service]\ndeleted_id = 'entity-url'",
        "[service]\nnamespace = 'a_x0020_b'",
        "[service]\ncompression = false\n[limits]\nmax_reads = 200\nmax_queued = 0\nlongest_queue = '1m'\nlongest_stall = '10m'",
        "[sharing]\nmemory_mib = 0\nversion_age = '5ms'\npage_max_age = '1d 2h'\nlongest_wait = '1h'\nmax_waiting = 0",
        "[tables]",
        "[tables.Orders]",
        "[tables.'Order Details']\nname = 'OrderDetails'\ncolumns = ['Unit Price']\nrename = { 'Unit Price' = 'UnitPrice' }",
        "[tables.Orders.navigation]\nFK_Customer = { to_one = 'Buyer', to_many = 'Bought' }\n'Ship, Number' = false\nB = {}",
        "[tables.Orders]\nnavigation = { CustomerId = { to_many = 'Bought' } }",
    ] {
        assert_eq!(verdicts(&schema, accepted), (true, true), "{accepted}");
    }
}

#[test]
fn the_schema_of_the_configuration_refuses_what_the_code_refuses() {
    let schema = schema();
    let long = format!("[service]\nnamespace = '{}'", "a".repeat(129));
    for refused in [
        "databse = 'sqlite:shop.db'",
        "database = 1",
        "[service]\npagesize = 10",
        "[service]\npage_size = 0",
        "[service]\npage_size = 100001",
        "[service]\nmax_page_size = 0",
        "[service]\nmax_page_size = 100001",
        "[service]\nmax_expand_depth = 21",
        "[service]\ncors_origins = ['example.com']",
        "[service]\npage_size = '10'",
        "[service]\ndeleted_id = 'none'",
        "[service]\nnamespace = ''",
        "[service]\nnamespace = '1st'",
        "[service]\nnamespace = 'A..B'",
        "[service]\nnamespace = 'A-B'",
        "[service]\nnamespace = 'Edm'",
        &long,
        "[limits]\nmax_reads = 0",
        "[limits]\nmax_reads = 201",
        "[limits]\nlongest_queue = 10",
        "[sharing]\nmemory_mib = -1",
        "[sharing]\nlongest_wait = 50",
        "[sharing]\nlongest_wait = 'long'",
        "[tables.Orders]\ncolums = ['Id']",
        "[tables.Orders]\ncolumns = 'Id'",
        "[tables.Orders]\nrename = ['Id']",
        "[tables.Orders.navigation]\nCustomerId = true",
        "[tables.Orders.navigation]\nCustomerId = 'Buyer'",
        "[tables.Orders.navigation]\nCustomerId = { one = 'Buyer' }",
        "[tables.Orders.navigation]\nCustomerId = { to_one = false }",
        "[tables.Orders]\nnavigation = false",
        "tables = ['Orders']",
    ] {
        assert_eq!(verdicts(&schema, refused), (false, false), "{refused}");
    }
}

#[test]
fn the_configuration_in_the_readme_is_one() {
    let readme = text("README.md");
    let example = readme.split("```toml\n").nth(1).unwrap().split("```").next().unwrap();
    assert_eq!(verdicts(&schema(), example), (true, true), "{example}");
}

#[test]
fn the_list_of_errors_has_every_code_with_its_status_and_no_other() {
    let document = text("docs/errors.md");
    let headings = |level: &str| -> BTreeSet<String> {
        let start = format!("{level} ");
        document.lines().filter_map(|line| line.strip_prefix(&start)).map(str::to_owned).collect()
    };
    let codes = ErrorKind::ALL.map(|kind| format!("{} `{}`", kind.status(), kind.code()));
    assert_eq!(headings("##"), BTreeSet::from(codes));
    let reasons = Expiry::ALL.map(|expiry| format!("`{}`", expiry.code()));
    assert_eq!(headings("###"), BTreeSet::from(reasons));
    for section in document.split("\n## ").skip(1).chain(document.split("\n### ").skip(1)) {
        assert!(section.contains("**Cause.**") && section.contains("**Remedy.**"), "{section}");
    }
}
