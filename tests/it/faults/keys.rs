//! Signing keys are replaced while clients follow: the new one first and both verify, then the old one goes.

use std::sync::atomic::{AtomicBool, Ordering};

use deltalink::token::Keyring;

use super::{Served, assert_equal, command, table_of};
use crate::support::client::Client;
use crate::support::replica::Replica;
use crate::support::sqlite::Database;

const FOLLOWERS: usize = 6;
/// Answers that each follower gets before the keys change again.
const ANSWERS: usize = 12;

fn follow(copy: &mut Replica, client: &Client) {
    for _ in 0..ANSWERS {
        copy.step(client);
    }
}

/// At another port each time, and at the same URL.
fn serve(database: &Database, keys: &[&str]) -> Served {
    let command = command(database, "public_url = 'http://deltalink.example/'\n");
    std::fs::write(database.folder.path().join("keys"), keys.join("\n")).unwrap();
    Served::start(command)
}

#[test]
fn keys_that_are_replaced_in_the_right_order_lose_no_follower() {
    let database = table_of(300, 20);
    let (old, new) = (Keyring::generate_key(), Keyring::generate_key());
    let mut copies: Vec<Replica> =
        (1..=FOLLOWERS).map(|size| Replica::new("T", &["Id"], Some(u32::try_from(size * 20).unwrap()))).collect();
    let mut abandoned = None;
    for keys in [&[&*old][..], &[&*new, &*old], &[&*new]] {
        let served = serve(&database, keys);
        let client = &served.client;
        abandoned.get_or_insert_with(|| client.track("/odata/T").expect(200).delta_link());
        let followed = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let writing = scope.spawn(|| {
                let writer = database.connect();
                let mut id = 0;
                while !followed.load(Ordering::SeqCst) {
                    id = id % 300 + 1;
                    writer.execute("UPDATE T SET V = V || '.' WHERE Id = ?1", [id]).unwrap();
                }
            });
            // A link that nobody honours would fail the step.
            let following: Vec<_> = copies.iter_mut().map(|copy| scope.spawn(|| follow(copy, client))).collect();
            let outcomes: Vec<_> = following.into_iter().map(std::thread::ScopedJoinHandle::join).collect();
            followed.store(true, Ordering::SeqCst);
            writing.join().unwrap();
            assert!(outcomes.iter().all(Result::is_ok), "a follower was lost");
        });
        served.log();
    }
    let served = serve(&database, &[&new]);
    for copy in &mut copies {
        assert_equal(copy, &served.client, &database);
    }
    // Who did not come while both were known starts over.
    let link = abandoned.unwrap();
    let path = &link[link.find("/odata/").unwrap()..];
    assert_eq!(served.client.get(path).expect(400).code(), "DeltaTokenInvalid");
    served.log();
}

/// A tag that outlived the key would keep a client that hears of no change at a link of the old key, until that is refused.
#[test]
fn a_follower_that_hears_of_no_change_gets_a_link_of_the_new_key_too() {
    let database = table_of(10, 20);
    let (old, new) = (Keyring::generate_key(), Keyring::generate_key());
    let served = serve(&database, &[&old]);
    let mut copy = Replica::new("T", &["Id"], None);
    // The second answer stands behind the link of the first, and has a tag; the third is only that tag.
    for _ in 0..3 {
        copy.sync(&served.client);
    }
    served.log();
    let served = serve(&database, &[&new, &old]);
    copy.sync(&served.client);
    served.log();
    let served = serve(&database, &[&new]);
    assert_eq!(copy.sync(&served.client), 0);
    database.execute("DELETE FROM T WHERE Id = 3");
    assert_equal(&mut copy, &served.client, &database);
    served.log();
}
