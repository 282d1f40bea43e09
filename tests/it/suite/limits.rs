//! What a request may ask for at once: more is refused by the gateway, with a 400, before it is too much for the gateway itself or for
//! the database.

use super::related::library;
use super::{Database, Served, encoded};

#[track_caller]
fn refused(served: &Served, url: &str, target: &str) {
    let error = served.get(url).expect(400).json()["error"].clone();
    assert_eq!(error["target"], target, "{error}");
}

#[test]
fn a_path_of_any_length_is_answered() {
    let library = library();
    let path = |steps: usize| format!("/odata/Writer(3){}", "/Teacher".repeat(steps));
    assert_eq!(library.get(&path(2)).expect(200).json()["Name"], "Anna");
    library.get(&path(16)).expect(404);
    for steps in [17, 100, 3_000] {
        refused(&library, &path(steps), "The path");
    }
    library.get("/odata/Writer(1)").expect(200);
}

#[test]
fn an_expression_of_any_reach_is_answered() {
    let library = library();
    let filter = |filter: &str| format!("/odata/Writer?$filter={}", encoded(filter));
    let behind = |steps: usize| filter(&format!("{}Name eq 'Anna'", "Teacher/".repeat(steps)));
    assert_eq!(library.get(&behind(2)).expect(200).value().len(), 1);
    library.get(&behind(16)).expect(200);
    for steps in [17, 100, 1_500] {
        refused(&library, &behind(steps), "$filter");
    }
    let within = |all: &str, levels: usize| {
        let open: Vec<String> = (0..levels)
            .map(|level| match level {
                0 => format!("Writer_by_Teacher/{all}(x0:"),
                _ => format!("x{}/Writer_by_Teacher/{all}(x{level}:not not (", level - 1),
            })
            .collect();
        filter(&format!("{}x{}/Name ne 'Z'{}", open.concat(), levels - 1, "))".repeat(levels - 1) + ")"))
    };
    for all in ["any", "all"] {
        library.get(&within(all, 8)).expect(200);
        for levels in [9, 20] {
            refused(&library, &within(all, levels), "$filter");
        }
    }
}

#[test]
fn an_order_of_any_length_is_answered() {
    let library = library();
    let order = |items: usize| {
        let items: Vec<String> = (0..items).map(|item| format!("Id add {item} desc")).collect();
        format!("/odata/Writer?$orderby={}", encoded(&items.join(",")))
    };
    let ids: Vec<i64> = library.pages(&order(32), "maxpagesize=1").iter().flat_map(super::ids).collect();
    assert_eq!(ids, [4, 3, 2, 1]);
    for items in [33, 1_000] {
        refused(&library, &order(items), "$orderby");
    }
    refused(&library, &format!("/odata/Writer?$orderby={}", vec!["Id"; 3_000].join(",")), "$orderby");
}

/// SQL Server takes 2,100 parameters, which the options of a request share.
#[test]
fn options_together_are_no_larger_than_one() {
    let library = library();
    let list = |count: usize| (0..count).map(|number| number.to_string()).collect::<Vec<_>>().join(",");
    let options = |filtered: usize, ordered: usize| {
        let (filter, order) = (format!("Id in ({})", list(filtered)), format!("Id in ({})", list(ordered)));
        format!("$filter={filter};$orderby={order}")
    };
    let asked = |options: &str| format!("/odata/Writer?{}", options.replace(";$", "&$").replace(' ', "%20"));
    let expanded = |options: &str| format!("/odata/Writer?$expand=Book({})", encoded(options));
    for url in [asked(&options(700, 700)), expanded(&options(700, 700))] {
        library.get(&url).expect(200);
    }
    refused(&library, &asked(&options(800, 800)), "$orderby");
    refused(&library, &expanded(&options(800, 800)), "$orderby");
    let words = |count: usize| (0..count).map(|word| format!("w{word}")).collect::<Vec<_>>().join(" ");
    let sought =
        |count: usize| format!("/odata/Writer?$filter=Id%20in%20({})&$search={}", list(700), encoded(&words(count)));
    library.get(&sought(700)).expect(200);
    refused(&library, &sought(900), "$search");
}

/// Each level multiplies what the level before has found: 20 notes, of one topic, which has 20 notes, of one topic. The texts are large.
#[test]
fn what_is_expanded_on_deep_levels_is_linked_to_where_it_is_too_much() {
    let database = Database::empty();
    let rows: Vec<String> = (1..=20).map(|id| format!("({id}, 1, '{}')", "x".repeat(4_000))).collect();
    database.execute(&format!(
        "CREATE TABLE Topic (Id INT NOT NULL PRIMARY KEY);
         CREATE TABLE Note (Id INT NOT NULL PRIMARY KEY, TopicId INT REFERENCES Topic (Id), Text VARCHAR(4000));
         INSERT INTO Topic VALUES (1);
         INSERT INTO Note VALUES {}",
        rows.join(", ")
    ));
    database.track("Topic");
    database.track("Note");
    let served = Served::with(database, "");
    let asked = "/odata/Note?$select=Id&$expand=Topic($expand=Note($select=Id;$expand=Topic($expand=Note($top=15))))";
    let notes = served.get(asked).expect(200).value();
    let mut seen = 0;
    for topic in notes.iter().flat_map(|note| note["Topic"]["Note"].as_array().unwrap()) {
        let (note, more) = (&topic["Topic"]["Note"], &topic["Topic"]["Note@odata.nextLink"]);
        seen += note.as_array().unwrap().len();
        assert!(more.is_string());
    }
    assert!((400..4_200).contains(&seen), "{seen} notes of 4,000 octets are more than 16 MiB");
    let part = &notes[19]["Topic"]["Note"][19]["Topic"];
    let pages = served.pages(part["Note@odata.nextLink"].as_str().unwrap(), "");
    let ids = part["Note"].as_array().unwrap().iter().map(|note| note["Id"].as_i64().unwrap());
    let ids: Vec<i64> = ids.chain(pages.iter().flat_map(super::ids)).collect();
    assert_eq!(ids, (1..=15).collect::<Vec<_>>());
}

#[test]
fn a_page_of_large_entities_that_expands_others_is_shorter() {
    let database = Database::empty();
    let text = "x".repeat(1_000_000);
    database.execute("CREATE TABLE Note (Id INT NOT NULL PRIMARY KEY, UpId INT REFERENCES Note (Id), Text TEXT)");
    for id in 1..=20 {
        database.execute(&format!("INSERT INTO Note VALUES ({id}, 1, '{text}')"));
    }
    database.track("Note");
    let served = Served::with(database, "");
    let pages = served.pages("/odata/Note?$expand=Up($select=Id)&$top=19&$skip=1", "");
    assert_eq!(pages.iter().map(|page| page.value().len()).collect::<Vec<_>>(), [17, 2]);
    let ids: Vec<i64> = pages.iter().flat_map(super::ids).collect();
    assert_eq!(ids, (2..=20).collect::<Vec<_>>());
}

/// Each note is small, and leads to the same large one.
#[test]
fn a_page_of_entities_that_expand_what_is_large_is_shorter() {
    let database = Database::empty();
    let rows: Vec<String> = (2..=402).map(|id| format!("({id}, 1, 'small')")).collect();
    let text = "x".repeat(90_000);
    database.execute(&format!(
        "CREATE TABLE Note (Id INT NOT NULL PRIMARY KEY, UpId INT REFERENCES Note (Id), Text TEXT);
         INSERT INTO Note VALUES (1, 1, '{text}'), {}",
        rows.join(", ")
    ));
    database.track("Note");
    let served = Served::with(database, "");
    let pages = served.pages("/odata/Note?$expand=Up&$orderby=Text,Id%20desc&$top=401", "");
    assert_eq!(pages.iter().map(|page| page.value().len()).collect::<Vec<_>>(), [200, 200, 1]);
    let ids: Vec<i64> = pages.iter().flat_map(super::ids).collect();
    assert_eq!(ids, (2..=402).rev().collect::<Vec<_>>());
}
