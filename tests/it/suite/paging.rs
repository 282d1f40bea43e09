//! Server-driven paging, `$top`, `$skip`, `$count`.

use serde_json::json;

use super::{Database, Served, ids, one_table, shop};
use crate::support::client::Answer;

/// Nine rows with the ids 1 to 9.
fn nine() -> Served {
    one_table(
        "Item",
        "CREATE TABLE Item (Id BIGINT NOT NULL PRIMARY KEY, Name VARCHAR(20));
         INSERT INTO Item VALUES (1,'a'), (2,'b'), (3,'c'), (4,'d'), (5,'e'), (6,'f'), (7,'g'), (8,'h'), (9,'i')",
    )
}

fn all_ids(pages: &[Answer]) -> Vec<Vec<i64>> {
    pages.iter().map(ids).collect()
}

#[test]
fn a_page_is_as_long_as_the_client_wishes() {
    let served = nine();
    for form in ["odata.maxpagesize", "maxpagesize"] {
        let prefer = format!("{form}=4");
        let pages = served.pages("/odata/Item", &prefer);
        assert_eq!(all_ids(&pages), [vec![1, 2, 3, 4], vec![5, 6, 7, 8], vec![9]]);
        assert!(pages.iter().all(|page| page.header("Preference-Applied") == Some(&*prefer)));
        assert!(pages[2].link("deltaLink").is_none(), "nobody asked for it");
    }
}

#[test]
fn a_full_last_page_leads_nowhere() {
    let served = nine();
    assert_eq!(served.pages("/odata/Item", "maxpagesize=3").len(), 3);
    assert_eq!(served.pages("/odata/Item", "maxpagesize=9").len(), 1);
    assert_eq!(served.pages("/odata/Item", "maxpagesize=99999999999").len(), 1);
}

#[test]
fn the_page_size_may_change_from_page_to_page() {
    let served = nine();
    let first = served.get_with("/odata/Item", "Prefer", "maxpagesize=2").expect(200);
    let second = served.get_with(&first.link("nextLink").unwrap(), "Prefer", "maxpagesize=5").expect(200);
    let third = served.get(&second.link("nextLink").unwrap()).expect(200);
    assert_eq!(all_ids(&[first, second, third]), [vec![1, 2], vec![3, 4, 5, 6, 7], vec![8, 9]]);
}

#[test]
fn a_wish_that_is_no_page_size_is_ignored() {
    let served = nine();
    for prefer in ["maxpagesize=0", "maxpagesize=-1", "maxpagesize=02", "maxpagesize=x", "maxpagesize", "respond-async"]
    {
        let answer = served.get_with("/odata/Item", "Prefer", prefer).expect(200);
        assert_eq!((answer.value().len(), answer.header("Preference-Applied")), (9, None), "{prefer}");
    }
}

#[test]
fn of_both_forms_the_one_without_prefix_counts() {
    let answer = nine().get_with("/odata/Item", "Prefer", "odata.maxpagesize=5, maxpagesize=2").expect(200);
    assert_eq!((answer.value().len(), answer.header("Preference-Applied")), (2, Some("maxpagesize=2")));
}

#[test]
fn the_operator_sets_the_usual_page_and_the_longest() {
    let database = Database::shop();
    let served = Served::with(database, "[service]\npage_size = 2\nmax_page_size = 2\n");
    let usual = served.get("/odata/Orders").expect(200);
    assert_eq!((usual.value().len(), usual.header("Preference-Applied")), (2, None));
    let capped = served.get_with("/odata/Orders", "Prefer", "maxpagesize=100").expect(200);
    assert_eq!((capped.value().len(), capped.header("Preference-Applied")), (2, Some("maxpagesize=2")));
    let short = served.get_with("/odata/Orders", "Prefer", "maxpagesize=1").expect(200);
    assert_eq!(short.value().len(), 1);
}

#[test]
fn top_and_skip_hold_across_pages() {
    let served = nine();
    let pages = |options: &str| all_ids(&served.pages(&format!("/odata/Item?{options}"), "maxpagesize=2"));
    assert_eq!(pages("$top=5"), [vec![1, 2], vec![3, 4], vec![5]]);
    assert_eq!(pages("$top=4"), [vec![1, 2], vec![3, 4]]);
    assert_eq!(pages("$skip=6"), [vec![7, 8], vec![9]]);
    assert_eq!(pages("$skip=3&$top=3"), [vec![4, 5], vec![6]]);
    assert_eq!(pages("top=1&SKIP=8"), [vec![9]]);
    assert_eq!(pages("$top=0"), [Vec::<i64>::new()]);
    assert_eq!(pages("$skip=9"), [Vec::<i64>::new()]);
    assert_eq!(pages("$top=18446744073709551615&$skip=7"), [vec![8, 9]]);
}

#[test]
fn a_skip_beyond_every_table_finds_nothing() {
    let served = nine();
    for skip in ["9223372036854775807", "9223372036854775808", "18446744073709551615"] {
        assert!(served.get(&format!("/odata/Item?$skip={skip}")).expect(200).value().is_empty(), "{skip}");
    }
}

#[test]
fn a_count_tells_of_all_rows_whatever_the_page_holds() {
    let served = nine();
    let first = served.get_with("/odata/Item?$count=true&$top=4&$skip=2", "Prefer", "maxpagesize=3").expect(200);
    assert_eq!((&first.json()["@odata.count"], first.value().len()), (&json!(9), 3));
    for without in ["$count=false", ""] {
        assert!(served.get(&format!("/odata/Item?{without}")).expect(200).json().get("@odata.count").is_none());
    }
    assert_eq!(served.get("/odata/Item/$count").expect(200).text(), "9");
    assert_eq!(served.get("/odata/Item/$count?$top=2&$skip=1").expect(200).text(), "9");
}

#[test]
fn next_links_keep_selection_and_format() {
    let served = nine();
    let path = "/odata/Item?$select=Name&$format=application/json;odata.metadata=full;IEEE754Compatible=true";
    let pages = served.pages(path, "maxpagesize=4");
    assert_eq!(pages.len(), 3);
    for page in &pages {
        let content_type = "application/json;odata.metadata=full;IEEE754Compatible=true";
        assert_eq!(page.header("Content-Type"), Some(content_type));
        let context = page.json()["@odata.context"].as_str().unwrap().to_owned();
        assert!(context.ends_with("#Item(Name)"), "{context}");
        assert!(page.value().iter().all(|item| item["Id"].is_string() && item["Name"].is_string()));
    }
}

#[test]
fn links_are_absolute_and_hold_no_option_of_the_client() {
    let served = nine();
    let first = served.get_with("/odata/Item?$top=8&$skip=1&$count=true", "Prefer", "maxpagesize=2").expect(200);
    let link = first.link("nextLink").unwrap();
    assert!(link.starts_with(&format!("{}/odata/Item?$skiptoken=", served.client.base)), "{link}");
    assert!(!link.contains('&'), "{link}");
}

#[test]
fn composite_keys_are_paged_in_their_order() {
    let served = one_table(
        "Line",
        "CREATE TABLE Line (B VARCHAR(5) NOT NULL, A INT NOT NULL, PRIMARY KEY (A, B));
         INSERT INTO Line VALUES ('x', 2), ('y', 1), ('x', 1), ('y', 2), ('', 3), ('z', -1)",
    );
    let expected = [(-1, "z"), (1, "x"), (1, "y"), (2, "x"), (2, "y"), (3, "")];
    for size in 1..=6 {
        let pages = served.pages("/odata/Line", &format!("maxpagesize={size}"));
        let rows: Vec<_> = pages.iter().flat_map(Answer::value).collect();
        let keys: Vec<_> = rows.iter().map(|row| (row["A"].as_i64().unwrap(), row["B"].as_str().unwrap())).collect();
        assert_eq!(keys, expected, "pages of {size}");
    }
}

#[test]
fn rows_that_come_and_go_between_pages_disturb_no_other() {
    let served = nine();
    let first = served.get_with("/odata/Item", "Prefer", "maxpagesize=3").expect(200);
    served.execute(
        "DELETE FROM Item WHERE Id = 3; DELETE FROM Item WHERE Id = 5; INSERT INTO Item VALUES (0, 'z'), (10, 'j')",
    );
    let rest = served.get(&first.link("nextLink").unwrap()).expect(200);
    assert_eq!(ids(&rest), [4, 6, 7, 8, 9, 10]);
}

#[test]
fn an_empty_table_is_an_empty_page() {
    let served = one_table("Item", "CREATE TABLE Item (Id INT NOT NULL PRIMARY KEY)");
    let page = served.get("/odata/Item?$count=true").expect(200);
    assert_eq!((page.value().len(), &page.json()["@odata.count"], page.link("nextLink")), (0, &json!(0), None));
    assert_eq!(served.get("/odata/Item/$count").expect(200).text(), "0");
}

#[test]
fn a_skip_token_is_for_the_set_that_it_came_from() {
    let shop = shop();
    let first = shop.get_with("/odata/Orders", "Prefer", "maxpagesize=1").expect(200);
    let token = first.link("nextLink").unwrap().split_once("skiptoken=").unwrap().1.to_owned();
    assert_eq!(ids(&shop.get(&format!("/odata/Orders?%24skiptoken={token}")).expect(200)), [2, 3]);
    for path in [
        format!("/odata/Customer?$skiptoken={token}"),
        format!("/odata/Orders?$deltatoken={token}"),
        format!("/odata/Orders/$count?$deltatoken={token}"),
        format!("/odata/Orders?$skiptoken={token}A"),
        "/odata/Orders?$skiptoken=2".to_owned(),
        "/odata/Orders?$skiptoken=".to_owned(),
        "/odata/Orders?$skiptoken=latest".to_owned(),
    ] {
        assert_eq!(shop.get(&path).expect(400).code(), "DeltaTokenInvalid", "{path}");
    }
    assert_eq!(shop.get(&format!("/odata/Orders(1)?$skiptoken={token}")).expect(400).code(), "InvalidValue");
    let other = shop.get(&format!("/odata/Orders?$skiptoken={token}&$select=Note")).expect(400);
    assert_eq!(other.code(), "InvalidValue");
    let both = shop.get(&format!("/odata/Orders?$skiptoken={token}&$deltatoken={token}")).expect(400);
    assert_eq!(both.code(), "InvalidValue");
}

#[test]
fn a_link_may_repeat_a_selection_as_it_was_written() {
    let shop = shop();
    let selected = "$select=Deltalink.Model.Orders/Note";
    let first = shop.get_with(&format!("/odata/Orders?{selected}"), "Prefer", "maxpagesize=1").expect(200);
    let next = first.link("nextLink").unwrap();
    for repeated in [selected, "$select=Note", "$select=Note,Note"] {
        shop.get(&format!("{next}&{repeated}")).expect(200);
    }
    shop.get(&format!("{next}&$select=Paid")).expect(400);
}
