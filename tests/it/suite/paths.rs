//! Paths that lead to references, through types, to what an id stands for, and to everything there is.

use serde_json::{Value, json};

use super::related::library;
use super::{Served, encoded, ids};

#[track_caller]
fn json_of(served: &Served, path: &str) -> Value {
    served.get(&format!("/odata/{path}")).expect(200).json()
}

/// What the ids of references say behind the service root.
#[track_caller]
fn referred(served: &Served, path: &str) -> Vec<String> {
    let root = format!("{}/odata/", served.client.base);
    let id = |item: &Value| item["@odata.id"].as_str().unwrap().strip_prefix(&root).unwrap().to_owned();
    json_of(served, path)["value"].as_array().unwrap().iter().map(id).collect()
}

#[test]
fn references_to_many_are_their_ids() {
    let library = library();
    let base = &library.client.base;
    let references = json!({
        "@odata.context": format!("{base}/odata/$metadata#Collection($ref)"),
        "value": [{ "@odata.id": format!("{base}/odata/Writer(1)") }, { "@odata.id": format!("{base}/odata/Writer(2)") }],
    });
    assert_eq!(json_of(&library, "Writer/$ref?$top=2"), references);
    let page = library.ask("GET", "/odata/Writer/$ref?$top=2").header("OData-MaxVersion", "4.01").send().expect(200);
    let text = references.to_string().replace("odata.", "");
    assert_eq!(page.json(), serde_json::from_str::<Value>(&text).unwrap());
    assert_eq!(referred(&library, "Writer(1)/Book/$ref"), ["Book(10)", "Book(11)", "Book(12)"]);
    assert_eq!(referred(&library, "Writer(4)/Book/$ref"), [""; 0]);
    assert_eq!(referred(&library, "Book(10)/Writer/Book(11)/Chapter/$ref"), ["Chapter(BookId=11,Number=1)"]);
    library.get("/odata/Writer(9)/Book/$ref").expect(404);
}

#[test]
fn references_are_chosen_and_ordered_as_entities_are() {
    let library = library();
    let order = encoded("Title desc");
    for (options, expected) in [
        ("$filter=WriterId%20eq%201", &["Book(10)", "Book(11)", "Book(12)"][..]),
        ("$filter=Writer/Name%20eq%20@n&@n='Bert'", &["Book(20)"]),
        ("$search=e", &["Book(30)"]),
        ("$orderby=Title%20desc&$top=2", &["Book(30)", "Book(20)"]),
        ("$skip=3", &["Book(20)", "Book(30)"]),
        ("$filter=false", &[]),
    ] {
        assert_eq!(referred(&library, &format!("Book/$ref?{options}")), expected, "{options}");
    }
    let counted = json_of(&library, "Writer(1)/Book/$ref?$count=true&$top=1");
    assert_eq!((&counted["@odata.count"], counted["value"].as_array().unwrap().len()), (&json!(3), 1));
    for path in ["Book/$ref", "Writer(1)/Book/$ref", "Book(10)/$ref", "Book(10)/Writer/$ref"] {
        for option in ["$select=Id", "$expand=*"] {
            let answer = library.get(&format!("/odata/{path}?{option}")).expect(400);
            assert_eq!(answer.code(), "InvalidValue", "{path}?{option}");
        }
    }
    library.get("/odata/Book(10)/$ref?$top=1").expect(400);
    let pages = library.pages(&format!("/odata/Book/$ref?$orderby={order}&$top=4&$count=true"), "maxpagesize=3");
    assert_eq!(pages.iter().map(|page| page.value().len()).collect::<Vec<_>>(), [3, 1]);
}

#[test]
fn pages_of_references_are_linked_as_references() {
    let library = library();
    for path in ["Book/$ref", "Writer(1)/Book/$ref", "Book/Deltalink.Model.Book/$ref"] {
        let whole = referred(&library, path);
        let pages = library.pages(&format!("/odata/{path}"), "maxpagesize=2");
        assert!(pages.len() > 1, "{path}");
        let ids = pages.iter().flat_map(|page| page.value().clone()).map(|item| item["@odata.id"].clone());
        let ids: Vec<String> = ids.map(|id| id.as_str().unwrap().rsplit('/').next().unwrap().to_owned()).collect();
        assert_eq!(ids, whole, "{path}");
    }
    // A token belongs to where it was given: entities are not continued as references, nor the other way round.
    let next = |path: &str| library.get_with(path, "Prefer", "maxpagesize=2").expect(200).link("nextLink").unwrap();
    let (references, entities) = (next("/odata/Book/$ref"), next("/odata/Book"));
    for stray in [references.replace("/$ref?", "?"), entities.replace("Book?", "Book/$ref?")] {
        assert_eq!(library.get(&stray).expect(400).code(), "DeltaTokenInvalid");
    }
    // Columns that come and go do not matter where none is shown.
    library.execute("ALTER TABLE Book ADD Pages INT");
    assert_eq!(library.get(&references).expect(200).value().len(), 3);
}

#[test]
fn a_reference_to_one_is_its_id() {
    let library = library();
    let base = &library.client.base;
    let reference = |id: &str| json!({ "@odata.context": format!("{base}/odata/$metadata#$ref"), "@odata.id": format!("{base}/odata/{id}") });
    for (path, id) in [
        ("Book(10)/$ref", "Book(10)"),
        ("Book(10)/Writer/$ref", "Writer(1)"),
        ("Writer(1)/Book(11)/$ref", "Book(11)"),
        ("Chapter(Number=2,BookId=10)/$ref", "Chapter(BookId=10,Number=2)"),
        ("Book(20)/Writer/Teacher/$ref", "Writer(1)"),
    ] {
        assert_eq!(json_of(&library, path), reference(id), "{path}");
    }
    let alone = library.get_with("/odata/Book(10)/$ref", "Accept", "application/json;odata.metadata=none").expect(200);
    assert_eq!(alone.json(), json!({ "@odata.id": format!("{base}/odata/Book(10)") }));
    library.get("/odata/Book(30)/Writer/$ref").expect(204);
    for missing in ["Book(99)/$ref", "Writer(2)/Book(10)/$ref", "Book(10)/Title/$ref", "Book(10)/$ref/$count"] {
        library.get(&format!("/odata/{missing}")).expect(404);
    }
    let head = library.ask("HEAD", "/odata/Book(10)/$ref").send().expect(200);
    assert_eq!((head.body.len(), head.header("ETag")), (0, None));
    library.ask("HEAD", "/odata/Book/$ref").send().expect(200);
}

#[test]
fn changes_of_references_are_not_tracked() {
    let library = library();
    let page = library.track("/odata/Book/$ref").expect(200);
    assert_eq!((page.header("Preference-Applied"), page.link("deltaLink")), (None, None));
    let omitting = library.get_with("/odata/Book/$ref", "Prefer", "omit-values=nulls").expect(200);
    assert_eq!(omitting.header("Preference-Applied"), None);
    let delta = library.delta_link("/odata/Book").replace("Book?", "Book/$ref?");
    for refused in [delta.as_str(), "/odata/Book/$ref?$deltatoken=latest"] {
        let answer = library.get(refused).expect(400);
        assert!(answer.text().contains("of references"), "{}", answer.text());
    }
}

#[test]
fn a_cast_to_their_own_type_changes_nothing() {
    let library = library();
    for (path, plain) in [
        ("Book/Deltalink.Model.Book", "Book"),
        ("Book/Deltalink.Model.Book?$filter=Id%20gt%2011&$select=Title", "Book?$filter=Id%20gt%2011&$select=Title"),
        ("Book/Deltalink.Model.Book/$count", "Book/$count"),
        ("Book/Deltalink.Model.Book(10)", "Book(10)"),
        ("Book/Deltalink.Model.Book(10)/Deltalink.Model.Book", "Book(10)"),
        ("Book/Deltalink.Model.Book(10)/Writer/Name", "Book(10)/Writer/Name"),
        ("Book(10)/Deltalink.Model.Book", "Book(10)"),
        ("Book(10)/Deltalink.Model.Book/Title", "Book(10)/Title"),
        ("Book(10)/Deltalink.Model.Book/Title/$value", "Book(10)/Title/$value"),
        ("Book(10)/Writer/Deltalink.Model.Writer", "Book(10)/Writer"),
        ("Book(10)/Writer/Deltalink.Model.Writer/Book/Deltalink.Model.Book(11)/Chapter", "Book(11)/Chapter"),
        ("Book(10)/Writer/Deltalink.Model.Writer/$ref", "Book(10)/Writer/$ref"),
    ] {
        let (cast, expected) = (library.get(&format!("/odata/{path}")), library.get(&format!("/odata/{plain}")));
        assert_eq!(cast.expect(200).text(), expected.expect(200).text(), "{path}");
    }
    // It is the entity set, so its changes are tracked.
    let link = library.delta_link("/odata/Book/Deltalink.Model.Book");
    library.execute("UPDATE Book SET Title = 'AA' WHERE Id = 10");
    assert_eq!(ids(&library.get(&link).expect(200)), [10]);
    assert_eq!(library.get("/odata/Book(30)/Writer/Deltalink.Model.Writer").status, 204);
}

#[test]
fn a_cast_to_another_type_is_refused() {
    let library = library();
    for path in [
        "Book/Deltalink.Model.Writer",
        "Book(10)/Deltalink.Model.Chapter",
        "Book(10)/Writer/Deltalink.Model.Book",
        "Book/Deltalink.Model.Writer(1)",
        "Writer(1)/Book/Deltalink.Model.Writer/$count",
    ] {
        let answer = library.get(&format!("/odata/{path}")).expect(400);
        assert_eq!(answer.code(), "InvalidValue", "{path}");
        assert!(answer.text().contains("No entity of "), "{}", answer.text());
    }
    for path in [
        "Book/Deltalink.Model.Paper",
        "Book/Deltalink.Book",
        "Book/deltalink.model.Book",
        "Book(10)/Other.Model.Book",
        "Book(10)/Deltalink.Model.Book(10)",
        "Book(10)/Title/Deltalink.Model.Book",
        "Deltalink.Model.Book",
    ] {
        library.get(&format!("/odata/{path}")).expect(404);
    }
}

#[test]
fn an_id_finds_its_entity() {
    let library = library();
    let root = format!("{}/odata/", library.client.base);
    let book = library.get("/odata/Book(10)").expect(200);
    for id in ["Book(10)", "Book(Id=10)", "/odata/Book(10)", &format!("{root}Book(10)")] {
        for path in ["$entity", "$entity/Deltalink.Model.Book"] {
            let found = library.get(&format!("/odata/{path}?$id={}", encoded(id))).expect(200);
            assert_eq!((found.text(), found.header("ETag")), (book.text(), book.header("ETag")), "{path} {id}");
        }
    }
    let reference = json_of(&library, "Chapter(BookId=10,Number=2)/Book/$ref");
    let id = encoded(reference["@odata.id"].as_str().unwrap());
    assert_eq!(json_of(&library, &format!("$entity?$id={id}")), book.json());
    let options = "$select=Title&$expand=Writer($select=Name)&$format=json";
    let chosen = json_of(&library, &format!("$entity?{options}&$id=Book(10)"));
    assert_eq!(chosen, json_of(&library, &format!("Book(10)?{options}")));
    library.ask("HEAD", "/odata/$entity?id=Book(10)").send().expect(200);
    let known = library.ask("GET", "/odata/$entity?$id=Book(10)").header("If-None-Match", book.header("ETag").unwrap());
    known.send().expect(304);
}

#[test]
fn what_is_no_id_finds_nothing() {
    let library = library();
    for (id, status) in [
        ("", 400),
        ("Book", 400),
        ("Book(10)/Title", 400),
        ("Book(10)/Writer", 400),
        ("Writer(1)/Book(10)", 400),
        ("Book(10)/$ref", 400),
        ("$metadata", 400),
        ("$entity", 400),
        ("Book(x)", 400),
        ("Book(10", 400),
        ("http://example.org/odata/Book(10)", 400),
        ("/healthz", 400),
        ("Book(99)", 404),
        ("Paper(1)", 404),
    ] {
        let answer = library.get(&format!("/odata/$entity?$id={}", encoded(id)));
        assert_eq!(answer.status, status, "{id}: {}", answer.text());
    }
    for (path, status) in [
        ("$entity", 400),
        ("$entity/Deltalink.Model.Book", 400),
        ("$entity/Deltalink.Model.Writer?$id=Book(10)", 404),
        ("$entity/Deltalink.Model.Paper?$id=Book(10)", 404),
        ("$entity/Deltalink.Model.Book/Title?$id=Book(10)", 404),
        ("$entity?$id=Book(10)&$top=1", 400),
    ] {
        assert_eq!(library.get(&format!("/odata/{path}")).status, status, "{path}");
    }
}

/// The ids of everything on the pages of `path`, and how many there are on each page.
#[track_caller]
fn everything(served: &Served, path: &str, prefer: &str) -> (Vec<String>, Vec<usize>) {
    let pages = served.pages(&format!("/odata/{path}"), prefer);
    let id = |item: &Value| item["@odata.id"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    let ids = pages.iter().flat_map(|page| page.value().iter().map(id).collect::<Vec<_>>()).collect();
    (ids, pages.iter().map(|page| page.value().len()).collect())
}

#[test]
fn all_entities_come_set_by_set() {
    let library = library();
    let (ids, sizes) = everything(&library, "$all", "");
    let set = |id: &String| id.split('(').next().unwrap().to_owned();
    let mut sets: Vec<String> = ids.iter().map(set).collect();
    sets.dedup();
    assert_eq!((sizes, sets), (vec![5, 4, 4], ["Book", "Chapter", "Writer"].map(str::to_owned).to_vec()));
    assert_eq!(everything(&library, "$all", "maxpagesize=2"), (ids.clone(), vec![2, 2, 1, 2, 2, 2, 2]));
    assert_eq!(everything(&library, "$all?$count=false", "maxpagesize=5"), (ids.clone(), vec![5, 4, 4]));
    assert_eq!(everything(&library, "$all?$top=7", "maxpagesize=3"), (ids[..7].to_vec(), vec![3, 2, 2]));
    assert_eq!(everything(&library, "$all?$top=5", ""), (ids[..5].to_vec(), vec![5]));
    assert_eq!(everything(&library, "$all?$top=0", ""), (vec![], vec![0]));
    let found = ["Book(10)", "Writer(1)", "Writer(3)", "Writer(4)"].map(str::to_owned).to_vec();
    assert_eq!(everything(&library, "$all?$search=a", "maxpagesize=2"), (found, vec![1, 0, 2, 1]));
    for (path, set) in [("$all/Deltalink.Model.Book", "Book"), ("$all/Deltalink.Model.Book?$top=1", "Book?$top=1")] {
        assert_eq!(json_of(&library, path), json_of(&library, set), "{path}");
    }
    library.ask("HEAD", "/odata/$all").send().expect(200);
}

#[test]
fn each_of_all_entities_says_what_it_is() {
    let library = library();
    let base = &library.client.base;
    let page = json_of(&library, "$all?$top=1");
    let book = json!({
        "@odata.context": format!("{base}/odata/$metadata#Book/$entity"),
        "@odata.type": "#Deltalink.Model.Book",
        "@odata.id": format!("{base}/odata/Book(10)"),
        "Id": 10, "Title": "A", "WriterId": 1,
    });
    let context = format!("{base}/odata/$metadata#Collection(Edm.EntityType)");
    assert_eq!(page, json!({ "@odata.context": context, "value": [book] }));
    let of = |accept: &str| library.get_with("/odata/$all?$top=1", "Accept", accept).expect(200).value()[0].clone();
    let full = of("application/json;odata.metadata=full");
    assert_eq!(full["@odata.context"], book["@odata.context"]);
    assert_eq!(full["Writer@odata.navigationLink"], format!("{base}/odata/Book(10)/Writer"));
    assert_eq!(of("application/json;odata.metadata=none"), json!({ "Id": 10, "Title": "A", "WriterId": 1 }));
    let newer = library.ask("GET", "/odata/$all?$top=1").header("OData-MaxVersion", "4.01").send().expect(200);
    assert_eq!(newer.value()[0]["@type"], "#Deltalink.Model.Book");
}

#[test]
fn what_cannot_be_asked_of_all_entities_is_said() {
    let library = library();
    let options = [
        "$filter=true",
        "$orderby=Id",
        "$select=Id",
        "$expand=*",
        "$skip=1",
        "$count=true",
        "$apply=x",
        "$id=Book(10)",
    ];
    for option in options {
        let answer = library.get(&format!("/odata/$all?{option}")).expect(501);
        assert_eq!(answer.json()["error"]["target"], option.split('=').next().unwrap(), "{option}");
    }
    library.get("/odata/$all?$deltatoken=latest").expect(400);
    library.get("/odata/$all/Deltalink.Model.Paper").expect(404);
    library.get("/odata/$all/Book").expect(404);
    library.get("/odata/$all/$count").expect(404);
    let page = library.track("/odata/$all").expect(200);
    assert_eq!((page.header("Preference-Applied"), page.link("deltaLink")), (None, None));
}

#[test]
fn links_through_all_entities_belong_there() {
    let library = library();
    let next = |path: &str| library.get_with(path, "Prefer", "maxpagesize=2").expect(200).link("nextLink").unwrap();
    let (all, some) = (next("/odata/$all"), next("/odata/Book"));
    library.get(&all.replace("$all?", "Book?")).expect(400);
    let behind = library.get(&all).expect(200).link("nextLink").unwrap();
    library.get(&behind.replace("$all?", "Chapter?")).expect(400);
    assert_eq!(library.get(&some.replace("Book?", "$all?")).status, 400);
    library.execute("ALTER TABLE Chapter ADD Heading INT");
    library.get(&all).expect(200);
    let started_over = library.get(&behind).expect(410).header("Location").unwrap().to_owned();
    assert_eq!(started_over, format!("{}/odata/$all", library.client.base));
}
