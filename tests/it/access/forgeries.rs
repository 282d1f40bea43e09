//! Tokens that are not what they should be, one property at a time; and everything else that somebody may send instead of one.
//!
//! They are held against what the gateway finds out who asks with, without HTTP between: so many can be tried. Each is one that is believed,
//! but for one thing.

use deltalink::access::{Authenticator, Brought, Principal};
use deltalink::config::Config;
use deltalink::error::{Error, ErrorKind};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};
use std::sync::Arc;

use super::bearer;
use crate::support::signer::{AUDIENCE, Signer, claims, encoded, now, with, with_secret};
use crate::support::wait_for;

const ISSUER: &str = "https://login.example.com/tenant";

/// Who believes the keys of some signers.
struct Gate {
    _folder: tempfile::TempDir,
    authenticator: Authenticator,
}

impl Gate {
    /// Allows these algorithms, believes these keys.
    fn new(algorithms: &[&str], keys: &[Value]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("keys.json");
        std::fs::write(&file, json!({ "keys": keys }).to_string()).unwrap();
        let config = format!(
            "[access.roles.reader]\n\"*\" = true\n[access.jwt]\nissuer = \"{ISSUER}\"\naudience = [\"{AUDIENCE}\", \"other\"]\nalgorithms = {algorithms:?}\njwks = {{ file = '{}' }}\nclock_skew = \"30s\"\n",
            file.display()
        );
        let settings = Config::parse(&config).unwrap().access.unwrap().authentication().unwrap();
        let authenticator = Authenticator::new(settings).unwrap();
        wait_for(authenticator.start()).unwrap();
        Self { _folder: folder, authenticator }
    }

    fn ask(&self, authorization: &[u8]) -> Result<Arc<Principal>, Error> {
        let brought = Brought { authorization: vec![authorization], ..Brought::default() };
        let nobody = Arc::new(Principal::anonymous(Vec::new()));
        wait_for(self.authenticator.principal(&brought.credential()?, nobody))
    }

    fn believes(&self, token: &str) -> bool {
        match self.ask(bearer(token).as_bytes()) {
            Ok(_) => true,
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::Unauthorized, "{error}");
                false
            }
        }
    }
}

fn mine() -> Value {
    claims(ISSUER, "anna")
}

#[test]
fn every_algorithm_that_may_be_allowed_is_understood() {
    for algorithm in ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"] {
        let signer = Signer::new("one", algorithm);
        let gate = Gate::new(&[algorithm], &[signer.jwk()]);
        assert_eq!(gate.ask(bearer(&signer.token(&mine())).as_bytes()).unwrap().id, format!("jwt:{ISSUER}#anna"));
        let nameless = json!({ "alg": algorithm });
        assert!(gate.believes(&signer.token_with(&nameless, &mine())), "there is one key only");
    }
}

#[test]
fn claims_that_are_wrong_are_refused() {
    let signer = Signer::new("one", "RS256");
    let gate = Gate::new(&["RS256"], &[signer.jwk()]);
    for right in [
        json!({}),
        json!({ "nbf": null }),
        json!({ "nbf": now() + 20 }),
        json!({ "exp": now() - 20 }),
        json!({ "aud": ["somebody", AUDIENCE] }),
        json!({ "aud": "other" }),
        json!({ "exp": i64::MAX }),
        json!({ "more": { "a": [1, { "b": null }] } }),
    ] {
        assert!(gate.believes(&signer.token(&with(&mine(), &right))), "{right}");
    }
    for wrong in [
        json!({ "exp": null }),
        json!({ "exp": now() - 60 }),
        json!({ "exp": 0 }),
        json!({ "exp": -1 }),
        json!({ "exp": "tomorrow" }),
        json!({ "exp": now().to_string() }),
        json!({ "exp": [now() + 60] }),
        json!({ "exp": 1e300 }),
        json!({ "nbf": now() + 60 }),
        json!({ "nbf": "now" }),
        json!({ "nbf": i64::MAX }),
        json!({ "iss": null }),
        json!({ "iss": "" }),
        json!({ "iss": format!("{ISSUER}/") }),
        json!({ "iss": ISSUER.to_uppercase() }),
        json!({ "iss": "https://login.example.com" }),
        json!({ "iss": [ISSUER] }),
        json!({ "iss": { "iss": ISSUER } }),
        json!({ "aud": null }),
        json!({ "aud": "" }),
        json!({ "aud": [] }),
        json!({ "aud": format!("{AUDIENCE} other") }),
        json!({ "aud": AUDIENCE.to_uppercase() }),
        json!({ "aud": ["somebody"] }),
        json!({ "aud": { AUDIENCE: true } }),
        json!({ "aud": 1 }),
        json!({ "sub": null }),
        json!({ "sub": "" }),
        json!({ "sub": 1 }),
        json!({ "sub": ["anna"] }),
        json!({ "sub": "a".repeat(513) }),
        json!({ "more": "x".repeat(17_000) }),
    ] {
        assert!(!gate.believes(&signer.token(&with(&mine(), &wrong))), "{wrong}");
    }
}

#[test]
fn signatures_that_are_wrong_are_refused() {
    let (signer, curve) = (Signer::new("one", "RS256"), Signer::new("two", "ES256"));
    let gate = Gate::new(&["RS256", "ES256"], &[signer.jwk(), curve.jwk()]);
    let [good, by_curve] = [&signer, &curve].map(|signer| signer.token(&mine()));
    assert!(gate.believes(&good) && gate.believes(&by_curve));
    let header = |more: Value| with(&signer.header(), &more);
    let parts: Vec<&str> = good.split('.').collect();
    let [head, body, signature] = [parts[0], parts[1], parts[2]];
    let none = |name: &str| encoded(header(json!({ "alg": name })).to_string());
    let other_body = encoded(with(&mine(), &json!({ "sub": "ben" })).to_string());
    let published = signer.jwk();
    let modulus = published["n"].as_str().unwrap();
    let secrets = [signer.public_der(), modulus.as_bytes().to_vec(), published.to_string().into_bytes(), Vec::new()];
    let confused = ["HS256", "HS384", "RS256", "ES256"]
        .into_iter()
        .flat_map(|name| secrets.iter().map(move |secret| (name, secret)));
    let confused = confused.map(|(name, secret)| with_secret(&header(json!({ "alg": name })), &mine(), secret));
    let nothing = ["none", "None", "NONE", "nOnE", ""].into_iter().flat_map(|name| {
        [
            format!("{}.{body}.", none(name)),
            format!("{}.{body}.{signature}", none(name)),
            format!("{}.{body}", none(name)),
        ]
    });
    let headers = [
        json!({ "kid": "two" }),
        json!({ "kid": "three" }),
        json!({ "kid": "" }),
        json!({ "kid": null }),
        json!({ "kid": 1 }),
        json!({ "alg": "RS384" }),
        json!({ "alg": "PS256" }),
        json!({ "alg": "ES256" }),
        json!({ "alg": "ES256", "kid": "two" }),
        json!({ "alg": "EdDSA" }),
        json!({ "alg": "rs256" }),
        json!({ "alg": null }),
        json!({ "alg": ["RS256"] }),
        json!({ "crit": ["exp"] }),
        json!({ "crit": [] }),
        json!({ "crit": ["b64"], "b64": false }),
    ];
    // Without a name there are two keys, but one only that fits: this one is right.
    assert!(gate.believes(&signer.token_with(&header(json!({ "kid": null })), &mine())));
    let headers = headers.into_iter().filter(|more| *more != json!({ "kid": null }));
    let headers = headers.map(|more| signer.token_with(&header(more), &mine()));
    let impostor = Signer::new("one", "RS256");
    let brought = header(json!({ "jwk": impostor.jwk() }));
    let certified = header(json!({ "jku": "https://forger.example.com/keys", "x5u": "https://forger.example.com/" }));
    let forged = [
        impostor.token(&mine()),
        impostor.token_with(&brought, &mine()),
        impostor.token_with(&certified, &mine()),
        format!("{head}.{other_body}.{signature}"),
        format!("{head}.{body}."),
        format!("{head}.{body}.{}", &signature[..signature.len() - 4]),
        format!("{head}.{body}.{signature}AAAA"),
        format!("{head}.{body}.{signature}="),
        format!("{head}.{body}.{}", encoded([0; 256])),
        format!("{head}.{body}.{}", by_curve.rsplit('.').next().unwrap()),
        format!("{head}.{signature}.{body}"),
        format!("{head}..{signature}"),
        format!(".{body}.{signature}"),
        format!("{head}.{body}.{signature}.{signature}"),
        format!("{head}.{body}"),
        format!("{good}."),
        format!("{good} {good}"),
        good.replace('.', ".."),
        good.to_uppercase(),
        encoded(&good),
        json!({ "protected": head, "payload": body, "signature": signature }).to_string(),
    ];
    let mut tried = 0;
    for token in confused.chain(nothing).chain(headers).chain(forged) {
        assert!(!gate.believes(&token), "{token}");
        tried += 1;
    }
    assert!(tried >= 65, "{tried}");
}

#[test]
fn a_curve_has_no_signature_of_zeros() {
    let curve = Signer::new("two", "ES256");
    let gate = Gate::new(&["ES256"], &[curve.jwk()]);
    let token = curve.token(&mine());
    let content = token.rsplit_once('.').unwrap().0;
    for signature in [vec![0; 64], vec![255; 64], vec![0; 63], vec![0; 65], vec![1; 64], Vec::new()] {
        assert!(!gate.believes(&format!("{content}.{}", encoded(signature))));
    }
    // The same signature in ASN.1 is another text.
    assert!(!gate.believes(&format!("{content}.{}", encoded([0x30, 6, 2, 1, 0, 2, 1, 0]))));
}

#[test]
fn json_that_says_a_thing_twice_is_refused() {
    let signer = Signer::new("one", "RS256");
    let gate = Gate::new(&["RS256"], &[signer.jwk()]);
    let (header, claims) = (signer.header().to_string(), mine().to_string());
    let more = |text: &str, first: &str| text.replacen('{', &format!("{{{first},"), 1);
    assert!(gate.believes(&signer.signed(&header, &claims)));
    for (header, claims) in [
        (more(&header, "\"alg\":\"none\""), claims.clone()),
        (header.clone(), more(&claims, "\"exp\":1")),
        (header.clone(), more(&claims, "\"iss\":\"a\"")),
        (header.clone(), more(&claims, "\"aud\":\"a\"")),
        (header.clone(), format!("{claims}{claims}")),
        (header.clone(), "[]".to_owned()),
        (header.clone(), "null".to_owned()),
        (header.clone(), "[".repeat(10_000)),
        ("[".repeat(10_000), claims.clone()),
        (String::new(), String::new()),
    ] {
        assert!(!gate.believes(&signer.signed(&header, &claims)), "{header} {claims}");
    }
}

#[test]
fn a_symmetric_key_in_the_set_verifies_nothing() {
    let signer = Signer::new("one", "RS256");
    let secret =
        json!({ "kty": "oct", "kid": "secret", "alg": "HS256", "k": encoded("a secret that everybody knows") });
    let gate = Gate::new(&["RS256"], &[secret, signer.jwk()]);
    for algorithm in ["HS256", "RS256"] {
        let header = json!({ "alg": algorithm, "kid": "secret" });
        assert!(!gate.believes(&with_secret(&header, &mine(), b"a secret that everybody knows")));
    }
    assert!(gate.believes(&signer.token(&mine())));
}

#[test]
fn nothing_that_anybody_may_send_is_believed_or_breaks_anything() {
    let signer = Signer::new("one", "RS256");
    let gate = Gate::new(&["RS256", "ES256"], &[signer.jwk()]);
    let good = bearer(&signer.token(&mine())).into_bytes();
    let end = good.len();
    let cases = std::env::var("DELTALINK_TEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(512);
    let config = ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() };
    let scheme = select(vec!["Bearer ", "Basic ", "bearer\t", "Negotiate ", "", "Bearer dlk_", "Basic OmRsa18"]);
    let text = prop_oneof![
        "\\PC{0,200}",
        "[A-Za-z0-9_=.-]{0,300}",
        "[A-Za-z0-9_-]{0,40}\\.[A-Za-z0-9_-]{0,80}\\.[A-Za-z0-9_-]{0,80}",
        "[A-Za-z0-9_-]{43}",
        proptest::collection::vec(any::<u8>(), 0..200).prop_map(|octets| String::from_utf8_lossy(&octets).into_owned()),
        "\\{\"alg\":\"(RS256|none|HS256)\"\\}".prop_map(|header| format!("{}.{}.", encoded(header), encoded("{}"))),
    ];
    proptest!(config.clone(), |(scheme in scheme, text in text)| {
        let refused = gate.ask(format!("{scheme}{text}").as_bytes()).unwrap_err();
        prop_assert_eq!(refused.kind(), ErrorKind::Unauthorized);
    });
    // Another octet anywhere in a good one; what stands behind the last whole octet of the signature is no part of it.
    proptest!(config.clone(), |(at in 7..end - 1, octet in any::<u8>())| {
        prop_assume!(good[at] != octet);
        let mut other = good.clone();
        other[at] = octet;
        prop_assert!(gate.ask(&other).is_err(), "{at} {octet}");
    });
    proptest!(config, |(octets in proptest::collection::vec(any::<u8>(), 0..400))| {
        prop_assert!(gate.ask(&octets).is_err());
    });
}
