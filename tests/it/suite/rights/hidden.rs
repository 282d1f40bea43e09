//! What is asked is not tried on rows that may not be read: that they are there makes no difference, not even that it fails for them.

use super::super::{Database, Served, encoded};
use super::{text, who};
use crate::support::passport;

/// Half of the shops and sales are hidden; they hold, or lead to, what no calculation of their type goes on with.
const TABLES: &str =
    "CREATE TABLE Shop (Id BIGINT NOT NULL PRIMARY KEY, Code VARCHAR(9) NOT NULL UNIQUE, Region VARCHAR(9), Rent BIGINT, IsOpen BIT, IsPublic BIT);
     CREATE TABLE Guide (Id BIGINT NOT NULL PRIMARY KEY, Pay BIGINT);
     CREATE TABLE Sale (Id BIGINT NOT NULL PRIMARY KEY, ShopId BIGINT REFERENCES Shop (Id), Region VARCHAR(9), Big BIGINT, Note NVARCHAR(40),
       GuideId BIGINT REFERENCES Guide (Id));
     CREATE TABLE Visit (Id BIGINT NOT NULL PRIMARY KEY, SaleId BIGINT REFERENCES Sale (Id), GuideId BIGINT REFERENCES Guide (Id));
     INSERT INTO Shop VALUES (1, 'n1', 'north', 100, 1, NULL), (2, 's1', 'south', 9223372036854775807, NULL, 0),
       (3, 'n2', 'north', 7, NULL, 1);
     INSERT INTO Guide VALUES (1, 10), (2, 9223372036854775807);
     INSERT INTO Sale VALUES (1, 1, 'north', 5, 'tea', 1), (2, 2, 'south', 9223372036854775807, 'tea', 2), (3, 1, 'north', NULL, 'jam', NULL),
       (4, 1, 'south', 9223372036854775807, NULL, 2), (5, 3, 'north', 2, 'tea', 1), (6, 3, 'south', -9223372036854775807, 'jam', 2);
     INSERT INTO Visit VALUES (1, 1, 1), (2, 2, 1), (3, 5, 1), (4, 6, 1), (5, NULL, 1)";

const WITHOUT: &str = "UPDATE Visit SET SaleId = NULL WHERE SaleId IN (2, 4, 6);
     DELETE FROM Sale WHERE Region = 'south'; DELETE FROM Shop WHERE Region = 'south'";

const ROLES: &str = r#"
[access.roles]
northern = { "*" = true, Sale = { filter = "Region eq @region" }, Shop = { filter = "(IsOpen or IsPublic) eq true" } }
"#;

/// What fails for hidden rows, and for these only.
const FAILING: [&str; 4] =
    ["Big mul 3 gt 0", "Big sub 5 lt Big mul 2", "not (Big mul Big gt 4)", "Id eq 5 or Big mul 2 eq 10"];

fn served() -> Served {
    let database = Database::empty();
    database.execute(TABLES);
    for table in ["Guide", "Shop", "Sale", "Visit"] {
        database.track(table);
    }
    let served = Served::with(database, &format!("{ROLES}{}", passport::believed()));
    served.of(who("key:north", &["northern"], &[("region", text("north"))]));
    served
}

fn asked() -> Vec<String> {
    let mut asked = Vec::new();
    for filter in FAILING {
        let (filter, of_member) = (encoded(filter), encoded(&filter.replace("Big", "s/Big").replace("Id", "s/Id")));
        let of_one = encoded(&filter_of("Sale", &of_member));
        asked.extend([
            format!("Sale?$count=true&$filter={filter}"),
            format!("Sale/$count?$filter={filter}"),
            format!("Shop(1)/Sale?$filter={filter}"),
            format!("Shop?$expand=Sale($filter={filter};$count=true)"),
            format!("Shop?$filter=Sale/any(s:{of_member})"),
            format!("Shop?$filter=Sale/all(s:{of_member})"),
            format!("Shop?$filter=Sale/$count($filter={filter})%20ge%201"),
            format!("Shop?$orderby=Sale/$count($filter={filter})%20desc"),
            format!("Visit?$select=Id&$filter={of_one}"),
        ]);
    }
    for more in [
        "Sale?$orderby=Big mul 3 desc",
        "Sale?$orderby=Note,Big add 9 desc,Id desc",
        "Sale?$orderby=Note desc&$skip=1&$top=1",
        "Sale?$search=tea",
        "Sale?$search=NOT tea",
        "Sale?$filter=Note eq 'tea' and Big gt 1",
        "Sale?$filter=Note eq 'tea' and Big mul 2 gt 1",
        "Sale?$filter=Note in ('tea','jam') or Big eq 2",
        "Sale?$filter=Shop/Rent mul 2 gt 5",
        "Shop?$expand=Sale($orderby=Big mul 3 desc)",
        "Shop?$filter=Rent mul 2 gt 5 and Sale/any(s:s/Big mul $it/Rent gt 0)",
        "Shop?$filter=Sale/any(s:s/Big add $it/Rent gt 0 and s/Shop/Sale/any(x:x/Big mul s/Big gt 0))",
        "Shop(Code='n1')",
        "Shop(Code='n1')/Sale?$filter=Big mul 2 gt 0",
        "Visit?$select=Id&$orderby=Sale/Big mul 2",
        "Visit?$select=Id&$filter=Sale/Shop/Rent mul Sale/Big gt 0",
        "Visit?$select=Id&$expand=Sale($filter=Big mul 2 gt 0)",
        "Sale?$filter=Guide/Pay mul 3 gt 0",
        "Shop?$filter=Sale/any(s:s/Guide/Pay mul 3 gt 0)",
        "Visit?$select=Id&$filter=Sale/Guide/Pay mul 3 gt 0",
        "Visit?$select=Id&$orderby=Sale/Guide/Pay mul 3 desc",
        "Visit?$select=Id&$filter=Sale/Visit/any(v:v/Guide/Pay mul 3 gt 0 and v/Sale/Guide/Pay mul 3 gt 0)",
        "Visit?$select=Id&$filter=Sale/Visit/$count($filter=Guide/Pay mul Sale/Guide/Pay gt 0) ge 1",
        "Visit?$select=Id&$filter=Sale/Shop/Sale/any(s:s/Visit/any(v:v/Guide/Pay mul s/Guide/Pay gt 0))",
    ] {
        let (path, query) = more.split_once('?').unwrap_or((more, ""));
        asked.push(format!("{path}?{}", query.replace(' ', "%20")));
    }
    asked
}

/// About the entity that the property `to` leads to.
fn filter_of(to: &str, of_member: &str) -> String {
    percent_encoding::percent_decode_str(of_member).decode_utf8_lossy().replace("s/", &format!("{to}/"))
}

#[test]
fn answers_are_those_of_a_database_without_hidden_rows() {
    let served = served();
    let all = asked();
    let ask = |path: &String| {
        let answer = served.get(&format!("/odata/{path}"));
        (path.clone(), answer.status, answer.text())
    };
    let before: Vec<_> = all.iter().map(ask).collect();
    served.execute(WITHOUT);
    let after: Vec<_> = all.iter().map(ask).collect();
    assert_eq!(before, after);
    let refused: Vec<_> = after.iter().filter(|(_, status, _)| *status != 200).collect();
    assert!(refused.is_empty(), "{refused:?}");
}

#[test]
fn what_is_asked_at_the_end_of_a_way_asks_of_the_rows_between_too() {
    let served = served();
    for filter in ["Sale/Visit/any(v:v/Id mul 3 gt 0)", "Sale/Visit/$count($filter=Id mul 3 gt 0) gt 0"] {
        served.get(&format!("/odata/Visit?$filter={}", encoded(filter))).expect(200);
        assert!(stands_in_a_statement(&served, "WHEN h1.", "deltalink shown", " = 0"), "{filter}");
        served.gateway.heard.forget();
    }
}

/// Whether a statement had `name` between these, quoted as the database does.
fn stands_in_a_statement(served: &Served, before: &str, name: &str, behind: &str) -> bool {
    let forms = [("\"", "\""), ("[", "]")].map(|(open, close)| [before, open, name, close, behind].concat());
    served.gateway.heard.statements().iter().any(|sql| forms.iter().any(|form| sql.contains(form)))
}

#[test]
fn pages_in_any_order_are_those_of_a_database_without_hidden_rows() {
    let served = served();
    let pages = |order: &str| {
        let pages = served.pages(&format!("/odata/Sale?$orderby={}", encoded(order)), "maxpagesize=1");
        pages.iter().flat_map(super::super::ids).collect::<Vec<_>>()
    };
    let orders = ["Big mul 3", "Big mul 3 desc", "Big", "Big desc,Note", "Note,Big add 7 desc", "Shop/Rent mul 2 desc"];
    let before = orders.map(pages);
    served.execute(WITHOUT);
    assert_eq!(before, orders.map(pages));
    assert!(before.iter().all(|ids| ids.len() == 3), "{before:?}");
}

#[test]
fn hidden_entities_are_not_found_by_any_key() {
    let served = served();
    for path in ["Shop(2)", "Shop(Code='s1')", "Sale(2)", "Sale(4)/Big", "Shop(Code='s1')/Sale", "Visit(2)/Sale/Shop"] {
        let answer = served.get(&format!("/odata/{path}"));
        assert!([204, 404].contains(&answer.status), "{path}: {}", answer.status);
    }
}

/// The negative of the least number is no number of its type.
#[test]
fn a_column_that_is_calculated_when_it_is_read_is_not_calculated_for_hidden_rows() {
    let database = Database::empty();
    database.execute(
        "CREATE TABLE Sale (Id BIGINT NOT NULL PRIMARY KEY, Region VARCHAR(9), Big BIGINT);
         INSERT INTO Sale VALUES (1, 'north', -5), (2, 'south', -9223372036854775807 - 1), (3, 'north', 2)",
    );
    database.calculates("Sale", "Size", "BIGINT", "abs(Big)");
    database.track("Sale");
    let config = "[access]\nanonymous = ['r']\n[access.roles.r]\nSale = { filter = \"Region eq 'north'\" }\n";
    let served = Served::with(database, config);
    for (asked, expected) in [
        ("$filter=Size%20ge%202", [1, 3]),
        ("$filter=Size%20in%20(2,5)%20and%20Id%20gt%200", [1, 3]),
        ("$filter=Size%20mul%202%20gt%201", [1, 3]),
        ("$orderby=Size", [3, 1]),
        ("$orderby=Size%20desc&$select=Id&$filter=Size%20gt%200", [1, 3]),
    ] {
        let answer = served.get(&format!("/odata/Sale?{asked}")).expect(200);
        assert_eq!(super::super::ids(&answer), expected, "{asked}");
    }
    assert!(stands_in_a_statement(&served, "END AS ", "Size", ""));
    assert!(!stands_in_a_statement(&served, "END AS ", "Big", ""));
}
