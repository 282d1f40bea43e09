//! Related entities: paths through navigation properties, conditions on what is behind them, and `$expand`.

use serde_json::{Value, json};

use super::{Database, Served, encoded};

/// Writers, their books, and their chapters; a writer may have been taught by another one.
pub(super) fn library() -> Served {
    let database = Database::empty();
    database.execute(
        "CREATE TABLE Writer (Id BIGINT NOT NULL PRIMARY KEY, Name NVARCHAR(40), TeacherId BIGINT REFERENCES Writer (Id));
         CREATE TABLE Book (Id BIGINT NOT NULL PRIMARY KEY, Title NVARCHAR(40), WriterId BIGINT REFERENCES Writer (Id));
         CREATE TABLE Chapter (BookId BIGINT NOT NULL REFERENCES Book (Id), Number INT NOT NULL, Pages INT,
           PRIMARY KEY (BookId, Number));
         INSERT INTO Writer VALUES (1, 'Anna', NULL), (2, 'Bert', 1), (3, 'Carl', 2), (4, 'Dora', NULL);
         INSERT INTO Book VALUES (10, 'A', 1), (11, 'B', 1), (12, 'C', 1), (20, 'D', 2), (30, 'E', NULL);
         INSERT INTO Chapter VALUES (10, 1, 5), (10, 2, 15), (11, 1, 25), (20, 1, NULL)",
    );
    for table in ["Writer", "Book", "Chapter"] {
        database.track(table);
    }
    Served::with(database, "")
}

fn value(served: &Served, path: &str) -> Value {
    served.get(&format!("/odata/{path}")).expect(200).json()["value"].clone()
}

#[test]
fn a_path_leads_to_related_entities() {
    let library = library();
    let books = json!([{ "Id": 10, "Title": "A", "WriterId": 1 }, { "Id": 11, "Title": "B", "WriterId": 1 }, { "Id": 12, "Title": "C", "WriterId": 1 }]);
    assert_eq!(value(&library, "Writer(1)/Book"), books);
    assert_eq!(
        value(&library, "Writer(1)/Book?$filter=Id%20gt%2011&$select=Title"),
        json!([{ "Id": 12, "Title": "C" }])
    );
    assert_eq!(value(&library, "Writer(4)/Book"), json!([]));
    assert_eq!(library.get("/odata/Writer(1)/Book/$count").expect(200).text(), "3");
    assert_eq!(library.get("/odata/Writer(1)/Book(10)/Title/$value").expect(200).text(), "A");
    assert_eq!(library.get("/odata/Book(20)/Writer/Teacher/Name").expect(200).json()["value"], "Anna");
    assert_eq!(library.get("/odata/Chapter(BookId=10,Number=2)/Book/Writer").expect(200).json()["Name"], "Anna");
    assert_eq!(
        value(&library, "Book(10)/Writer/Book(11)/Chapter"),
        json!([{ "BookId": 11, "Number": 1, "Pages": 25 }])
    );
}

#[test]
fn what_is_not_there_is_told_apart() {
    let library = library();
    for missing in [
        "Writer(9)/Book",
        "Writer(9)/Book/$count",
        "Writer(1)/Book(20)",
        "Book(99)/Writer",
        "Writer(2)/Book(10)/Chapter",
        "Writer(1)/Nothing",
        "Book/Writer",
    ] {
        library.get(&format!("/odata/{missing}")).expect(404);
    }
    library.get("/odata/Book(30)/Writer").expect(204);
    library.get("/odata/Book(30)/Writer/Name").expect(404);
    library.get("/odata/Writer(1)/Book?$deltatoken=latest").expect(400);
}

#[test]
fn a_filter_looks_behind_navigation_properties() {
    let library = library();
    let ids = |path: &str, filter: &str| -> Vec<i64> {
        let found = value(&library, &format!("{path}?$filter={}", encoded(filter)));
        found.as_array().unwrap().iter().map(|row| row["Id"].as_i64().unwrap()).collect()
    };
    for (path, filter, expected) in [
        ("Book", "Writer/Name eq 'Anna'", &[10, 11, 12][..]),
        ("Book", "Writer/Name ne 'Anna'", &[20, 30]),
        ("Book", "Writer/Name eq null", &[30]),
        ("Book", "Writer eq null", &[30]),
        ("Book", "null ne Writer/Teacher", &[20]),
        ("Book", "Writer/Teacher/Name eq 'Anna'", &[20]),
        ("Writer", "Book/any()", &[1, 2]),
        ("Writer", "not Book/any()", &[3, 4]),
        ("Writer", "Book/any(b:b/Title eq 'C')", &[1]),
        ("Writer", "Book/all(b:b/Id lt 20)", &[1, 3, 4]),
        ("Writer", "Book/any(b:b/Chapter/any(c:c/Pages gt 20))", &[1]),
        ("Writer", "Book/any(b:b/Chapter/any(c:c/Pages gt 20 and b/Title eq 'B' and $it/Name eq 'Anna'))", &[1]),
        ("Writer", "Book/all(b:b/Chapter/all(c:c/Pages gt 0))", &[1, 3, 4]),
        ("Writer", "Book/$count eq 3", &[1]),
        ("Writer", "Book/$count gt 0 and Teacher/Name eq 'Anna'", &[2]),
    ] {
        assert_eq!(ids(path, filter), expected, "{path}: {filter}");
    }
    let order = encoded("Writer/Name desc");
    let sorted = value(&library, &format!("Book?$orderby={order}&$select=Id"));
    assert_eq!(sorted, json!([{ "Id": 20 }, { "Id": 10 }, { "Id": 11 }, { "Id": 12 }, { "Id": 30 }]));
}

#[test]
fn what_is_counted_in_an_expression_may_be_filtered_and_searched_for() {
    let library = library();
    let ids = |path: &str, options: &str| super::ids(&library.get(&format!("/odata/{path}?{options}")).expect(200));
    for (path, filter, expected) in [
        ("Writer", "Book/$count($filter=Id gt 10) eq 2", &[1][..]),
        ("Writer", "Book/$count($filter=Title eq 'C';$search=c) add 1 gt 1", &[1]),
        ("Writer", "Book/$count($search=a OR d) eq 1", &[1, 2]),
        ("Writer", "Book/$count(search=NOT a) gt 0", &[1, 2]),
        ("Writer", "Book/$count($FILTER=Writer/Name eq 'Bert') eq 1", &[2]),
        ("Writer", "Book/$count($filter=$it/Name eq 'Anna' and Title ne 'A') eq 2", &[1]),
        ("Writer", "Book/$count($filter=Chapter/any(c:c/Pages gt 10)) eq 2", &[1]),
        ("Writer", "Book/$count($filter=Chapter/$count($filter=Pages gt 10) eq 1) eq 2", &[1]),
        ("Writer", "Book/any(b:b/Chapter/$count($filter=Pages lt 10 or b/Title eq 'B') eq 1)", &[1]),
        ("Writer", "Book/$count($filter=Title in @titles) gt 1", &[1]),
        ("Writer", "not (Book/$count($filter=Id gt 11) eq 1)", &[3, 4]),
        ("Writer", "Teacher/Book/$count($filter=Id gt 11) eq 1", &[2, 3]),
        ("Book", "Chapter/$count($filter=Pages gt 0) eq 0", &[12, 20, 30]),
        ("Book", "Chapter/$count($filter=not (Pages gt 0)) eq 1", &[20]),
        ("Book", "Chapter/$count($filter=Pages eq null) eq 1", &[20]),
        ("Book", "Chapter/$count($filter=null) eq 0", &[10, 11, 12, 20, 30]),
    ] {
        assert_eq!(ids(path, &format!("$filter={}&@titles=('A','C')", encoded(filter))), expected, "{path}: {filter}");
    }
    for (order, expected) in [
        ("Book/$count($filter=Id ge 12) desc,Id desc", &[2, 1, 4, 3][..]),
        ("Book/$count($search=a),Id", &[2, 3, 4, 1]),
        ("Book/$count($filter=Chapter/$count($filter=Pages gt 10) gt 0) mul 2 desc,Id", &[1, 2, 3, 4]),
    ] {
        let order = format!("$orderby={}", encoded(order));
        assert_eq!(ids("Writer", &order), expected, "{order}");
        let pages = library.pages(&format!("/odata/Writer?{order}"), "maxpagesize=1");
        assert_eq!(pages.iter().flat_map(super::ids).collect::<Vec<_>>(), expected, "{order}, one a page");
    }
    let expanded = encoded("Book($filter=Chapter/$count($filter=Pages lt 20) gt 0;$orderby=Title)");
    let writer = library.get(&format!("/odata/Writer(1)?$expand={expanded}")).expect(200).json();
    assert_eq!(titles(&writer["Book"]), ["A"]);
    let ordered = encoded("Book($orderby=Chapter/$count($filter=Pages gt 10) desc,Id desc)");
    let writer = library.get(&format!("/odata/Writer(1)?$expand={ordered}")).expect(200).json();
    assert_eq!(titles(&writer["Book"]), ["B", "A", "C"]);
}

#[test]
fn what_cannot_be_counted_is_refused() {
    let library = library();
    for (filter, code) in [
        ("Book/$count($filter=Nothing eq 1) gt 0", "PropertyNotFound"),
        ("Book/$count($filter=Title) gt 0", "InvalidValue"),
        ("Book/$count($filter=Title eq 1) gt 0", "InvalidValue"),
        ("Book/$count($filter=b/Title eq 'A') gt 0", "PropertyNotFound"),
        ("Teacher/$count($filter=Id eq 1) gt 0", "InvalidValue"),
        ("Name/$count($filter=Id eq 1) gt 0", "InvalidValue"),
        ("Book/$count($top=1) gt 0", "SyntaxError"),
        ("Book/$count($search=) gt 0", "SyntaxError"),
        ("Book/Writer eq null", "InvalidValue"),
    ] {
        assert_eq!(
            library.get(&format!("/odata/Writer?$filter={}", encoded(filter))).expect(400).code(),
            code,
            "{filter}"
        );
    }
}

#[test]
fn expanded_entities_stand_with_those_that_lead_to_them() {
    let library = library();
    let expanded = value(
        &library,
        "Book?$select=Title&$filter=Id%20ge%2012&$expand=Writer($select=Name),Chapter($select=Pages;$count=true)",
    );
    assert_eq!(
        expanded,
        json!([
            { "Id": 12, "Title": "C", "Writer": { "Id": 1, "Name": "Anna" }, "Chapter@odata.count": 0, "Chapter": [] },
            { "Id": 20, "Title": "D", "Writer": { "Id": 2, "Name": "Bert" }, "Chapter@odata.count": 1,
              "Chapter": [{ "BookId": 20, "Number": 1, "Pages": null }] },
            { "Id": 30, "Title": "E", "Writer": null, "Chapter@odata.count": 0, "Chapter": [] },
        ])
    );
    let writer = library
        .get("/odata/Writer(1)?$select=Name&$expand=Book($filter=Id%20gt%2010;$orderby=Title%20desc;$top=1;$skip=1)");
    assert_eq!(writer.expect(200).json()["Book"], json!([{ "Id": 11, "Title": "B", "WriterId": 1 }]));
    let ids = value(&library, "Writer?$filter=Id%20eq%201&$select=Id&$expand=Book/$ref,Teacher/$ref");
    let base = &library.client.base;
    assert_eq!(ids[0]["Book"][2], json!({ "@odata.id": format!("{base}/odata/Book(12)") }));
    assert_eq!(ids[0]["Teacher"], Value::Null);
    let counts = value(&library, "Writer?$select=Id&$expand=Book/$count&$top=2");
    assert_eq!(counts, json!([{ "Id": 1, "Book@odata.count": 3 }, { "Id": 2, "Book@odata.count": 1 }]));
}

#[test]
fn levels_go_as_deep_as_they_say() {
    let library = library();
    let carl = |levels: &str| {
        library
            .get(&format!("/odata/Writer(3)?$select=Name&$expand=Teacher($select=Name;$levels={levels})"))
            .expect(200)
            .json()
    };
    let name = |value: &Value| value["Name"].clone();
    assert_eq!(name(&carl("1")["Teacher"]), "Bert");
    assert_eq!(carl("1")["Teacher"].get("Teacher"), None);
    assert_eq!(name(&carl("2")["Teacher"]["Teacher"]), "Anna");
    assert_eq!(carl("max")["Teacher"]["Teacher"]["Teacher"], Value::Null);
    library.get("/odata/Writer(1)?$expand=Book($levels=2)").expect(400);
    library.get("/odata/Writer(1)?$expand=Teacher($expand=Teacher($expand=Teacher($expand=Teacher($expand=Teacher($expand=Teacher)))))").expect(400);
    let all = value(&library, "Book?$expand=*&$top=1");
    assert_eq!((name(&all[0]["Writer"]), all[0]["Chapter"].as_array().unwrap().len()), (json!("Anna"), 2));
}

#[test]
fn a_cast_to_the_type_that_entities_have_changes_nothing() {
    let library = library();
    let answer = |path: &str, options: &str| library.get(&format!("/odata/{path}?{options}")).expect(200).json();
    for (path, cast, plain) in [
        ("Book", "$filter=~Book/Title eq 'A'", "$filter=Title eq 'A'"),
        ("Book", "$filter=$it/~Book/Title eq 'A'", "$filter=Title eq 'A'"),
        ("Book", "$filter=Writer/~Writer/Name eq 'Anna'", "$filter=Writer/Name eq 'Anna'"),
        ("Book", "$filter=~Book/Writer/~Writer/Teacher ne null", "$filter=Writer/Teacher ne null"),
        ("Writer", "$filter=Book/~Book/any(b:b/~Book/Id eq 11)", "$filter=Book/any(b:b/Id eq 11)"),
        (
            "Writer",
            "$filter=Book/~Book/$count($filter=~Book/Id gt 10) eq 2",
            "$filter=Book/$count($filter=Id gt 10) eq 2",
        ),
        ("Book", "$orderby=Writer/~Writer/Name desc,~Book/Title", "$orderby=Writer/Name desc,Title"),
        ("Book", "$select=~Book/Title,Title,~Book/WriterId", "$select=Title,WriterId"),
        ("Book(10)", "$select=~Book/Title", "$select=Title"),
        ("Book", "$expand=~Book/Writer", "$expand=Writer"),
        ("Book", "$expand=Writer/~Writer($select=~Writer/Name)", "$expand=Writer($select=Name)"),
        ("Writer", "$expand=~Writer/Book/~Book/$ref,Teacher", "$expand=Book/$ref,Teacher"),
        ("Writer", "$expand=Book/~Book/$count", "$expand=Book/$count"),
    ] {
        let url = |options: &str| options.replace('~', "Deltalink.Model.").replace(' ', "%20");
        assert_eq!(answer(path, &url(cast)), answer(path, &url(plain)), "{path}: {cast}");
    }
}

#[test]
fn a_cast_to_another_type_is_refused() {
    let library = library();
    for (options, code) in [
        ("$filter=~Writer/Title eq 'A'", "InvalidValue"),
        ("$filter=~Nothing/Title eq 'A'", "InvalidValue"),
        ("$filter=Deltalink.Book/Title eq 'A'", "InvalidValue"),
        ("$filter=Other.Model.Book/Title eq 'A'", "InvalidValue"),
        ("$filter=Writer/~Book/Name eq 'A'", "InvalidValue"),
        ("$filter=Writer/~Book/Teacher eq null", "InvalidValue"),
        ("$filter=Chapter/~Book/any()", "InvalidValue"),
        ("$filter=Chapter/any(c:c/~Book/Pages eq 1)", "InvalidValue"),
        ("$filter=Title/~Book eq 'A'", "InvalidValue"),
        ("$filter=~Book eq 'A'", "InvalidValue"),
        ("$orderby=~Writer/Title", "InvalidValue"),
        ("$select=~Writer/Title", "InvalidValue"),
        ("$select=~Nothing/Title", "InvalidValue"),
        ("$select=~Book/Nothing", "PropertyNotFound"),
        ("$select=~Book", "PropertyNotFound"),
        ("$select=~Book/*", "SyntaxError"),
        ("$expand=~Writer/Writer", "InvalidValue"),
        ("$expand=Writer/~Book", "InvalidValue"),
        ("$expand=Writer/~Nothing", "InvalidValue"),
        ("$expand=~Book", "PropertyNotFound"),
        ("$expand=Writer($select=~Book/Name)", "InvalidValue"),
        ("$expand=Writer,~Book/Writer", "InvalidValue"),
    ] {
        let options = options.replace('~', "Deltalink.Model.").replace(' ', "%20");
        assert_eq!(library.get(&format!("/odata/Book?{options}")).expect(400).code(), code, "{options}");
    }
    let other = library.get("/odata/Book?$expand=Writer/Deltalink.Model.Book").expect(400).json();
    let message = "The value of \"$expand\" is wrong: \"Deltalink.Model.Book\" is not the type of \"Writer\", \
                   and no type is derived from another.";
    assert_eq!((&other["error"]["message"], &other["error"]["target"]), (&json!(message), &json!("$expand")));
}

#[test]
fn pages_go_on_with_what_they_expand() {
    let library = library();
    let mut url = "/odata/Writer?$expand=Book($select=Title)&$select=Name&$orderby=Name%20desc".to_owned();
    let mut names = Vec::new();
    loop {
        let page = library.client.ask("GET", &url).header("Prefer", "maxpagesize=1").send().expect(200).json();
        let writer = page["value"][0].clone();
        names.push((writer["Name"].as_str().unwrap().to_owned(), writer["Book"].as_array().unwrap().len()));
        match page["@odata.nextLink"].as_str() {
            Some(next) => next.clone_into(&mut url),
            None => break,
        }
    }
    let expected = [("Dora", 0), ("Carl", 0), ("Bert", 1), ("Anna", 3)];
    assert_eq!(names, expected.map(|(name, books)| (name.to_owned(), books)));
}

#[test]
fn many_related_entities_are_linked_to() {
    let library = library();
    let rows: Vec<String> = (0..2500).map(|number| format!("({}, 'T{number:04}', 4)", 1000 + number)).collect();
    for rows in rows.chunks(900) {
        library.execute(&format!("INSERT INTO Book VALUES {}", rows.join(", ")));
    }
    let order = encoded("Title desc");
    let writer = library
        .get(&format!("/odata/Writer(4)?$expand=Book($select=Title;$orderby={order};$filter=Id%20ne%201001)"))
        .expect(200)
        .json();
    let mut titles: Vec<String> = titles(&writer["Book"]);
    let mut next = writer["Book@odata.nextLink"].as_str().map(str::to_owned);
    assert_eq!(titles.len(), 1000);
    while let Some(url) = next {
        let page = library.get(&url).expect(200).json();
        titles.extend(self::titles(&page["value"]));
        next = page["@odata.nextLink"].as_str().map(str::to_owned);
    }
    let expected: Vec<String> =
        (0..2500).rev().filter(|number| *number != 1).map(|number| format!("T{number:04}")).collect();
    assert_eq!(titles, expected);
}

#[test]
fn a_link_to_more_keeps_the_levels_and_the_format() {
    let database = Database::empty();
    let rows: Vec<String> = (2..=1_200).map(|id| format!("({id}, 1)")).collect();
    database.execute(
        "CREATE TABLE \"Größe\" (Id INT NOT NULL PRIMARY KEY, \"ÄhnlichId\" INT REFERENCES \"Größe\" (Id));
         INSERT INTO \"Größe\" VALUES (1, NULL)",
    );
    for rows in rows.chunks(900) {
        database.execute(&format!("INSERT INTO \"Größe\" VALUES {}", rows.join(", ")));
    }
    database.execute("INSERT INTO \"Größe\" VALUES (2000, 1200), (3000, 2000)");
    database.track("Größe");
    let served = Served::with(database, "");
    let (set, name) = (encoded("Größe"), "Größe_by_Ähnlich");
    let options = encoded(&format!("{name}($levels=2;$select=Id;$filter=Id ne 5;$orderby=Id)"));
    let format = encoded("application/json;odata.metadata=none");
    for (expand, selected) in [(options, true), (encoded("*($levels=2)"), false)] {
        let first = served.get(&format!("/odata/{set}(1)?$expand={expand}&$format={format}")).expect(200).json();
        assert_eq!(first[name].as_array().unwrap().len(), 1_000);
        let next = served.get(first[format!("{name}@odata.nextLink")].as_str().unwrap()).expect(200).json();
        assert!(next.get("@odata.context").is_none());
        let last = next["value"].as_array().unwrap().last().unwrap().clone();
        assert_eq!((&last["Id"], &last[name][0]["Id"]), (&json!(1_200), &json!(2_000)));
        assert_eq!((last.get("ÄhnlichId").is_none(), last[name][0].get(name)), (selected, None));
    }
}

#[test]
fn the_size_of_a_page_that_expands_others_is_told_as_it_is() {
    let library = library();
    let applied = |url: &str| {
        let page = library.get_with(url, "Prefer", "maxpagesize=1500").expect(200);
        page.header("preference-applied").unwrap().to_owned()
    };
    assert_eq!(applied("/odata/Writer"), "maxpagesize=1500");
    assert_eq!(applied("/odata/Writer?$expand=Book"), "maxpagesize=1000");
}

fn titles(books: &Value) -> Vec<String> {
    books.as_array().unwrap().iter().map(|book| book["Title"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn contexts_say_what_is_expanded() {
    let library = library();
    for (options, v4_0, v4_01) in [
        ("$expand=Book", "Writer", "Writer(Book())"),
        ("$expand=Book($select=Title)", "Writer(Book(Title))", "Writer(Book(Title))"),
        ("$select=Name&$expand=Book($select=Title)", "Writer(Name,Book(Title))", "Writer(Name,Book(Title))"),
    ] {
        for (version, name, expected) in [("4.0", "@odata.context", v4_0), ("4.01", "@context", v4_01)] {
            let ask =
                library.client.ask("GET", &format!("/odata/Writer?{options}")).header("OData-MaxVersion", version);
            let context = ask.send().expect(200).json()[name].as_str().unwrap().to_owned();
            assert_eq!(context.split('#').nth(1).unwrap(), expected, "{options}");
        }
    }
}

#[test]
fn full_metadata_links_to_what_is_related() {
    let library = library();
    let page =
        library.client.ask("GET", "/odata/Book(10)").header("Accept", "application/json;odata.metadata=full").send();
    let book = page.expect(200).json();
    let link = format!("{}/odata/Book(10)/Writer", library.client.base);
    assert_eq!(book["Writer@odata.navigationLink"], link);
}

#[test]
fn a_link_that_has_ended_starts_over_where_it_came_from() {
    let library = library();
    let next = |path: &str| {
        let first = library.client.ask("GET", &format!("/odata/{path}")).header("Prefer", "maxpagesize=1").send();
        (path.to_owned(), first.expect(200).link("nextLink").unwrap())
    };
    let links = ["Writer(1)/Book?$orderby=Title%20desc", "Book?$filter=Id%20gt%2010", "Book"].map(next);
    library.execute("ALTER TABLE Book ADD Pages INT");
    for (path, next) in links {
        let location = library.get(&next).expect(410).header("Location").unwrap().to_owned();
        assert_eq!(location, format!("{}/odata/{path}", library.client.base));
    }
}

/// It is the entity that the path leads to, not the one that is expanded.
#[test]
fn the_outer_entity_is_not_known_to_what_is_expanded() {
    let library = library();
    for options in ["$filter=$it/Id%20eq%2010", "$orderby=$it/Id", "$filter=Chapter/any(c:c/Pages%20eq%20$it/Id)"] {
        library.get(&format!("/odata/Writer?$expand=Book({options})")).expect(501);
    }
}

#[test]
fn a_parameter_may_say_that_there_is_no_entity() {
    let library = library();
    for (filter, expected) in [
        ("Writer eq @p&@p=null", &[30][..]),
        ("Writer ne @p&@p=null", &[10, 11, 12, 20]),
        ("@p eq Writer&@p=null", &[30]),
        ("Writer eq @p", &[30]),
        ("Writer eq @p&@p=@q&@q=null", &[30]),
        ("@p eq null&@p=Writer", &[30]),
    ] {
        let found = value(&library, &format!("Book?$filter={}", filter.replace(' ', "%20")));
        let ids: Vec<i64> = found.as_array().unwrap().iter().map(|row| row["Id"].as_i64().unwrap()).collect();
        assert_eq!(ids, expected, "{filter}");
    }
    library.get("/odata/Book?$filter=Writer%20eq%20@p&@p=@p").expect(400);
}
