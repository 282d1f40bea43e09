//! Databases that are restored, or go another way than the one that a token comes from.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::Connection;
use rusqlite::backup::Backup;

use super::Scene;
use crate::support::replica::{Replica, Step};
use crate::support::sqlite::Database;
use crate::support::table;

const TABLE: &str = "CREATE TABLE T (Id INTEGER PRIMARY KEY, V TEXT); INSERT INTO T VALUES (1, 'a'), (2, 'b'), (3, 'c'), (4, 'd'), (5, 'e')";

/// How a backup is put back.
#[derive(Clone, Copy, Debug)]
enum Restore {
    /// The file takes the place of the other one.
    Rename,
    /// SQLite's backup API writes into the file that is open elsewhere.
    Api,
}

const BOTH: [Restore; 2] = [Restore::Rename, Restore::Api];

/// A copy of the database as it is now.
fn back_up(database: &Database) -> PathBuf {
    let backup = database.folder.path().join("backup.db");
    let _ = std::fs::remove_file(&backup);
    copy(&database.path(), &backup);
    backup
}

fn copy(from: &Path, to: &Path) {
    let from = Connection::open(from).unwrap();
    let mut to = Connection::open(to).unwrap();
    Backup::new(&from, &mut to).unwrap().run_to_completion(100, Duration::ZERO, None).unwrap();
}

impl Scene {
    fn restore(&mut self, backup: &Path, how: Restore) {
        match how {
            Restore::Api => copy(backup, &self.database.path()),
            Restore::Rename => {
                let path = self.database.path();
                self.writer = Connection::open_in_memory().unwrap();
                for journal in ["test.db-wal", "test.db-shm"] {
                    let _ = std::fs::remove_file(path.with_file_name(journal));
                }
                std::fs::copy(backup, path.with_file_name("restored.db")).unwrap();
                std::fs::rename(path.with_file_name("restored.db"), path).unwrap();
                self.writer = self.database.connect();
            }
        }
    }

    fn run(&self, sql: &str) {
        self.writer.execute_batch(sql).unwrap_or_else(|error| panic!("{error} in {sql}"));
    }
}

#[test]
fn links_from_after_a_backup_end_with_its_restoration() {
    for how in BOTH {
        let mut scene = Scene::of(TABLE);
        scene.write("UPDATE T SET V = 'x' WHERE Id = 1");
        let backup = back_up(&scene.database);
        scene.write("UPDATE T SET V = 'y' WHERE Id = 2; DELETE FROM T WHERE Id = 3");
        // The late copy is at a version from before the backup; here it is brought behind it.
        let client = scene.client();
        scene.copies[0].late.sync(&client);
        scene.restore(&backup, how);
        assert_eq!(scene.expiry("T"), (410, "HistoryChanged".to_owned()), "{how:?}");
        scene.start_over();
        scene.write("UPDATE T SET V = 'z' WHERE Id = 4");
        scene.finish();
    }
}

#[test]
fn links_from_after_a_backup_stay_ended_when_their_versions_have_passed_again() {
    for how in BOTH {
        for writes in 0..5 {
            let mut scene = Scene::of(TABLE);
            let backup = back_up(&scene.database);
            scene.write("UPDATE T SET V = 'y' WHERE Id = 2; DELETE FROM T WHERE Id = 3");
            let client = scene.client();
            scene.copies[0].late.sync(&client);
            scene.restore(&backup, how);
            for number in 0..writes {
                scene.run(&format!("UPDATE T SET V = 'other {number}' WHERE Id = 4"));
            }
            assert_eq!(scene.expiry("T"), (410, "HistoryChanged".to_owned()), "{how:?}, {writes} writes");
            scene.start_over();
        }
    }
}

#[test]
fn links_from_before_a_backup_outlive_its_restoration() {
    for how in BOTH {
        let mut scene = Scene::of(TABLE);
        scene.write("UPDATE T SET V = 'x' WHERE Id = 1; DELETE FROM T WHERE Id = 5");
        let backup = back_up(&scene.database);
        // The copies have seen the backup's last version, the late one an earlier version; nothing after it.
        scene.run("UPDATE T SET V = 'lost' WHERE Id = 2; DELETE FROM T WHERE Id = 3; INSERT INTO T VALUES (9, 'lost')");
        scene.restore(&backup, how);
        scene.compare("the restoration");
        scene.write("UPDATE T SET V = 'kept' WHERE Id = 4");
        scene.finish();
    }
}

#[test]
fn a_restoration_in_the_middle_of_an_initial_load_starts_it_over() {
    for how in BOTH {
        let mut scene = Scene::of(TABLE);
        let backup = back_up(&scene.database);
        scene.run("UPDATE T SET V = 'y' WHERE Id = 1");
        let client = scene.client();
        let mut copy = Replica::new("T", &["Id"], Some(2));
        assert_eq!(copy.step(&client), Step::Page);
        scene.restore(&backup, how);
        scene.run("UPDATE T SET V = 'z' WHERE Id = 5");
        assert_eq!(copy.step(&client), Step::StartedOver, "{how:?}");
        copy.sync(&client);
        assert_eq!(copy.rows, table::rows(&scene.writer, "T"));
    }
}

#[test]
fn a_page_that_saw_more_than_the_backup_holds_starts_over_although_the_load_began_before() {
    for how in BOTH {
        let mut scene = Scene::of(TABLE);
        let client = scene.client();
        let mut copy = Replica::new("T", &["Id"], Some(2));
        assert_eq!(copy.step(&client), Step::Page);
        let backup = back_up(&scene.database);
        scene.run("UPDATE T SET V = 'lost' WHERE Id = 3");
        assert_eq!(copy.step(&client), Step::Page);
        assert_eq!(copy.rows["[\"3\"]"]["V"], "lost");
        scene.restore(&backup, how);
        assert_eq!(copy.step(&client), Step::StartedOver, "{how:?}");
        copy.sync(&client);
        assert_eq!(copy.rows, table::rows(&scene.writer, "T"));
    }
}

#[test]
fn a_restoration_in_the_middle_of_a_delta_starts_it_over() {
    for how in BOTH {
        for passed_again in [false, true] {
            let mut scene = Scene::of(TABLE);
            let client = scene.client();
            let mut copy = Replica::new("T", &["Id"], Some(2));
            copy.sync(&client);
            let backup = back_up(&scene.database);
            scene.run("UPDATE T SET V = 'lost'");
            assert_eq!(copy.step(&client), Step::Page);
            scene.restore(&backup, how);
            if passed_again {
                scene.run("UPDATE T SET V = 'other' WHERE Id < 3; UPDATE T SET V = 'another' WHERE Id < 5");
            }
            assert_eq!(copy.step(&client), Step::StartedOver, "{how:?}");
            copy.sync(&client);
            assert_eq!(copy.rows, table::rows(&scene.writer, "T"));
        }
    }
}

/// Pages of a delta show rows as they are, so they can show versions that are newer than the delta's upper bound.
#[test]
fn a_page_of_a_delta_that_showed_what_a_restoration_took_back_starts_over() {
    for how in BOTH {
        let mut scene = Scene::of(TABLE);
        let client = scene.client();
        let mut copy = Replica::new("T", &["Id"], Some(1));
        copy.sync(&client);
        scene.run("UPDATE T SET V = 'first'");
        assert_eq!(copy.step(&client), Step::Page);
        let backup = back_up(&scene.database);
        // Row 3 stays in the delta at its old version for readers of the backup; this page reads what is there now.
        scene.run(
            "UPDATE T SET V = 'lost' WHERE Id = 2; DELETE FROM T WHERE Id = 3; INSERT INTO T VALUES (2000, 'lost')",
        );
        while copy.step(&client) == Step::Page {}
        scene.restore(&backup, how);
        copy.sync(&client);
        assert_eq!(copy.rows, table::rows(&scene.writer, "T"), "{how:?}");
    }
}

#[test]
fn a_copy_that_went_another_way_is_another_history() {
    let mut scene = Scene::of(TABLE);
    scene.write("UPDATE T SET V = 'x' WHERE Id = 1");
    let other = Database { keys: scene.database.keys.clone(), ..Database::empty() };
    copy(&scene.database.path(), &other.path());
    other.execute("UPDATE T SET V = 'other' WHERE Id = 2");
    scene.write("UPDATE T SET V = 'own' WHERE Id = 3");
    let client = scene.client();
    scene.copies[0].late.sync(&client);
    let mut other = Scene::following(other, "");
    std::mem::swap(&mut other.copies, &mut scene.copies);
    assert_eq!(other.expiry("T"), (410, "HistoryChanged".to_owned()));
    other.start_over();
    other.write("DELETE FROM T");
    other.finish();
}

#[test]
fn a_backup_from_before_the_tracking_ends_every_link() {
    for how in BOTH {
        let database = Database::empty();
        database.execute(TABLE);
        let backup = back_up(&database);
        database.track("T");
        let mut scene = Scene::following(database, "[tables.T]");
        scene.restore(&backup, how);
        assert_eq!(scene.expiry("T"), (410, "TrackingRemoved".to_owned()), "{how:?}");
        scene.database.track("T");
        assert_eq!(scene.expiry("T"), (410, "TableRecreated".to_owned()), "{how:?}");
        scene.start_over();
    }
}

#[test]
fn a_backup_with_an_earlier_installation_of_tracking_ends_links_of_the_later_one() {
    for how in BOTH {
        let database = Database::empty();
        database.execute(TABLE);
        database.track("T");
        let backup = back_up(&database);
        database.track("T");
        let mut scene = Scene::following(database, "");
        scene.restore(&backup, how);
        assert_eq!(scene.expiry("T"), (410, "TableRecreated".to_owned()), "{how:?}");
        scene.start_over();
    }
}

#[test]
fn a_backup_from_before_a_pruning_goes_on() {
    for how in BOTH {
        let mut scene = Scene::of(TABLE);
        scene.write("UPDATE T SET V = 'x' WHERE Id = 1");
        let backup = back_up(&scene.database);
        scene.run("UPDATE T SET V = 'y'; DELETE FROM T WHERE Id = 2");
        scene.database.prune("T");
        scene.restore(&backup, how);
        scene.compare("the restoration");
        scene.database.prune("T");
        scene.run("UPDATE T SET V = 'z' WHERE Id = 3");
        scene.compare("another pruning");
    }
}
