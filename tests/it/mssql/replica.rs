//! The property that all is for, on SQL Server: whatever is written, read, pruned and restarted, copies that are built from
//! nothing but answers equal their tables.
//!
//! Each write is one transaction, so all that it changes has one version. What is written is understood by T-SQL and SQLite
//! alike, so that a stand-in can be asked; what only T-SQL has is left out there. `DELTALINK_TEST_CASES` sets how many mixes
//! are tried.

use proptest::prelude::*;

use super::Database;
use crate::support::gateway::Gateway;
use crate::support::mssql::{Writer, write_down};
use crate::support::replica::Replica;

const CASES: u32 = 16;
/// Two tables, whose rows come from the same numbers and letters: the first has a composite key, the second one of text.
const TABLES: &str = "CREATE TABLE T (A INT NOT NULL, B VARCHAR(20) NOT NULL, V INT, W NVARCHAR(40), PRIMARY KEY (A, B));
    CREATE TABLE S (K VARCHAR(20) NOT NULL PRIMARY KEY, V INT, W NVARCHAR(40));
    INSERT INTO T VALUES (0, 'a', 0, 'x'), (1, 'a', 0, NULL), (1, 'b', 0, NULL), (2, 'a', NULL, 'y'), (2, 'b', 0, NULL), (3, 'c', 0, NULL);
    INSERT INTO S VALUES ('a0', 0, 'x'), ('a1', 0, NULL), ('b1', 0, NULL), ('it''s', NULL, 'y')";
const SETS: [(&str, &[&str]); 2] = [("T", &["A", "B"]), ("S", &["K"])];
const SIZES: [Option<u32>; 3] = [None, Some(1), Some(2)];
/// Copies of all of the tables, and as many of a part of them.
const COPIES: usize = 2 * SETS.len() * SIZES.len();

/// Who brings no credentials may read a part of each table, which a column that is hidden from them decides.
const PART: &str = "[access]\nanonymous = ['r']\n[access.roles.r]\n'*' = { columns = ['W'], filter = 'V lt 50' }";

/// One thing that happens.
#[derive(Clone, Debug)]
enum Event {
    /// A program writes in one transaction. The database may refuse it.
    Write { sql: String, keep: bool },
    /// The same, in a language that not every stand-in knows.
    WriteTSql(String),
    /// One copy makes so many requests.
    Steps { copy: usize, steps: usize },
    /// One copy is brought up to date.
    Sync { copy: usize },
    /// One copy asks for pages of another size from now on.
    PageSize { copy: usize, size: Option<u32> },
    /// All changes of a table but the newest outlive their retention.
    Prune { set: usize },
    /// The gateway ends, and another one listens at another port.
    Restart,
}

/// The condition that names one row, and the same as what an update sets.
fn row() -> impl Strategy<Value = (&'static str, Vec<String>)> {
    let letters = || prop_oneof![Just("a"), Just("b"), Just("c"), Just("it''s")];
    let composite = (0..5, letters()).prop_map(|(a, b)| ("T", vec![format!("A = {a}"), format!("B = '{b}'")]));
    let text = (0..3, letters()).prop_map(|(a, b)| ("S", vec![format!("K = '{b}{a}'")]));
    prop_oneof![2 => composite, 1 => text]
}

/// The values of a row's key, from what names it.
fn values(names: &[String]) -> String {
    names.iter().map(|name| &name[name.find('=').unwrap() + 2..]).collect::<Vec<_>>().join(", ")
}

fn columns(names: &[String]) -> String {
    names.iter().map(|name| &name[..name.find(' ').unwrap()]).collect::<Vec<_>>().join(", ")
}

fn statement() -> impl Strategy<Value = String> {
    let v = || 0..100;
    let insert = |table: &str, key: &[String], v: i32| {
        format!("INSERT INTO {table} ({}, V, W) VALUES ({}, {v}, 'w{v}')", columns(key), values(key))
    };
    let a_row = move || (row(), v());
    prop_oneof![
        4 => a_row().prop_map(move |((table, key), v)| insert(table, &key, v)),
        4 => a_row().prop_map(|((table, key), v)| format!("UPDATE {table} SET V = {v} WHERE {}", key.join(" AND "))),
        4 => a_row().prop_map(|((table, key), _)| format!("DELETE FROM {table} WHERE {}", key.join(" AND "))),
        // What is there already is replaced: deleted and inserted under one version.
        3 => a_row().prop_map(move |((table, key), v)| {
            format!("DELETE FROM {table} WHERE {}; {}", key.join(" AND "), insert(table, &key, v))
        }),
        1 => a_row().prop_map(move |((table, key), v)| {
            format!("DELETE FROM {table} WHERE {same}; {}; DELETE FROM {table} WHERE {same}", insert(table, &key, v), same = key.join(" AND "))
        }),
        // Keys change.
        3 => (row(), row()).prop_filter("of one table", |(one, other)| one.0 == other.0).prop_map(|((table, to), (_, from))| {
            format!("UPDATE {table} SET {} WHERE {}", to.join(", "), from.join(" AND "))
        }),
        1 => (0..5).prop_map(|a| format!("UPDATE T SET A = A + 1 WHERE A >= {a}")),
        1 => Just("UPDATE T SET A = 9 - A".to_owned()),
        // Many rows at once, and none.
        1 => v().prop_map(|v| format!("UPDATE T SET V = {v}; UPDATE S SET V = {v}")),
        1 => Just("UPDATE S SET W = W".to_owned()),
        1 => (5..9, 0..5).prop_map(|(to, from)| format!("INSERT INTO T (A, B, V) SELECT A + {to}, B, V FROM T WHERE A = {from}")),
        1 => Just("DELETE FROM T WHERE A > 3".to_owned()),
        1 => Just("DELETE FROM S".to_owned()),
    ]
}

fn t_sql() -> impl Strategy<Value = String> {
    let rows = proptest::collection::vec((0..5, prop_oneof![Just("a"), Just("b")], 0..100), 1..4);
    let merge = rows.prop_filter("a row comes once", |rows| {
        let keys: std::collections::BTreeSet<_> = rows.iter().map(|(a, b, _)| (a, b)).collect();
        keys.len() == rows.len()
    });
    let merge = merge.prop_map(|rows| {
        let rows: Vec<String> = rows.iter().map(|(a, b, v)| format!("({a}, '{b}', {v})")).collect();
        format!(
            "MERGE INTO T AS t USING (VALUES {}) AS s (A, B, V) ON t.A = s.A AND t.B = s.B
             WHEN MATCHED THEN UPDATE SET V = s.V
             WHEN NOT MATCHED BY TARGET THEN INSERT (A, B, V) VALUES (s.A, s.B, s.V)
             WHEN NOT MATCHED BY SOURCE AND t.A = 2 THEN DELETE;",
            rows.join(", ")
        )
    });
    prop_oneof![4 => merge, 1 => Just("TRUNCATE TABLE S".to_owned())]
}

fn event() -> impl Strategy<Value = Event> {
    let transaction = proptest::collection::vec(statement(), 1..5).prop_map(|statements| statements.join("; "));
    let size = prop_oneof![Just(None), (1..5u32).prop_map(Some)];
    prop_oneof![
        12 => (transaction, prop::bool::weighted(0.85)).prop_map(|(sql, keep)| Event::Write { sql, keep }),
        2 => t_sql().prop_map(Event::WriteTSql),
        8 => (0..COPIES, 1..4usize).prop_map(|(copy, steps)| Event::Steps { copy, steps }),
        3 => (0..COPIES).prop_map(|copy| Event::Sync { copy }),
        2 => (0..COPIES, size).prop_map(|(copy, size)| Event::PageSize { copy, size }),
        1 => (0..SETS.len()).prop_map(|set| Event::Prune { set }),
        1 => Just(Event::Restart),
    ]
}

/// A gateway on two tables and one on a part of each, and copies of all.
struct World<'d> {
    database: &'d Database,
    can_prune: bool,
    writer: Writer<'d>,
    gateways: Vec<Gateway>,
    copies: Vec<(usize, Replica)>,
}

/// Which of the two gateways serves a copy.
fn served_by(copy: usize) -> usize {
    copy / (SETS.len() * SIZES.len())
}

fn serve(database: &Database) -> Vec<Gateway> {
    ["", PART].map(|config| database.serve_with(config)).into()
}

impl<'d> World<'d> {
    fn on(database: &'d Database) -> Self {
        database.execute(TABLES);
        let mut copies = Vec::new();
        for (table, _) in SETS {
            database.track(table);
        }
        for (set, (table, key)) in SETS.into_iter().enumerate().chain(SETS.into_iter().enumerate()) {
            copies.extend(SIZES.map(|size| (set, Replica::new(table, key, size))));
        }
        let (writer, gateways) = (database.writer(), serve(database));
        Self { database, can_prune: database.can_prune(), writer, gateways, copies }
    }

    fn happens(&mut self, event: &Event) {
        match event {
            Event::Write { sql, keep } => {
                self.writer.write(sql, *keep);
            }
            Event::WriteTSql(sql) => {
                if self.database.speaks_t_sql() {
                    assert!(self.writer.write(sql, true), "refused: {sql}");
                } else {
                    write_down(sql);
                }
            }
            Event::Steps { copy, steps } => {
                let client = self.gateways[served_by(*copy)].client();
                for _ in 0..*steps {
                    let _ = self.copies[*copy].1.step(&client);
                }
            }
            Event::Sync { copy } => self.sync(*copy),
            Event::PageSize { copy, size } => self.copies[*copy].1.page_size = *size,
            Event::Prune { set } => {
                if self.can_prune {
                    self.database.prune(SETS[*set].0);
                }
            }
            Event::Restart => {
                self.gateways.clear();
                self.gateways = serve(self.database);
            }
        }
    }

    /// Brings a copy up to date, and compares.
    fn sync(&mut self, copy: usize) {
        let client = self.gateways[served_by(copy)].client();
        let (set, replica) = &mut self.copies[copy];
        // What it has begun ends at the bound with which it was begun; the round after that sees all.
        for _ in 0..2 {
            replica.sync(&client);
        }
        let (table, key) = SETS[*set];
        let mut expected = self.database.rows(table, key);
        if served_by(copy) == 1 {
            expected.retain(|_, row| row["V"].as_i64().is_some_and(|v| v < 50));
            for row in expected.values_mut() {
                row.as_object_mut().unwrap().remove("V");
            }
        }
        assert_eq!(replica.rows, expected, "copy {copy}");
    }
}

fn cases() -> u32 {
    std::env::var("DELTALINK_TEST_CASES").ok().map_or(CASES, |cases| cases.parse().expect("a number of cases"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, max_shrink_iters: 300, ..ProptestConfig::default() })]

    #[test]
    fn copies_built_from_answers_alone_equal_their_tables(events in proptest::collection::vec(event(), 1..60)) {
        let database = Database::empty();
        let mut world = World::on(&database);
        for event in &events {
            world.happens(event);
        }
        for copy in 0..COPIES {
            world.sync(copy);
        }
    }
}
