//! Documents that say the same as the code: the configuration's schema, and the list of errors.

use std::collections::BTreeSet;

use deltalink::config::Config;
use deltalink::error::{ErrorKind, Expiry};
use serde_json::{Map, Value};

use crate::support::text_of;

fn schema() -> jsonschema::Validator {
    jsonschema::validator_for(&serde_json::from_str(&text_of("schemas/config.schema.json")).unwrap()).unwrap()
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
        "[service]\ncompression = false\n[limits]\nmax_reads = 200\nmax_queued = 0\nlongest_queue = '1m'",
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
    let readme = text_of("README.md");
    let example = readme.split("```toml\n").nth(1).unwrap().split("```").next().unwrap();
    assert_eq!(verdicts(&schema(), example), (true, true), "{example}");
}

/// The example with everything that is commented out; prose has a blank behind its `#`.
fn whole_example() -> String {
    let lines = text_of("deploy/config/deltalink.toml");
    let setting = |line: &str| line.strip_prefix('#').filter(|rest| !rest.starts_with(' ')).unwrap_or(line).to_owned();
    lines.lines().map(setting).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_example_of_the_package_is_a_configuration_with_and_without_what_is_commented_out() {
    let example = text_of("deploy/config/deltalink.toml");
    assert_eq!(verdicts(&schema(), &example), (true, true));
    assert!(toml::from_str::<toml::Table>(&example).unwrap().is_empty(), "nothing is set that is not asked for");
    let whole = whole_example();
    assert_eq!(verdicts(&schema(), &whole), (true, true), "{whole}");
}

#[test]
fn the_example_of_the_package_has_every_setting_with_the_value_that_it_has_anyway() {
    let schema: Value = serde_json::from_str(&text_of("schemas/config.schema.json")).unwrap();
    let whole = whole_example();
    let example: Value = toml::from_str(&whole).unwrap();
    let settings = described(&schema, &schema, &example, "");
    assert!(settings.len() > 25, "{settings:?}");
    for (place, setting, value) in settings {
        let value = value.unwrap_or_else(|| panic!("{place} is not in the example"));
        if let Some(default) = setting.get("default") {
            assert_eq!(&value, default, "{place}");
        }
    }
}

/// Every setting that the schema describes below `schema`: its place, its description, and what the example has there.
fn described(root: &Value, schema: &Value, example: &Value, place: &str) -> Vec<(String, Value, Option<Value>)> {
    let schema = resolved(root, schema);
    let mut found = Vec::new();
    let properties = schema["properties"].as_object();
    // Where one excludes the others, one is enough.
    let one_of_them = schema["maxProperties"] == 1 && example.as_object().is_some_and(|shown| shown.len() == 1);
    for (name, setting) in properties.into_iter().flatten() {
        let (setting, value) = (resolved(root, setting), example.get(name));
        if one_of_them && value.is_none() {
            continue;
        }
        let place = format!("{place}.{name}");
        found.push((place.clone(), setting.clone(), value.cloned()));
        if let Some(value) = value {
            found.extend(described(root, setting, value, &place));
        }
    }
    // Of many of a kind, what the example has of each is taken together: one may show what another does not.
    for kind in ["additionalProperties", "items"].map(|name| &schema[name]).into_iter().filter(|kind| kind.is_object())
    {
        let shown = together(example);
        let kinds = ["oneOf", "anyOf"].iter().find_map(|name| resolved(root, kind)[*name].as_array());
        for kind in kinds.map_or_else(|| vec![kind.clone()], Clone::clone) {
            // Plain values have no members.
            let plain = shown == Value::Object(Map::new()) && !resolved(root, &kind)["properties"].is_object();
            if !plain {
                found.extend(described(root, &kind, &shown, &format!("{place}.*")));
            }
        }
    }
    found
}

fn resolved<'a>(root: &'a Value, schema: &'a Value) -> &'a Value {
    let target = schema["$ref"].as_str().and_then(|target| root.pointer(target.trim_start_matches('#')));
    target.unwrap_or(schema)
}

/// The members of all members of a value.
fn together(value: &Value) -> Value {
    let members: Vec<&Value> = match value {
        Value::Object(members) => members.values().collect(),
        Value::Array(members) => members.iter().collect(),
        _ => Vec::new(),
    };
    let named = members.into_iter().filter_map(Value::as_object).flatten();
    Value::Object(named.map(|(name, value)| (name.clone(), value.clone())).collect())
}

#[test]
fn every_dependency_has_its_reason_and_every_reason_its_dependency() {
    let design = text_of("docs/DESIGN.md");
    let table = design.split("\n## Dependencies\n").nth(1).unwrap().split("\n## ").next().unwrap();
    let (mut reasons, mut test_reasons) = (BTreeSet::new(), BTreeSet::new());
    for row in table.lines().filter(|line| line.starts_with("| ")).skip(1) {
        let mut cells = row.trim_matches('|').split(" | ");
        let (names, reason) = (cells.next().unwrap().trim(), cells.next().unwrap_or_default());
        assert!(reason.trim().len() > 3, "no reason: {row}");
        let (list, names) =
            names.strip_prefix("*tests:* ").map_or((&mut reasons, names), |rest| (&mut test_reasons, rest));
        // What stands in parentheses is a feature.
        list.extend(names.split(", ").map(|name| name.split(' ').next().unwrap().to_owned()));
    }
    let manifest: Value = toml::from_str(&text_of("Cargo.toml")).unwrap();
    let of = |table: &str| -> BTreeSet<String> {
        manifest[table].as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect()
    };
    let dependencies: BTreeSet<String> = of("dependencies").union(&of("build-dependencies")).cloned().collect();
    assert_eq!(reasons, dependencies);
    // Tests may use what the gateway uses with other features; that needs no second reason.
    assert_eq!(test_reasons, of("dev-dependencies").difference(&dependencies).cloned().collect());
}

#[test]
fn the_list_of_errors_has_every_code_with_its_status_and_no_other() {
    let document = text_of("docs/errors.md");
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
