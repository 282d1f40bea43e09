//! Links of somebody who may read something else.

use std::collections::BTreeSet;

use deltalink::access::{Claims, Principal};

use super::{Database, QUESTIONS, pair, sent, tokens};
use crate::support::passport;

const ROLES: &str = "[access.roles]\nall = { '*' = true }\nsome = { '*' = true, Orders = { columns = ['Note'] } }";

fn principal(id: &str, role: &str) -> Principal {
    Principal { id: id.to_owned(), roles: vec![role.to_owned()], claims: Claims::new() }
}

/// Every operation that takes a token is asked with that of another.
pub(super) fn met(database: &Database) -> BTreeSet<(String, u16)> {
    let gateway = database.serve_with(&format!("{ROLES}{}", passport::believed()));
    let client = gateway.client();
    gateway.asked_by(principal("key:one", "all"));
    let tokens = tokens(&client);
    gateway.asked_by(principal("key:other", "some"));
    let with_tokens = QUESTIONS.iter().filter(|(path, _)| tokens.iter().any(|(name, _)| path.contains(name)));
    with_tokens.map(|(path, header)| pair(&client, ("GET", (*path).to_owned(), *header), &tokens)).collect()
}

/// The code of one such answer.
pub(super) fn code(database: &Database) -> String {
    let gateway = database.serve_with(&format!("{ROLES}{}", passport::believed()));
    let client = gateway.client();
    gateway.asked_by(principal("key:one", "all"));
    let tokens = tokens(&client);
    gateway.asked_by(principal("key:other", "some"));
    let question = ("GET", "/odata/Orders?$deltatoken={pruned}".to_owned(), None);
    sent(&client, question, &tokens).0.expect(403).code()
}
