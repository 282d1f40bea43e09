//! Batches that are answered with every status and code that they have.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use deltalink::backend::{Backend, RowSink};
use deltalink::edm::Catalog;
use deltalink::error::Result;
use deltalink::sql::{Dialect, Query, Script};

use crate::support::Checked;
use crate::support::batch::{get, json, parts};
use crate::support::client::{Answer, Client};
use crate::support::gateway::Gateway;
use crate::support::sqlite::Database;

/// Batches: headers, the body and its type.
type Batch = (&'static [(&'static str, &'static str)], &'static str, &'static str);

const JSON: &str = "application/json";
const ONE: &str = r#"{"requests":[{"id":"1","method":"get","url":"Orders(1)"}]}"#;
const BATCHES: &[Batch] =
    &[(&[], JSON, ONE), (&[], JSON, "{}"), (&[("Accept", "image/png")], JSON, ONE), (&[], "image/png", ONE)];

/// The answers to all of them, and to those that are refused.
pub(super) fn answers(database: &Database, client: &Client) -> Vec<(Answer, Checked)> {
    let taken = BATCHES.iter().map(|asked| batch(client, *asked));
    taken.chain(refused_batches(database, client)).collect()
}

/// The answer to a batch that wants one snapshot.
pub(super) fn isolated(client: &Client) -> Checked {
    batch(client, (&[("Isolation", "snapshot")], JSON, ONE)).1
}

/// The code of a part with a condition.
pub(super) fn conditional(client: &Client) -> String {
    let answer = json(client, &[get("1", "Orders").with("if", true.into())]).send();
    parts(&answer, &[])[0].answer.code()
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

    async fn stamp(&self) -> Result<u64> {
        self.0.stamp().await
    }

    async fn execute(&self, script: Script) -> Result<u64> {
        self.0.execute(script).await
    }
}
