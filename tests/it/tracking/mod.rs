//! What SQLite's triggers must record, whatever a writer does.
//!
//! Every test writes as another program would, and compares copies that are kept by delta links with the table itself.

mod backups;
mod conflicts;
mod displaced;
mod keys;
mod lifecycle;
mod pruning;
mod schema;
mod storage;
mod unnoticed;
mod writers;

use rusqlite::Connection;

use crate::support::client::Client;
use crate::support::gateway::Gateway;
use crate::support::process;
use crate::support::replica::Replica;
use crate::support::sqlite::Database;
use crate::support::table;

/// A database whose tables are tracked, its gateway, a writer, and copies of every table.
struct Scene {
    gateway: Gateway,
    writer: Connection,
    copies: Vec<Copies>,
    database: Database,
}

/// Copies of one table.
struct Copies {
    table: String,
    /// Brought up to date after each write, in pages of several sizes.
    eager: Vec<Replica>,
    /// Brought up to date at the end only.
    late: Replica,
}

impl Scene {
    /// Tables made by `sql`, tracked and followed from here on.
    fn of(sql: &str) -> Self {
        let database = Database::empty();
        database.execute(sql);
        Self::on(database)
    }

    /// Tracks and follows every table of the database.
    fn on(database: Database) -> Self {
        for table in tables(&database) {
            database.track(&table);
        }
        Self::following(database, "")
    }

    /// Follows the tables that are tracked, through a gateway with the text of a configuration file.
    fn following(database: Database, config: &str) -> Self {
        let gateway = database.serve_with(config);
        let writer = database.connect();
        writer.execute_batch("PRAGMA synchronous = OFF").unwrap();
        let client = gateway.client();
        let copies = tables(&database).into_iter().map(|table| Copies::of(table, &writer, &client)).collect();
        Self { gateway, writer, copies, database }
    }

    fn client(&self) -> Client {
        self.gateway.client()
    }

    /// Writes, and compares.
    #[track_caller]
    fn write(&mut self, sql: &str) {
        self.writer.execute_batch(sql).unwrap_or_else(|error| panic!("{error} in {sql}"));
        self.compare(sql);
    }

    /// Writes what SQLite refuses, whole or in part, and compares.
    #[track_caller]
    fn refused(&mut self, sql: &str) {
        assert!(self.writer.execute_batch(sql).is_err(), "not refused: {sql}");
        self.compare(sql);
    }

    /// Brings the copies up to date; none of them may have to start over.
    #[track_caller]
    fn compare(&mut self, what: &str) {
        let client = self.client();
        for copies in &mut self.copies {
            let rows = table::rows(&self.writer, &copies.table);
            for copy in &mut copies.eager {
                assert_eq!(copy.sync(&client), 0, "started over after {what}");
                assert_eq!(copy.rows, rows, "{} after {what}", copies.table);
            }
        }
    }

    /// Brings the copies up to date, the late ones too; none of them may have to start over.
    #[track_caller]
    fn finish(mut self) {
        self.compare("everything");
        let client = self.client();
        for copies in &mut self.copies {
            assert_eq!(copies.late.sync(&client), 0, "started over");
            assert_eq!(copies.late.rows, table::rows(&self.writer, &copies.table), "{} in one go", copies.table);
        }
    }

    /// Brings the copies up to date; all of them have to start over, once.
    #[track_caller]
    fn start_over(&mut self) {
        let client = self.client();
        for copies in &mut self.copies {
            let rows = table::rows(&self.writer, &copies.table);
            for copy in copies.eager.iter_mut().chain([&mut copies.late]) {
                assert_eq!(copy.sync(&client), 1, "started over");
                assert_eq!(copy.rows, rows, "{}", copies.table);
            }
        }
    }

    /// The status, and the reason, of what the link of the first copy of `table` leads to now.
    #[track_caller]
    fn expiry(&self, table: &str) -> (u16, String) {
        let copies = self.copies.iter().find(|copies| copies.table == table).unwrap();
        let answer = self.client().get(copies.late.link.as_deref().unwrap());
        let error = &answer.json()["error"];
        (answer.status, error["details"][0]["code"].as_str().unwrap_or_default().to_owned())
    }
}

impl Copies {
    fn of(table: String, connection: &Connection, client: &Client) -> Self {
        let key = table::key(connection, &table);
        let key: Vec<&str> = key.iter().map(String::as_str).collect();
        let set = percent_encoding::utf8_percent_encode(
            &deltalink::edm::identifier(&table),
            percent_encoding::NON_ALPHANUMERIC,
        )
        .to_string();
        let copy = |page_size| {
            let mut copy = Replica::new(&set, &key, page_size);
            assert_eq!(copy.sync(client), 0);
            assert_eq!(copy.rows, table::rows(connection, &table), "{table}");
            copy
        };
        Self { eager: vec![copy(None), copy(Some(1)), copy(Some(2))], late: copy(Some(3)), table }
    }
}

fn tables(database: &Database) -> Vec<String> {
    database.describe().tables.into_iter().filter(|table| !table.key.is_empty()).map(|table| table.name).collect()
}

/// Runs `test` on a fresh scene with `recursive_triggers` off, as it is by default, and on another with it on.
fn whatever_recursive_triggers(sql: &str, test: impl Fn(&mut Scene)) {
    for setting in ["OFF", "ON"] {
        let mut scene = Scene::of(sql);
        scene.writer.execute_batch(&format!("PRAGMA recursive_triggers = {setting}")).unwrap();
        test(&mut scene);
        scene.finish();
    }
}

/// Runs a command of the built program on `database`: what it printed.
#[track_caller]
fn run(database: &Database, command: &str, arguments: &[&str]) -> String {
    let url = format!("sqlite:{}", database.path().display());
    process::run(database.folder.path(), &[&[command, "--database", &url], arguments].concat()).expect(0).out
}
