//! What browsers want to hear before they let a page of another origin read an answer.

use super::{Database, Served};

const PAGE: &str = "https://app.example.com";

#[test]
fn pages_of_allowed_origins_may_read() {
    let served = Served::with(Database::shop(), "[service]\ncors_origins = ['https://app.example.com']\n");
    let ask = |origin: &str| served.client.ask("GET", "/odata/Orders").header("Origin", origin).try_send().unwrap();
    let answer = ask(PAGE);
    assert_eq!((answer.status, answer.header("Access-Control-Allow-Origin")), (200, Some(PAGE)));
    let readable = answer.header("Access-Control-Expose-Headers").unwrap().to_lowercase();
    assert!(readable.contains("odata-version") && readable.contains("preference-applied"), "{readable}");
    let other = ask("https://evil.example.com");
    assert_eq!((other.status, other.header("Access-Control-Allow-Origin")), (200, None));
}

#[test]
fn a_page_may_ask_before_it_asks() {
    let served = Served::with(Database::shop(), "[service]\ncors_origins = ['*']\n");
    let before = served.client.ask("OPTIONS", "/odata/$batch").header("Origin", PAGE);
    let before = before
        .header("Access-Control-Request-Method", "POST")
        .header("Access-Control-Request-Headers", "prefer,content-type");
    let answer = before.try_send().unwrap();
    assert_eq!((answer.status, answer.header("Access-Control-Allow-Origin")), (200, Some("*")));
    let headers = answer.header("Access-Control-Allow-Headers").unwrap().to_lowercase();
    assert!(headers.contains("prefer") && headers.contains("content-type"), "{headers}");
}

#[test]
fn without_origins_nothing_is_said() {
    let served = super::shop();
    let answer = served.client.ask("GET", "/odata/Orders").header("Origin", PAGE).send();
    assert_eq!(answer.expect(200).header("Access-Control-Allow-Origin"), None);
}
