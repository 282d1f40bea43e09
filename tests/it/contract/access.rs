//! What every operation answers whom it does not know, and whom it knows and refuses; and those whose tokens nobody can verify.

use deltalink::access::ApiKey;

use super::{Question, Tokens, sent};
use crate::support::Checked;
use crate::support::client::Answer;
use crate::support::issuer::{Issuer, Manner};
use crate::support::signer::{Signer, claims};
use crate::support::sqlite::Database;

/// Asks everything three times: with nothing, with a key that opens nothing, and with a token of an issuer that is away.
pub(super) fn answers(database: &Database, questions: &[Question], tokens: &Tokens) -> Vec<(Answer, Checked)> {
    let (signer, key) = (Signer::new("one", "ES256"), ApiKey::generate());
    let issuer = Issuer::start(&[&signer], Manner::Away);
    let entry = format!("[[access.api_keys]]\nname = \"anna\"\nsha256 = \"{}\"\nroles = [\"nobody\"]\n", key.digest());
    let gateway = database.serve_with(&format!("{}{entry}[access.roles.nobody]\n", issuer.config()));
    let client = gateway.client();
    let token = format!("Bearer {}", signer.token(&claims(&issuer.name(), "anna")));
    let key = format!("Bearer {}", key.reveal());
    let behind = |path: &str| path.starts_with("/odata");
    let below = || questions.iter().filter(|(_, path, _)| behind(path));
    let with = |authorization: &str, (method, path, _): &Question| {
        let path = tokens.iter().fold(path.clone(), |path, (name, token)| path.replace(name, token));
        client.ask(method, &path).header("Authorization", authorization).send_checked()
    };
    let unknown = below().map(|question| sent(&client, question.clone(), tokens));
    let refused = below().map(|question| with(&key, question));
    let in_vain = ["/odata/", "/odata/$metadata"].map(|path| with(&token, &("GET", path.to_owned(), None)));
    let all: Vec<_> = unknown.chain(refused).chain(in_vain).collect();
    all.into_iter().chain(hasty(database, questions, tokens)).collect()
}

/// Asks everything twice, where one request a second is taken.
fn hasty(database: &Database, questions: &[Question], tokens: &Tokens) -> Vec<(Answer, Checked)> {
    let config =
        "[limits]\nmax_requests_per_second = 1\n[access]\nanonymous = [\"all\"]\n[access.roles.all]\n\"*\" = true\n";
    let gateway = database.serve_with(config);
    let client = gateway.client();
    let below = questions.iter().filter(|(_, path, _)| path.starts_with("/odata"));
    below
        .flat_map(|question| [question.clone(), question.clone()])
        .map(|question| sent(&client, question, tokens))
        .collect()
}
