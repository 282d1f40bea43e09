//! Documents that say the same as the code: the configuration's schema, the list of errors, and what is made for those who watch.

use std::collections::BTreeSet;
use std::sync::Arc;

use deltalink::config::Config;
use deltalink::error::{ErrorKind, Expiry};
use deltalink::telemetry::metrics::{History, Pool, Sample, SetSample};
use deltalink::telemetry::{End, Metrics, Mode, Record, Stage};
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
        "[service]\ncompression = false\n[limits]\nmax_reads = 200\nmax_queued = 0\nlongest_queue = '1m'\nlongest_stall = '10m'",
        "[sharing]\nmemory_mib = 0\nversion_age = '5ms'\npage_max_age = '1d 2h'\nlongest_wait = '1h'\nmax_waiting = 0",
        "[limits]\nlongest_answer = '1d'\nlongest_stall = '1s'\nlongest_head = '0s'\nlongest_body = '10m'\nkeep_alive = '1h'\ndrain = '10s'\nmax_connections = 1\nmax_uri_bytes = 65000\nmax_header_bytes = 1024\nmax_body_bytes = 67108864\nmax_batch_requests = 1000\nmax_expression_depth = 2",
        "[limits]\nmax_reads_per_principal = 200\nmax_requests_per_second = 0\nmax_refusals_per_minute = 0",
        "[tls]\ncertificate = 'cert.pem'\nkey = 'key.pem'",
        "[proxies]\ntrusted = ['10.0.0.0/8', '::1']\nheader = 'forwarded'",
        "[access]",
        "[access]\nanonymous = ['r']\n[access.roles.r]\nOrders = true\nInvoices = false\n'*' = {}",
        "[access.roles.r.Orders]\ncolumns = ['Status']\nfilter = 'Region in @regions'",
        "[access]\napi_key_header = 'X-Our-Key'\napi_key_parameter = 'apikey'",
        "[access]\nroles.r = {}\napi_keys = [{ name = 'a', sha256 = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad', roles = ['r'], claims = { a = 1, b = [true], c = 'd' }, expires = '2027-01-01T00:00:00Z' }]",
        "[access.jwt]\nissuer = 'https://a.example'\naudience = 'b'",
        "[access.jwt]\nissuer = 'a'\naudience = ['b', 'c']\njwks = { file = 'keys.json' }\nalgorithms = ['ES256', 'EdDSA']\nclock_skew = '5s'\nprincipal_claim = 'oid'\nroles_claim = ['roles', 'scp']\nauthorization_uri = 'https://a.example/authorize'\nroles = {}",
        "[access.jwt]\nissuer = 'a'\naudience = 'b'\njwks = { url = 'https://a.example/keys' }",
        "[log]\nformat = 'json'\nlevel = 'debug'\nserver_timing = true\n[metrics]\nlisten = '127.0.0.1:9464'",
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
        "[service]\nnamespace = 'Tracking'",
        "[service]\nnamespace = 'Deltalink.Tracking.V1'",
        "[service]\nnamespace = 'Org.OData.Core.V1'",
        &long,
        "[limits]\nmax_reads = 0",
        "[log]\nformat = 'xml'",
        "[log]\nlevel = 'loud'",
        "[metrics]\non = true",
        "[limits]\nmax_reads = 201",
        "[limits]\nmax_uri_bytes = 100000",
        "[limits]\nmax_body_bytes = 0",
        "[limits]\nmax_reads_per_principal = 0",
        "[limits]\nmax_refusals_per_minute = -1",
        "[limits]\nmax_expression_depth = 65",
        "[tls]\ncertificate = 'cert.pem'",
        "[proxies]\ntrusted = ['proxy.example']",
        "[proxies]\nheader = 'x-real-ip'",
        "[limits]\nlongest_queue = 10",
        "[limits]\ndrain = 10",
        "[limits]\nlongest_body = 30",
        "[sharing]\nmemory_mib = -1",
        "[sharing]\nlongest_wait = 50",
        "[sharing]\nlongest_wait = 'long'",
        "[access]\nrole = {}",
        "[access]\nanonymous = 'r'",
        "[access.roles]\nr = true",
        "[access.roles.r]\nOrders = 'yes'",
        "[access.roles.r.Orders]\ncolumn = ['Id']",
        "[access.roles.r.Orders]\nfilter = true",
        "[access]\napi_key_header = 'Authorization'",
        "[access]\napi_key_header = 'X Key'",
        "[access]\napi_key_parameter = '$key'",
        "[access]\napi_key_parameter = 'select'",
        "[access]\napi_keys = [{ name = 'a', sha256 = 'abc', roles = [] }]",
        "[access]\napi_keys = [{ name = '', sha256 = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad', roles = [] }]",
        "[access]\napi_keys = [{ name = 'a', sha256 = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad' }]",
        "[access]\napi_keys = [{ name = 'a', sha256 = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad', roles = [], claims = { a = 0.5 } }]",
        "[access]\napi_keys = [{ name = 'a', sha256 = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad', roles = [], expires = 'soon' }]",
        "[access.jwt]\nissuer = 'https://a.example'",
        "[access.jwt]\nissuer = 'https://a.example'\naudience = []",
        "[access.jwt]\nissuer = 'https://a.example'\naudience = 'b'\nalgorithms = ['HS256']",
        "[access.jwt]\nissuer = 'https://a.example'\naudience = 'b'\nalgorithms = ['none']",
        "[access.jwt]\nissuer = 'https://a.example'\naudience = 'b'\nalgorithms = []",
        "[access.jwt]\nissuer = 'https://a.example'\naudience = 'b'\njwks = {}",
        "[access.jwt]\nissuer = 'https://a.example'\naudience = 'b'\njwks = { file = 'a', url = 'https://a.example/keys' }",
        "[access.jwt]\nissuer = 'https://a.example'\naudience = 'b'\nclock_skew = 60",
        "[access.jwt]\nissuer = 'https://a.example'\naudience = 'b'\nauthorization_uri = 'a b'",
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
fn the_document_on_scale_has_every_limit_with_its_value() {
    let schema: Value = serde_json::from_str(&text_of("schemas/config.schema.json")).unwrap();
    let document = text_of("docs/scale.md");
    for (name, setting) in schema["$defs"]["limits"]["properties"].as_object().unwrap() {
        let (_, row) = document.split_once(&format!("`limits.{name}` (")).unwrap_or_else(|| panic!("limits.{name}"));
        let told = row.split(')').next().unwrap().replace([',', ' '], "");
        let told = match told.strip_suffix("KiB").or(told.strip_suffix("MiB")) {
            Some(number) => {
                let unit = if told.ends_with("KiB") { 1024 } else { 1024 * 1024 };
                (number.parse::<u64>().unwrap() * unit).to_string()
            }
            None => told.replace("min", "m"),
        };
        let default = setting["default"].to_string();
        let minutes = |text: &str| text.replace("1m", "60s");
        assert!(
            [default.trim_matches('"'), &minutes(default.trim_matches('"'))].contains(&&*told),
            "{name}: {told} and not {default}"
        );
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

/// Every metric by the name under which it is stored, of a gateway that has done something.
fn metrics() -> BTreeSet<String> {
    let metrics = Arc::new(Metrics::new());
    let record = Record::begin("GET", None, &metrics);
    record.read(1);
    record.end(End { status: 200, bytes: 1, cut: true });
    metrics.authentication_refused("Unknown");
    let set = SetSample {
        name: "Orders".to_owned(),
        history: Some(History::default()),
        retention: Some(1),
        oldest: Some(1),
        damaged: false,
    };
    let text = metrics.text(Sample { pool: Some(Pool::default()), sets: vec![set], ..Sample::default() });
    let samples = text.lines().filter(|line| !line.starts_with('#'));
    samples.map(|line| line.split(['{', ' ']).next().unwrap().to_owned()).collect()
}

/// The names of metrics in a text.
fn named_metrics(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    words.filter(|word| word.starts_with("deltalink_") || word.starts_with("process_")).map(str::to_owned).collect()
}

/// Every `expr` in a tree.
fn expressions(tree: &Value) -> Vec<String> {
    match tree {
        Value::Object(members) => {
            let own = members.get("expr").and_then(Value::as_str).map(str::to_owned);
            own.into_iter().chain(members.values().flat_map(expressions)).collect()
        }
        Value::Array(items) => items.iter().flat_map(expressions).collect(),
        _ => Vec::new(),
    }
}

#[test]
fn the_dashboard_and_the_alerts_ask_for_metrics_that_there_are() {
    let known = metrics();
    let dashboard: Value = serde_json::from_str(&text_of("deploy/grafana/deltalink.json")).unwrap();
    let alerts: Value = serde_norway::from_str(&text_of("deploy/prometheus/alerts.yaml")).unwrap();
    let mut shown = BTreeSet::new();
    for tree in [&dashboard, &alerts] {
        let expressions = expressions(tree);
        assert!(expressions.len() > 10);
        for expression in expressions {
            let named = named_metrics(&expression);
            assert!(!named.is_empty() || expression.starts_with("up{"), "{expression}");
            let unknown: Vec<_> = named.difference(&known).collect();
            assert!(unknown.is_empty(), "{unknown:?} in {expression} are no metrics; those are {known:#?}");
            shown.extend(named);
        }
    }
    let buckets = |name: &&String| name.ends_with("_count") || name.ends_with("_sum");
    let forgotten: Vec<_> = known.difference(&shown).filter(|name| !buckets(name)).collect();
    assert!(forgotten.is_empty(), "nobody looks at {forgotten:?}");
    for rule in alerts["groups"][0]["rules"].as_array().unwrap() {
        assert!(rule["alert"].is_string() && rule["labels"]["severity"].is_string(), "{rule}");
        assert!(rule["annotations"]["summary"].is_string(), "{rule}");
    }
}

#[test]
fn the_document_on_operation_has_every_metric_and_no_other() {
    let document = text_of("docs/operation.md");
    let rows = document.lines().filter(|line| line.starts_with("| `deltalink_") || line.starts_with("| `process_"));
    let told: BTreeSet<String> = rows.flat_map(|row| named_metrics(row.split('|').nth(1).unwrap())).collect();
    let histogram = "deltalink_request_duration_seconds";
    let known = metrics().into_iter().map(|name| if name.starts_with(histogram) { histogram.to_owned() } else { name });
    assert_eq!(told, known.collect());
    for mode in Mode::ALL {
        assert!(document.contains(&format!("`{}`", mode.word())), "{mode:?}");
    }
    for stage in Stage::ALL {
        assert!(document.contains(&format!("`{}_us`", stage.name())), "{stage:?}");
    }
}
