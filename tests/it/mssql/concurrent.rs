//! Several programs write to SQL Server, several copies follow, and gateways come and go: at the end every copy equals the
//! table.
//!
//! The work is bounded by its amount, never by time; `DELTALINK_TEST_ROUNDS` makes it longer.

use super::Database;
use crate::support::chance::Chance;
use crate::support::followers::{Stage, follow};

const ROUNDS: usize = 4;
const WRITERS: u64 = 3;
/// Transactions of each writer in each round.
const TRANSACTIONS: usize = 40;
/// Answers that followers must have got in a round before the gateway ends.
const ANSWERS: usize = 20;
const PAGES: [Option<u32>; 4] = [None, Some(3), Some(20), Some(70)];

const TABLE: &str = "CREATE TABLE Digit (D INT NOT NULL PRIMARY KEY);
    INSERT INTO Digit VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9);
    CREATE TABLE T (A INT NOT NULL, B VARCHAR(10) NOT NULL, V INT, PRIMARY KEY (A, B));
    INSERT INTO T SELECT a.D + 10 * b.D, 'a', 0 FROM Digit AS a CROSS JOIN Digit AS b";

#[test]
fn copies_equal_the_table_whatever_writers_and_restarted_gateways_do() {
    let rounds = std::env::var("DELTALINK_TEST_ROUNDS").map_or(ROUNDS, |rounds| rounds.parse().expect("a number"));
    let database = &Database::empty();
    database.execute(TABLE);
    database.track("T");
    let stage = &Stage::default();
    std::thread::scope(|scope| {
        let followers: Vec<_> = PAGES.iter().map(|&size| scope.spawn(move || follow(stage, size))).collect();
        let writers: Vec<_> = (0..WRITERS).map(|seed| scope.spawn(move || write(database, rounds, seed))).collect();
        for _ in 0..rounds {
            let gateway = database.serve();
            stage.change(|state| (state.gateway, state.answers) = (Some(gateway.client()), 0));
            stage.wait_for(|state| (state.answers >= ANSWERS).then_some(()));
            stage.change(|state| state.gateway = None);
        }
        let written: usize = writers.into_iter().map(|writer| writer.join().unwrap()).sum();
        assert!(written > 0, "nothing was accepted");
        let gateway = database.serve();
        stage.change(|state| (state.gateway, state.written) = (Some(gateway.client()), true));
        let rows = database.rows("T", &["A", "B"]);
        for follower in followers {
            let copy = follower.join().unwrap();
            assert_eq!(copy.rows, rows, "pages of {:?}", copy.page_size);
        }
    });
}

/// Writes on a connection of its own; how many transactions were kept. What the database refuses, a deadlock's victim for
/// instance, leaves nothing.
fn write(database: &Database, rounds: usize, seed: u64) -> usize {
    let mut writer = database.writer();
    let mut chance = Chance::of(seed);
    let mut kept = 0;
    for _ in 0..rounds * TRANSACTIONS {
        let statements: Vec<String> = (0..=chance.below(3)).map(|_| statement(&mut chance)).collect();
        let keep = chance.below(8) > 0;
        kept += usize::from(writer.write(&statements.join("; "), keep) && keep);
    }
    kept
}

fn statement(chance: &mut Chance) -> String {
    let (a, b, v) = (chance.below(120), ["a", "b"][chance.below(2)], chance.below(1_000_000));
    match chance.below(10) {
        0 | 1 => format!("DELETE FROM T WHERE A = {a} AND B = '{b}'; INSERT INTO T VALUES ({a}, '{b}', {v})"),
        2 => format!("DELETE FROM T WHERE A = {a}"),
        3 => format!("UPDATE T SET A = {} WHERE A = {a} AND B = '{b}'", chance.below(120)),
        4 => format!("UPDATE T SET V = {v} WHERE A BETWEEN {a} AND {a} + 9"),
        _ => format!("UPDATE T SET V = {v} WHERE A = {a}"),
    }
}
