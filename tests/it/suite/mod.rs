//! What every backend must do. `super::Database` is the database under test: the same tables whatever the backend.

use serde_json::Value;

use super::Database;
use crate::support::client::{Answer, Asking, Client};
use crate::support::gateway::Gateway;
use crate::support::patience::eventually;

mod batch;
mod browsers;
mod change_mode;
mod compression;
mod conformance;
mod delta;
mod documents;
mod entities;
mod errors;
mod explorer;
mod filter;
mod formats;
mod freshness;
mod history;
mod hostile;
mod keys;
mod limits;
mod names;
mod paging;
mod paths;
mod polls;
mod related;
mod rights;
mod search;
mod streaming;
mod tokens;
mod values;
mod watched;

/// A database, the gateway that serves it, and a client.
struct Served {
    client: Client,
    gateway: Gateway,
    database: Database,
}

/// The shop, served with the default configuration.
fn shop() -> Served {
    Served::with(Database::shop(), "")
}

/// The shop, if its changes can be made to outlive their retention; if not, standard error says so.
fn prunable_shop() -> Option<Served> {
    let database = Database::shop();
    database.can_prune().then(|| Served::with(database, ""))
}

/// The shop, if it can be put back to what it was; if not, standard error says so.
fn restorable_shop() -> Option<Served> {
    Some(Served::with(Database::restorable_shop()?, ""))
}

/// Nine tracked rows with the ids 1 to 9.
fn nine() -> Served {
    one_table(
        "Item",
        "CREATE TABLE Item (Id BIGINT NOT NULL PRIMARY KEY, Name VARCHAR(20));
         INSERT INTO Item VALUES (1,'a'), (2,'b'), (3,'c'), (4,'d'), (5,'e'), (6,'f'), (7,'g'), (8,'h'), (9,'i')",
    )
}

/// A database of one tracked table, made by `sql`.
fn one_table(table: &str, sql: &str) -> Served {
    let database = Database::empty();
    database.execute(sql);
    database.track(table);
    Served::with(database, "")
}

impl Served {
    /// `config` is the text of a configuration file.
    #[track_caller]
    fn with(database: Database, config: &str) -> Self {
        let gateway = database.serve_with(config);
        Self { client: gateway.client(), gateway, database }
    }

    /// The same database behind a new gateway with other keys.
    fn restarted_with(mut self, keys: &str) -> Self {
        keys.clone_into(&mut self.database.keys);
        drop(self.gateway);
        Self::with(self.database, "")
    }

    fn execute(&self, sql: &str) {
        self.database.execute(sql);
    }

    #[track_caller]
    fn get(&self, path: &str) -> Answer {
        self.ask("GET", path).send()
    }

    #[track_caller]
    fn get_with(&self, path: &str, header: &str, value: &str) -> Answer {
        self.ask("GET", path).header(header, value).send()
    }

    #[track_caller]
    fn track(&self, path: &str) -> Answer {
        self.get_with(path, "Prefer", "odata.track-changes")
    }

    /// The tracked read of a set that the gateway did not know. A database that shows any read that its schema is
    /// another leads to a look at once, any other one at most once a second.
    #[track_caller]
    fn appears(&self, path: &str) -> Answer {
        if Database::TELLS_EVERY_READ_OF_NEW_TABLES {
            return self.track(path).expect(200);
        }
        eventually(|| Some(self.track(path)).filter(|answer| answer.status == 200))
    }

    /// Asserts that a set is not served any more. A database that does not show any read that its schema is another shows
    /// it to those that track changes.
    #[track_caller]
    fn disappears(&self, path: &str) {
        if !Database::TELLS_EVERY_READ_OF_NEW_TABLES {
            self.track(path).expect(404);
        }
        self.get(path).expect(404);
    }

    /// The delta link behind a tracked read of `path`, which fits on one page.
    #[track_caller]
    fn delta_link(&self, path: &str) -> String {
        self.track(path).expect(200).delta_link()
    }

    fn ask(&self, method: &'static str, path: &str) -> Asking<'_> {
        self.client.ask(method, path)
    }

    /// The pages from `path` on, each asked for with `prefer`.
    #[track_caller]
    fn pages(&self, path: &str, prefer: &str) -> Vec<Answer> {
        let mut pages = vec![self.get_with(path, "Prefer", prefer).expect(200)];
        while let Some(next) = pages.last().and_then(|page| page.link("nextLink")) {
            pages.push(self.get_with(&next, "Prefer", prefer).expect(200));
        }
        pages
    }
}

/// The path and query of a link, for a gateway at another address.
fn path_of(link: &str) -> String {
    link[link.find("/odata/").expect("a link of a gateway")..].to_owned()
}

/// The `Id` of every item.
#[track_caller]
fn ids(answer: &Answer) -> Vec<i64> {
    answer.value().iter().map(|item| item["Id"].as_i64().unwrap_or_else(|| panic!("no Id in {item}"))).collect()
}

/// The names in an object, in no order.
fn names(object: &Value) -> Vec<&str> {
    object.as_object().expect("an object").keys().map(String::as_str).collect()
}

/// Text as a path segment: every character that could mean something is encoded.
pub(super) fn encoded(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}
