//! A file that cannot be read for a while.

use super::Database;
use crate::support::patience::eventually;

#[test]
fn a_file_that_is_away_is_told_and_a_file_that_comes_back_is_read() {
    let database = Database::shop();
    let gateway = database.serve();
    let client = gateway.client();
    let link = client.track("/odata/Orders").expect(200).delta_link();
    database.take_away();
    for path in ["/odata/Orders", "/odata/Orders(1)", "/odata/Orders(1)/Note", "/odata/Orders/$count", &link] {
        let answer = client.get(path).expect(503);
        assert_eq!(answer.code(), "DatabaseUnavailable", "{path}");
        assert_eq!(answer.header("Retry-After"), Some("5"), "{path}");
        assert!(!answer.text().contains("test.db"), "{}", answer.text());
    }
    for path in ["/healthz", "/odata/", "/odata/$metadata"] {
        client.get(path).expect(200);
    }
    let unready = eventually(|| Some(client.get("/readyz")).filter(|answer| answer.status == 503));
    assert_eq!((unready.text().as_str(), unready.header("Retry-After")), ("not ready", Some("5")));
    database.bring_back();
    eventually(|| (client.get("/readyz").status == 200).then_some(()));
    assert!(client.get(&link).expect(200).value().is_empty());
}

#[test]
fn a_file_that_is_no_database_is_told() {
    let database = Database::shop();
    let gateway = database.serve();
    let client = gateway.client();
    database.take_away();
    std::fs::write(database.path(), "this is not a database, however long one looks at it".repeat(50)).unwrap();
    assert_eq!(client.get("/odata/Orders").expect(503).code(), "DatabaseUnavailable");
    std::fs::remove_file(database.path()).unwrap();
    database.bring_back();
    client.get("/odata/Orders").expect(200);
}

#[test]
fn a_file_that_was_replaced_is_read_anew() {
    let database = Database::shop();
    let gateway = database.serve();
    let client = gateway.client();
    assert_eq!(client.get("/odata/Orders").expect(200).value().len(), 3);
    let other = Database::empty();
    other.execute("CREATE TABLE Orders (Id INT NOT NULL PRIMARY KEY, Other INT); INSERT INTO Orders VALUES (7, 8)");
    other.track("Orders");
    database.restore(&other.backup());
    let items = client.get("/odata/Orders").expect(200).value();
    assert_eq!(items, [serde_json::json!({ "Id": 7, "Other": 8 })]);
}
