//! Following delta links.

use serde_json::{Value, json};

use super::{Database, Served, ids, nine, one_table, shop};
use crate::support::client::Answer;
use crate::support::replica::{Replica, Step};

/// Ids of what is there, and as negative numbers of what is gone.
fn signed_ids(answer: &Answer) -> Vec<i64> {
    let id = |item: &Value| match item.get("id") {
        Some(url) => {
            let url = url.as_str().unwrap();
            -url[url.rfind('(').unwrap() + 1..url.len() - 1].parse::<i64>().unwrap()
        }
        None => item["Id"].as_i64().unwrap(),
    };
    answer.value().iter().map(id).collect()
}

#[test]
fn a_delta_link_brings_what_was_added_changed_and_deleted() {
    let shop = shop();
    let first = shop.track("/odata/Orders").expect(200);
    assert_eq!(first.header("Preference-Applied"), Some("odata.track-changes"));
    assert_eq!(first.value().len(), 3);
    shop.execute("INSERT INTO Orders (Id, Note) VALUES (4, 'new')");
    shop.execute("UPDATE Orders SET Note = 'changed' WHERE Id = 2");
    shop.execute("DELETE FROM Orders WHERE Id = 1");
    let delta = shop.get(&first.delta_link()).expect(200);
    let items = delta.value();
    assert_eq!(items.len(), 3, "{items:?}");
    assert_eq!((&items[0]["Id"], &items[0]["Note"]), (&4.into(), &"new".into()));
    assert_eq!((&items[1]["Id"], &items[1]["Note"]), (&2.into(), &"changed".into()));
    assert_eq!(items[2]["reason"], "deleted");
    assert_eq!(items[2]["id"], format!("{}/odata/Orders(1)", shop.client.base));
    let nothing = shop.get(&delta.delta_link()).expect(200);
    assert_eq!(nothing.value().len(), 0);
    assert!(nothing.link("deltaLink").is_some());
}

#[test]
fn a_replica_follows_in_pages_of_any_size() {
    for size in [None, Some(1), Some(2), Some(3), Some(4)] {
        let database = Database::shop();
        let gateway = database.serve();
        let client = gateway.client();
        let mut replica = Replica::new("OrderLine", &["OrderId", "Product"], size);
        replica.sync(&client);
        database.execute("UPDATE OrderLine SET Product = 'Coffee' WHERE OrderId = 1 AND Product = 'Tea'; DELETE FROM OrderLine WHERE OrderId = 2; INSERT INTO OrderLine VALUES (7, 'x', 1), (8, 'y', 2)");
        replica.sync(&client);
        let mut fresh = Replica::new("OrderLine", &["OrderId", "Product"], None);
        assert_eq!(fresh.step(&client), Step::UpToDate);
        assert_eq!(replica.rows, fresh.rows, "pages of {size:?}");
    }
}

#[test]
fn the_preference_is_applied_in_the_form_in_which_it_came() {
    let shop = shop();
    for (prefer, applied) in [
        ("track-changes", "track-changes"),
        ("Odata.Track-Changes", "odata.track-changes"),
        ("odata.track-changes, odata.maxpagesize=2", "odata.track-changes, odata.maxpagesize=2"),
        ("maxpagesize=2; x=y, wait=5, track-changes", "track-changes, maxpagesize=2"),
        ("track-changes,odata.track-changes", "track-changes"),
    ] {
        let answer = shop.get_with("/odata/Orders", "Prefer", prefer).expect(200);
        assert_eq!(answer.header("Preference-Applied"), Some(applied), "{prefer}");
    }
}

#[test]
fn preferences_may_stand_on_several_lines() {
    let shop = shop();
    let asking = shop.ask("GET", "/odata/Orders").header("Prefer", "respond-async");
    let answer = asking.header("Prefer", "maxpagesize=2").header("Prefer", "track-changes").send().expect(200);
    assert_eq!(answer.header("Preference-Applied"), Some("track-changes, maxpagesize=2"));
}

#[test]
fn the_delta_link_stands_on_the_last_page_only() {
    let pages = shop().pages("/odata/Orders", "odata.track-changes, odata.maxpagesize=2");
    let applied: Vec<_> = pages.iter().map(|page| page.header("Preference-Applied")).collect();
    assert_eq!(applied, [Some("odata.track-changes, odata.maxpagesize=2"), Some("odata.maxpagesize=2")]);
    assert!(pages[0].link("deltaLink").is_none());
    assert!(pages[1].link("nextLink").is_none());
    pages[1].delta_link();
}

#[test]
fn the_preference_need_not_be_repeated_and_is_applied_where_it_is() {
    let shop = shop();
    let _quiet = shop.database.quiet();
    let link = shop.delta_link("/odata/Orders");
    let without = shop.get(&link).expect(200);
    assert_eq!(without.header("Preference-Applied"), None);
    let with = shop.track(&link).expect(200);
    assert_eq!(with.header("Preference-Applied"), Some("odata.track-changes"));
    assert_eq!(without.delta_link(), with.delta_link());
}

#[test]
fn a_link_is_absolute_short_and_the_same_for_the_same_state() {
    let shop = shop();
    let _quiet = shop.database.quiet();
    let link = shop.delta_link("/odata/Orders");
    assert!(link.starts_with(&format!("{}/odata/Orders?$deltatoken=", shop.client.base)), "{link}");
    let token = link.split_once("deltatoken=").unwrap().1;
    assert!(token.len() < 200, "{} characters", token.len());
    assert!(token.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)), "{token}");
    assert_eq!(link, shop.delta_link("/odata/Orders"));
    assert_eq!(link, shop.get(&link).expect(200).delta_link());
}

#[test]
fn the_dollar_of_the_token_may_be_encoded() {
    let shop = shop();
    let link = shop.delta_link("/odata/Orders");
    shop.execute("DELETE FROM Orders WHERE Id = 3");
    for written in ["%24deltatoken", "deltatoken", "$DeltaToken"] {
        assert_eq!(signed_ids(&shop.get(&link.replace("$deltatoken", written)).expect(200)), [-3], "{written}");
    }
}

#[test]
fn what_can_still_change_is_asked_for_again_and_what_cannot_is_kept() {
    let shop = shop();
    let caching = |answer: &Answer| answer.header("Cache-Control").unwrap().to_owned();
    let paged = |url: &str| shop.get_with(url, "Prefer", "track-changes, maxpagesize=2").expect(200);
    let first = paged("/odata/Orders");
    let second = paged(&first.link("nextLink").unwrap());
    assert_eq!([caching(&first), caching(&second)], ["no-cache", "public, max-age=3600, immutable"]);
    let link = second.delta_link();
    shop.execute("UPDATE Orders SET Total = Total + 1");
    let first = paged(&link);
    let second = paged(&first.link("nextLink").unwrap());
    assert_eq!([caching(&first), caching(&second)], ["no-cache", "public, max-age=3600, immutable"]);
    let untracked = shop.get_with("/odata/Orders", "Prefer", "maxpagesize=2").expect(200);
    assert_eq!(caching(&shop.get(&untracked.link("nextLink").unwrap()).expect(200)), "no-cache");
}

#[test]
fn the_context_names_the_delta_and_its_selection() {
    let shop = shop();
    let context = |path: &str| shop.get(&shop.delta_link(path)).expect(200).json()["@odata.context"].clone();
    let root = format!("{}/odata/$metadata", shop.client.base);
    assert_eq!(context("/odata/Orders"), format!("{root}#Orders/$delta"));
    assert_eq!(context("/odata/Orders?$select=Note,Id"), format!("{root}#Orders(Note,Id)/$delta"));
    assert_eq!(context("/odata/Orders?$select=*"), format!("{root}#Orders/$delta"));
}

#[test]
fn a_deletion_in_4_0_has_context_id_and_reason() {
    let shop = shop();
    let link = shop.delta_link("/odata/OrderLine?$select=Quantity");
    shop.execute("DELETE FROM OrderLine WHERE Quantity = 1");
    for accept in ["application/json", "application/json;odata.metadata=full"] {
        let delta = shop.get_with(&link, "Accept", accept).expect(200);
        let expected = json!({
            "@odata.context": format!("{}/odata/$metadata#OrderLine/$deletedEntity", shop.client.base),
            "id": format!("{}/odata/OrderLine(OrderId=1,Product='a%2Fb%20''c''')", shop.client.base),
            "reason": "deleted",
        });
        assert_eq!(delta.value(), [expected]);
    }
}

#[test]
fn a_deletion_in_4_01_has_a_mark_and_the_key() {
    let shop = shop();
    let link = shop.delta_link("/odata/OrderLine");
    shop.execute("DELETE FROM OrderLine WHERE Quantity = 1");
    let delta = shop.get_with(&link, "OData-MaxVersion", "4.01").expect(200);
    assert_eq!(delta.value(), [json!({ "@removed": { "reason": "deleted" }, "OrderId": 1, "Product": "a/b 'c'" })]);
    assert!(delta.text().contains("[{\"@removed\":"), "the mark comes first");
    assert!(delta.json()["@deltaLink"].is_string());
}

#[test]
fn a_deletion_in_4_01_with_full_metadata_has_its_context() {
    let shop = shop();
    let link = shop.delta_link("/odata/Orders");
    shop.execute("DELETE FROM Orders WHERE Id = 1");
    let asking = shop.ask("GET", &link).header("OData-MaxVersion", "4.01");
    let delta = asking.header("Accept", "application/json;metadata=full").send().expect(200);
    let context = format!("{}/odata/$metadata#Orders/$deletedEntity", shop.client.base);
    let expected = json!({ "@context": context, "@removed": { "reason": "deleted" }, "Id@type": "Int64", "Id": 1 });
    assert_eq!(delta.value(), [expected]);
    assert!(delta.text().contains("[{\"@context\":"), "the context comes first");
}

#[test]
fn a_version_and_a_format_may_change_along_the_way() {
    let shop = shop();
    let link = shop.delta_link("/odata/Orders");
    shop.execute("UPDATE Orders SET Note = 'x' WHERE Id = 1");
    let newer = shop.get_with(&link, "OData-MaxVersion", "4.01").expect(200);
    let strings = shop.get_with(&newer.delta_link(), "Accept", "application/json;IEEE754Compatible=true").expect(200);
    assert!(strings.value().is_empty());
    let strings = shop.get_with(&link, "Accept", "application/json;IEEE754Compatible=true").expect(200);
    assert_eq!(strings.value()[0]["Id"], "1");
}

#[test]
fn the_bare_key_is_the_id_where_the_operator_wants_it() {
    let database = Database::shop();
    database.execute("INSERT INTO OrderLine VALUES (9, 'plain', 1)");
    let served = Served::with(database, "[service]\ndeleted_id = \"key\"\n");
    let sets = ["Customer", "Orders", "OrderLine"].map(|set| (set, served.delta_link(&format!("/odata/{set}"))));
    served.execute("DELETE FROM Customer WHERE Name = 'Ben'; DELETE FROM Orders WHERE Id = 2; DELETE FROM OrderLine WHERE OrderId = 9");
    let expected = ["00000000-0000-4000-8000-000000000002", "2", "OrderId=9,Product='plain'"];
    for ((set, link), id) in sets.into_iter().zip(expected) {
        let items = served.get(&link).expect(200).value();
        assert_eq!((items.len(), &items[0]["id"]), (1, &json!(id)), "{set}");
    }
}

#[test]
fn items_come_in_the_order_of_their_versions_and_each_key_once() {
    let served = nine();
    let link = served.delta_link("/odata/Item");
    for change in [
        "UPDATE Item SET Name = 'x' WHERE Id = 7",
        "DELETE FROM Item WHERE Id = 2",
        "UPDATE Item SET Name = 'y' WHERE Id = 3",
        "INSERT INTO Item VALUES (10, 'j')",
        "DELETE FROM Item WHERE Id = 5",
        "UPDATE Item SET Name = 'z' WHERE Id = 7",
        "INSERT INTO Item VALUES (2, 'again')",
        "DELETE FROM Item WHERE Id = 10",
    ] {
        served.execute(change);
    }
    let _quiet = served.database.quiet();
    let delta = served.get(&link).expect(200);
    assert_eq!(signed_ids(&delta), [3, -5, 7, 2, -10]);
    assert_eq!((&delta.value()[2]["Name"], &delta.value()[3]["Name"]), (&json!("z"), &json!("again")));
    for size in 1..=5 {
        let pages = served.pages(&link, &format!("maxpagesize={size}"));
        let items: Vec<i64> = pages.iter().flat_map(signed_ids).collect();
        assert_eq!(items, [3, -5, 7, 2, -10], "pages of {size}");
        assert_eq!(pages.last().unwrap().delta_link(), delta.delta_link(), "pages of {size}");
    }
}

#[test]
fn a_row_that_came_and_went_between_polls_is_told_as_deleted() {
    let served = nine();
    let link = served.delta_link("/odata/Item");
    served.execute("INSERT INTO Item VALUES (20, 'brief')");
    served.execute("DELETE FROM Item WHERE Id = 20");
    assert_eq!(signed_ids(&served.get(&link).expect(200)), [-20]);
}

#[test]
fn a_change_of_the_key_deletes_one_entity_and_adds_another() {
    let served = nine();
    let link = served.delta_link("/odata/Item");
    served.execute("UPDATE Item SET Id = 40 WHERE Id = 4");
    let mut changes = signed_ids(&served.get(&link).expect(200));
    changes.sort_unstable();
    assert_eq!(changes, [-4, 40]);
}

#[test]
fn what_changes_during_the_first_read_comes_with_the_first_delta() {
    let served = nine();
    let first = served.get_with("/odata/Item", "Prefer", "track-changes, maxpagesize=4").expect(200);
    served.execute("UPDATE Item SET Name = 'x' WHERE Id = 1");
    served.execute("DELETE FROM Item WHERE Id = 2");
    served.execute("INSERT INTO Item VALUES (0, 'new')");
    let rest = served.get(&first.link("nextLink").unwrap()).expect(200);
    assert_eq!(ids(&rest), [5, 6, 7, 8, 9]);
    assert_eq!(signed_ids(&served.get(&rest.delta_link()).expect(200)), [1, -2, 0]);
}

#[test]
fn what_changes_between_the_pages_of_a_delta_comes_with_the_next() {
    let served = nine();
    let link = served.delta_link("/odata/Item");
    served.execute("UPDATE Item SET Name = 'x' WHERE Id <= 4");
    let first = served.get_with(&link, "Prefer", "maxpagesize=2").expect(200);
    assert_eq!(signed_ids(&first), [1, 2]);
    assert_eq!(first.header("Preference-Applied"), Some("maxpagesize=2"));
    served.execute("UPDATE Item SET Name = 'y' WHERE Id = 1");
    served.execute("DELETE FROM Item WHERE Id = 3");
    served.execute("INSERT INTO Item VALUES (11, 'new')");
    let last = served.get(&first.link("nextLink").unwrap()).expect(200);
    assert_eq!(signed_ids(&last), [4], "3 has changed since and comes later");
    assert_eq!(signed_ids(&served.get(&last.delta_link()).expect(200)), [1, -3, 11]);
}

#[test]
fn a_delta_may_be_asked_for_again_and_says_the_same() {
    let served = nine();
    let link = served.delta_link("/odata/Item");
    served.execute("UPDATE Item SET Name = 'x' WHERE Id < 4; DELETE FROM Item WHERE Id = 9");
    let _quiet = served.database.quiet();
    let once = served.get(&link).expect(200).text();
    assert_eq!(once, served.get(&link).expect(200).text());
}

#[test]
fn an_empty_table_can_be_followed_from_its_first_row() {
    let served = one_table("Item", "CREATE TABLE Item (Id INT NOT NULL PRIMARY KEY)");
    let link = served.delta_link("/odata/Item");
    assert!(served.get(&link).expect(200).value().is_empty());
    served.execute("INSERT INTO Item VALUES (1)");
    assert_eq!(ids(&served.get(&link).expect(200)), [1]);
}

#[test]
fn tables_are_followed_independently() {
    let shop = shop();
    let (orders, lines) = (shop.delta_link("/odata/Orders"), shop.delta_link("/odata/OrderLine"));
    shop.execute("UPDATE OrderLine SET Quantity = 9 WHERE OrderId = 2");
    assert!(shop.get(&orders).expect(200).value().is_empty());
    assert_eq!(shop.get(&lines).expect(200).value().len(), 1);
}

#[test]
fn the_preference_is_applied_on_the_first_page_of_a_delta_only() {
    let served = nine();
    let link = served.delta_link("/odata/Item");
    served.execute("UPDATE Item SET Name = 'x' WHERE Id < 4");
    let pages = served.pages(&link, "track-changes, maxpagesize=2");
    let applied: Vec<_> = pages.iter().map(|page| page.header("Preference-Applied")).collect();
    assert_eq!(applied, [Some("track-changes, maxpagesize=2"), Some("maxpagesize=2")]);
}
