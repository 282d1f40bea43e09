//! What pruning may take: nothing that a link which it leaves valid still needs.

use super::run;
use super::{Copies, Scene};
use crate::support::replica::{Replica, Step};
use crate::support::table;

const TABLE: &str = "CREATE TABLE T (Id INTEGER PRIMARY KEY, V TEXT); INSERT INTO T VALUES (1, 'a'), (2, 'b'), (3, 'c'), (4, 'd'), (5, 'e')";

fn floor(scene: &Scene) -> u64 {
    scene.writer.query_row("SELECT min_valid_version FROM _deltalink_tables", [], |row| row.get(0)).unwrap()
}

fn versions(scene: &Scene) -> (u64, u64) {
    scene
        .writer
        .query_row("SELECT min(version), max(version) FROM _deltalink_log_1", [], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap()
}

#[test]
fn links_older_than_what_is_kept_start_over_and_newer_ones_do_not() {
    let mut scene = Scene::of(TABLE);
    scene.write("UPDATE T SET V = 'x' WHERE Id = 1");
    scene.write("DELETE FROM T WHERE Id = 2");
    scene.database.prune("T");
    assert_eq!((floor(&scene), versions(&scene)), (2, (2, 2)), "the newest event stays");
    assert_eq!(scene.expiry("T"), (410, "Pruned".to_owned()));
    scene.compare("the pruning");
    let client = scene.client();
    assert_eq!(scene.copies[0].late.sync(&client), 1);
    scene.write("UPDATE T SET V = 'y' WHERE Id = 3");
    scene.finish();
}

#[test]
fn pruning_between_the_pages_of_a_load_or_a_delta_starts_it_over() {
    for delta in [false, true] {
        let scene = Scene::of(TABLE);
        let client = scene.client();
        let mut copy = Replica::new("T", &["Id"], Some(1));
        if delta {
            copy.sync(&client);
        }
        scene.database.execute("UPDATE T SET V = 'x'");
        assert_eq!(copy.step(&client), Step::Page);
        // What the pages before have shown, and what they have not, may be pruned away.
        scene.database.execute("DELETE FROM T WHERE Id IN (1, 2)");
        scene.database.prune("T");
        assert_eq!(copy.step(&client), Step::StartedOver);
        copy.sync(&client);
        assert_eq!(copy.rows, table::rows(&scene.writer, "T"));
    }
}

#[test]
fn whatever_the_clock_says_no_valid_link_misses_a_change() {
    // Seconds before now at which each of nine events was recorded, as clocks may have it: running, standing, going
    // backwards, jumping, running ahead.
    let week = 7 * 24 * 60 * 60;
    for (number, ages) in [
        [9 * week, 8 * week, 7 * week, 6 * week, 5 * week, 4 * week, 3 * week, 10, 0],
        [2 * week; 9],
        [0, 0, 0, 2 * week, 2 * week, 2 * week, 2 * week, 2 * week, 2 * week],
        [2 * week, 2 * week, 0, 2 * week, 2 * week, 0, 2 * week, 2 * week, 2 * week],
        [2 * week, -9 * week, 2 * week, 2 * week, 2 * week, 2 * week, 2 * week, 2 * week, 2 * week],
        [2 * week, 2 * week, 2 * week, 2 * week, 2 * week, 2 * week, 2 * week, 2 * week, -week],
        [2 * week, 0, 2 * week, 2 * week, 2 * week, 2 * week, 2 * week, 2 * week, 2 * week],
        [week + 5, week + 4, week + 3, week - 60, week + 2, week + 1, 0, week + 9, week + 9],
    ]
    .into_iter()
    .enumerate()
    {
        let mut scene = Scene::of(TABLE);
        let client = scene.client();
        let mut at_version: Vec<Replica> = Vec::new();
        for event in 0..ages.len() {
            at_version.push(Copies::of("T".to_owned(), &scene.writer, &client).late);
            scene.write(&format!("REPLACE INTO T VALUES ({}, 'event {event}')", 1 + event % 7));
        }
        for (event, age) in ages.iter().enumerate() {
            scene
                .writer
                .execute("UPDATE _deltalink_log_1 SET at = unixepoch() - ?1 WHERE version = ?2", (age, event + 1))
                .unwrap();
        }
        for _ in 0..3 {
            run(&scene.database, "prune", &[]);
            let floor = floor(&scene);
            assert!(
                floor <= 9 && versions(&scene) == (floor.max(1), 9),
                "case {number}: {floor} {:?}",
                versions(&scene)
            );
            for (version, copy) in at_version.iter().enumerate() {
                let mut copy = copy.clone();
                let started_over = copy.sync(&client);
                assert_eq!(started_over, usize::from((version as u64) < floor), "case {number}, version {version}");
                assert_eq!(copy.rows, table::rows(&scene.writer, "T"), "case {number}, version {version}");
            }
        }
        scene.compare("the prunings");
        scene.write("DELETE FROM T WHERE Id > 3");
    }
}

#[test]
fn a_long_log_is_pruned_in_batches_down_to_its_newest_event() {
    let mut scene = Scene::of(TABLE);
    scene.database.execute("WITH RECURSIVE n(i) AS (SELECT 10 UNION ALL SELECT i + 1 FROM n WHERE i < 25100) INSERT INTO T SELECT i, i FROM n; DELETE FROM T WHERE Id > 12");
    let (first, last) = versions(&scene);
    run(&scene.database, "track", &["T", "--retention", "0s"]);
    let printed = run(&scene.database, "prune", &[]);
    assert_eq!(printed.trim(), format!("{} recorded changes removed", last - first));
    assert_eq!((floor(&scene), versions(&scene)), (last, (last, last)));
    scene.start_over();
    scene.write("UPDATE T SET V = 'on'");
}
