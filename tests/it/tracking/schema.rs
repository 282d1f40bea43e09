//! Tables that change while they are followed.

use deltalink::edm::Tracking;

use super::Scene;
use crate::support::sqlite::Database;

const TABLE: &str = "CREATE TABLE T (A INTEGER, \"B b\" TEXT, U TEXT, V TEXT, PRIMARY KEY (A, \"B b\")); CREATE UNIQUE INDEX T_U ON T (U);
    INSERT INTO T VALUES (1, 'a', 'ua', 'va'), (2, 'b', 'ub', 'vb'), (3, 'c', 'uc', 'vc')";
/// Exposes the table whether it is tracked or not.
const CONFIGURED: &str = "[tables.T]";

/// `TABLE`, tracked, configured and followed.
fn configured() -> Scene {
    let database = Database::empty();
    database.execute(TABLE);
    database.track("T");
    Scene::following(database, CONFIGURED)
}

impl Scene {
    /// What is wrong with the tracking of `T`.
    fn damage(&self) -> Option<String> {
        let catalog = self.database.describe();
        match &catalog.tables.iter().find(|table| table.name == "T").unwrap().tracking {
            Tracking::Triggers { damage, .. } => damage.clone(),
            _ => panic!("T is not tracked"),
        }
    }

    #[track_caller]
    fn expect_whole(&self) {
        assert_eq!(self.damage(), None);
    }

    #[track_caller]
    fn alter(&mut self, sql: &str) {
        self.writer.execute_batch(sql).unwrap_or_else(|error| panic!("{error} in {sql}"));
    }

    #[track_caller]
    fn expect_expiry(&self, reason: &str) {
        assert_eq!(self.expiry("T"), (410, reason.to_owned()));
    }
}

#[test]
fn an_added_column_ends_links_that_return_all_and_tracking_stays_whole() {
    let mut scene = Scene::of(TABLE);
    let selected = scene.client().track("/odata/T?$select=V").expect(200).delta_link();
    scene.alter("ALTER TABLE T ADD COLUMN N INTEGER DEFAULT 5");
    scene.expect_whole();
    scene.expect_expiry("ColumnsChanged");
    scene.start_over();
    scene.write("UPDATE T SET N = 6 WHERE A = 1; INSERT OR REPLACE INTO T VALUES (9, 'n', 'ub', 'v', 7)");
    assert_eq!(scene.client().get(&selected).expect(200).value().len(), 3, "two changed rows and a deletion");
    scene.finish();
}

#[test]
fn renamed_columns_end_links_that_return_them_and_tracking_stays_whole() {
    for (from, to) in [("V", "W"), ("A", "Order"), ("\"B b\"", "\"C \"\"c\"\"\""), ("U", "unique")] {
        let mut scene = Scene::of(TABLE);
        scene.alter(&format!("ALTER TABLE T RENAME COLUMN {from} TO \"{}\"", to.trim_matches('"')));
        scene.expect_whole();
        scene.expect_expiry("ColumnsChanged");
        let mut renamed = Scene::following(scene.database, "");
        renamed.write("INSERT INTO T VALUES (8, 'h', 'uh', 'vh')");
        renamed.write("INSERT OR REPLACE INTO T VALUES (9, 'n', 'ub', 'v')");
        renamed.write("DELETE FROM T WHERE rowid = 1");
        renamed.finish();
    }
}

#[test]
fn a_dropped_column_ends_links_that_return_it_and_tracking_stays_whole() {
    let mut scene = Scene::of(TABLE);
    scene.alter("ALTER TABLE T DROP COLUMN V");
    scene.expect_whole();
    scene.expect_expiry("ColumnsChanged");
    scene.start_over();
    scene.write("INSERT OR REPLACE INTO T VALUES (9, 'n', 'ub')");
    scene.finish();
}

#[test]
fn a_renamed_table_is_another_entity_set_with_the_same_history() {
    let mut scene = Scene::of(TABLE);
    scene.alter("ALTER TABLE T RENAME TO \"Other \"\"t\"\"\"; INSERT OR REPLACE INTO \"Other \"\"t\"\"\" VALUES (9, 'n', 'ub', 'v')");
    let mut renamed =
        Scene::following(Database { keys: scene.database.keys.clone(), folder: scene.database.folder }, "");
    renamed.write("UPDATE \"Other \"\"t\"\"\" SET V = 'x' WHERE A = 1");
    renamed.alter("ALTER TABLE \"Other \"\"t\"\"\" RENAME TO T");
    renamed.expect_whole();
    let gateway = renamed.database.serve();
    let client = gateway.client();
    for copies in &mut scene.copies {
        for copy in &mut copies.eager {
            assert_eq!(copy.sync(&client), 0, "links from before both renamings are still good");
            assert_eq!(copy.rows, crate::support::table::rows(&renamed.writer, "T"));
        }
    }
}

#[test]
fn a_table_that_was_dropped_and_made_again_starts_over() {
    let mut scene = configured();
    scene.alter("DROP TABLE T");
    scene.alter(TABLE);
    scene.expect_expiry("TrackingRemoved");
    scene.database.track("T");
    scene.expect_expiry("TableRecreated");
    scene.start_over();
    scene.write("INSERT OR REPLACE INTO T VALUES (9, 'n', 'ub', 'v')");
}

#[test]
fn a_table_that_was_made_again_and_tracked_before_anyone_asked_starts_over() {
    let mut scene = Scene::of(TABLE);
    scene.alter("DROP TABLE T");
    scene.alter(TABLE);
    scene.database.track("T");
    scene.expect_expiry("TableRecreated");
    scene.start_over();
    scene.write("UPDATE T SET V = 'x'");
}

#[test]
fn a_table_that_was_copied_under_its_old_name_starts_over() {
    let mut scene = configured();
    scene.alter(
        "BEGIN; CREATE TABLE New (A INTEGER, \"B b\" TEXT, U TEXT UNIQUE, V TEXT, PRIMARY KEY (A, \"B b\")); INSERT INTO New SELECT * FROM T;
         DROP TABLE T; ALTER TABLE New RENAME TO T; UPDATE T SET V = 'unseen'; COMMIT",
    );
    scene.expect_expiry("TrackingRemoved");
    scene.database.track("T");
    scene.start_over();
    scene.write("INSERT OR REPLACE INTO T VALUES (9, 'n', 'ub', 'v')");
}

#[test]
fn tables_that_change_places_start_over() {
    let mut scene = Scene::of(&format!(
        "{TABLE}; CREATE TABLE S AS SELECT * FROM T WHERE 0; DROP TABLE S; CREATE TABLE S (A INTEGER, \"B b\" TEXT, U TEXT, V TEXT, PRIMARY KEY (A, \"B b\"))"
    ));
    scene.alter("ALTER TABLE T RENAME TO X; ALTER TABLE S RENAME TO T; ALTER TABLE X RENAME TO S");
    scene.expect_expiry("TableRecreated");
    scene.start_over();
    scene.write("INSERT INTO T VALUES (1, 'n', 'n', 'n'); DELETE FROM S");
}

#[test]
fn a_unique_index_made_after_tracking_damages_it_until_it_is_tracked_again() {
    for index in ["CREATE UNIQUE INDEX T_V ON T (V)", "CREATE UNIQUE INDEX T_V ON T (V, U) WHERE A > 1"] {
        let mut scene = Scene::of(TABLE);
        scene.alter(index);
        assert!(scene.damage().unwrap().contains("triggers are missing"), "{index}");
        scene.expect_expiry("TrackingRemoved");
        let untracked = scene.client().track("/odata/T").expect(200);
        assert_eq!((untracked.link("deltaLink"), untracked.header("Preference-Applied")), (None, None));
        scene.alter("UPDATE OR REPLACE T SET V = 'vb' WHERE A = 1");
        scene.database.track("T");
        scene.expect_whole();
        scene.expect_expiry("TableRecreated");
        scene.start_over();
        scene.write("UPDATE OR REPLACE T SET V = 'vc' WHERE A = 1");
    }
}

#[test]
fn other_changes_of_indexes_leave_tracking_whole() {
    let mut scene = Scene::of(TABLE);
    scene.write("CREATE INDEX T_V ON T (V); CREATE INDEX T_VU ON T (V, U) WHERE V IS NOT NULL");
    scene.expect_whole();
    scene.write("DROP INDEX T_U; DROP INDEX T_V; REPLACE INTO T VALUES (8, 'h', 'ub', 'v')");
    scene.expect_whole();
    scene.write("REPLACE INTO T VALUES (8, 'h', 'x', 'v'); UPDATE T SET U = NULL; CREATE UNIQUE INDEX T_U ON T (U)");
    scene.expect_whole();
    scene.finish();
}

#[test]
fn a_trigger_that_was_dropped_damages_tracking() {
    for trigger in ["insert", "update", "delete", "before_insert_0", "before_update_0"] {
        let mut scene = Scene::of(TABLE);
        scene.alter(&format!("DROP TRIGGER _deltalink_1_{trigger}"));
        assert!(scene.damage().is_some(), "{trigger}");
        scene.expect_expiry("TrackingRemoved");
    }
}
