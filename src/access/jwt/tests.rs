//! What is made of a token that is believed. Whether it is, the integration tests try with an issuer of their own.

use serde_json::json;

use super::*;

fn settings() -> Settings {
    Settings {
        issuer: "https://login.example.com".to_owned(),
        audiences: vec!["api://deltalink".to_owned()],
        source: Source::File(PathBuf::from("keys.json")),
        algorithms: Algorithms::parse(&["RS256".to_owned()]).unwrap(),
        clock_skew: Duration::from_secs(60),
        principal_claim: "sub".to_owned(),
        roles_claims: vec!["roles".to_owned()],
        roles: None,
    }
}

#[track_caller]
fn principal(settings: &Settings, claims: &Value) -> Principal {
    settings.principal(claims.as_object().unwrap().clone()).unwrap()
}

#[test]
fn a_principal_is_named_after_its_issuer_and_its_subject() {
    assert_eq!(principal(&settings(), &json!({ "sub": "anna" })).id, "jwt:https://login.example.com#anna");
    let by_mail = Settings { principal_claim: "email".to_owned(), ..settings() };
    assert_eq!(principal(&by_mail, &json!({ "sub": "1", "email": "a@b" })).id, "jwt:https://login.example.com#a@b");
    for nameless in [json!({}), json!({ "sub": "" }), json!({ "sub": 1 }), json!({ "sub": "x".repeat(513) })] {
        assert!(settings().principal(nameless.as_object().unwrap().clone()).is_err(), "{nameless}");
    }
}

#[test]
fn roles_come_from_lists_and_from_words() {
    let roles = |settings: &Settings, claims: Value| principal(settings, &claims).roles;
    assert_eq!(roles(&settings(), json!({ "sub": "a", "roles": ["b", "a", "b", 1] })), ["a", "b"]);
    assert_eq!(roles(&settings(), json!({ "sub": "a", "roles": "a  b" })), ["a", "b"]);
    assert_eq!(roles(&settings(), json!({ "sub": "a", "scp": "a", "roles": null })), [""; 0]);
    let both = Settings { roles_claims: vec!["roles".to_owned(), "scp".to_owned()], ..settings() };
    assert_eq!(roles(&both, json!({ "sub": "a", "scp": "c a", "roles": ["b"] })), ["a", "b", "c"]);
    let meaning = BTreeMap::from([("Orders.Read".to_owned(), vec!["clerk".to_owned(), "partner".to_owned()])]);
    let mapped = Settings { roles: Some(meaning), ..settings() };
    assert_eq!(roles(&mapped, json!({ "sub": "a", "roles": ["Orders.Read", "clerks"] })), ["clerk", "partner"]);
    assert_eq!(
        roles(&mapped, json!({ "sub": "a", "roles": ["clerk"] })),
        [""; 0],
        "the operator has not said what it means"
    );
}

#[test]
fn claims_are_what_a_row_filter_can_compare_with() {
    let claims = json!({
        "sub": "a", "region": "north", "level": 3, "staff": true, "tenants": [1, 2], "none": [], "mixed": [1, "a"], "deep": [[1]],
        "half": 0.5, "large": 18_446_744_073_709_551_615_u64, "nothing": null, "address": { "city": "Bern" },
    });
    let found = principal(&settings(), &claims).claims;
    let names: Vec<&str> = found.keys().map(String::as_str).collect();
    assert_eq!(names, ["level", "none", "region", "staff", "sub", "tenants"]);
    assert_eq!(found["tenants"], Claim::List(vec![Claim::Number(1), Claim::Number(2)]));
    assert_eq!((&found["level"], &found["staff"]), (&Claim::Number(3), &Claim::Boolean(true)));
    assert_eq!(found["region"], Claim::Text("north".to_owned()));
}

#[test]
fn what_proves_a_token_must_not_be_able_to_make_one() {
    let parse = |name: &str| Algorithms::parse(&[name.to_owned()]);
    for (name, _) in ALGORITHMS {
        assert!(parse(name).is_ok(), "{name}");
    }
    for wrong in ["HS256", "HS384", "HS512", "none", "None", "rs256", "ES512", ""] {
        let message = parse(wrong).unwrap_err().to_string();
        assert!(message.contains("RS256") && message.contains("EdDSA"), "{message}");
    }
    assert!(Algorithms::parse(&[]).is_err());
}

#[test]
fn keys_are_in_one_place() {
    let issuer = "https://login.example.com";
    let source = |file: Option<&str>, url| Source::new(issuer, file.map(PathBuf::from), url);
    assert!(matches!(source(Some("keys.json"), None).unwrap(), Source::File(_)));
    assert!(matches!(source(None, Some("https://example.com/keys")).unwrap(), Source::Url(_)));
    assert!(matches!(source(None, None).unwrap(), Source::Discovery { .. }));
    assert!(source(Some("keys.json"), Some("https://example.com/keys")).is_err());
    assert!(source(None, Some("http://example.com/keys")).is_err());
    assert!(Source::new("Contoso", None, None).is_err());
    assert!(Source::new("Contoso", Some("keys.json".into()), None).is_ok(), "an issuer may have any name");
}
