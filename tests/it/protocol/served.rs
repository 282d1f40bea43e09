//! A canned database, a peer that answers from it, a gateway in front of that, and a client.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use deltalink::backend::mssql::{MssqlBackend, Settings, Target};
use deltalink::error::Error;

use super::database::Database;
use super::statement::{Part, Statement};
use super::table::Table;
use crate::support::client::{Answer, Client};
use crate::support::gateway::Gateway;
use crate::support::process::deltalink;
use crate::support::wire;
use crate::tds::{Peer, Request};

pub(super) const PASSWORD: &str = "hush-hush";

/// How a gateway is set up.
#[derive(Clone, Copy)]
pub(super) struct Setup {
    /// More of the connection string.
    pub(super) options: &'static str,
    pub(super) snapshots: bool,
    pub(super) epoch: &'static str,
    /// The text of the configuration file.
    pub(super) config: &'static str,
}

/// With one connection, so that it is known which one is used: whoever needs it waits until it is back.
pub(super) const USUAL: Setup = Setup { options: "Max Pool Size=1", snapshots: true, epoch: "", config: "" };

pub(super) struct Served {
    pub(super) client: Client,
    pub(super) gateway: Gateway,
    pub(super) peer: Peer,
    pub(super) database: Database,
}

/// A connection string, for a peer without encryption and with `options`.
pub(super) fn connection_string(peer: &Peer, options: &str) -> String {
    let port = peer.port();
    format!("Server=127.0.0.1,{port};Database=Shop;User ID=deltalink;Password={PASSWORD};{options}")
}

const PLAIN: &str = "Encrypt=DANGER_PLAINTEXT;";

/// A gateway on the peer.
pub(super) fn gateway(peer: &Peer, database: &Database, setup: Setup) -> Result<Gateway, Error> {
    let plain = if setup.options.contains("Encrypt") { "" } else { PLAIN };
    let target = Target::parse(&connection_string(peer, &format!("{plain}{}", setup.options)))?;
    let settings = Settings { schema: None, snapshots: setup.snapshots, epoch: setup.epoch.to_owned() };
    Gateway::start(Arc::new(MssqlBackend::open(target, settings)?), &database.keys, setup.config)
}

/// The built binary in `folder`, for the database behind the peer.
pub(super) fn binary(folder: &Path, peer: &Peer, arguments: &[&str]) -> Command {
    let mut command = deltalink(folder);
    command.args(arguments).env("DELTALINK_DATABASE", connection_string(peer, PLAIN));
    command
}

impl Served {
    #[track_caller]
    pub(super) fn of(table: Table) -> Self {
        Self::with(Database::of([table]), USUAL)
    }

    #[track_caller]
    pub(super) fn with(database: Database, setup: Setup) -> Self {
        let peer = database.settings().start();
        let gateway = gateway(&peer, &database, setup).unwrap();
        Self { client: gateway.client(), gateway, peer, database }
    }

    #[track_caller]
    pub(super) fn get(&self, path: &str) -> Answer {
        self.client.get(path)
    }

    /// The answer as octets, which may be cut off.
    pub(super) fn octets(&self, path: &str) -> wire::Answer {
        wire::get(self.gateway.address, path, "Prefer: odata.track-changes, odata.maxpagesize=50000\r\n")
    }

    /// A delta link from now on, as path and query.
    #[track_caller]
    pub(super) fn latest(&self, set: &str) -> String {
        let link = self.get(&format!("/odata/{set}?$deltatoken=latest")).expect(200).delta_link();
        link.strip_prefix(&self.client.base).unwrap().to_owned()
    }

    /// What the peer has been asked since `before` requests, in order.
    pub(super) fn asked_since(&self, before: usize) -> Vec<Request> {
        self.peer.requests().split_off(before)
    }

    /// How many requests the peer has had.
    pub(super) fn asked(&self) -> usize {
        self.peer.requests().len()
    }

    /// What the peer has been asked while `work` was done: the parts, each with the number of its connection.
    pub(super) fn parts_of<T>(&self, work: impl FnOnce() -> T) -> (T, Vec<(Part, u64)>) {
        let before = self.asked();
        let result = work();
        let part = |request: &Request| (Statement::of(request).expect("a known statement").part, request.connection);
        (result, self.asked_since(before).iter().map(part).collect())
    }
}

/// Orders of two columns, with three rows.
pub(super) fn orders() -> Table {
    use super::table::column;
    let row = |id: i64, note: &str| vec![id.into(), note.into()];
    Table::new("Orders", &["Id"], vec![column("Id", "int"), column("Note", "nvarchar(40)")]).rows([
        row(1, "first"),
        row(2, "second"),
        row(3, "third"),
    ])
}

/// Five thousand rows of 200 characters, which are many chunks and one page.
pub(super) fn wide() -> Table {
    use super::table::column;
    let columns = vec![column("Id", "int"), column("Filler", "nvarchar(200)")];
    Table::new("Wide", &["Id"], columns)
        .made_rows(5000, |number| vec![i64::try_from(number).unwrap().into(), "x".repeat(200).as_str().into()])
}

/// Asserts that half an answer cannot be taken for a whole one.
#[track_caller]
pub(super) fn assert_cut_off(answer: &wire::Answer) {
    assert_eq!(answer.status, 200);
    assert!(answer.chunks > 0 && !answer.whole, "the body ends as if it were whole");
    let text = answer.text();
    assert!(!text.contains("Link\"") && !text.contains("secret"), "{}", &text[text.len() - 200..]);
    serde_json::from_str::<serde_json::Value>(&text).expect_err("half an answer must not be JSON");
}
