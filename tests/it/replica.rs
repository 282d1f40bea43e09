//! The property that all is for: whatever is written, read, pruned and restarted, a copy that is built from nothing but
//! answers equals the table; and a copy of who may read a part of it equals that part, as rows come into it and leave it.
//!
//! `DELTALINK_TEST_CASES` sets how many mixes are tried.

use proptest::prelude::*;

use crate::support::gateway::Gateway;
use crate::support::replica::{Replica, Step};
use crate::support::sqlite::Database;
use crate::support::table;

const CASES: u32 = 60;
const TABLE: &str = "CREATE TABLE T (A INTEGER, B TEXT COLLATE NOCASE, U TEXT COLLATE NOCASE, V INTEGER, PRIMARY KEY (A, B));
    CREATE UNIQUE INDEX T_U ON T (U);
    INSERT INTO T VALUES (0, 'a', 'x', 0), (1, 'a', 'y', 0), (1, 'b', NULL, 0), (2, 'a', 'z', 0), (2, 'b', NULL, 0), (3, 'c', NULL, 0)";

/// One thing that happens.
#[derive(Clone, Debug)]
enum Event {
    /// A program writes, with `recursive_triggers` on or off. SQLite may refuse it, whole or in part.
    Write { sql: String, recursive: bool },
    /// One copy makes so many requests.
    Steps { copy: usize, steps: usize },
    /// One copy is brought up to date.
    Sync { copy: usize },
    /// One copy asks for pages of another size from now on.
    PageSize { copy: usize, size: Option<u32> },
    /// All events but the newest so many outlive their retention.
    Prune { kept: i64 },
    /// The gateway ends, and another one listens at another port.
    Restart,
}

const SIZES: [Option<u32>; 3] = [None, Some(1), Some(2)];
const COPIES: usize = 2 * SIZES.len();

/// Who brings no credentials may read a part of the table, which a column that is hidden from them decides.
const PART: &str = "[access]\nanonymous = ['r']\n[access.roles.r]\nT = { columns = ['U'], filter = 'V lt 50' }";

fn write() -> impl Strategy<Value = String> {
    let a = || 0..4;
    let b = || prop_oneof![Just("'a'"), Just("'A'"), Just("'b'"), Just("'c'")];
    let u = || prop_oneof![3 => Just("NULL"), 1 => Just("'x'"), 1 => Just("'X'"), 1 => Just("'y'"), 1 => Just("'z'")];
    let or = || prop_oneof![Just(""), Just("OR REPLACE"), Just("OR IGNORE"), Just("OR FAIL"), Just("OR ROLLBACK")];
    let row = move || (a(), b(), u()).prop_map(|(a, b, u)| format!("({a}, {b}, {u}, abs(random() % 100))"));
    let same = move || (a(), b()).prop_map(|(a, b)| format!("A = {a} AND B = {b}"));
    let which =
        move || prop_oneof![same(), u().prop_map(|u| format!("U IS {u}")), a().prop_map(|a| format!("A > {a}"))];
    prop_oneof![
        4 => (or(), row()).prop_map(|(or, row)| format!("INSERT {or} INTO T VALUES {row}")),
        2 => (or(), row(), row(), row()).prop_map(|(or, a, b, c)| format!("INSERT {or} INTO T VALUES {a}, {b}, {c}")),
        2 => row().prop_map(|row| format!("INSERT INTO T VALUES {row} ON CONFLICT (A, B) DO UPDATE SET U = excluded.U, V = V + 1")),
        1 => row().prop_map(|row| format!("INSERT INTO T VALUES {row} ON CONFLICT (U) DO UPDATE SET A = excluded.A, B = excluded.B")),
        1 => row().prop_map(|row| format!("INSERT INTO T VALUES {row} ON CONFLICT DO NOTHING")),
        3 => which().prop_map(|which| format!("UPDATE T SET V = V + 1 WHERE {which}")),
        3 => (or(), u(), which()).prop_map(|(or, u, which)| format!("UPDATE {or} T SET U = {u} WHERE {which}")),
        4 => (or(), a(), b(), which()).prop_map(|(or, a, b, which)| format!("UPDATE {or} T SET A = {a}, B = {b} WHERE {which}")),
        1 => or().prop_map(|or| format!("UPDATE {or} T SET A = A + 1")),
        1 => Just("UPDATE T SET B = upper(B)".to_owned()),
        1 => (0..9, row()).prop_map(|(rowid, row)| format!("INSERT OR REPLACE INTO T (A, B, U, V, rowid) SELECT *, {rowid} FROM (VALUES {row})")),
        4 => same().prop_map(|same| format!("DELETE FROM T WHERE {same}")),
        1 => Just("DELETE FROM T".to_owned()),
        1 => Just("VACUUM".to_owned()),
    ]
}

fn event() -> impl Strategy<Value = Event> {
    let transaction = proptest::collection::vec(write(), 2..5)
        .prop_flat_map(|writes| (Just(writes.join("; ")), prop_oneof![Just("COMMIT"), Just("ROLLBACK")]))
        .prop_map(|(writes, end)| format!("BEGIN; {writes}; {end}"));
    let size = prop_oneof![Just(None), (1..5u32).prop_map(Some)];
    prop_oneof![
        12 => (write(), any::<bool>()).prop_map(|(sql, recursive)| Event::Write { sql, recursive }),
        2 => (transaction, any::<bool>()).prop_map(|(sql, recursive)| Event::Write { sql, recursive }),
        8 => (0..COPIES, 1..4usize).prop_map(|(copy, steps)| Event::Steps { copy, steps }),
        3 => (0..COPIES).prop_map(|copy| Event::Sync { copy }),
        2 => (0..COPIES, size).prop_map(|(copy, size)| Event::PageSize { copy, size }),
        1 => (0..6i64).prop_map(|kept| Event::Prune { kept }),
        1 => Just(Event::Restart),
    ]
}

/// A gateway on a table and one on a part of it, and copies of both.
struct World {
    database: Database,
    writer: rusqlite::Connection,
    gateways: Vec<Gateway>,
    copies: Vec<Replica>,
}

/// Which of the two gateways serves a copy.
fn served_by(copy: usize) -> usize {
    copy / SIZES.len()
}

fn serve(database: &Database) -> Vec<Gateway> {
    ["", PART].map(|config| database.serve_with(config)).into()
}

impl World {
    fn new() -> Self {
        let database = Database::empty();
        database.execute(TABLE);
        database.track("T");
        let writer = database.connect();
        writer.execute_batch("PRAGMA synchronous = OFF").unwrap();
        let copies = (0..COPIES).map(|copy| Replica::new("T", &["A", "B"], SIZES[copy % SIZES.len()])).collect();
        Self { writer, gateways: serve(&database), copies, database }
    }

    fn happens(&mut self, event: &Event) {
        match event {
            Event::Write { sql, recursive } => {
                let setting = if *recursive { "ON" } else { "OFF" };
                let _ = self.writer.execute_batch(&format!("PRAGMA recursive_triggers = {setting}; {sql}"));
                // What fails in the middle of a transaction leaves it open.
                if !self.writer.is_autocommit() {
                    self.writer.execute_batch("COMMIT").unwrap();
                }
            }
            Event::Steps { copy, steps } => {
                for _ in 0..*steps {
                    let _ = self.step(*copy);
                }
            }
            Event::Sync { copy } => self.sync(*copy),
            Event::PageSize { copy, size } => self.copies[*copy].page_size = *size,
            Event::Prune { kept } => self.prune(*kept),
            Event::Restart => {
                self.gateways.clear();
                self.gateways = serve(&self.database);
            }
        }
    }

    fn step(&mut self, copy: usize) -> Step {
        let client = self.gateways[served_by(copy)].client();
        self.copies[copy].step(&client)
    }

    /// Brings a copy up to date, and compares.
    fn sync(&mut self, copy: usize) {
        // What it has begun ends at the bound with which it was begun; the round after that sees all.
        for _ in 0..2 {
            let client = self.gateways[served_by(copy)].client();
            self.copies[copy].sync(&client);
        }
        let mut expected = table::rows(&self.writer, "T");
        if served_by(copy) == 1 {
            expected.retain(|_, row| row["V"].as_i64().is_some_and(|v| v < 50));
            for row in expected.values_mut() {
                row.as_object_mut().unwrap().remove("V");
            }
        }
        assert_eq!(self.copies[copy].rows, expected, "copy {copy}");
    }

    fn prune(&mut self, kept: i64) {
        let old =
            "UPDATE _deltalink_log_1 SET at = 0 WHERE version <= (SELECT max(version) FROM _deltalink_log_1) - ?1";
        self.writer.execute(old, [kept]).unwrap();
        self.database.prune_what_is_old("T");
    }
}

fn cases() -> u32 {
    std::env::var("DELTALINK_TEST_CASES").ok().map_or(CASES, |cases| cases.parse().expect("a number of cases"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, max_shrink_iters: 2000, ..ProptestConfig::default() })]

    #[test]
    fn a_copy_built_from_answers_alone_equals_the_table(events in proptest::collection::vec(event(), 1..60)) {
        let mut world = World::new();
        for event in &events {
            world.happens(event);
        }
        for copy in 0..COPIES {
            world.sync(copy);
        }
    }
}
