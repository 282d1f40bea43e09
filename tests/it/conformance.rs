//! `docs/conformance.md`, read against the tests that it names and the level that the service announces.

use std::collections::BTreeSet;
use std::path::Path;

/// One demand of one level.
struct Row {
    level: String,
    number: String,
    must: bool,
    state: String,
    tests: Vec<String>,
}

fn text(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn rows() -> Vec<Row> {
    let document = text("docs/conformance.md");
    let sections = document.split("\n## ").skip(1);
    let rows = sections.flat_map(|section| {
        let (level, tables) = section.split_once('\n').unwrap();
        tables.lines().filter(|line| line.starts_with("| ")).skip(1).map(|line| row(level, line)).collect::<Vec<_>>()
    });
    rows.collect()
}

fn row(level: &str, line: &str) -> Row {
    let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
    let [number, demand, _, state, tests] = cells.as_slice() else { panic!("{level}: {line}") };
    assert!(["MUST", "SHOULD"].contains(demand), "{level}: {line}");
    let tests = tests.split('`').skip(1).step_by(2).map(str::to_owned).collect();
    Row {
        level: level.to_owned(),
        number: (*number).to_owned(),
        must: *demand == "MUST",
        state: (*state).to_owned(),
        tests,
    }
}

#[test]
fn every_level_is_there_and_no_demand_stands_twice() {
    let rows = rows();
    let levels: BTreeSet<&str> = rows.iter().map(|row| row.level.as_str()).collect();
    let all =
        ["Minimal", "Intermediate", "Advanced"].map(|name| [format!("OData 4.0 {name}"), format!("OData 4.01 {name}")]);
    assert_eq!(levels, all.iter().flatten().map(String::as_str).collect());
    let mut seen = BTreeSet::new();
    for row in &rows {
        assert!(seen.insert((&row.level, &row.number, row.must)), "{} {}", row.level, row.number);
    }
}

#[test]
fn every_demand_has_a_test_or_a_reason() {
    for Row { level, number, state, tests, .. } in rows() {
        let reason = ["not applicable: ", "not met: "].iter().find_map(|start| state.strip_prefix(start));
        let shown = state == "met" && !tests.is_empty();
        assert!(shown || reason.is_some_and(|reason| !reason.is_empty()), "{level} {number}: {state}");
    }
}

#[test]
fn every_test_that_is_named_exists() {
    for Row { level, number, tests, .. } in rows() {
        for test in tests {
            let (module, function) = test.rsplit_once("::").unwrap_or_else(|| panic!("{level} {number}: {test}"));
            let file = format!("tests/it/{}", module.replace("::", "/"));
            let file = if module == "differential" { format!("{file}/mod.rs") } else { format!("{file}.rs") };
            let found = text(&file).contains(&format!("#[test]\nfn {function}()"));
            assert!(found, "{level} {number}: {file} has no test {function}");
        }
    }
}

#[test]
fn all_that_the_levels_of_4_0_demand_is_met() {
    for Row { level, number, state, .. } in rows().iter().filter(|row| row.must && row.level.starts_with("OData 4.0 "))
    {
        assert!(!state.starts_with("not met"), "{level} {number}: {state}");
    }
}

#[test]
fn no_announced_level_has_a_must_that_is_not_met() {
    let source = text("src/response/metadata/capabilities.rs");
    let announced = source.split("Capabilities.ConformanceLevelType\", member: \"").nth(1).unwrap();
    let announced = announced.split('"').next().unwrap();
    let levels = ["Minimal", "Intermediate", "Advanced"];
    let highest = levels.iter().position(|level| *level == announced).unwrap_or_else(|| panic!("no level {announced}"));
    for Row { level, number, must, state, .. } in rows() {
        let announced = levels[..=highest].iter().any(|name| level.ends_with(name));
        assert!(!(announced && must && state.starts_with("not met")), "{level} {number}: {state}");
    }
}
