//! One canned database behind a peer: what it holds, what is to happen to its answers, and who may look.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use deltalink::token::Keyring;

use super::answer::answer;
use super::incident::{Incident, Trouble};
use super::statement::{Part, Statement};
use super::table::Table;
use crate::tds::{Corpus, Fault, Settings};

/// What a database holds and says of itself.
#[expect(clippy::struct_excessive_bools, reason = "what is switched on in a database, one by one")]
pub(super) struct State {
    pub(super) name: String,
    pub(super) tables: Vec<Table>,
    /// The newest version of its changes.
    pub(super) version: i64,
    /// Retention, its unit, and whether old changes are removed; none where changes are not tracked.
    pub(super) tracking: Option<(i64, &'static str, bool)>,
    pub(super) snapshots: bool,
    pub(super) read_only: bool,
    pub(super) fork: u128,
    pub(super) sees_fork: bool,
    /// What is known of the commit of each version that has not been cleaned up.
    pub(super) commits: BTreeMap<i64, String>,
    pub(super) sees_commits: bool,
    pub(super) oldest_commit: Option<i64>,
    incidents: Vec<Incident>,
}

impl State {
    /// The table of that quoted name.
    pub(super) fn table(&mut self, quoted: &str) -> Option<&mut Table> {
        self.tables.iter_mut().find(|table| table.quoted() == quoted)
    }

    /// The only table.
    #[track_caller]
    pub(super) fn only(&mut self) -> &mut Table {
        assert_eq!(self.tables.len(), 1);
        &mut self.tables[0]
    }

    fn incident(&mut self, part: Part) -> Option<Incident> {
        let place = self.incidents.iter().position(|incident| incident.part == part)?;
        Some(self.incidents.remove(place))
    }
}

/// A database that tests and peers share, and the keys of all gateways on it.
#[derive(Clone)]
pub(super) struct Database {
    state: Arc<Mutex<State>>,
    pub(super) keys: Arc<str>,
}

impl Database {
    /// A database `Shop` at version 10, where nothing is wrong.
    pub(super) fn of(tables: impl IntoIterator<Item = Table>) -> Self {
        let mut tables: Vec<Table> = tables.into_iter().collect();
        (1000..).zip(&mut tables).for_each(|(number, table)| table.object_id = number);
        let state = State {
            name: "Shop".to_owned(),
            tables,
            version: 10,
            tracking: Some((2, "DAYS", true)),
            snapshots: true,
            read_only: false,
            fork: 0x6F96_19FF_8B86_D011_B42D_00CF_4FC9_64FF,
            sees_fork: true,
            commits: BTreeMap::from([(10, "4711/250/2026-11-01T08:00:00".to_owned())]),
            sees_commits: true,
            oldest_commit: Some(3600),
            incidents: Vec::new(),
        };
        Self { state: Arc::new(Mutex::new(state)), keys: Keyring::generate_key().into() }
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.lock());
    }

    /// The next answer of that part ends so.
    pub(super) fn trouble(&self, part: Part, trouble: Trouble) {
        self.lock().incidents.push(Incident { trouble, ..Incident::none(part) });
    }

    /// The next answer of that part fails so.
    pub(super) fn fails(&self, part: Part, number: u32) {
        self.trouble(part, Trouble::Fails(Fault::new(number, "what the server says, with the secret name in it")));
    }

    /// When the next answer of that part is given, the database is not any more as it was.
    pub(super) fn meanwhile(&self, part: Part, change: impl FnOnce(&mut State) + Send + 'static) {
        self.lock().incidents.push(Incident { meanwhile: Box::new(change), ..Incident::none(part) });
    }

    /// As the two before, together.
    pub(super) fn fails_meanwhile(&self, part: Part, number: u32, change: impl FnOnce(&mut State) + Send + 'static) {
        let trouble = Trouble::Fails(Fault::new(number, "the object is another one"));
        self.lock().incidents.push(Incident { part, meanwhile: Box::new(change), trouble });
    }

    /// Whether everything that was to happen has happened.
    pub(super) fn is_quiet(&self) -> bool {
        self.lock().incidents.is_empty()
    }

    /// A peer in the making that answers from this database.
    pub(super) fn settings(&self) -> Settings {
        let database = self.clone();
        let handler = move |request: &_| {
            let statement = Statement::of(request)?;
            let mut state = database.lock();
            let incident = state.incident(statement.part);
            let Incident { meanwhile, trouble, .. } = incident.unwrap_or_else(|| Incident::none(statement.part));
            let instead = trouble.instead();
            let reply = instead.unwrap_or_else(|| answer(&mut state, &statement, request.in_transaction, trouble));
            meanwhile(&mut state);
            Some(reply)
        };
        Settings::new(handler).adding_to(Corpus::from_environment())
    }
}
