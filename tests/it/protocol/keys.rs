//! Keys of several columns and types: where a page begins, and what is sent for it.

use super::served::{Served, orders};
use super::statement::{Part, Statement};
use super::table::{Change, Row, Table, column};
use crate::tds::Value::{self, Bytes, Date, DateTime, Decimal, Guid, Int};
use crate::tds::{Kind, Request};

const GUID: u128 = 0x6F96_19FF_8B86_D011_B42D_00CF_4FC9_64FF;

/// A table whose key has the types that need care: a code page, digits, a day, a moment of an old type, a GUID.
fn mixed() -> Table {
    let columns = vec![
        column("Name", "varchar(20)"),
        column("Amount", "decimal(10,2)"),
        column("Day", "date"),
        column("At", "datetime"),
        column("Guid", "uniqueidentifier"),
        column("Number", "bigint"),
        column("Value", "int"),
    ];
    Table::new("T", &["Name", "Amount", "Day", "At", "Guid", "Number"], columns)
}

fn row(name: &str, value: i64) -> Row {
    vec![name.into(), Decimal(-1250), Date(738_944), DateTime(45_349, 299), Guid(GUID), Int(i64::MAX), Int(value)]
}

/// The parameters, each as it was declared and as it was sent.
fn sent(request: &Request) -> Vec<(&str, &str, &Value)> {
    let parts = request.parameters.iter();
    parts.map(|parameter| (parameter.name.as_str(), parameter.declared.as_deref().unwrap(), &parameter.value)).collect()
}

/// The last request of that part.
fn last(served: &Served, part: Part) -> Request {
    let of_part = |request: &Request| Statement::of(request).is_some_and(|statement| statement.part == part);
    served.peer.requests().into_iter().rev().find(of_part).unwrap()
}

#[track_caller]
fn slot(request: &Request, name: &str) -> String {
    Statement::of(request).unwrap().slot(name).to_owned()
}

const KEY: [(&str, &str); 6] = [
    ("Name", "CAST(@P1 COLLATE Latin1_General_CI_AS AS varchar(20))"),
    ("Amount", "CAST(@P2 AS decimal(10,2))"),
    ("Day", "CAST(@P3 AS date)"),
    ("At", "CAST(SWITCHOFFSET(CAST(@P4 AS datetimeoffset(7)), N'+00:00') AS datetime)"),
    ("Guid", "CAST(@P5 AS uniqueidentifier)"),
    ("Number", "CAST(@P6 AS bigint)"),
];

/// What stands for `row("Größe", ..)`: texts are exact, and the server reads them as the columns' types.
fn expected_key() -> Vec<(&'static str, Value)> {
    let text = |text: &str| ("nvarchar(4000)", Value::from(text));
    vec![
        text("Größe"),
        text("-12.5"),
        text("2024-02-29"),
        text("2024-02-29T00:00:00.997Z"),
        text("6f9619ff-8b86-d011-b42d-00cf4fc964ff"),
        ("bigint", Int(i64::MAX)),
    ]
}

/// Compared one after the other; written by hand for six columns nobody would trust it.
fn after(alias: &str, first_parameter: usize) -> String {
    KEY.iter().enumerate().rev().fold(String::new(), |rest, (number, (column, cast))| {
        let value = cast.replace(&format!("@P{}", number + 1), &format!("@P{}", number + first_parameter));
        let column = format!("{alias}.[{column}]");
        if rest.is_empty() {
            format!("{column} > {value}")
        } else {
            format!("{column} >= {value} AND ({column} > {value} OR ({rest}))")
        }
    })
}

#[test]
fn the_second_page_begins_behind_the_last_key_of_the_first() {
    let mut table = mixed().rows([row("Größe", 1), row("Straße", 2), row("Zug", 3)]);
    table.pages.push(vec![row("Straße", 2), row("Zug", 3)]);
    let served = Served::of(table);
    let page = |path: &str| served.client.ask("GET", path).header("Prefer", "odata.maxpagesize=1").send().expect(200);
    let first = page("/odata/T");
    assert_eq!(slot(&last(&served, Part::Entities), "where"), "1 = 1");
    let second = page(&first.link("nextLink").unwrap());
    assert_eq!(second.value()[0]["Value"], 2);

    let request = last(&served, Part::Entities);
    assert_eq!(request.kind, Kind::ExecuteSql);
    assert_eq!(slot(&request, "where"), format!("1 = 1 AND {}", after("t", 1)));
    assert_eq!(slot(&request, "order"), "t.[Name], t.[Amount], t.[Day], t.[At], t.[Guid], t.[Number]");
    let sent = sent(&request);
    let names: Vec<&str> = sent.iter().map(|(name, ..)| *name).collect();
    assert_eq!(names, ["@P1", "@P2", "@P3", "@P4", "@P5", "@P6", "@P7", "@P8"]);
    for ((name, declared, value), (kind, expected)) in sent.iter().zip(expected_key()) {
        assert_eq!((*declared, *value), (kind, &expected), "{name}");
    }
    // One row more than the page, and none to skip.
    assert_eq!((sent[6].2, sent[7].2), (&Int(2), &Int(0)));
}

#[test]
fn pages_of_one_number_go_on_by_themselves() {
    let served = Served::of(orders());
    let page = |path: &str| served.client.ask("GET", path).header("Prefer", "odata.maxpagesize=2").send().expect(200);
    let first = page("/odata/Orders");
    let second = page(&first.link("nextLink").unwrap());
    assert_eq!((first.value().len(), second.value().len(), second.link("nextLink")), (2, 1, None));
    assert_eq!(slot(&last(&served, Part::Entities), "where"), "1 = 1 AND t.[Id] > CAST(@P1 AS int)");
}

#[test]
fn an_entity_is_found_by_the_index_and_told_from_other_spellings() {
    let served = Served::of(Table::new("T", &["Code"], vec![column("Code", "varchar(10)")]).rows([vec!["a'b".into()]]));
    served.get("/odata/T('a''b')").expect(200);
    let request = last(&served, Part::Entities);
    let column = "t.[Code] = TRY_CAST(@P1 COLLATE Latin1_General_CI_AS AS varchar(10))";
    let exact = "CAST(t.[Code] AS nvarchar(10)) = @P1 COLLATE Latin1_General_100_BIN2";
    let blanks = "DATALENGTH(CAST(t.[Code] AS nvarchar(10))) = DATALENGTH(@P1)";
    assert_eq!(slot(&request, "where"), format!("{column} AND {exact} AND {blanks}"));
    assert_eq!(sent(&request), [("@P1", "nvarchar(4000)", &"a'b".into())]);
    served.get("/odata/T('more+than+ten+characters')").expect(404);
    assert_eq!(slot(&last(&served, Part::Entities), "where"), "1 = 0");
}

#[test]
fn texts_as_long_as_a_key_can_be_are_sent_whole() {
    let served = Served::of(Table::new("T", &["Code"], vec![column("Code", "nvarchar(850)")]).rows([]));
    let code = "日".repeat(850);
    served.get(&format!("/odata/T('{}')", "%E6%97%A5".repeat(850))).expect(404);
    assert_eq!(sent(&last(&served, Part::Entities))[0].2, &code.as_str().into());
}

/// A gateway with a link from version 10 on, and changes of the table since then.
fn changed(changes: &[Change], pages: Vec<Vec<Change>>) -> (Served, String) {
    let served = Served::of(mixed());
    let link = served.latest("T");
    served.database.change(|state| {
        state.version = 13;
        (state.only().changes, state.only().change_pages) = (changes.to_vec(), pages);
    });
    (served, link)
}

#[test]
fn pages_of_changes_are_positioned_by_version_deletion_and_key() {
    let change = |version, gone, name: &str| Change { version, gone, row: row(name, version) };
    let all = [change(11, true, "A"), change(11, false, "Größe"), change(11, false, "H"), change(13, false, "I")];
    let (served, link) = changed(&all, vec![all[2..].to_vec(), all[3..].to_vec()]);
    let page = |path: &str, size: u8| {
        served.client.ask("GET", path).header("Prefer", &format!("odata.maxpagesize={size}")).send().expect(200)
    };
    let first = page(&link, 2);
    let request = last(&served, Part::Changes);
    assert_eq!(slot(&request, "position"), "1 = 1");
    assert_eq!(slot(&request, "order"), "c.[Name], c.[Amount], c.[Day], c.[At], c.[Guid], c.[Number]");
    assert_eq!(first.value()[0]["reason"], "deleted");

    // What happens between two pages belongs to the next delta.
    served.database.change(|state| state.version = 20);
    let second = page(&first.link("nextLink").unwrap(), 1);
    assert_eq!(second.value()[0]["Name"], "H");
    let request = last(&served, Part::Changes);
    let statement = Statement::of(&request).unwrap();
    let rank = "CASE c.SYS_CHANGE_OPERATION WHEN N'D' THEN 0 ELSE 1 END";
    let by_key = after("c", 4);
    let by_rank = format!("{rank} >= @P3 AND ({rank} > @P3 OR ({by_key}))");
    let version = "c.SYS_CHANGE_VERSION";
    assert_eq!(statement.slot("position"), format!("{version} >= @P2 AND ({version} > @P2 OR ({by_rank}))"));
    // Read again from the version before that of the last item, up to where the first page saw.
    assert_eq!((statement.number("after"), statement.number("upper")), (10, 13));
    let sent = sent(&request);
    assert_eq!((sent[1].2, sent[2].2), (&Int(11), &Int(1)), "version, and not gone");
    for ((name, declared, value), (kind, expected)) in sent[3..9].iter().zip(expected_key()) {
        assert_eq!((*declared, *value), (kind, &expected), "{name}");
    }

    let third = page(&second.link("nextLink").unwrap(), 1);
    let statement = last(&served, Part::Changes);
    assert_eq!(Statement::of(&statement).unwrap().number("after"), 10);
    assert_eq!(third.value()[0]["Name"], "I");
    let next = third.delta_link();
    served.database.change(|state| state.only().change_pages.clear());
    served.get(&next).expect(200);
    assert_eq!(Statement::of(&last(&served, Part::Changes)).unwrap().number("after"), 13, "from the bound on");
}

#[test]
fn the_lower_bound_goes_up_with_the_pages() {
    let change = |version| Change { version, gone: false, row: row("A", version) };
    let all = [change(11), change(12), change(13)];
    let (served, link) = changed(&all, vec![all[1..].to_vec(), all[2..].to_vec()]);
    let mut next = Some(link);
    let mut bounds = Vec::new();
    while let Some(path) = next.filter(|_| bounds.len() < 3) {
        let page = served.client.ask("GET", &path).header("Prefer", "odata.maxpagesize=1").send().expect(200);
        bounds.push(Statement::of(&last(&served, Part::Changes)).unwrap().number("after"));
        next = page.link("nextLink");
    }
    assert_eq!(bounds, [10, 10, 11]);
}

#[test]
fn changes_are_counted_without_the_join() {
    let change = |version, gone| Change { version, gone, row: row("A", version) };
    let (served, link) = changed(&[change(11, true), change(12, false), change(14, false)], Vec::new());
    let count = served.get(&link.replace("/T?", "/T/$count?")).expect(200).text();
    assert_eq!(count, "2");
    let request = last(&served, Part::ChangesCount);
    let expected =
        "SELECT COUNT_BIG(*) FROM CHANGETABLE(CHANGES [dbo].[T], @P1) AS c WHERE c.SYS_CHANGE_VERSION <= @P2";
    assert_eq!(request.sql.trim(), expected);
    assert_eq!(sent(&request), [("@P1", "bigint", &Int(10)), ("@P2", "bigint", &Int(13))]);
}

#[test]
fn octets_are_no_key() {
    let table = Table::new("T", &["Id"], vec![column("Id", "binary(4)")]).rows([vec![Bytes(vec![1, 2, 3, 4])]]);
    let database = super::database::Database::of([table, orders()]);
    let served = Served::with(database, super::served::USUAL);
    served.get("/odata/T").expect(404);
    served.get("/odata/Orders").expect(200);
}
