//! Asking again and again: conditions, and waiting for changes.

use std::time::{Duration, Instant};

use super::{Served, ids, nine, prunable_shop, restorable_shop, shop};
use crate::support::client::Answer;
use crate::support::patience::eventually;

fn tag(answer: &Answer) -> String {
    answer.header("ETag").unwrap().to_owned()
}

#[test]
fn nothing_new_is_not_modified_until_there_is_something() {
    let shop = shop();
    let link = shop.delta_link("/odata/Orders");
    let first = shop.get(&link).expect(200);
    let known = tag(&first);
    assert!(known.starts_with("W/\""), "{known}");
    for _ in 0..3 {
        assert_eq!(tag(&shop.get(&link).expect(200)), known);
        let same = shop.get_with(&link, "If-None-Match", &known).expect(304);
        assert_eq!((tag(&same), same.body.len()), (known.clone(), 0));
    }
    shop.execute("UPDATE Orders SET Note = 'new' WHERE Id = 2");
    let changed = shop.get_with(&link, "If-None-Match", &known).expect(200);
    assert_eq!(ids(&changed), [2]);
    assert_ne!(tag(&changed), known);
    shop.get_with(&link, "If-None-Match", &format!("\"other\", {}", tag(&changed))).expect(304);
}

#[test]
fn a_tag_is_of_one_link_and_one_page() {
    let served = nine();
    let page = |url: &str| served.get_with(url, "Prefer", "maxpagesize=4").expect(200);
    let link = served.delta_link("/odata/Item");
    served.execute("UPDATE Item SET Name = 'x'");
    let first = page(&link);
    let next = first.link("nextLink").unwrap();
    assert_ne!(tag(&first), tag(&page(&next)));
    served.get_with(&next, "If-None-Match", &tag(&first)).expect(200);
    let later = served.delta_link("/odata/Item");
    served.get_with(&later, "If-None-Match", &tag(&first)).expect(200);
    assert_ne!(tag(&served.get(&later).expect(200)), tag(&first));
    let kept = tag(&page(&next));
    served.execute("UPDATE Item SET Name = 'y' WHERE Id = 1");
    assert_eq!(tag(&page(&next)), kept, "a page behind the first stays what it is");
    assert_ne!(tag(&page(&link)), tag(&first));
}

#[test]
fn a_count_of_changes_is_conditional_too() {
    let served = nine();
    let link = served.delta_link("/odata/Item").replace("/Item?", "/Item/$count?");
    let zero = served.get(&link).expect(200);
    served.get_with(&link, "If-None-Match", &tag(&zero)).expect(304);
    served.execute("DELETE FROM Item WHERE Id > 6");
    assert_eq!(served.get_with(&link, "If-None-Match", &tag(&zero)).expect(200).text(), "3");
}

#[test]
fn a_condition_on_another_state_fails() {
    let served = nine();
    let link = served.delta_link("/odata/Item");
    let known = tag(&served.get(&link).expect(200));
    served.get_with(&link, "If-Match", &known).expect(200);
    served.execute("DELETE FROM Item WHERE Id = 9");
    assert_eq!(served.get_with(&link, "If-Match", &known).expect(412).code(), "PreconditionFailed");
}

#[test]
fn whoever_waits_is_answered_at_once_where_there_is_news() {
    let served = nine();
    let link = served.delta_link("/odata/Item");
    served.execute("UPDATE Item SET Name = 'x' WHERE Id = 5");
    let answer = served.get_with(&link, "Prefer", "wait=40").expect(200);
    assert_eq!((ids(&answer), answer.header("Preference-Applied")), (vec![5], Some("wait=40")));
    let answer = served.get_with(&link, "Prefer", "maxpagesize=7, wait=4000").expect(200);
    assert_eq!(answer.header("Preference-Applied"), Some("maxpagesize=7, wait=50"), "no longer than the service waits");
}

#[test]
fn whoever_waits_is_answered_when_something_changes() {
    let served = nine();
    let mut link = served.delta_link("/odata/Item");
    for id in 1..=3 {
        let stamps = served.gateway.heard.stamps();
        let waiting = {
            let (client, link) = (served.client.clone(), link.clone());
            std::thread::spawn(move || client.ask("GET", &link).header("Prefer", "wait=40").send().expect(200))
        };
        // Whether the change comes before or while the client waits, it is told.
        if id > 1 {
            eventually(|| (served.gateway.heard.stamps() > stamps).then_some(()));
        }
        served.execute(&format!("UPDATE Item SET Name = 'x{id}' WHERE Id = {id}"));
        let answer = waiting.join().unwrap();
        assert_eq!(ids(&answer), [id]);
        link = answer.delta_link();
    }
}

#[test]
fn whoever_waits_in_vain_is_answered_when_the_time_is_over() {
    let served = nine();
    let link = served.delta_link("/odata/Item");
    let begun = Instant::now();
    let answer = served.get_with(&link, "Prefer", "wait=1").expect(200);
    assert!(begun.elapsed() >= Duration::from_secs(1));
    assert!(answer.value().is_empty());
    assert_eq!(answer.header("Preference-Applied"), Some("wait=1"));
    let known = tag(&answer);
    let asking = served.ask("GET", &link).header("Prefer", "wait=1").header("If-None-Match", &known);
    assert_eq!(asking.send().expect(304).header("Preference-Applied"), Some("wait=1"));
}

#[test]
fn waiting_is_for_delta_links_only() {
    let served = nine();
    let begun = Instant::now();
    for path in ["/odata/Item", "/odata/Item(1)", "/odata/Item?$deltatoken=latest", "/odata/", "/odata/Item/$count"] {
        let answer = served.get_with(path, "Prefer", "wait=40").expect(200);
        assert_eq!(answer.header("Preference-Applied"), None, "{path}");
    }
    assert!(begun.elapsed() < Duration::from_secs(30));
}

#[test]
fn an_answer_that_others_had_does_not_outlive_its_link() {
    let Some(shop) = prunable_shop() else { return };
    let link = shop.delta_link("/odata/Orders");
    shop.execute("UPDATE Orders SET Note = 'x'");
    let known = tag(&shop.get(&link).expect(200));
    for _ in 0..3 {
        assert_eq!(ids(&shop.get(&link).expect(200)), [1, 2, 3]);
    }
    shop.execute("UPDATE Orders SET Note = 'y'");
    shop.database.prune("Orders");
    assert_expired(&shop, &link, &known, "Pruned");
}

#[test]
fn an_answer_that_others_had_does_not_outlive_its_history() {
    let Some(shop) = restorable_shop() else { return };
    let saved = shop.database.backup();
    let page = |url: &str| shop.get_with(url, "Prefer", "maxpagesize=1").expect(200);
    let early = shop.delta_link("/odata/Orders");
    shop.execute("UPDATE Orders SET Note = 'x'");
    let next = page(&early).link("nextLink").unwrap();
    let final_tag = tag(&page(&next));
    let link = shop.delta_link("/odata/Orders");
    let known = tag(&shop.get(&link).expect(200));
    for _ in 0..3 {
        assert!(shop.get(&link).expect(200).value().is_empty());
    }
    shop.database.restore(&saved);
    shop.execute("UPDATE Orders SET Note = 'y'");
    assert_expired(&shop, &link, &known, "HistoryChanged");
    let asking = shop.ask("GET", &next).header("Prefer", "maxpagesize=1").header("If-None-Match", &final_tag);
    assert_eq!(asking.send().expect(410).json()["error"]["details"][0]["code"], "HistoryChanged");
}

/// However it is asked for, and at once.
#[track_caller]
fn assert_expired(shop: &Served, link: &str, known: &str, reason: &str) {
    let begun = Instant::now();
    for headers in [vec![], vec![("If-None-Match", known)], vec![("Prefer", "wait=40")], vec![("If-None-Match", "*")]] {
        let asking = headers.iter().fold(shop.ask("GET", link), |asking, (name, value)| asking.header(name, value));
        assert_eq!(asking.send().expect(410).json()["error"]["details"][0]["code"], reason, "{headers:?}");
    }
    assert!(begun.elapsed() < Duration::from_secs(30), "nobody waits for an expiry");
}
