//! A principal as a test wants it -> a token that proves it, of an issuer that gateways can be told to believe.

use std::sync::LazyLock;

use deltalink::access::Principal;
use serde_json::{Value, json};

use super::issuer::{Issuer, Manner};
use super::signer::{AUDIENCE, Signer, claims, with};

static OFFICE: LazyLock<(Signer, Issuer)> = LazyLock::new(|| {
    let signer = Signer::new("passports", "ES256");
    let issuer = Issuer::start(&[&signer], Manner::Well);
    (signer, issuer)
});

/// What is configured, behind all that a test itself says, where tokens are to be believed.
pub(crate) fn believed() -> String {
    let issuer = OFFICE.1.name();
    format!("\n[access.jwt]\nissuer = \"{issuer}\"\naudience = \"{AUDIENCE}\"\nalgorithms = [\"ES256\"]\n")
}

/// The token of `principal`; its id is the token's subject.
pub(super) fn token(principal: Principal) -> String {
    let (signer, issuer) = &*OFFICE;
    let mut own: Value = serde_json::to_value(principal.claims).unwrap();
    own["roles"] = json!(principal.roles);
    signer.token(&with(&claims(&issuer.name(), &principal.id), &own))
}
