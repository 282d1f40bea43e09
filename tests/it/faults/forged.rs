//! A flood of tokens that nobody signed: refused without asking the database, in constant memory, while others are served.

use std::time::Instant;

use deltalink::token::{Keyring, State, Token};

use super::Served;
use crate::stand_in::StandIn;
use crate::support::client::Client;
use crate::support::process::deltalink;
use crate::support::replica::Replica;
use crate::support::table;

const FLOOD: usize = 400;
const SENDERS: usize = 4;
/// What the flood may add, when a flood before it has shown how much memory the threads take.
const ALLOWED_KIB: u64 = 8 * 1024;

/// Forgeries of every kind, made of a good token.
fn forged(good: &str, number: usize) -> String {
    let at = number * 7 % good.len();
    let other = Token {
        set: "T".to_owned(),
        select: None,
        query: None,
        fingerprint: number as u64,
        mark: None,
        state: State::Rows { after: Vec::new(), remaining: None, anchor: None },
    };
    match number % 8 {
        0 => good[..at].to_owned(),
        1 => format!("{}{}{}", &good[..at], if &good[at..=at] == "A" { "B" } else { "A" }, &good[at + 1..]),
        2 => good.chars().rev().collect(),
        3 => other.seal(&Keyring::generate()),
        4 => "A".repeat(50_000),
        5 => format!("{good}{good}"),
        6 => format!("{number:040x}"),
        _ => "%FF%00'%20OR%201=1".to_owned(),
    }
}

/// Each sender sends so many; each is refused as a mistake of the client.
fn flood(client: &Client, good: &str) {
    std::thread::scope(|scope| {
        for sender in 0..SENDERS {
            scope.spawn(move || {
                for number in 0..FLOOD {
                    let option = if number % 3 == 0 { "$skiptoken" } else { "$deltatoken" };
                    let token = forged(good, number * SENDERS + sender);
                    let answer = client.ask("GET", &format!("/odata/T?{option}={token}")).try_send().unwrap();
                    assert!((400..500).contains(&answer.status), "{} {}", answer.status, answer.text());
                }
            });
        }
    });
}

#[test]
fn a_flood_of_forged_tokens_costs_no_memory_and_no_statements_and_others_are_served() {
    let database = StandIn::empty();
    database.execute(
        "CREATE TABLE T (Id INT NOT NULL PRIMARY KEY, V VARCHAR(200)); INSERT INTO T VALUES (1, 'a'), (2, 'b')",
    );
    database.track("T");
    let folder = tempfile::tempdir().unwrap();
    let mut command = deltalink(folder.path());
    command.arg("serve").env("DELTALINK_DATABASE", database.url());
    let served = Served::start(command);
    let client = &served.client;
    let mut copy = Replica::new("T", &["Id"], None);
    copy.sync(client);
    let good = copy.link.clone().unwrap().split_once("deltatoken=").unwrap().1.to_owned();
    flood(client, &good);
    let (memory, asked, begun) = (served.memory(), database.asked(), Instant::now());
    flood(client, &good);
    let (grown, asked) = (served.memory().saturating_sub(memory), database.asked() - asked);
    assert!(grown < ALLOWED_KIB, "{grown} KiB more");
    // A name that is not found leads to a look at the schema, once a second at most.
    let looks = usize::try_from(begun.elapsed().as_secs()).unwrap() + 2;
    assert!(asked <= 2 * looks && asked < SENDERS * FLOOD / 20, "{asked} statements in {:?}", begun.elapsed());
    std::thread::scope(|scope| {
        let flooding = scope.spawn(|| flood(client, &good));
        for number in 0..20 {
            database.execute(&format!("INSERT INTO T VALUES ({}, 'meanwhile')", 10 + number));
            assert_eq!(copy.sync(client), 0);
        }
        flooding.join().unwrap();
    });
    copy.sync(client);
    assert_eq!(copy.rows, table::rows(&database.connect(), "T"));
    served.log();
}
