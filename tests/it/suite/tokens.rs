//! Tokens that are not ours, and links that have ended.

use deltalink::token::Keyring;
use serde_json::json;

use super::{Database, Served, path_of, prunable_shop, restorable_shop, shop};
use crate::support::client::Answer;

/// The token in a link.
fn token(link: &str) -> &str {
    link.split_once("token=").expect("a token").1
}

/// A change that every link to `Orders` then brings.
const CHANGE: &str = "UPDATE Orders SET Note = 'changed' WHERE Id = 1";

#[track_caller]
fn assert_invalid(answer: Answer) {
    assert_eq!(answer.expect(400).code(), "DeltaTokenInvalid");
}

/// Follows `link` into a 410 with `reason`, and from there to a fresh start at `start`, relative to the service root.
#[track_caller]
fn assert_expired(served: &Served, link: &str, reason: &str, start: &str) -> Answer {
    for url in [link.to_owned(), link.replace("Orders?", "Orders/$count?")] {
        let answer = served.get(&url).expect(410);
        assert_eq!(answer.code(), "DeltaLinkExpired");
        assert_eq!(answer.json()["error"]["details"][0]["code"], reason);
        assert_eq!(answer.header("Cache-Control"), Some("no-store"));
        let location = answer.header("Location").unwrap();
        assert_eq!(location, format!("{}/odata/{start}", served.client.base));
    }
    served.track(&format!("/odata/{start}")).expect(200)
}

#[test]
fn a_token_that_was_altered_anywhere_is_refused() {
    let shop = shop();
    let link = shop.delta_link("/odata/Orders");
    let token = token(&link);
    for at in 0..token.len() {
        let other = if &token[at..=at] == "A" { "B" } else { "A" };
        let forged = format!("{}{other}{}", &token[..at], &token[at + 1..]);
        assert_invalid(shop.get(&format!("/odata/Orders?$deltatoken={forged}")));
        assert_invalid(shop.get(&format!("/odata/Orders?$deltatoken={}", &token[..at])));
    }
    let (start, last) = token.split_at(token.len() - 1);
    for other in
        ('a'..='z').chain('A'..='Z').chain('0'..='9').chain(['-', '_']).filter(|other| last != other.to_string())
    {
        assert_invalid(shop.get(&format!("/odata/Orders?$deltatoken={start}{other}")));
    }
    for added in ["A", "=", "%00", "%20", "AAAA"] {
        assert_invalid(shop.get(&format!("/odata/Orders?$deltatoken={token}{added}")));
    }
}

#[test]
fn what_never_was_a_token_is_refused() {
    let shop = shop();
    for text in ["x", "919042%2108%2f22%2f2017", "LATEST", "..", "%C3%A4", "AQ", "0", "-1"] {
        assert_invalid(shop.get(&format!("/odata/Orders?$deltatoken={text}")));
        assert_invalid(shop.get(&format!("/odata/Orders/$count?$deltatoken={text}")));
    }
    let latest = shop.get("/odata/Orders/$count?$deltatoken=latest").expect(400);
    assert_eq!(latest.code(), "InvalidValue", "nothing to count");
}

#[test]
fn a_token_is_for_its_own_set_and_use() {
    let shop = shop();
    let delta = shop.delta_link("/odata/Orders");
    let next = shop.get_with("/odata/Orders", "Prefer", "track-changes, maxpagesize=1").expect(200).link("nextLink");
    let next = next.unwrap();
    shop.execute("UPDATE Orders SET Note = 'x'");
    let next_of_delta = shop.get_with(&delta, "Prefer", "maxpagesize=1").expect(200).link("nextLink").unwrap();
    for (link, option) in [(&delta, "$skiptoken"), (&next, "$deltatoken"), (&next_of_delta, "$deltatoken")] {
        assert_invalid(shop.get(&format!("/odata/Orders?{option}={}", token(link))));
    }
    for link in [&next, &next_of_delta] {
        assert_invalid(shop.get(&format!("/odata/Orders/$count?$deltatoken={}", token(link))));
        assert_invalid(shop.get(&link.replace("/Orders?", "/OrderLine?")));
    }
    assert_invalid(shop.get(&delta.replace("/Orders?", "/OrderLine?")));
}

#[test]
fn a_token_of_another_gateway_is_refused() {
    let (one, other) = (shop(), shop());
    let link = path_of(&one.delta_link("/odata/Orders"));
    assert_invalid(other.get(&link));
}

#[test]
fn links_outlive_a_restart() {
    let shop = shop();
    let link = path_of(&shop.delta_link("/odata/Orders"));
    let keys = shop.database.keys.clone();
    let shop = shop.restarted_with(&keys);
    shop.execute(CHANGE);
    assert_eq!(shop.get(&link).expect(200).value().len(), 1);
}

#[test]
fn keys_may_be_rotated() {
    let shop = shop();
    let old = shop.database.keys.clone();
    let new = Keyring::generate_key();
    let by_old = path_of(&shop.delta_link("/odata/Orders"));
    let shop = shop.restarted_with(&format!("{new},{old}"));
    let by_new = path_of(&shop.get(&by_old).expect(200).delta_link());
    assert_ne!(by_old, by_new, "the first key signs");
    let shop = shop.restarted_with(&new);
    assert_invalid(shop.get(&by_old));
    shop.execute(CHANGE);
    assert_eq!(shop.get(&by_new).expect(200).value().len(), 1);
}

#[test]
fn a_link_older_than_the_kept_changes_has_ended() {
    let Some(shop) = prunable_shop() else { return };
    let link = shop.delta_link("/odata/Orders");
    let next = shop.get_with("/odata/Orders", "Prefer", "track-changes, maxpagesize=1").expect(200).link("nextLink");
    shop.execute("UPDATE Orders SET Note = 'x'");
    shop.database.prune("Orders");
    let fresh = assert_expired(&shop, &link, "Pruned", "Orders");
    assert_eq!(fresh.value().len(), 3);
    let chain = shop.get(&next.unwrap()).expect(410);
    assert_eq!(chain.json()["error"]["details"][0]["code"], "Pruned");
    shop.execute(CHANGE);
    assert_eq!(shop.get(&fresh.delta_link()).expect(200).value().len(), 1);
}

#[test]
fn a_link_that_has_seen_everything_outlives_pruning() {
    let Some(shop) = prunable_shop() else { return };
    shop.execute("UPDATE Orders SET Note = 'x'");
    let link = shop.delta_link("/odata/Orders");
    shop.database.prune("Orders");
    assert!(shop.get(&link).expect(200).value().is_empty());
}

#[test]
fn the_fresh_start_keeps_selection_and_format() {
    let Some(shop) = prunable_shop() else { return };
    let link = shop.delta_link("/odata/Orders?$select=Note,Paid&$format=json");
    shop.execute("UPDATE Orders SET Note = 'x'");
    shop.database.prune("Orders");
    let fresh = assert_expired(&shop, &link, "Pruned", "Orders?$select=Note,Paid&$format=json");
    assert_eq!(super::names(&fresh.value()[0]).len(), 3);
}

#[test]
fn a_table_created_anew_has_another_history() {
    let shop = shop();
    let link = shop.delta_link("/odata/Orders");
    shop.execute(&format!("DROP TABLE Orders; {}", Database::ORDERS));
    shop.database.track("Orders");
    assert_expired(&shop, &link, "TableRecreated", "Orders");
}

#[test]
fn tracking_installed_anew_is_another_history() {
    let shop = shop();
    let link = shop.delta_link("/odata/Orders");
    // Some databases tell installations apart by the version at which they began.
    shop.execute(CHANGE);
    shop.database.track("Orders");
    assert_expired(&shop, &link, "TableRecreated", "Orders");
}

#[test]
fn what_changed_while_nobody_tracked_it_ends_the_links() {
    let shop = shop();
    let link = shop.delta_link("/odata/Orders");
    shop.database.untrack("Orders");
    shop.execute(CHANGE);
    shop.execute("UPDATE OrderLine SET Quantity = 9");
    shop.database.track("Orders");
    assert_expired(&shop, &link, "TableRecreated", "Orders");
}

#[test]
fn a_link_to_a_table_that_is_not_tracked_any_more_has_ended() {
    let served = Served::with(Database::shop(), "[tables.Orders]\n");
    let link = served.delta_link("/odata/Orders?$format=json");
    served.database.untrack("Orders");
    let fresh = assert_expired(&served, &link, "TrackingRemoved", "Orders?$format=json");
    assert_eq!((fresh.value().len(), fresh.link("deltaLink")), (3, None));
}

#[test]
fn a_new_column_ends_links_without_a_selection() {
    let shop = shop();
    let whole = shop.delta_link("/odata/Orders");
    let selected = shop.delta_link("/odata/Orders?$select=Note");
    shop.execute("ALTER TABLE Orders ADD Extra VARCHAR(10)");
    let fresh = assert_expired(&shop, &whole, "ColumnsChanged", "Orders");
    assert_eq!(fresh.value()[0]["Extra"], json!(null));
    shop.execute(CHANGE);
    assert_eq!(shop.get(&selected).expect(200).value(), [json!({ "Id": 1, "Note": "changed" })]);
}

#[test]
fn a_column_that_is_gone_ends_the_links_that_return_it() {
    let shop = shop();
    let whole = shop.delta_link("/odata/Orders");
    let with_it = shop.delta_link("/odata/Orders?$select=Note,Paid&$format=json");
    let alone = shop.delta_link("/odata/Orders?$select=Note");
    let without_it = shop.delta_link("/odata/Orders?$select=Paid");
    shop.execute("ALTER TABLE Orders DROP COLUMN Note");
    assert_expired(&shop, &whole, "ColumnsChanged", "Orders");
    assert_expired(&shop, &with_it, "ColumnsChanged", "Orders?$select=Paid&$format=json");
    assert_expired(&shop, &alone, "ColumnsChanged", "Orders");
    shop.execute("UPDATE Orders SET Paid = 0 WHERE Id = 1");
    assert_eq!(shop.get(&without_it).expect(200).value(), [json!({ "Id": 1, "Paid": false })]);
}

#[test]
fn a_renamed_column_ends_the_links_that_return_it() {
    let shop = shop();
    let whole = shop.delta_link("/odata/Orders");
    let with_it = shop.delta_link("/odata/Orders?$select=Note,Paid");
    let without_it = shop.delta_link("/odata/Orders?$select=Paid");
    shop.database.rename_column("Orders", "Note", "Remark");
    assert_expired(&shop, &whole, "ColumnsChanged", "Orders");
    assert_expired(&shop, &with_it, "ColumnsChanged", "Orders?$select=Paid");
    assert!(shop.get(&without_it).expect(200).value().is_empty());
}

#[test]
fn a_restored_backup_is_another_history() {
    let Some(shop) = restorable_shop() else { return };
    // A version that came with a change: of the one before any, not every database can prove that it is its own.
    shop.execute("UPDATE Orders SET Note = 'before' WHERE Id = 1");
    let before = shop.delta_link("/odata/Orders");
    let backup = shop.database.backup();
    shop.execute(CHANGE);
    let after = shop.delta_link("/odata/Orders");
    shop.database.restore(&backup);
    assert_expired(&shop, &after, "HistoryChanged", "Orders");
    shop.execute("UPDATE Orders SET Note = 'otherwise'; DELETE FROM Orders WHERE Id = 2");
    assert_expired(&shop, &after, "HistoryChanged", "Orders");
    assert_eq!(shop.get(&before).expect(200).value().len(), 3, "the backup contains what this link has seen");
}

#[test]
fn a_page_chain_does_not_go_on_in_another_history() {
    let Some(shop) = restorable_shop() else { return };
    let backup = shop.database.backup();
    shop.execute(CHANGE);
    let first = shop.get_with("/odata/Orders", "Prefer", "track-changes, maxpagesize=1").expect(200);
    shop.database.restore(&backup);
    let answer = shop.get(&first.link("nextLink").unwrap()).expect(410);
    assert_eq!(answer.json()["error"]["details"][0]["code"], "HistoryChanged");
}

#[test]
fn a_link_stands_for_the_newest_of_the_pages_before_it() {
    let Some(shop) = restorable_shop() else { return };
    let backup = shop.database.backup();
    let first = shop.get_with("/odata/Orders", "Prefer", "track-changes, maxpagesize=2").expect(200);
    shop.execute("UPDATE Orders SET Note = 'seen on the second page only' WHERE Id = 3");
    let last = shop.get(&first.link("nextLink").unwrap()).expect(200);
    shop.database.restore(&backup);
    assert_expired(&shop, &last.delta_link(), "HistoryChanged", "Orders");
}

#[test]
fn a_delta_does_not_go_on_where_its_changes_have_been_pruned() {
    let Some(shop) = prunable_shop() else { return };
    let link = shop.delta_link("/odata/Orders");
    shop.execute("UPDATE Orders SET Note = 'x'");
    let first = shop.get_with(&link, "Prefer", "maxpagesize=1").expect(200);
    shop.database.prune("Orders");
    let answer = shop.get(&first.link("nextLink").unwrap()).expect(410);
    assert_eq!(answer.json()["error"]["details"][0]["code"], "Pruned");
}
