//! What an operator says in roles, and what becomes of mistakes.

use super::{served, text, who};
use crate::support::passport;

#[test]
fn several_roles_give_what_any_gives_but_no_row_with_a_column_that_only_another_row_has() {
    let shop = served();
    let roles = |roles: &[&str]| who("key:several", roles, &[("region", text("north"))]);
    // One without a filter covers those that have fewer columns or rows.
    assert_eq!(shop.of(roles(&["cheap", "sales"])).ids("Sale"), [1, 2, 3, 4, 5]);
    shop.get("/odata/Sale?$select=Tenant").expect(200);
    assert_eq!(shop.of(roles(&["cheap", "northern"])).ids("Sale"), [1, 2, 3]);
    shop.get("/odata/Sale?$select=Tenant").expect(400);
    shop.get("/odata/Sale?$select=Note").expect(200);
    assert_eq!(shop.of(roles(&["cheap", "noteless"])).ids("Sale"), [1, 2, 3, 4, 5]);
    shop.get("/odata/Sale?$select=Note").expect(400);
    shop.get("/odata/Sale?$select=Total").expect(200);
    // A role's own word on a set wins over what it says of all.
    shop.of(roles(&["shopless"])).get("/odata/Shop").expect(404);
    shop.of(roles(&["shopless", "noteless"])).get("/odata/Shop").expect(200);
}

#[test]
fn roles_that_name_what_is_not_there_are_refused_at_the_start() {
    let shop = served();
    let refused = |role: &str| {
        let config = format!("[access.roles]\nr = {{ {role} }}");
        let error = shop.database.try_serve_with(&config).err().unwrap_or_else(|| panic!("{role} is accepted"));
        error.to_string()
    };
    let missing = refused("Sales = true");
    assert!(
        missing.contains("access.roles.r") && missing.contains("\"Sales\"") && missing.contains("Good, Sale, Shop")
    );
    let column = refused("Sale = { columns = ['Notes'] }");
    assert!(column.contains("\"Sale\"") && column.contains("\"Notes\"") && column.contains("Note"), "{column}");
    for (wrong, why) in [
        ("Sale = { filter = 'Notes eq 1' }", "Notes"),
        ("Sale = { filter = 'Total eq' }", "position"),
        ("Sale = { filter = \"Total eq 'x'\" }", "cannot be compared"),
        ("Sale = { filter = 'Shop/Region eq @region' }", "depends on other entities"),
        ("Shop = { filter = 'Sale/any(s:s/Total gt 5)' }", "depends on other entities"),
        ("Shop = { filter = 'Sale/$count gt 5' }", "depends on other entities"),
        ("Sale = { filter = 'Shop eq null' }", "depends on other entities"),
        ("Shop = { filter = 'now() gt 2026-01-01T00:00:00Z' }", "time"),
        ("Sale = { filter = 'Total div 0 gt 1' }", "calculates"),
        ("Sale = { filter = 'Id mul Id gt 1' }", "calculates"),
        ("Sale = { filter = 'Total' }", "condition"),
        ("'*' = { filter = \"Region eq 'x'\" }", "\"Good\" (by \"*\")"),
        ("'*' = { columns = ['Nothing'] }", "none of them has it"),
    ] {
        let message = refused(wrong);
        assert!(message.contains(why), "{wrong}: {message}");
    }
    let fine = "[access.roles.r]\nSale = { filter = 'Region in @regions or Region eq @region and not contains(Note,@x)' }\n'*' = { columns = ['Code', 'Name'] }";
    assert!(shop.database.try_serve_with(fine).is_ok());
}

#[test]
fn what_of_a_role_does_not_fit_any_more_grants_nothing() {
    let shop = served();
    let roles = "[access.roles.r]\nSale = { columns = ['Note', 'Total'] }\nShop = true";
    let gateway = shop.database.serve_with(&format!("{roles}{}", passport::believed()));
    gateway.asked_by(who("a", &["r"], &[]));
    let client = gateway.client();
    client.track("/odata/Sale").expect(200);
    shop.database.rename_column("Sale", "Note", "Notice");
    client.track("/odata/Sale").expect(404);
    client.get("/odata/Shop").expect(200);
}
