//! Keys in the several forms in which programs store them in SQLite.

use super::Database;

/// A column's type and the forms of one key, as SQL, with that key as a literal of OData.
const FORMS: [(&str, &[&str], &str); 5] = [
    (
        "UUID",
        &[
            "'6f9619ff-8b86-d011-b42d-00cf4fc964ff'",
            "'6F9619FF-8B86-D011-B42D-00CF4FC964FF'",
            "'6f9619ff8b86d011b42d00cf4fc964ff'",
            "x'6f9619ff8b86d011b42d00cf4fc964ff'",
        ],
        "6f9619ff-8b86-d011-b42d-00cf4fc964ff",
    ),
    ("DATE", &["'2024-02-29'", "'2024-02-29 00:00:00'"], "2024-02-29"),
    ("TIME", &["'08:30'", "'08:30:00'", "'08:30:00.000'"], "08%3A30%3A00"),
    (
        "DATETIME",
        &["'2024-02-29 08:30:00'", "'2024-02-29T08:30:00Z'", "'2024-02-29 08:30'", "'2024-02-29 08:30:00.000'"],
        "2024-02-29T08%3A30%3A00Z",
    ),
    ("BOOLEAN", &["1", "'true'"], "true"),
];

#[test]
fn a_key_is_found_listed_and_followed_in_each_form() {
    for (ty, forms, literal) in FORMS {
        for form in forms {
            let database = Database::empty();
            database.execute(&format!(
                "CREATE TABLE T (K {ty} NOT NULL PRIMARY KEY, V INT); INSERT INTO T VALUES ({form}, 1)"
            ));
            database.track("T");
            let gateway = database.serve();
            let client = gateway.client();
            assert_eq!(client.get(&format!("/odata/T({literal})")).expect(200).json()["V"], 1, "{ty} {form}");
            let full = client.ask("GET", "/odata/T").header("Accept", "application/json;odata.metadata=full");
            let listed = full.header("Prefer", "track-changes").send().expect(200);
            let id = listed.value()[0]["@odata.id"].as_str().unwrap().to_owned();
            assert_eq!(client.get(&id).expect(200).json()["V"], 1, "{ty} {form} {id}");
            database.execute("UPDATE T SET V = 2");
            assert_eq!(client.get(&listed.delta_link()).expect(200).value()[0]["V"], 2, "{ty} {form}");
            database.execute("DELETE FROM T");
            let deleted = client.get(&listed.delta_link()).expect(200).value();
            assert_eq!(deleted[0]["id"], id, "{ty} {form}");
        }
    }
}

#[test]
fn a_text_key_is_found_as_it_is_spelled_whatever_its_collation() {
    let database = Database::empty();
    database.execute(
        "CREATE TABLE T (K VARCHAR(9) COLLATE NOCASE NOT NULL PRIMARY KEY, V INT); INSERT INTO T VALUES ('Tea', 1)",
    );
    database.track("T");
    let gateway = database.serve();
    let client = gateway.client();
    client.get("/odata/T('Tea')").expect(200);
    client.get("/odata/T('tea')").expect(404);
}
