//! Values that are longer than any that is read: what is said of them, and how the others are had.

use crate::support::sqlite::Database;

#[test]
fn a_value_that_is_too_long_is_told_and_can_be_left_out() {
    let database = Database::empty();
    database.execute(
        "CREATE TABLE Sale (Id INTEGER PRIMARY KEY, Note TEXT, Scan BLOB);
         INSERT INTO Sale VALUES (1, printf('%.*c', 5000000, 'x'), zeroblob(128 * 1024 * 1024 + 1))",
    );
    database.track("Sale");
    let gateway = database.serve();
    let client = gateway.client();
    let doubled = (0..8).fold("Note".to_owned(), |text, _| format!("concat({text},{text})"));
    for path in ["Sale".to_owned(), "Sale(1)".to_owned(), format!("Sale/$count?$filter=length({doubled})%20gt%200")] {
        let refused = client.get(&format!("/odata/{path}")).expect(400);
        assert_eq!(refused.code(), "InvalidValue", "{path}");
        assert!(refused.text().contains("longer than 128 MiB") && refused.text().contains("$select"), "{path}");
    }
    assert_eq!(client.get("/odata/Sale?$select=Id").expect(200).value().len(), 1);
}
