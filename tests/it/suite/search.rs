//! `$search`: words, phrases, and what joins them, in every property that is text.

use serde_json::{Value, json};

use super::related::library;
use super::{Served, encoded, ids, one_table};

/// Notes with and without text.
fn notes() -> Served {
    one_table(
        "Note",
        "CREATE TABLE Note (Id BIGINT NOT NULL PRIMARY KEY, Title NVARCHAR(40), Body NVARCHAR(200), Number INT);
         INSERT INTO Note VALUES
           (1, 'Blue sky', 'over a green field', 7), (2, 'Green tea', NULL, 8), (3, NULL, NULL, 9),
           (4, 'Half', '100% wool_[x]', 10), (5, 'SKY', 'and OR not', 11), (6, 'Say \"hi\" \\', 'x', 12)",
    )
}

fn found(served: &Served, search: &str) -> Vec<i64> {
    ids(&served.get(&format!("/odata/Note?$search={}", encoded(search))).expect(200))
}

#[test]
fn a_search_finds_words_in_any_text_and_any_case() {
    let notes = notes();
    for (search, expected) in [
        ("blue", &[1][..]),
        ("GREEN", &[1, 2]),
        ("sky", &[1, 5]),
        ("kY", &[1, 5]),
        ("nothing", &[]),
        ("7", &[]),
        ("blue green", &[1]),
        ("blue AND tea", &[]),
        ("blue OR tea", &[1, 2]),
        ("tea OR blue green", &[1, 2]),
        ("(tea OR blue) green", &[1, 2]),
        ("\"green field\"", &[1]),
        ("\"field green\"", &[]),
        ("or", &[5]),
        ("\"OR\"", &[5]),
        ("100%", &[4]),
        ("wool_", &[4]),
        ("_[x]", &[4]),
        ("l_ol", &[]),
        (r#""\"hi\" \\""#, &[6]),
        ("'half'", &[4]),
    ] {
        assert_eq!(found(&notes, search), expected, "{search}");
    }
}

#[test]
fn what_is_not_wanted_is_not_in_what_is_null_either() {
    let notes = notes();
    for (search, expected) in [
        ("NOT green", &[3, 4, 5, 6][..]),
        ("NOT nothing", &[1, 2, 3, 4, 5, 6]),
        ("NOT NOT green", &[1, 2]),
        ("green NOT tea", &[1]),
        ("NOT (green OR sky)", &[3, 4, 6]),
        ("NOT (green sky)", &[2, 3, 4, 5, 6]),
    ] {
        assert_eq!(found(&notes, search), expected, "{search}");
    }
}

#[test]
fn a_search_joins_a_filter_an_order_a_count_and_pages() {
    let notes = notes();
    let (filter, order) = (encoded("Number gt 7"), encoded("Id desc"));
    assert_eq!(ids(&notes.get(&format!("/odata/Note?$search=green&$filter={filter}")).expect(200)), [2]);
    assert_eq!(notes.get("/odata/Note/$count?$search=green").expect(200).text(), "2");
    assert_eq!(notes.get(&format!("/odata/Note/$count?$search=green&$filter={filter}")).expect(200).text(), "1");
    let pages = notes.pages(&format!("/odata/Note?search=NOT%20tea&$orderby={order}&$count=true"), "maxpagesize=2");
    assert_eq!(pages[0].json()["@odata.count"], 5);
    assert_eq!(pages.iter().flat_map(ids).collect::<Vec<_>>(), [6, 5, 4, 3, 1]);
}

#[test]
fn a_search_reaches_what_is_related_and_what_is_expanded() {
    let library = library();
    let titles =
        |value: &Value| -> Vec<Value> { value.as_array().unwrap().iter().map(|book| book["Title"].clone()).collect() };
    let books = library.get("/odata/Writer(1)/Book?$search=b%20OR%20c").expect(200).json();
    assert_eq!(titles(&books["value"]), ["B", "C"]);
    let writer = library.get("/odata/Writer(1)?$expand=Book($search=NOT%20b;$count=true)").expect(200).json();
    assert_eq!((titles(&writer["Book"]), &writer["Book@odata.count"]), (vec![json!("A"), json!("C")], &json!(2)));
}

#[test]
fn what_has_no_text_matches_nothing_but_what_is_not_wanted() {
    let library = library();
    assert_eq!(library.get("/odata/Chapter/$count?$search=5").expect(200).text(), "0");
    assert_eq!(library.get("/odata/Chapter/$count?$search=NOT%205").expect(200).text(), "4");
}

#[test]
fn what_is_no_search_is_refused() {
    let library = library();
    for search in ["", "(a", "\"a", "a)", "\"\""] {
        let answer = library.get(&format!("/odata/Book?$search={}", encoded(search))).expect(400);
        assert_eq!((answer.code(), &answer.json()["error"]["target"]), ("SyntaxError".into(), &json!("$search")));
    }
    assert_eq!(library.get("/odata/Book(10)?$search=a").expect(400).code(), "InvalidValue");
    assert_eq!(library.track("/odata/Book?$search=a").expect(400).code(), "OptionNotSupportedWithChangeTracking");
}

/// What stands for a sigma in lower case depends on what is around it, and what is around it is not what is searched for.
#[test]
fn a_sigma_is_found_in_each_of_its_forms() {
    let served = one_table("Note", "CREATE TABLE Note (Id BIGINT NOT NULL PRIMARY KEY, Title NVARCHAR(40))");
    for (id, title) in (1..).zip(["ΟΔΟΣ", "οδος", "ΟΔΟΣΑ", "οδοσα"]) {
        served.execute(&format!("INSERT INTO Note VALUES ({id}, {})", served.database.text(title)));
    }
    for search in ["ΟΔΟΣ", "οδος", "οδοσ", "Σ"] {
        assert_eq!(found(&served, search), [1, 2, 3, 4], "{search}");
    }
}
