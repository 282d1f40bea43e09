//! Requests a second: who counts as one, and what counts as one.

use deltalink::access::ApiKey;

use super::knowing;
use crate::support::batch;
use crate::support::sqlite::Database;

#[test]
fn each_request_of_a_batch_counts_as_one() {
    let (anna, ben) = (ApiKey::generate(), ApiKey::generate());
    let database = Database::shop();
    let config = format!("[limits]\nmax_requests_per_second = 4\n{}", knowing(&[&anna, &ben], ""));
    let gateway = database.serve_with(&config);
    let client = gateway.client();
    let send = |key: &ApiKey, requests: usize| {
        let items: Vec<_> = (0..requests).map(|id| batch::get(&id.to_string(), "/odata/Orders(1)")).collect();
        batch::json(&client, &items).header("X-API-Key", key.reveal()).send()
    };
    let never = send(&anna, 5).expect(400);
    assert!(never.text().contains("The batch holds 5 requests; 4 a second are taken"), "{}", never.text());
    assert_eq!(send(&ben, 4).expect(200).json()["responses"].as_array().unwrap().len(), 4);
    let later = send(&ben, 4).expect(429);
    assert_eq!((later.code().as_str(), later.header("Retry-After")), ("TooManyRequests", Some("1")));
    assert_eq!(later.header("WWW-Authenticate"), None, "it is known who asks");
}
