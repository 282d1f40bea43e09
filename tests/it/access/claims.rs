//! What is known of who asks decides which rows it reads: the claims of a key, and those of a token.

use deltalink::access::ApiKey;
use serde_json::json;

use super::{bearer, entry};
use crate::support::client::Answer;
use crate::support::issuer::{Issuer, Manner};
use crate::support::signer::{Signer, claims, with};
use crate::support::sqlite::Database;

fn ids(answer: &Answer) -> Vec<i64> {
    answer.value().iter().map(|order| order["Id"].as_i64().unwrap()).collect()
}

#[test]
fn keys_and_tokens_bring_the_claims_that_rows_are_filtered_by() {
    let (signer, [anna, ben]) = (Signer::new("one", "RS256"), [ApiKey::generate(), ApiKey::generate()]);
    let issuer = Issuer::start(&[&signer], Manner::Well);
    let role = "[access.roles.customer]\nOrders = { filter = \"Customer eq @customer\" }\n";
    let customer = |number: u8| format!("00000000-0000-4000-8000-00000000000{number}");
    let key = |key: &ApiKey, name: &str, number: u8| {
        format!("{}claims = {{ customer = \"{}\" }}\n", entry(key, name, "customer"), customer(number))
    };
    let config = format!("{}{role}{}{}", issuer.config(), key(&anna, "anna", 1), key(&ben, "ben", 2));
    let database = Database::shop();
    let gateway = database.serve_with(&config);
    let client = gateway.client();
    let asked = |path: &str, credential: &str| {
        let asking = client.ask("GET", path).header("Authorization", &bearer(credential));
        asking.header("Prefer", "odata.track-changes").send()
    };
    let of_anna = asked("/odata/Orders", anna.reveal()).expect(200);
    assert_eq!(ids(&of_anna), [1, 2]);
    assert_eq!(ids(&asked("/odata/Orders", ben.reveal()).expect(200)), [3]);
    asked("/odata/Orders(3)", anna.reveal()).expect(404);
    asked("/odata/Customer", anna.reveal()).expect(404);

    let claimed = |number| json!({ "roles": ["customer"], "customer": customer(number) });
    let token = |subject: &str, number| signer.token(&with(&claims(&issuer.name(), subject), &claimed(number)));
    let of_token = asked("/odata/Orders", &token("carl", 2)).expect(200);
    assert_eq!(ids(&of_token), [3]);
    assert_eq!(asked(&of_anna.delta_link(), &token("carl", 2)).expect(403).code(), "DeltaLinkOfAnother");
    asked(&of_token.delta_link(), &token("carl", 2)).expect(200);
    asked(&of_token.delta_link(), &token("carl", 1)).expect(410);
    asked(&of_token.delta_link(), ben.reveal()).expect(200);
}
