//! Several programs write, several copies follow, changes are pruned, and the gateway is killed again and again: at the end
//! every copy equals the table.
//!
//! The writers are processes: the test binary runs itself, with `writer_process` as the only test. The work is bounded by
//! its amount, never by time; `DELTALINK_TEST_ROUNDS` makes it longer.

use std::io::{BufRead, Write};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rusqlite::Connection;

use crate::support::chance::Chance;
use crate::support::client::Client;
use crate::support::followers::{Stage, follow};
use crate::support::process::{self, Process};
use crate::support::sqlite::Database;
use crate::support::table;

const ROUNDS: usize = 15;
const WRITERS: usize = 3;
/// Transactions of each writer in each round.
const TRANSACTIONS: u64 = 300;
/// Answers that followers must have got in a round before the gateway is killed.
const ANSWERS: usize = 40;
/// Events that pruning leaves.
const KEPT: i64 = 400;
/// How long a writer waits for the others.
const PATIENCE: Duration = Duration::from_secs(120);
const PAGES: [Option<u32>; 4] = [None, Some(5), Some(40), Some(150)];

const FILE: &str = "DELTALINK_TEST_FILE";
const SEED: &str = "DELTALINK_TEST_SEED";

pub(crate) const TABLE: &str = "CREATE TABLE T (A INTEGER, B TEXT COLLATE NOCASE, U INTEGER UNIQUE, V TEXT, PRIMARY KEY (A, B));
    WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 199) INSERT INTO T SELECT i, 'a', i, 'v' FROM n";

#[test]
fn copies_equal_the_table_whatever_writers_pruning_and_killed_gateways_do() {
    let rounds = std::env::var("DELTALINK_TEST_ROUNDS").map_or(ROUNDS, |rounds| rounds.parse().expect("a number"));
    let database = Database::empty();
    database.execute(TABLE);
    database.track("T");
    std::fs::write(database.folder.path().join("keys"), &database.keys).unwrap();
    let mut writers: Vec<Writer> = (0..WRITERS).map(|seed| Writer::start(&database, seed)).collect();
    let stage = &Stage::default();
    std::thread::scope(|scope| {
        let followers: Vec<_> = PAGES.iter().map(|&size| scope.spawn(move || follow(stage, size))).collect();
        for round in 0..rounds {
            let (gateway, client) = serve(&database);
            stage.change(|state| (state.gateway, state.answers) = (Some(client), 0));
            writers.iter_mut().for_each(Writer::go_on);
            prune(&database);
            stage.wait_for(|state| (state.answers >= ANSWERS).then_some(()));
            stage.change(|state| state.gateway = None);
            assert!(gateway.kill(), "round {round}");
        }
        writers.drain(..).for_each(Writer::end);
        let (_gateway, client) = serve(&database);
        stage.change(|state| (state.gateway, state.written) = (Some(client), true));
        let rows = table::rows(&database.connect(), "T");
        assert!(!rows.is_empty());
        for follower in followers {
            let copy = follower.join().unwrap();
            assert_eq!(copy.rows, rows, "pages of {:?}", copy.page_size);
        }
    });
}

/// The built program, with a key file, so that links outlive it.
fn serve(database: &Database) -> (Process, Client) {
    let mut command = process::deltalink(database.folder.path());
    command.args(["serve", "--signing-key-file", "keys", "--database", "sqlite:test.db"]);
    Process::serving(command)
}

/// Lets all events but the newest outlive their retention, and prunes.
fn prune(database: &Database) {
    let old = "UPDATE _deltalink_log_1 SET at = 0 WHERE version <= (SELECT max(version) FROM _deltalink_log_1) - ?1";
    database.connect().execute(old, [KEPT]).unwrap();
    process::run(database.folder.path(), &["prune", "--database", "sqlite:test.db"]).expect(0);
}

/// A process that writes a round of transactions for each line that it reads, and ends with its input.
pub(crate) struct Writer(Child);

impl Writer {
    pub(crate) fn start(database: &Database, seed: usize) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["concurrent::writer_process", "--exact", "--ignored"]);
        command.env(FILE, database.path()).env(SEED, seed.to_string());
        Self(command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap())
    }

    pub(crate) fn go_on(&mut self) {
        self.0.stdin.as_mut().unwrap().write_all(b"go on\n").unwrap();
    }

    /// Ends it in the middle of what it writes; whether it was running.
    #[cfg(all(target_os = "linux", feature = "mssql"))]
    pub(crate) fn kill(mut self) -> bool {
        let running = self.0.try_wait().unwrap().is_none();
        self.0.kill().unwrap();
        running
    }

    fn end(mut self) {
        drop(self.0.stdin.take());
        assert!(self.0.wait().unwrap().success(), "a writer failed");
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
#[ignore = "a role that another test gives to a process of its own"]
fn writer_process() {
    let Some(file) = std::env::var_os(FILE) else { return };
    let seed: u64 = std::env::var(SEED).unwrap().parse().unwrap();
    let connection = Connection::open(file).unwrap();
    connection.busy_timeout(PATIENCE).unwrap();
    connection.execute_batch("PRAGMA synchronous = OFF").unwrap();
    let mut chance = Chance::of(seed);
    for line in std::io::stdin().lock().lines() {
        line.unwrap();
        for _ in 0..TRANSACTIONS {
            transaction(&connection, &mut chance);
        }
    }
}

/// Writes something; what SQLite refuses is rolled back.
fn transaction(connection: &Connection, chance: &mut Chance) {
    connection.execute_batch("BEGIN IMMEDIATE").unwrap();
    let written = (0..=chance.below(3)).try_for_each(|_| connection.execute_batch(&statement(chance)));
    let keep = written.is_ok() && chance.below(8) > 0;
    if !connection.is_autocommit() {
        connection.execute_batch(if keep { "COMMIT" } else { "ROLLBACK" }).unwrap();
    }
}

fn statement(chance: &mut Chance) -> String {
    let (a, b, other) = (chance.below(200), ["a", "A", "b"][chance.below(3)], chance.below(200));
    let (u, value) = (chance.below(300), chance.below(1_000_000));
    match chance.below(10) {
        0 | 1 => format!("INSERT OR IGNORE INTO T VALUES ({a}, '{b}', {u}, '{value}')"),
        2 => format!("REPLACE INTO T VALUES ({a}, '{b}', {u}, '{value}')"),
        3 => format!("DELETE FROM T WHERE A = {a} AND B = '{b}'"),
        4 => format!("UPDATE OR REPLACE T SET A = {other}, B = '{b}' WHERE A = {a}"),
        5 => format!("UPDATE OR REPLACE T SET U = {u} WHERE A = {a} AND B = '{b}'"),
        6 => format!(
            "INSERT INTO T VALUES ({a}, '{b}', NULL, '{value}') ON CONFLICT DO UPDATE SET V = excluded.V, B = excluded.B"
        ),
        7 => format!("UPDATE T SET V = '{value}' WHERE A BETWEEN {a} AND {a} + 5"),
        _ => format!("UPDATE T SET V = '{value}' WHERE A = {a}"),
    }
}
