//! A security policy that hides rows from the gateway's login.

use serde_json::json;

use super::StandIn;
use crate::support::gateway::Gateway;

#[test]
fn rows_that_a_policy_hides_are_told_as_gone_and_come_back() {
    let database = StandIn::empty();
    database.execute(
        "CREATE TABLE Doc (Id INT NOT NULL PRIMARY KEY, Tenant INT); INSERT INTO Doc VALUES (1, 1), (2, 1), (3, 1)",
    );
    database.track("Doc");
    database.hides("Doc", "Tenant <> 1");
    let keys = deltalink::token::Keyring::generate_key();
    let gateway = Gateway::start(std::sync::Arc::new(database.backend()), &keys, "").unwrap();
    let client = gateway.client();
    let link = client.track("/odata/Doc").expect(200).delta_link();
    database.execute("UPDATE Doc SET Tenant = 2 WHERE Id > 1");
    // One at a time: what is hidden keeps its place among the changes of its version.
    let ask = |link: &str| client.ask("GET", link).header("Prefer", "maxpagesize=1").send().expect(200);
    let (mut page, mut gone) = (ask(&link), Vec::new());
    while let Some(next) = page.link("nextLink") {
        gone.extend(page.value());
        page = ask(&next);
    }
    gone.extend(page.value());
    let ids: Vec<&str> = gone.iter().map(|item| item["id"].as_str().unwrap().rsplit('/').next().unwrap()).collect();
    assert_eq!(ids, ["Doc(2)", "Doc(3)"]);
    assert!(gone.iter().all(|item| item["reason"] == "changed"), "{gone:?}");
    database.execute("UPDATE Doc SET Tenant = 1 WHERE Id = 2");
    assert_eq!(ask(&page.delta_link()).value(), [json!({ "Id": 2, "Tenant": 1 })]);
}

/// A foreign key says that there is an entity, and a policy that it is not to be seen.
#[test]
fn what_a_policy_hides_is_null_behind_a_reference_that_cannot_be() {
    let database = StandIn::empty();
    database.execute(
        "CREATE TABLE Doc (Id INT NOT NULL PRIMARY KEY, Name NVARCHAR(9) NOT NULL);
         CREATE TABLE Page (Id INT NOT NULL PRIMARY KEY, DocId INT NOT NULL REFERENCES Doc (Id));
         INSERT INTO Doc VALUES (1, 'x'), (2, 'y'), (3, 'z'); INSERT INTO Page VALUES (1, 1), (2, 2), (3, 3)",
    );
    database.track("Doc");
    database.track("Page");
    database.hides("Doc", "Id = 3");
    let keys = deltalink::token::Keyring::generate_key();
    let gateway = Gateway::start(std::sync::Arc::new(database.backend()), &keys, "").unwrap();
    let found = |filter: &str| -> Vec<i64> {
        let page = gateway.client().get(&format!("/odata/Page?$filter={}", filter.replace(' ', "%20"))).expect(200);
        page.value().iter().map(|page| page["Id"].as_i64().unwrap()).collect()
    };
    assert_eq!(found("Doc/Name eq null"), [3]);
    assert_eq!(found("Doc eq null"), [3]);
    assert_eq!(found("Doc/Name ne 'x'"), [2, 3]);
    assert_eq!(found("not (Doc/Name eq 'x')"), [2, 3]);
    assert_eq!(found("not contains(Doc/Name,'x')"), [2]);
}
