//! Following delta links.

use super::Database;
use crate::support::replica::{Replica, Step};

#[test]
fn a_delta_link_brings_what_was_added_changed_and_deleted() {
    let database = Database::shop();
    let gateway = database.serve();
    let client = gateway.client();
    let first = client.track("/odata/Orders").expect(200);
    assert_eq!(first.header("Preference-Applied"), Some("odata.track-changes"));
    assert_eq!(first.value().len(), 3);
    database.execute("INSERT INTO Orders (Id, Note) VALUES (4, 'new'); UPDATE Orders SET Note = 'changed' WHERE Id = 2; DELETE FROM Orders WHERE Id = 1");
    let delta = client.get(&first.delta_link()).expect(200);
    let items = delta.value();
    assert_eq!(items.len(), 3, "{items:?}");
    assert_eq!((&items[0]["Id"], &items[0]["Note"]), (&4.into(), &"new".into()));
    assert_eq!((&items[1]["Id"], &items[1]["Note"]), (&2.into(), &"changed".into()));
    assert_eq!(items[2]["reason"], "deleted");
    assert_eq!(items[2]["id"], format!("{}/odata/Orders(1)", client.base));
    let nothing = client.get(&delta.delta_link()).expect(200);
    assert_eq!(nothing.value().len(), 0);
    assert!(nothing.link("deltaLink").is_some());
}

#[test]
fn a_replica_follows_in_pages_of_any_size() {
    for size in [None, Some(1), Some(2), Some(3), Some(4)] {
        let database = Database::shop();
        let gateway = database.serve();
        let client = gateway.client();
        let mut replica = Replica::new("OrderLine", &["OrderId", "Product"], size);
        replica.sync(&client);
        database.execute("UPDATE OrderLine SET Product = 'Coffee' WHERE OrderId = 1 AND Product = 'Tea'; DELETE FROM OrderLine WHERE OrderId = 2; INSERT INTO OrderLine VALUES (7, 'x', 1), (8, 'y', 2)");
        replica.sync(&client);
        let mut fresh = Replica::new("OrderLine", &["OrderId", "Product"], None);
        assert_eq!(fresh.step(&client), Step::UpToDate);
        assert_eq!(replica.rows, fresh.rows, "pages of {size:?}");
    }
}
