//! What is in `deploy/`: the image, the unit, the manifests and the package say the same as the binary, and give it no more than it needs.
//!
//! The programs that they are made for judge them in `deploy/*/check`; here is what holds on every machine.

#[cfg(target_os = "linux")]
mod scripts;

use std::collections::BTreeSet;

use serde_json::Value;

use crate::support::text_of;

/// Seconds that running answers have to finish; the gateway's own.
fn shutdown_seconds() -> u64 {
    let source = text_of("src/http/mod.rs");
    let value = source.split("SHUTDOWN_SECONDS: u64 = ").nth(1).and_then(|rest| rest.split(';').next()).unwrap();
    value.parse().unwrap()
}

/// The instructions of the Dockerfile, each on one line.
fn instructions() -> Vec<String> {
    let text = text_of("deploy/docker/Dockerfile");
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim_start().starts_with('#')).collect();
    let whole = lines.join("\n").replace("\\\n", " ");
    whole.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

#[test]
fn the_image_runs_as_nobody_and_fetches_nothing_that_is_not_named() {
    let instructions = instructions();
    let of = |name: &str| -> Vec<&str> {
        instructions.iter().filter_map(|line| line.strip_prefix(name)).map(str::trim).collect()
    };
    assert_eq!(of("USER "), ["65532:65532"]);
    for image in of("ARG ").iter().filter_map(|line| line.split_once('=')).filter(|(_, value)| value.contains('/')) {
        let tag = image.1.rsplit_once(':').unwrap_or_else(|| panic!("{image:?} has no tag")).1;
        assert!(tag != "latest" && !tag.is_empty(), "{image:?}");
    }
    for base in of("FROM ") {
        assert!(base.starts_with("${"), "{base} cannot be pinned by who builds");
    }
    assert!(of("ADD ").is_empty(), "COPY takes what is here; ADD would fetch");
    let last = instructions.iter().rposition(|line| line.starts_with("FROM ")).unwrap();
    let runtime = &instructions[last..];
    assert!(!runtime.iter().any(|line| line.starts_with("RUN ")), "there is no shell: {runtime:?}");
    assert!(instructions.iter().any(|line| line.contains("cargo auditable build --release --locked")));
    assert!(instructions.iter().any(|line| line.contains("+crt-static")));
    for line in &instructions {
        let lower = line.to_lowercase();
        assert!(!["password", "signing_key", "secret"].iter().any(|word| lower.contains(word)), "{line}");
    }
    assert_eq!(of("ENTRYPOINT "), [r#"["/usr/bin/deltalink"]"#]);
}

#[test]
fn the_image_is_built_from_what_is_named_and_that_is_all_that_the_build_needs() {
    let ignored = text_of("deploy/docker/Dockerfile.dockerignore");
    let mut lines = ignored.lines().filter(|line| !line.starts_with('#'));
    assert_eq!(lines.next(), Some("*"));
    let taken: Vec<&str> = lines.filter_map(|line| line.strip_prefix('!')).collect();
    for path in &taken {
        assert!(text_root().join(path).exists(), "{path} is not there");
    }
    // What the manifest and the source name at compile time.
    let named = ["Cargo.toml", "Cargo.lock", ".cargo", "src", "benches", "tests"].map(str::to_owned);
    for path in named.into_iter().chain(included(&text_root().join("src"))) {
        assert!(taken.contains(&path.as_str()), "{path} is missing in the image's build");
    }
}

/// What stands in the root and is included by the source.
fn included(folder: &std::path::Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            found.append(&mut included(&path));
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        for name in ["include_str!(\"", "include_bytes!(\""] {
            let paths = text.split(name).skip(1).filter_map(|rest| rest.split('"').next());
            let roots = paths.filter_map(|path| path.rsplit("../").next()?.split('/').next());
            found.extend(roots.filter(|root| text_root().join(root).exists()).map(str::to_owned));
        }
    }
    found
}

fn text_root() -> &'static std::path::Path {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The values of a setting of the unit.
fn settings(unit: &str, name: &str) -> Vec<String> {
    unit.lines()
        .filter_map(|line| line.split_once('='))
        .filter(|(key, _)| *key == name)
        .map(|(_, v)| v.to_owned())
        .collect()
}

#[test]
fn the_unit_gives_the_service_no_more_than_it_needs() {
    let unit = text_of("deploy/systemd/deltalink.service");
    for (name, value) in [
        ("ProtectSystem", "strict"),
        ("ProtectHome", "yes"),
        ("NoNewPrivileges", "yes"),
        ("MemoryDenyWriteExecute", "yes"),
        ("PrivateDevices", "yes"),
        ("RestrictAddressFamilies", "AF_INET AF_INET6 AF_UNIX"),
        ("CapabilityBoundingSet", ""),
        ("SystemCallArchitectures", "native"),
        ("StateDirectory", "deltalink"),
        ("User", "deltalink"),
        ("ExecReload", "/bin/kill -HUP $MAINPID"),
    ] {
        assert_eq!(settings(&unit, name), [value], "{name}");
    }
    assert_eq!(settings(&unit, "SystemCallFilter"), ["@system-service", "~@privileged @resources"]);
    let patience: u64 = settings(&unit, "TimeoutStopSec")[0].parse().unwrap();
    assert!(patience > shutdown_seconds(), "systemd would kill what is being finished");
}

#[test]
fn the_unit_and_the_package_name_the_same_files() {
    let unit = text_of("deploy/systemd/deltalink.service");
    let manifest: Value = toml::from_str(&text_of("Cargo.toml")).unwrap();
    let package = &manifest["package"]["metadata"]["deb"];
    let assets: Vec<(&str, &str)> = package["assets"]
        .as_array()
        .unwrap()
        .iter()
        .map(|asset| (asset[0].as_str().unwrap(), asset[1].as_str().unwrap()))
        .collect();
    for (from, _) in assets.iter().filter(|(from, _)| !from.starts_with("target/")) {
        assert!(text_root().join(from).exists(), "{from} is packaged and not there");
    }
    let installed = |path: &str| assets.iter().any(|(_, to)| path.starts_with('/') && path[1..].starts_with(to));
    assert!(installed(settings(&unit, "ExecStart")[0].split(' ').next().unwrap()));
    let environment = settings(&unit, "Environment");
    let of = |name: &str| environment.iter().find_map(|line| line.strip_prefix(name)).unwrap();
    assert!(installed(of("DELTALINK_CONFIG=")));
    assert_eq!(package["conf-files"][0], of("DELTALINK_CONFIG="));
    let script = text_of("deploy/debian/postinst");
    assert!(script.contains(&format!("keys={}\n", of("DELTALINK_SIGNING_KEY_FILE="))), "who makes the key?");
    let users = text_of("deploy/systemd/sysusers.d/deltalink.conf");
    assert!(users.contains(&format!("u {} ", settings(&unit, "User")[0])), "who makes the user?");
}

/// The objects of a file of manifests.
fn objects(path: &str) -> Vec<Value> {
    let text = text_of(path);
    text.split("\n---\n").map(|part| serde_norway::from_str(part).unwrap()).collect()
}

fn object<'a>(objects: &'a [Value], kind: &str) -> &'a Value {
    objects.iter().find(|object| object["kind"] == kind).unwrap_or_else(|| panic!("no {kind}"))
}

#[test]
fn the_manifests_let_a_container_do_nothing_but_serve() {
    let objects = objects("deploy/kubernetes/deltalink.yaml");
    let pod = &object(&objects, "Deployment")["spec"]["template"]["spec"];
    assert_eq!(pod["automountServiceAccountToken"], false);
    assert_eq!(pod["securityContext"]["runAsNonRoot"], true);
    assert_eq!(pod["securityContext"]["seccompProfile"]["type"], "RuntimeDefault");
    let user = pod["securityContext"]["runAsUser"].as_u64().unwrap();
    assert!(text_of("deploy/docker/Dockerfile").contains(&format!("\nUSER {user}:{user}\n")), "the image's own");
    let container = &pod["containers"][0];
    let context = &container["securityContext"];
    assert_eq!(
        (&context["readOnlyRootFilesystem"], &context["allowPrivilegeEscalation"]),
        (&true.into(), &false.into())
    );
    assert_eq!(context["capabilities"]["drop"], serde_json::json!(["ALL"]));
    assert!(container["resources"]["limits"]["memory"].is_string());
    for mount in container["volumeMounts"].as_array().unwrap() {
        assert_eq!(mount["readOnly"], true, "{mount}");
    }
    assert!(objects.iter().all(|object| object["kind"] != "Secret"), "a secret in a file is none");
    assert_eq!(object(&objects, "NetworkPolicy")["spec"]["policyTypes"], serde_json::json!(["Ingress", "Egress"]));
}

#[test]
fn the_manifests_ask_for_health_and_wait_until_running_answers_are_finished() {
    let objects = objects("deploy/kubernetes/deltalink.yaml");
    let deployment = &object(&objects, "Deployment")["spec"];
    let pod = &deployment["template"]["spec"];
    let container = &pod["containers"][0];
    let path = |probe: &str| container[probe]["httpGet"]["path"].as_str().unwrap().to_owned();
    assert_eq!(
        [path("startupProbe"), path("livenessProbe"), path("readinessProbe")],
        ["/healthz", "/healthz", "/readyz"]
    );
    let leaving = container["lifecycle"]["preStop"]["sleep"]["seconds"].as_u64().unwrap();
    assert!(pod["terminationGracePeriodSeconds"].as_u64().unwrap() > leaving + shutdown_seconds());
    assert!(deployment["replicas"].as_u64().unwrap() > 1);
    assert_eq!(deployment["strategy"]["rollingUpdate"]["maxUnavailable"], 0);
    let labels = &deployment["template"]["metadata"]["labels"];
    for selector in [
        &deployment["selector"]["matchLabels"],
        &object(&objects, "Service")["spec"]["selector"],
        &object(&objects, "PodDisruptionBudget")["spec"]["selector"]["matchLabels"],
        &object(&objects, "NetworkPolicy")["spec"]["podSelector"]["matchLabels"],
    ] {
        assert_eq!(selector, labels);
    }
}

/// The paths that the ingress passes on, each with whether what lies below it is passed on too.
fn passed_on(objects: &[Value]) -> Vec<(&str, bool)> {
    let paths = object(objects, "Ingress")["spec"]["rules"][0]["http"]["paths"].as_array().unwrap();
    paths.iter().map(|path| (path["path"].as_str().unwrap(), path["pathType"] == "Prefix")).collect()
}

#[test]
fn the_ingress_passes_on_what_clients_and_people_ask_for_and_nothing_of_the_operators() {
    let objects = objects("deploy/kubernetes/deltalink.yaml");
    let paths = passed_on(&objects);
    let is_passed_on = |asked: &str| {
        let below = |path: &str| asked.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        paths.iter().any(|(path, prefix)| if *prefix { below(path) } else { asked == *path })
    };
    for asked in ["/", "/odata", "/odata/Orders", "/web/app.js", "/schemas/error.schema.json", "/openapi.yaml"] {
        assert!(is_passed_on(asked), "{asked}");
    }
    for asked in ["/metrics", "/healthz", "/readyz", "/odatas"] {
        assert!(!is_passed_on(asked), "{asked}");
    }
}

#[test]
fn the_metrics_have_a_port_of_their_own_that_only_the_monitoring_reaches() {
    let objects = objects("deploy/kubernetes/deltalink.yaml");
    let text = object(&objects, "ConfigMap")["data"]["deltalink.toml"].as_str().unwrap();
    let config = deltalink::config::Config::parse(text).unwrap();
    let container = &object(&objects, "Deployment")["spec"]["template"]["spec"]["containers"][0];
    let ports = container["ports"].as_array().unwrap();
    let metrics = ports.iter().find(|port| port["name"] == "metrics").unwrap();
    assert_eq!(config.metrics.listen, Some(format!("0.0.0.0:{}", metrics["containerPort"])));
    let rules = object(&objects, "NetworkPolicy")["spec"]["ingress"].as_array().unwrap();
    let ports_of = |namespace: &str| -> Vec<&str> {
        let named = |rule: &&Value| rule["from"].to_string().contains(namespace);
        let ports = rules.iter().filter(named).flat_map(|rule| rule["ports"].as_array().unwrap());
        ports.map(|port| port["port"].as_str().unwrap()).collect()
    };
    assert_eq!((ports_of("ingress-nginx"), ports_of("monitoring")), (vec!["http"], vec!["metrics"]));
    assert!(
        object(&objects, "Service")["spec"]["ports"].as_array().unwrap().iter().all(|port| port["name"] != "metrics")
    );
}

#[test]
fn the_configuration_of_the_manifests_is_one() {
    let objects = objects("deploy/kubernetes/deltalink.yaml");
    let text = object(&objects, "ConfigMap")["data"]["deltalink.toml"].as_str().unwrap();
    let config = deltalink::config::Config::parse(text).unwrap();
    assert!(config.public_url.is_some(), "gateways that stand behind one name have to know it");
    let container = &object(&objects, "Deployment")["spec"]["template"]["spec"]["containers"][0];
    assert_eq!(container["ports"][0]["containerPort"], 8080);
    assert_eq!(config.listen.as_deref(), Some("0.0.0.0:8080"));
}
