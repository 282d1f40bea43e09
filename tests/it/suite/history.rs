//! `Tracking.History`: where the history of an entity set stands, for whoever asks for that.

use serde_json::{Value, json};

use super::{Database, Served, nine, prunable_shop, restorable_shop};
use crate::support::client::Answer;

const LATEST: &str = "?$deltatoken=latest";
const TERM: &str = "@Tracking.History";

fn wished(served: &Served, path: &str) -> Answer {
    served.get_with(path, "Prefer", "odata.include-annotations=\"Tracking.History\"").expect(200)
}

/// Current version, oldest version.
fn versions(served: &Served, set: &str) -> (u64, u64) {
    let history = wished(served, &format!("/odata/{set}{LATEST}")).json()[TERM].take();
    (history["CurrentVersion"].as_u64().unwrap(), history["OldestVersion"].as_u64().unwrap())
}

#[test]
fn the_current_version_moves_with_what_changes_and_the_oldest_stays() {
    let served = nine();
    let (before, oldest) = versions(&served, "Item");
    assert!(oldest <= before);
    served.execute("UPDATE Item SET Name = 'x' WHERE Id = 1");
    let (after, still) = versions(&served, "Item");
    assert!(after > before, "{before} to {after}");
    assert_eq!(still, oldest);
}

#[test]
fn a_link_is_followed_until_the_oldest_version_has_passed_it() {
    let Some(served) = prunable_shop() else { return };
    let link = served.delta_link("/odata/Orders");
    let (before, _) = versions(&served, "Orders");
    served.execute("UPDATE Orders SET Note = 'x'");
    served.get(&link).expect(200);
    served.execute("UPDATE Orders SET Note = 'y'");
    served.database.prune("Orders");
    let (current, oldest) = versions(&served, "Orders");
    assert!(before < oldest && oldest <= current, "{before}, {oldest}, {current}");
    served.get(&link).expect(410);
}

#[test]
fn for_how_long_changes_are_kept_is_told_as_a_duration() {
    assert_eq!(retention(&nine(), "Item"), Some(Database::RETENTION));
}

/// Seconds.
fn retention(served: &Served, set: &str) -> Option<u64> {
    let history = wished(served, &format!("/odata/{set}{LATEST}")).json()[TERM].take();
    history["Retention"].as_str().and_then(|text| text.strip_prefix("PT")?.strip_suffix('S')?.parse().ok())
}

#[test]
fn another_retention_is_seen_by_a_gateway_that_runs() {
    // It is one for all tables in a server, so it takes a database of one's own.
    let Some(served) = restorable_shop() else { return };
    assert_eq!(retention(&served, "Orders"), Some(Database::RETENTION));
    served.database.keep_for("Orders", 30 * 24 * 60 * 60);
    assert_eq!(retention(&served, "Orders"), Some(2_592_000));
    let metrics = served.gateway.metrics();
    assert!(metrics.contains("deltalink_set_retention_seconds{set=\"Orders\"} 2592000\n"), "{metrics}");
}

#[test]
fn nobody_is_told_who_does_not_ask_and_nothing_else_tells() {
    let served = nine();
    let latest = format!("/odata/Item{LATEST}");
    for prefer in ["odata.track-changes", "include-annotations=\"Core.*\"", "include-annotations=\"*,-Tracking.*\""] {
        let answer = served.get_with(&latest, "Prefer", prefer).expect(200).json();
        assert_eq!(answer.get(TERM), None, "{prefer}");
    }
    for prefer in ["include-annotations=*", "odata.include-annotations=\"Deltalink.Tracking.V1.*\""] {
        let answer = served.get_with(&latest, "Prefer", prefer).expect(200).json();
        assert!(answer[TERM].is_object(), "{prefer}");
    }
    let link = served.delta_link("/odata/Item");
    for path in ["/odata/Item", "/odata/Item(1)", &link] {
        assert_eq!(wished(&served, path).json().get(TERM), None, "{path}");
    }
}

#[test]
fn the_annotation_follows_version_metadata_level_and_numbers() {
    let served = nine();
    let ask = |version: &str, accept: &str| -> Value {
        let asking = served.ask("GET", &format!("/odata/Item{LATEST}")).header("OData-MaxVersion", version);
        let asking = asking.header("Accept", accept).header("Prefer", "include-annotations=\"Tracking.*\"");
        asking.send().expect(200).json()[TERM].take()
    };
    for (version, ty, full) in [
        ("4.0", "@odata.type", "application/json;odata.metadata=full"),
        ("4.01", "@type", "application/json;metadata=full"),
    ] {
        assert_eq!(ask(version, full)[ty], "#Deltalink.Tracking.V1.HistoryType");
        assert!(ask(version, "application/json").get(ty).is_none());
        let exact = ask(version, "application/json;IEEE754Compatible=true");
        assert!(exact["CurrentVersion"].is_string() && exact["OldestVersion"].is_string(), "{exact}");
    }
}

#[test]
fn the_vocabulary_is_where_the_metadata_says_and_says_the_same_in_both_notations() {
    let served = nine();
    let below_schemas = |uri: &str| uri.strip_prefix("../").map(|below| served.get(&format!("/{below}")).expect(200));
    let metadata = served.get("/odata/$metadata").expect(200).text();
    let metadata = roxmltree::Document::parse(&metadata).unwrap();
    let references = metadata.descendants().filter_map(|node| node.attribute("Uri"));
    let xml: Vec<String> = references.filter_map(below_schemas).map(|answer| answer.text()).collect();
    let metadata = served.get("/odata/$metadata?$format=json").expect(200).json();
    let references = metadata["$Reference"].as_object().unwrap().keys();
    let json: Vec<Value> = references.filter_map(|uri| below_schemas(uri)).map(|answer| answer.json()).collect();
    let ([xml], [json]) = (&xml[..], &json[..]) else { panic!("one vocabulary is ours") };
    let document = roxmltree::Document::parse(xml).unwrap();
    let ty = &json["Deltalink.Tracking.V1"]["HistoryType"];
    let properties: Vec<_> = document.descendants().filter(|node| node.has_tag_name("Property")).collect();
    assert_eq!(properties.len() + 1, ty.as_object().unwrap().len(), "the properties and their kind");
    for property in properties {
        let same = &ty[property.attribute("Name").unwrap()];
        assert_eq!(property.attribute("Type"), same["$Type"].as_str());
        assert_eq!(property.attribute("Nullable") == Some("true"), same["$Nullable"] == json!(true));
        assert_eq!(property.first_element_child().unwrap().attribute("String"), same["@Core.Description"].as_str());
    }
    let term = document.descendants().find(|node| node.has_tag_name("Term")).unwrap();
    assert_eq!(term.attribute("Type"), json["Deltalink.Tracking.V1"]["History"]["$Type"].as_str());
}
