//! What may be asked for beside a delta link, and what may not.

use serde_json::json;

use super::{Database, Served, ids, names, nine, shop};

/// What change tracking excludes; each also has a meaning, or at least a status, without it.
const EXCLUDED: [&str; 8] = ["$filter", "$orderby", "$expand", "$top", "$skip", "$search", "$apply", "$compute"];

#[test]
fn a_count_of_changes_includes_deletions() {
    let served = nine();
    let link = served.delta_link("/odata/Item?$count=true");
    let count_link = link.replace("/Item?", "/Item/$count?");
    assert_eq!(served.get(&count_link).expect(200).text(), "0");
    served.execute("UPDATE Item SET Name = 'x' WHERE Id < 4; DELETE FROM Item WHERE Id > 6");
    let count = served.get(&count_link).expect(200);
    assert_eq!((count.text().as_str(), count.header("Content-Type")), ("6", Some("text/plain")));
    assert_eq!(count.header("Cache-Control"), Some("no-cache"));
    assert_eq!(served.get(&count_link.replace('$', "%24")).expect(200).text(), "6");
    let first = served.get_with(&format!("{link}&$count=true"), "Prefer", "maxpagesize=2").expect(200);
    assert_eq!((&first.json()["@odata.count"], first.value().len()), (&json!(6), 2));
    assert!(served.get(&link).expect(200).json().get("@odata.count").is_none(), "a link keeps no $count");
}

#[test]
fn a_tracked_read_may_be_counted() {
    let page = nine().get_with("/odata/Item?$count=true", "Prefer", "track-changes, maxpagesize=2").expect(200);
    assert_eq!(page.json()["@odata.count"], 9);
}

#[test]
fn latest_gives_a_link_that_starts_now() {
    let served = nine();
    served.execute("UPDATE Item SET Name = 'before' WHERE Id = 1");
    for path in ["/odata/Item?$deltatoken=latest", "/odata/Item?%24deltatoken=latest"] {
        let now = served.get(path).expect(200);
        assert_eq!((now.value().len(), now.header("Preference-Applied")), (0, None));
        assert_eq!(now.header("Cache-Control"), Some("no-store"));
        assert!(now.json()["@odata.context"].as_str().unwrap().ends_with("#Item/$delta"));
        assert!(served.get(&now.delta_link()).expect(200).value().is_empty());
    }
    let selected = served.track("/odata/Item?$deltatoken=latest&$select=Id").expect(200);
    assert_eq!(selected.header("Preference-Applied"), Some("odata.track-changes"));
    served.execute("UPDATE Item SET Name = 'after' WHERE Id = 2");
    assert_eq!(served.get(&selected.delta_link()).expect(200).value(), [json!({ "Id": 2 })]);
}

#[test]
fn the_selection_is_remembered_and_may_be_repeated() {
    let shop = shop();
    let link = shop.delta_link("/odata/Orders?$select=Note,Paid");
    shop.execute("UPDATE Orders SET Note = 'x' WHERE Id = 1");
    let expected = [json!({ "Id": 1, "Note": "x", "Paid": true })];
    for options in ["", "&$select=Note,Paid", "&$select=Paid,Note", "&select=Note%2CPaid"] {
        let delta = shop.get(&format!("{link}{options}")).expect(200);
        assert_eq!(delta.value(), expected, "{options}");
        assert_eq!(shop.get(&format!("{}{options}", delta.delta_link())).expect(200).value().len(), 0);
    }
}

#[test]
fn another_selection_on_a_link_is_refused() {
    let shop = shop();
    let selected = shop.delta_link("/odata/Orders?$select=Note");
    let whole = shop.delta_link("/odata/Orders");
    for url in
        [format!("{selected}&$select=Paid"), format!("{selected}&$select=Note,Paid"), format!("{whole}&$select=Note")]
    {
        let answer = shop.get(&url).expect(400);
        assert_eq!((answer.code().as_str(), &answer.json()["error"]["target"]), ("InvalidValue", &json!("$select")));
    }
    assert_eq!(shop.get(&format!("{selected}&$select=*")).expect(200).value().len(), 0, "* is no selection");
}

#[test]
fn options_that_change_tracking_excludes_are_refused_by_name() {
    let served = nine();
    let delta = served.delta_link("/odata/Item");
    let next = served.get_with("/odata/Item", "Prefer", "track-changes, maxpagesize=2").expect(200).link("nextLink");
    served.execute("UPDATE Item SET Name = 'x'");
    let next_of_delta = served.get_with(&delta, "Prefer", "maxpagesize=2").expect(200).link("nextLink");
    let (next, next_of_delta) = (next.unwrap(), next_of_delta.unwrap());
    for option in EXCLUDED {
        let message = format!("The \"{option}\" query parameter isn't supported when Change Tracking is enabled.");
        let urls = [
            format!("/odata/Item?{option}=1"),
            format!("/odata/Item?%24{}=1", &option[1..]),
            "/odata/Item?$deltatoken=latest&".to_owned() + option + "=1",
            format!("{delta}&{option}=1"),
            format!("{}&{option}=1", delta.replace("/Item?", "/Item/$count?")),
            format!("{next}&{option}=1"),
            format!("{next_of_delta}&{option}=1"),
        ];
        for url in urls {
            let answer = served.track(&url).expect(400);
            let error = &answer.json()["error"];
            assert_eq!(error["code"], "OptionNotSupportedWithChangeTracking", "{url}");
            assert_eq!((&error["message"], &error["target"]), (&json!(message), &json!(option)), "{url}");
        }
    }
}

#[test]
fn a_set_that_is_not_tracked_ignores_the_preference() {
    let served = Served::with(Database::shop(), "[tables.Untracked]\n");
    for prefer in ["odata.track-changes", "track-changes, maxpagesize=2"] {
        let page = served.get_with("/odata/Untracked?$top=5", "Prefer", prefer).expect(200);
        assert!(!page.header("Preference-Applied").unwrap_or_default().contains("track-changes"));
        assert_eq!((ids(&page), page.link("deltaLink")), (vec![1, 2], None));
    }
    let filtered = served.track("/odata/Untracked?$filter=Id%20eq%202&$orderby=Name&$skip=0").expect(200);
    assert_eq!(
        (ids(&filtered), filtered.header("Preference-Applied"), filtered.link("deltaLink")),
        (vec![2], None, None)
    );
    let latest = served.get("/odata/Untracked?$deltatoken=latest").expect(400);
    assert_eq!((latest.code().as_str(), &latest.json()["error"]["target"]), ("InvalidValue", &json!("$deltatoken")));
}

#[test]
fn without_metadata_there_can_be_no_delta_link() {
    let served = nine();
    let link = served.delta_link("/odata/Item");
    let next = served.get_with("/odata/Item", "Prefer", "track-changes, maxpagesize=2").expect(200).link("nextLink");
    for url in ["/odata/Item", "/odata/Item?$deltatoken=latest", &link, &next.unwrap()] {
        let asking = served.ask("GET", url).header("Prefer", "track-changes");
        let answer = asking.header("Accept", "application/json;odata.metadata=none").send().expect(400);
        assert_eq!(answer.code(), "MetadataLevelNotSupported", "{url}");
    }
    served.get_with("/odata/Item", "Accept", "application/json;odata.metadata=none").expect(200);
}

#[test]
fn the_format_option_is_carried_on_by_links() {
    let served = nine();
    let pages =
        served.pages("/odata/Item?$format=application/json;odata.metadata=full", "track-changes, maxpagesize=5");
    let link = pages[1].delta_link();
    served.execute("UPDATE Item SET Name = 'x' WHERE Id = 1");
    let delta = served.get(&link).expect(200);
    assert_eq!(delta.header("Content-Type"), Some("application/json;odata.metadata=full"));
    assert!(delta.value()[0]["@odata.id"].is_string());
    assert_eq!(served.get(&delta.delta_link()).expect(200).header("Content-Type"), delta.header("Content-Type"));
}

#[test]
fn ordinary_reads_show_nothing_of_tracking() {
    let shop = shop();
    shop.execute("DELETE FROM Orders WHERE Id = 1");
    let page = shop.get("/odata/Orders").expect(200);
    let json = page.json();
    let mut members = names(&json);
    members.sort_unstable();
    assert_eq!(members, ["@odata.context", "value"]);
    assert_eq!((ids(&page), page.header("Preference-Applied")), (vec![2, 3], None));
}

#[test]
fn the_preference_means_nothing_on_the_next_link_of_an_ordinary_read() {
    let served = nine();
    let next = served.get_with("/odata/Item", "Prefer", "maxpagesize=5").expect(200).link("nextLink").unwrap();
    let page = served.track(&next).expect(200);
    assert_eq!((page.header("Preference-Applied"), page.link("deltaLink"), ids(&page)), (None, None, vec![6, 7, 8, 9]));
}
