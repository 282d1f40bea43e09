//! Triggers that someone has removed: what they would have recorded is lost, and no link may pretend otherwise.

use super::Database;

#[test]
fn a_table_whose_tracking_is_damaged_is_read_but_not_followed() {
    let database = Database::shop();
    let gateway = database.serve();
    let client = gateway.client();
    let link = client.track("/odata/Orders").expect(200).delta_link();
    let (_, triggers) = database.log("Orders");
    database.execute(&format!("DROP TRIGGER \"{}\"; DELETE FROM Orders WHERE Id = 1", triggers[0]));
    let expired = client.get(&link).expect(410);
    assert_eq!(expired.json()["error"]["details"][0]["code"], "TrackingRemoved");
    let page = client.track("/odata/Orders").expect(200);
    assert_eq!((page.value().len(), page.header("Preference-Applied"), page.link("deltaLink")), (2, None, None));
    database.track("Orders");
    client.track("/odata/Orders").expect(200).delta_link();
    assert_eq!(client.get(&link).expect(410).json()["error"]["details"][0]["code"], "TableRecreated");
}

#[test]
fn a_register_that_is_gone_ends_all_links() {
    let database = Database::shop();
    let gateway = database.serve();
    let client = gateway.client();
    let link = client.track("/odata/Orders").expect(200).delta_link();
    let (log, _) = database.log("Orders");
    database.execute(&format!("DELETE FROM _deltalink_tables WHERE log = {log}"));
    assert_eq!(client.get(&link).expect(410).json()["error"]["details"][0]["code"], "TrackingRemoved");
}
