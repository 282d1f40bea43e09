//! What a test does with its database, rehearsed with a peer that obeys: a real server is not always there.

use std::sync::atomic::{AtomicBool, Ordering};

use super::address::Address;
use super::server::Server;
use crate::tds::{Column, Corpus, Fault, Length, Peer, Reply, Settings, Type};

/// A peer that remembers everything, refuses what is called so, and has one table and one deadlock.
fn obedient() -> Peer {
    let met_deadlock = AtomicBool::new(false);
    let settings = Settings::new(move |request| {
        let statements = [vec!["DROP TABLE [dl_1].[T];".into()]];
        let names = [Column::new("statement", Type::NVarChar(Length::Max))];
        Some(match request.sql.as_str() {
            sql if sql.contains("deadlock") && !met_deadlock.swap(true, Ordering::Relaxed) => {
                Reply::new().error(Fault::new(1205, "deadlocked").class(13))
            }
            sql if sql.contains("refused") => {
                Reply::new().error(Fault::new(2627, "Violation of PRIMARY KEY constraint."))
            }
            sql if sql.starts_with("SELECT N'DROP TABLE") => Reply::new().rows(&names, statements),
            _ => Reply::new(),
        })
    });
    settings.adding_to(Corpus::from_environment()).start()
}

/// What was sent, each with the database that it was sent to.
fn sent(peer: &Peer) -> Vec<(String, String)> {
    peer.requests().into_iter().map(|request| (request.login.database.clone(), request.sql)).collect()
}

#[test]
fn a_schema_is_made_used_and_removed() {
    let peer = obedient();
    let server = Server::at(Address::of_peer(&peer), "dl_1".to_owned(), false);
    server.execute("CREATE TABLE T (Id INT PRIMARY KEY); INSERT INTO T VALUES (1)");
    server.rename_column("T", "Id", "it's");
    let mut writer = server.writer();
    assert!(!writer.write("INSERT INTO T VALUES ('refused')", true));
    assert!(writer.write("INSERT INTO T VALUES ('it''s')", false));
    assert!(server.rows("T", &["Id"]).is_empty());
    drop((writer, server));
    let sent = sent(&peer);
    let count = |words: &str| sent.iter().filter(|(_, sql)| sql.contains(words)).count();
    for (words, times) in [
        ("SET QUOTED_IDENTIFIER", 2),
        ("CREATE USER [dl_1] WITHOUT LOGIN WITH DEFAULT_SCHEMA = [dl_1];", 1),
        ("CREATE SCHEMA [dl_1] AUTHORIZATION [dl_1];", 1),
        ("INSERT INTO T VALUES (1);\nCOMMIT TRANSACTION;') AS USER = N'dl_1';", 1),
        ("VALUES (''it''''s'');\nROLLBACK TRANSACTION;') AS USER = N'dl_1';", 1),
        ("IF @@TRANCOUNT > 0 ROLLBACK TRANSACTION;", 1),
        ("sp_rename N'[dl_1].[T].[Id]', N'it''s', N'COLUMN';", 1),
        ("SELECT * FROM [dl_1].[T] FOR JSON PATH", 1),
    ] {
        assert_eq!(count(words), times, "{words}");
    }
    let last: Vec<&str> = sent.iter().rev().take(2).map(|(_, sql)| sql.as_str()).collect();
    assert_eq!(last, ["DROP SCHEMA IF EXISTS [dl_1]; DROP USER IF EXISTS [dl_1];", "DROP TABLE [dl_1].[T];"]);
}

#[test]
fn a_victim_of_a_deadlock_tries_again() {
    let peer = obedient();
    Server::at(Address::of_peer(&peer), "dl_1".to_owned(), false).execute("CREATE TABLE deadlock (Id INT)");
    assert_eq!(sent(&peer).iter().filter(|(_, sql)| sql.contains("deadlock")).count(), 2);
}

#[test]
fn what_a_failed_test_has_made_is_removed_too() {
    let peer = obedient();
    let address = Address::of_peer(&peer);
    let failed = std::thread::spawn(move || {
        let _server = Server::at(address, "dl_1".to_owned(), false);
        std::panic::resume_unwind(Box::new("a test that fails"));
    });
    assert!(failed.join().is_err());
    assert!(sent(&peer).last().unwrap().1.starts_with("DROP SCHEMA IF EXISTS [dl_1];"));
}

#[test]
fn a_database_is_backed_up_put_back_and_removed() {
    let peer = obedient();
    let server = Server::at(Address::of_peer(&peer).of_database("dl_2"), "dl_2".to_owned(), true);
    let backup = server.backup();
    server.restore(&backup);
    drop(server);
    let sent = sent(&peer);
    let places = |words: &str| -> Vec<&str> {
        sent.iter().filter(|(_, sql)| sql.contains(words)).map(|(database, _)| database.as_str()).collect()
    };
    assert_eq!((places("BACKUP"), places("RESTORE")), (vec!["dl_2"], vec!["master"]));
    assert_eq!(places("DROP DATABASE"), ["master"]);
}
