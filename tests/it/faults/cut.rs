//! The way to SQL Server: killed in mid-answer, cut, or silent. A stand-in answers, behind a wire of the test's own.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use super::Served;
use super::proxy::{Proxy, Wire};
use crate::stand_in::StandIn;
use crate::support::patience::eventually;
use crate::support::process::deltalink;
use crate::support::replica::Replica;
use crate::support::{table, wire};
use tempfile::TempDir;

/// Enough for many packets and many chunks.
const ROWS: usize = 4_000;
/// What a client waits for at most here: attempts and their pauses, each with a timeout of a second.
const BOUND: Duration = Duration::from_secs(19);

struct Scene {
    database: StandIn,
    proxy: Proxy,
    served: Served,
    _folder: TempDir,
}

fn scene() -> Scene {
    let database = StandIn::empty();
    database.execute("CREATE TABLE T (Id INT NOT NULL PRIMARY KEY, V VARCHAR(200))");
    let rows: Vec<String> = (0..ROWS).map(|id| format!("({id}, '{id:0180}')")).collect();
    rows.chunks(500).for_each(|rows| database.execute(&format!("INSERT INTO T VALUES {}", rows.join(", "))));
    database.track("T");
    let url = database.url();
    let port = url.split("127.0.0.1:").nth(1).unwrap().split('/').next().unwrap().parse().unwrap();
    let proxy = Proxy::before(SocketAddr::from(([127, 0, 0, 1], port)));
    let url = url.replace(&format!(":{port}/"), &format!(":{}/", proxy.address.port()));
    let folder = tempfile::tempdir().unwrap();
    let mut command = deltalink(folder.path());
    command.arg("serve").env("DELTALINK_DATABASE", format!("{url}&command-timeout=1&connect-timeout=1"));
    Scene { database, proxy, served: Served::start(command), _folder: folder }
}

impl Scene {
    fn octets(&self) -> wire::Answer {
        wire::get(self.served.address(), "/odata/T", "Prefer: odata.track-changes, odata.maxpagesize=50000\r\n")
    }

    fn assert_cut_off(&self) {
        let answer = self.octets();
        assert!(self.proxy.has_happened());
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert!(!answer.whole && !answer.text().contains("Link\""), "half an answer ends as if it were whole");
    }

    fn assert_equal(&self, copy: &mut Replica) {
        for _ in 0..2 {
            copy.sync(&self.served.client);
        }
        assert_eq!(copy.rows, table::rows(&self.database.connect(), "T"));
    }
}

#[test]
fn a_database_that_is_killed_in_mid_answer_leaves_half_an_answer_and_the_next_one_is_whole() {
    let scene = scene();
    let mut copy = Replica::new("T", &["Id"], Some(700));
    scene.assert_equal(&mut copy);
    for _ in 0..3 {
        scene.proxy.set(Wire::CutsAfter(400_000));
        scene.assert_cut_off();
        scene.proxy.set(Wire::Passes);
        assert!(scene.octets().whole);
        scene.database.execute("UPDATE T SET V = V + '.' WHERE Id < 50");
        scene.assert_equal(&mut copy);
    }
    // Before the first row, it is only asked again.
    scene.proxy.set(Wire::CutsAfter(10));
    let answer = scene.served.client.get("/odata/T?$top=3");
    assert!(matches!(answer.status, 200 | 503), "{}", answer.text());
    scene.proxy.set(Wire::Passes);
    scene.assert_equal(&mut copy);
    scene.served.log();
}

#[test]
fn packets_that_get_lost_in_mid_answer_are_not_waited_for_longer_than_configured() {
    let scene = scene();
    let mut copy = Replica::new("T", &["Id"], Some(700));
    scene.assert_equal(&mut copy);
    scene.proxy.set(Wire::LosesAfter(400_000));
    let begun = Instant::now();
    scene.assert_cut_off();
    assert!(begun.elapsed() < BOUND, "{:?}", begun.elapsed());
    scene.proxy.set(Wire::Passes);
    assert!(scene.octets().whole);
    scene.database.execute("DELETE FROM T WHERE Id = 5");
    scene.assert_equal(&mut copy);
    scene.served.log();
}

#[test]
fn a_database_that_is_silent_is_told_as_away_and_found_when_it_is_back() {
    let scene = scene();
    let client = &scene.served.client;
    let mut copy = Replica::new("T", &["Id"], None);
    scene.assert_equal(&mut copy);
    scene.proxy.set(Wire::LosesAfter(0));
    let begun = Instant::now();
    let answer = client.get("/odata/T?$top=1").expect(503);
    assert!(answer.header("Retry-After").is_some() && begun.elapsed() < BOUND, "{:?}", begun.elapsed());
    client.get("/odata/").expect(200);
    scene.proxy.set(Wire::Passes);
    scene.database.execute("UPDATE T SET V = 'back' WHERE Id = 9");
    eventually(|| (client.get("/odata/T?$top=1").status == 200).then_some(()));
    scene.assert_equal(&mut copy);
    scene.served.log();
}
