//! What a principal may read is all that there is for it: every surface shows that, and nothing else.

mod hidden;
mod links;
mod roles;

use deltalink::access::{Claim, Claims, Principal};
use serde_json::{Value, json};

use super::{Database, Served, encoded, names};
use crate::support::passport;

/// A shop of several regions, which share their goods.
const TABLES: &str =
    "CREATE TABLE Shop (Id BIGINT NOT NULL PRIMARY KEY, Code VARCHAR(9) NOT NULL UNIQUE, Region VARCHAR(9), Rent BIGINT);
     CREATE TABLE Sale (Id BIGINT NOT NULL PRIMARY KEY, ShopId BIGINT REFERENCES Shop (Id), GoodId BIGINT REFERENCES Good (Id),
       Region VARCHAR(9), Tenant UNIQUEIDENTIFIER, Total DECIMAL(10,2), Note NVARCHAR(40));
     INSERT INTO Good VALUES (1, 'Tea', 1), (2, 'Jam', 2);
     INSERT INTO Shop VALUES (1, 'n1', 'north', 100), (2, 's1', 'south', 200), (3, 's2', 'south', 300);
     INSERT INTO Sale VALUES (1, 1, 1, 'north', '00000000-0000-4000-8000-000000000001', 5, 'secret one'),
       (2, 2, 1, 'south', '00000000-0000-4000-8000-000000000002', 7.5, 'secret two'),
       (3, 1, 2, 'north', '00000000-0000-4000-8000-000000000002', 9, NULL),
       (4, 3, 2, 'south', NULL, 11, 'none'), (5, 1, 1, NULL, NULL, 13, NULL)";

const ROLES: &str = r#"
[access.roles]
everything = { "*" = true }
northern = { "*" = true, Sale = { filter = "Region eq @region" }, Shop = { filter = "Region eq 'north'" } }
noteless = { Sale = { columns = ["ShopId", "Total", "Region"] }, Shop = { columns = ["Code"] } }
sales = { Sale = true }
cheap = { Sale = { filter = "Total lt 10", columns = ["Total", "Note"] } }
regional = { Sale = { filter = "Region in @regions" } }
tenant = { Sale = { filter = "Tenant eq @tenant" } }
priced = { Sale = { filter = "Total eq @price" } }
shopless = { "*" = true, Shop = false }
beginning = { Sale = { filter = "startswith(Region,@region)" } }
"#;

fn served() -> Served {
    let database = Database::empty();
    database.execute("CREATE TABLE Good (Id BIGINT NOT NULL PRIMARY KEY, Name VARCHAR(20), Cost BIGINT)");
    database.execute(TABLES);
    for table in ["Good", "Shop", "Sale"] {
        database.track(table);
    }
    Served::with(database, &format!("{ROLES}{}", passport::believed()))
}

fn text(text: &str) -> Claim {
    Claim::Text(text.to_owned())
}

/// A principal of that name with these roles.
fn who(id: &str, roles: &[&str], claims: &[(&str, Claim)]) -> Principal {
    let claims: Claims = claims.iter().map(|(name, claim)| ((*name).to_owned(), claim.clone())).collect();
    Principal { id: id.to_owned(), roles: roles.iter().map(|&role| role.to_owned()).collect(), claims }
}

fn northern() -> Principal {
    who("key:north", &["northern"], &[("region", text("north"))])
}

fn noteless() -> Principal {
    who("key:noteless", &["noteless"], &[])
}

impl Served {
    /// What is asked from now on is asked by `principal`.
    fn of(&self, principal: Principal) -> &Self {
        self.gateway.asked_by(principal);
        self
    }

    #[track_caller]
    fn ids(&self, path: &str) -> Vec<i64> {
        super::ids(&self.get(&format!("/odata/{path}")).expect(200))
    }

    /// Asserts that `path` is answered as `unknown` is, in which a name that nothing has stands for the hidden one.
    #[track_caller]
    fn is_as_unknown(&self, path: &str, hidden: &str) {
        let unknown = path.replace(hidden, "Xyzzy");
        assert_ne!(path, unknown);
        let [hidden_answer, unknown_answer] = [path, &unknown].map(|path| {
            let answer = self.get(&format!("/odata/{path}"));
            (answer.status, answer.text())
        });
        assert!(hidden_answer.0 >= 400, "{path}: {hidden_answer:?}");
        assert_eq!(hidden_answer.0, unknown_answer.0, "{path}");
        assert_eq!(hidden_answer.1.replace(hidden, "Xyzzy"), unknown_answer.1, "{path}");
        assert_eq!(hidden_answer.1.matches(hidden).count(), unknown_answer.1.matches("Xyzzy").count(), "{path}");
    }
}

#[test]
fn who_lacks_what_a_role_asks_for_is_granted_nothing_of_it() {
    let shop = served();
    for principal in [who("a", &["regional"], &[]), northern_without_claim()] {
        let hidden = if principal.roles == ["northern"] { &["Sale"][..] } else { &["Sale", "Shop", "Good"] };
        shop.of(principal);
        for set in hidden {
            shop.is_as_unknown(set, set);
        }
    }
    shop.of(who("a", &["regional"], &[]));
    assert_eq!(shop.get("/odata/").expect(200).value(), [] as [Value; 0]);
    assert!(!shop.get("/odata/$metadata").expect(200).text().contains("Sale"));
}

#[test]
fn a_claim_without_anything_in_it_opens_nothing() {
    let shop = served();
    let with = |region: &str| shop.of(who("a", &["beginning"], &[("region", text(region))]));
    with("nor").ids("Sale");
    assert_eq!(shop.ids("Sale"), [1, 3]);
    for nothing in ["", "  "] {
        with(nothing).is_as_unknown("Sale", "Sale");
    }
}

#[test]
fn a_role_that_is_not_there_may_read_nothing() {
    let shop = served();
    shop.of(who("a", &["nobody"], &[]));
    for path in ["/odata/", "/odata/$metadata", "/odata/Sale", "/odata/Nothing"] {
        assert_eq!(shop.get(path).expect(403).code(), "Forbidden", "{path}");
    }
}

fn northern_without_claim() -> Principal {
    who("key:other", &["northern"], &[("area", text("north"))])
}

#[test]
fn the_documents_show_what_may_be_read() {
    let shop = served();
    shop.of(noteless());
    let listed: Vec<Value> = shop.get("/odata/").expect(200).value().iter().map(|set| set["name"].clone()).collect();
    assert_eq!(listed, ["Sale", "Shop"]);
    for format in ["", "?$format=json"] {
        let metadata = shop.get(&format!("/odata/$metadata{format}")).expect(200).text();
        for shown in ["Sale", "Shop", "Code", "Total", "ShopId"] {
            assert!(metadata.contains(shown), "{shown} in {metadata}");
        }
        for hidden in ["Good", "Note", "Rent", "Tenant", "Cost"] {
            assert!(!metadata.contains(hidden), "{hidden} in {metadata}");
        }
    }
    let everything = shop.of(who("a", &["everything"], &[])).get("/odata/$metadata").expect(200).text();
    assert!(["Good", "Note", "Rent", "Tenant"].iter().all(|name| everything.contains(name)));
}

#[test]
fn hidden_properties_are_not_there_for_any_option() {
    let shop = served();
    shop.of(noteless());
    assert_eq!(
        shop.get("/odata/Sale(1)").expect(200).json().as_object().unwrap().keys().collect::<Vec<_>>(),
        ["@odata.context", "@odata.etag", "Id", "Region", "ShopId", "Total"]
    );
    for row in shop.track("/odata/Sale").expect(200).value() {
        let mut names = names(&row);
        names.sort_unstable();
        assert_eq!(names, ["Id", "Region", "ShopId", "Total"]);
    }
    for path in [
        "Sale?$select=Note",
        "Sale?$filter=Note%20eq%20'x'",
        "Sale?$filter=contains(Note,'x')",
        "Sale?$orderby=Note",
        "Sale?$expand=Note",
        "Sale(1)/Note",
        "Sale(1)/Note/$value",
        "Shop?$filter=Sale/any(s:s/Note%20eq%20'x')",
        "Sale/$count?$filter=Note%20eq%20null",
        "Shop?$expand=Sale($select=Note)",
        "Shop?$expand=Sale($filter=Note%20eq%20null)",
        "Shop?$expand=Sale($orderby=Note)",
    ] {
        shop.is_as_unknown(path, "Note");
    }
    for path in ["Sale?$expand=Good", "Sale(1)/Good", "Sale?$filter=Good/Name%20eq%20'Tea'", "Good", "Good(1)"] {
        shop.is_as_unknown(path, "Good");
    }
    assert_eq!(shop.ids("Sale?$search=secret"), [] as [i64; 0]);
    assert_eq!(shop.of(who("a", &["everything"], &[])).ids("Sale?$search=secret"), [1, 2]);
}

#[test]
fn hidden_keys_tell_nothing() {
    let shop = served();
    shop.of(noteless()).get("/odata/Shop(Code='n1')").expect(200);
    shop.of(northern()).get("/odata/Shop(Code='n1')").expect(200);
    shop.get("/odata/Shop(Code='s1')").expect(404);
    let hidden = shop.of(who("a", &["sales"], &[])).get("/odata/Shop(Code='n1')").expect(404);
    assert_eq!(hidden.code(), "ResourceNotFound");
}

#[test]
fn hidden_rows_are_on_no_way() {
    let shop = served();
    shop.of(northern());
    assert_eq!(shop.ids("Sale"), [1, 3]);
    assert_eq!(shop.ids("Shop"), [1]);
    assert_eq!(shop.ids("Good"), [1, 2]);
    assert_eq!(shop.ids("Sale?$filter=Total%20gt%200%20or%20Region%20ne%20null"), [1, 3]);
    assert_eq!(shop.ids("Sale?$orderby=Total%20desc"), [3, 1]);
    assert_eq!(shop.ids("Good(1)/Sale"), [1]);
    assert_eq!(shop.ids("Shop(1)/Sale?$filter=Id%20gt%201"), [3]);
    assert_eq!(shop.ids("Shop?$filter=Sale/$count%20eq%202"), [1]);
    assert_eq!(shop.ids("Good?$filter=Sale/any(s:s/Total%20eq%207.5)"), [] as [i64; 0]);
    assert_eq!(shop.ids("Good?$filter=Sale/all(s:s/Region%20eq%20'north')"), [1, 2]);
    for (path, number) in [("Sale/$count", "2"), ("Good(1)/Sale/$count", "1"), ("Shop/$count", "1")] {
        assert_eq!(shop.get(&format!("/odata/{path}")).expect(200).text(), number, "{path}");
    }
    let counted = shop.get("/odata/Sale?$count=true&$top=0").expect(200).json();
    assert_eq!(counted["@odata.count"], 2);
    for path in ["Sale(2)", "Sale(2)/Total", "Sale(2)/Note/$value", "Shop(2)/Sale", "Sale(2)/Shop", "Sale(2)/$ref"] {
        shop.get(&format!("/odata/{path}")).expect(404);
    }
    shop.get("/odata/$entity?$id=Sale(1)").expect(200);
    shop.get("/odata/$entity?$id=Sale(2)").expect(404);
    let all = shop.get("/odata/$all").expect(200);
    let all: Vec<i64> = std::iter::successors(Some(all), |page| Some(shop.get(&page.link("nextLink")?).expect(200)))
        .flat_map(|page| super::ids(&page))
        .collect();
    assert_eq!(all, [1, 2, 1, 3, 1]);
}

#[test]
fn hidden_rows_are_not_expanded() {
    let shop = served();
    // A sale in the north of a shop that is not to be seen.
    shop.execute("UPDATE Sale SET ShopId = 2 WHERE Id = 3");
    shop.of(northern());
    let sales = shop.get("/odata/Sale?$select=Id&$expand=Shop($select=Code)").expect(200).value();
    assert_eq!(sales, [json!({ "Id": 1, "Shop": { "Id": 1, "Code": "n1" } }), json!({ "Id": 3, "Shop": null })]);
    let goods = "/odata/Good?$select=Id&$expand=Sale($select=Id;$count=true)&$orderby=Id";
    let goods = shop.get(goods).expect(200).value();
    assert_eq!(
        goods,
        [
            json!({ "Id": 1, "Sale@odata.count": 1, "Sale": [{ "Id": 1 }] }),
            json!({ "Id": 2, "Sale@odata.count": 1, "Sale": [{ "Id": 3 }] })
        ]
    );
    let starred = shop.of(who("a", &["shopless"], &[])).get("/odata/Sale?$expand=*&$top=1").expect(200).value();
    assert!(starred[0].get("Shop").is_none() && starred[0].get("Good").is_some(), "{starred:?}");
    shop.of(northern()).get("/odata/Sale(3)/Shop").expect(204);
    let metadata = shop.get("/odata/$metadata").expect(200).text();
    assert!(metadata.contains("Name=\"Shop\""), "{metadata}");
}

#[test]
fn a_batch_is_asked_by_one_principal() {
    let shop = served();
    shop.of(northern());
    let requests = json!({ "requests": [
        { "id": "1", "method": "GET", "url": "Sale/$count" },
        { "id": "2", "method": "GET", "url": "Sale(2)" },
        { "id": "3", "method": "GET", "url": "Shop?$select=Id" }
    ]});
    for isolation in [None, Some("snapshot")] {
        let asking = shop.ask("POST", "/odata/$batch").body("application/json", requests.to_string());
        let asking = asking.header("Prefer", "continue-on-error");
        let asking = isolation.map_or(asking, |isolation| {
            let asking = shop.ask("POST", "/odata/$batch").body("application/json", requests.to_string());
            asking.header("Prefer", "continue-on-error").header("Isolation", isolation)
        });
        let answer = asking.send();
        if answer.status == 412 {
            continue;
        }
        let responses = answer.expect(200).json()["responses"].clone();
        assert_eq!((&responses[0]["body"], &responses[1]["status"]), (&json!("2"), &json!(404)), "{responses}");
        assert_eq!(responses[2]["body"]["value"], json!([{ "Id": 1 }]));
    }
}

#[test]
fn claims_are_compared_as_what_the_column_is() {
    let shop = served();
    let ids = |role: &str, name: &str, claim: Claim| shop.of(who("a", &[role], &[(name, claim)])).ids("Sale");
    let second = "00000000-0000-4000-8000-000000000002";
    assert_eq!(ids("tenant", "tenant", text(second)), [2, 3]);
    assert_eq!(ids("tenant", "tenant", text(&second.to_uppercase())), [2, 3]);
    assert_eq!(ids("priced", "price", text("7.50")), [2]);
    assert_eq!(ids("priced", "price", Claim::Number(9)), [3]);
    assert_eq!(ids("regional", "regions", text("south")), [2, 4]);
    assert_eq!(ids("regional", "regions", Claim::List(vec![text("south"), text("north")])), [1, 2, 3, 4]);
    assert_eq!(ids("regional", "regions", Claim::List(Vec::new())), [] as [i64; 0]);
    for (role, name, claim) in [
        ("tenant", "tenant", text("no GUID")),
        ("tenant", "tenant", Claim::Number(2)),
        ("priced", "price", text("7.50 or true")),
        ("priced", "price", Claim::Boolean(true)),
        ("tenant", "tenant", Claim::List(vec![text(second)])),
    ] {
        shop.of(who("a", &[role], &[(name, claim)])).get("/odata/Sale").expect(404);
    }
}

#[test]
fn no_claim_becomes_more_than_a_value() {
    let shop = served();
    for hostile in [
        "' or 1 eq 1",
        "x' or 'a' eq 'a",
        "north') or (1 eq 1",
        "'north'",
        "@region",
        "null",
        "Region",
        "north'--",
        "north\u{0}",
        "') OR 1=1 --",
        "\" OR \"\"=\"",
        "]); DROP TABLE Sale; --",
        "%27%20or%201%20eq%201",
        "nor_h",
        "nort%",
        "north/any()",
        "(select 1)",
        "?1",
        "@P1",
        "ſ",
    ] {
        let principal = who("a", &["northern", "regional"], &[("region", text(hostile)), ("regions", text(hostile))]);
        assert_eq!(shop.of(principal).ids("Sale"), [] as [i64; 0], "{hostile}");
    }
    assert_eq!(shop.of(who("a", &["everything"], &[])).ids("Sale").len(), 5);
}

/// Every statement names the tables of filtered sets inside of what filters them, or reads no rows of them.
#[test]
fn no_statement_reads_past_a_filter() {
    let shop = served();
    shop.of(northern());
    let link = shop.delta_link("/odata/Sale");
    shop.execute("UPDATE Sale SET Region = 'south' WHERE Id = 1");
    for path in [
        "/odata/Sale",
        "/odata/Sale?$count=true&$orderby=Note&$filter=Shop/Code%20eq%20'n1'%20and%20Good/Sale/any(s:s/Total%20gt%201)",
        "/odata/Sale?$search=x",
        "/odata/Sale(3)?$expand=Shop($expand=Sale($count=true)),Good($expand=Sale/$count)",
        "/odata/Sale(3)/Total",
        "/odata/Shop(1)/Sale/$count",
        "/odata/Good(2)/Sale(3)/Shop/Sale?$expand=*($levels=2)",
        "/odata/$all",
        "/odata/$entity?$id=Sale(3)",
        "/odata/Sale/$ref",
        "/odata/Sale(3)/Shop/$ref",
        "/odata/Sale?$deltatoken=latest",
        &link,
        &format!("{link}&$count=true"),
        &link.replace("Sale?", "Sale/$count?"),
    ] {
        shop.get(path).expect(200);
    }
    let mut filtered = 0;
    for statement in shop.gateway.heard.statements() {
        for table in ["Sale", "Shop"] {
            for quoted in [format!("\"{table}\""), format!("[{table}]")] {
                for (at, _) in statement.match_indices(&quoted) {
                    let (before, behind) = (&statement[..at], &statement[at + quoted.len()..]);
                    let before = before.strip_suffix("[dbo].").unwrap_or(before);
                    // `[dbo].[T]` and `"T"` are tables; `t.[T]` would be a column.
                    filtered += usize::from(is_filtered(before, behind));
                    assert!(is_filtered(before, behind) || reads_no_rows(before, behind), "{quoted} in {statement}");
                }
            }
        }
    }
    assert!(filtered > 20, "{filtered}");
}

/// Between `(SELECT ... FROM` and ` AS t WHERE`.
fn is_filtered(before: &str, behind: &str) -> bool {
    let open = before.rfind("(SELECT ").map(|at| &before[at + 1..]);
    let is_list =
        |text: &str| text.starts_with("SELECT t.") && text.ends_with(" FROM ") && !text[7..].contains("SELECT");
    let wanted = behind.strip_prefix(" AS t WHERE ");
    open.is_some_and(is_list) && wanted.is_some_and(|wanted| !wanted.starts_with("1 = 1"))
}

/// What changed, whether it is there at all, and whether it is the table that was planned.
fn reads_no_rows(before: &str, behind: &str) -> bool {
    let changes = before.ends_with("CHANGETABLE(CHANGES ") && behind.starts_with(", @P");
    let exists = before.ends_with("EXISTS (SELECT 1 FROM ") && behind.starts_with(" AS bare WHERE ");
    let touched = before.ends_with("(SELECT COUNT(*) FROM (SELECT TOP (1) 1 AS one FROM ");
    let named = before.ends_with("OBJECT_ID(N'");
    changes || exists || touched || named
}

#[test]
fn a_row_that_leaves_is_told_as_changed_and_one_that_is_deleted_as_deleted() {
    let shop = served();
    shop.of(northern());
    let mut link = shop.delta_link("/odata/Sale");
    let mut next = |sql: &str| {
        shop.execute(sql);
        let page = shop.get_with(&link, "OData-MaxVersion", "4.01").expect(200);
        link = page.delta_link();
        page.value()
    };
    let left = json!([{ "@removed": { "reason": "changed" }, "Id": 1 }]);
    assert_eq!(json!(next("UPDATE Sale SET Region = 'south' WHERE Id = 1")), left);
    assert_eq!(next("UPDATE Sale SET Region = 'north', Note = 'back' WHERE Id = 1")[0]["Note"], "back");
    assert_eq!(next("UPDATE Sale SET Region = 'north' WHERE Id = 2")[0]["Id"], 2);
    let deleted = json!([{ "@removed": { "reason": "deleted" }, "Id": 1 }]);
    assert_eq!(json!(next("DELETE FROM Sale WHERE Id = 1")), deleted);
    // It never was among them; that is not known.
    let never = json!([{ "@removed": { "reason": "changed" }, "Id": 4 }]);
    assert_eq!(json!(next("UPDATE Sale SET Note = 'x' WHERE Id = 4")), never);
    assert_eq!(next("UPDATE Good SET Cost = 5"), [] as [Value; 0]);
}

#[test]
fn changes_are_counted_as_they_are_listed() {
    let shop = served();
    let link = shop.of(northern()).delta_link("/odata/Sale");
    shop.execute("UPDATE Sale SET Region = 'south' WHERE Id < 3");
    shop.execute("DELETE FROM Sale WHERE Id = 3");
    let page = shop.get(&format!("{link}&$count=true")).expect(200);
    assert_eq!(page.json()["@odata.count"], page.value().len());
    let counted = shop.get(&link.replace("Sale?", "Sale/$count?")).expect(200).text();
    assert_eq!(counted, page.value().len().to_string());
}

#[test]
fn keys_are_visible_whatever_is_listed() {
    let shop = served();
    let sale = shop.of(who("a", &["cheap"], &[])).get(&format!("/odata/Sale?$filter={}", encoded("Id eq 1")));
    assert_eq!(sale.expect(200).value(), [json!({ "Id": 1, "Total": 5, "Note": "secret one" })]);
}
