//! Every operation and status of `openapi.yaml` is provoked at least once; the client checks each answer against it.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use deltalink::backend::{Backend, RowSink};
use deltalink::edm::Catalog;
use deltalink::error::{ErrorKind, Result};
use deltalink::sql::{Dialect, Query, Script};

use crate::support::batch::{get, json, parts};
use crate::support::client::{Answer, Client};
use crate::support::gateway::Gateway;
use crate::support::sqlite::Database;
use crate::support::{Checked, Contract};

/// A method, a path, a header.
type Question = (&'static str, &'static str, Option<(&'static str, &'static str)>);

const ISOLATION: Option<(&str, &str)> = Some(("Isolation", "snapshot"));
const IF_MATCH: Option<(&str, &str)> = Some(("If-Match", "W/\"other\""));
const IF_NONE_MATCH: Option<(&str, &str)> = Some(("If-None-Match", "*"));
const IMAGE: Option<(&str, &str)> = Some(("Accept", "image/png"));

/// Asked of a shop; `{pruned}` stands for a token whose changes have been removed.
const QUESTIONS: &[Question] = &[
    ("GET", "/", None),
    ("GET", "/healthz", None),
    ("GET", "/readyz", None),
    ("GET", "/openapi.yaml", None),
    ("GET", "/schemas/error.schema.json", None),
    ("GET", "/schemas/none.schema.json", None),
    ("GET", "/nothing/here", None),
    ("GET", "/odata/", None),
    ("GET", "/odata/?$nope=1", None),
    ("GET", "/odata/?$filter=x", None),
    ("GET", "/odata/", IMAGE),
    ("GET", "/odata/", ISOLATION),
    ("GET", "/odata/$metadata", None),
    ("GET", "/odata/$metadata?$nope=1", None),
    ("GET", "/odata/$metadata?$schemaversion=*", None),
    ("GET", "/odata/$metadata", IMAGE),
    ("GET", "/odata/$metadata", ISOLATION),
    ("GET", "/odata/Orders", None),
    ("GET", "/odata/Orders?$top=-1", None),
    ("GET", "/odata/Nope", None),
    ("GET", "/odata/Orders", IMAGE),
    ("GET", "/odata/Orders?$deltatoken={pruned}", None),
    ("GET", "/odata/Orders", ISOLATION),
    ("GET", "/odata/Orders?$filter=Id%20eq%201", None),
    ("GET", "/odata/Orders/$count", None),
    ("GET", "/odata/Orders/$count?$deltatoken=x", None),
    ("GET", "/odata/Nope/$count", None),
    ("GET", "/odata/Orders/$count?$deltatoken={pruned}", None),
    ("GET", "/odata/Orders/$count", ISOLATION),
    ("GET", "/odata/Orders/$count?$filter=x", None),
    ("GET", "/odata/Orders(1)", None),
    ("GET", "/odata/Orders(1)", IF_NONE_MATCH),
    ("GET", "/odata/Orders(one)", None),
    ("GET", "/odata/Orders(99)", None),
    ("GET", "/odata/Orders(1)", IMAGE),
    ("GET", "/odata/Orders(1)", IF_MATCH),
    ("GET", "/odata/Orders(1)?$expand=*", None),
    ("GET", "/odata/Orders(1)/Note", None),
    ("GET", "/odata/Orders(2)/Note", None),
    ("GET", "/odata/Orders(1)/Note", IF_NONE_MATCH),
    ("GET", "/odata/Orders(one)/Note", None),
    ("GET", "/odata/Orders(1)/Nope", None),
    ("GET", "/odata/Orders(1)/Note", IMAGE),
    ("GET", "/odata/Orders(1)/Note", IF_MATCH),
    ("GET", "/odata/Orders(1)/Note?$expand=*", None),
    ("GET", "/odata/Orders(1)/Note/$value", None),
    ("GET", "/odata/Orders(2)/Note/$value", None),
    ("GET", "/odata/Orders(1)/Note/$value", IF_NONE_MATCH),
    ("GET", "/odata/Orders(one)/Note/$value", None),
    ("GET", "/odata/Orders(1)/Nope/$value", None),
    ("GET", "/odata/Orders(1)/Note/$value", IMAGE),
    ("GET", "/odata/Orders(1)/Note/$value", IF_MATCH),
    ("GET", "/odata/Orders(1)/Note/$value?$expand=*", None),
    ("GET", "/odata/Orders/a/b?$nope=1", None),
    ("GET", "/odata/Orders/a/b", None),
    ("GET", "/odata/Orders/a/b", ISOLATION),
    ("GET", "/odata/Orders/$ref", None),
];

/// Batches: headers, the body and its type.
type Batch = (&'static [(&'static str, &'static str)], &'static str, &'static str);

const JSON: &str = "application/json";
const ONE: &str = r#"{"requests":[{"id":"1","method":"get","url":"Orders(1)"}]}"#;
const BATCHES: &[Batch] =
    &[(&[], JSON, ONE), (&[], JSON, "{}"), (&[("Accept", "image/png")], JSON, ONE), (&[], "image/png", ONE)];

/// Asked when the database's file is away.
const OFFLINE: [Question; 6] = [
    ("GET", "/readyz", None),
    ("GET", "/odata/Orders", None),
    ("GET", "/odata/Orders/$count", None),
    ("GET", "/odata/Orders(1)", None),
    ("GET", "/odata/Orders(1)/Note", None),
    ("GET", "/odata/Orders(1)/Note/$value", None),
];

/// Asked with every method that writes.
const REFUSED: [&str; 3] = ["/odata/", "/odata/Orders", "/odata/Orders(1)"];

fn sent(client: &Client, (method, path, header): Question, pruned: &str) -> (Answer, Checked) {
    let path = path.replace("{pruned}", pruned);
    let asking = client.ask(method, &path);
    header.into_iter().fold(asking, |asking, (name, value)| asking.header(name, value)).send_checked()
}

fn batch(client: &Client, (headers, content_type, body): Batch) -> (Answer, Checked) {
    let asking = client.ask("POST", "/odata/$batch").body(content_type, body);
    headers.iter().fold(asking, |asking, (name, value)| asking.header(name, value)).send_checked()
}

/// A batch that is greater than is taken, and one snapshot where there are none.
fn refused_batches(database: &Database, client: &Client) -> [(Answer, Checked); 2] {
    let large = format!("{ONE}{}", " ".repeat(1024 * 1024));
    let large = client.ask("POST", "/odata/$batch").body(JSON, large).send_checked();
    let without = Gateway::start(Arc::new(WithoutSnapshots(database.shared_backend())), &database.keys, "").unwrap();
    [large, batch(&without.client(), (&[("Isolation", "snapshot")], JSON, ONE))]
}

/// A database whose reads have no snapshots that they could share.
struct WithoutSnapshots(Arc<dyn Backend>);

#[async_trait]
impl Backend for WithoutSnapshots {
    fn dialect(&self) -> &'static dyn Dialect {
        self.0.dialect()
    }

    async fn describe(&self) -> Result<Catalog> {
        self.0.describe().await
    }

    fn look_every(&self) -> Duration {
        self.0.look_every()
    }

    async fn read(&self, query: Query, sink: Box<dyn RowSink>) -> Result<()> {
        self.0.read(query, sink).await
    }

    async fn execute(&self, script: Script) -> Result<u64> {
        self.0.execute(script).await
    }
}

fn pair(client: &Client, question: Question, pruned: &str) -> (String, u16) {
    let (_, Checked { operation, status }) = sent(client, question, pruned);
    (operation, status)
}

#[test]
fn every_status_of_every_operation_is_given_as_described() {
    let database = Database::shop();
    let gateway = database.serve();
    let client = gateway.client();
    let link = client.track("/odata/Orders").expect(200).delta_link();
    let (_, pruned) = link.split_once("$deltatoken=").unwrap();
    database.execute("UPDATE Orders SET Note = 'x' WHERE Id = 1; UPDATE Orders SET Note = 'y' WHERE Id = 1");
    database.prune("Orders");
    let writing = ["POST", "PUT", "PATCH", "DELETE"];
    let refused = REFUSED.iter().flat_map(|path| writing.map(|method| (method, *path, None)));
    let refused = refused.chain(["GET", "PUT", "PATCH", "DELETE"].map(|method| (method, "/odata/$batch", None)));
    let questions = QUESTIONS.iter().copied().chain(refused);
    let mut met: BTreeSet<_> = questions.map(|question| pair(&client, question, pruned)).collect();
    let batches = BATCHES.iter().map(|asked| batch(&client, *asked)).chain(refused_batches(&database, &client));
    met.extend(batches.map(|(_, Checked { operation, status })| (operation, status)));
    database.take_away();
    let (_, Checked { operation, status }) = batch(&client, (&[("Isolation", "snapshot")], JSON, ONE));
    met.insert((operation, status));
    met.extend(OFFLINE.map(|question| pair(&client, question, pruned)));
    let missing: Vec<_> = Contract::shared().pairs().into_iter().filter(|pair| !met.contains(pair)).collect();
    assert!(missing.is_empty(), "described, but never met: {missing:?}");
}

/// Asked for its code, beyond what the operations need.
const FURTHER: &[Question] = &[
    ("GET", "/odata/Orders?$top=1&$top=1", None),
    ("GET", "/odata/Orders?$select=Nope", None),
    ("GET", "/odata/Orders(1", None),
    ("GET", "/odata/Orders?$top=1&$deltatoken=latest", None),
    ("GET", "/odata/Orders?$deltatoken=latest", Some(("Accept", "application/json;odata.metadata=none"))),
    ("GET", "/odata/", Some(("OData-MaxVersion", "3.0"))),
    ("POST", "/odata/", None),
];

#[test]
fn every_code_of_an_error_is_given() {
    let database = Database::shop();
    let gateway = database.serve();
    let client = gateway.client();
    let link = client.track("/odata/Orders").expect(200).delta_link();
    let (_, outdated) = link.split_once("$deltatoken=").unwrap();
    database.track("Orders");
    let answers = QUESTIONS.iter().chain(FURTHER).map(|question| sent(&client, *question, outdated).0);
    let errors = answers.filter(|answer| answer.status >= 400);
    let mut met: BTreeSet<String> = errors.map(|answer| answer.code()).collect();
    let batches = BATCHES.iter().map(|asked| batch(&client, *asked)).chain(refused_batches(&database, &client));
    met.extend(batches.filter(|(answer, _)| answer.status >= 400).map(|(answer, _)| answer.code()));
    let conditional = get("1", "Orders").with("if", true.into());
    let answer = json(&client, &[conditional]).send();
    met.insert(parts(&answer, &[])[0].answer.code());
    database.take_away();
    met.insert(client.get("/odata/Orders").code());
    let known = ErrorKind::ALL.map(ErrorKind::code);
    // A defect cannot be provoked.
    let missing: Vec<_> = known.iter().filter(|code| **code != "InternalError" && !met.contains(**code)).collect();
    assert!(missing.is_empty(), "never met: {missing:?}");
    assert!(met.iter().all(|code| known.contains(&&**code)), "{met:?}");
}
