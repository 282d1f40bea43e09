//! Requests are understood, recorded, and refused unless the test knows them.

use super::client::{config, connect, connection};
use crate::tds::{Kind, Reply, Request, Settings};

fn knows_one(request: &Request) -> Option<Reply> {
    (request.sql == "SELECT 1").then(|| Reply::new().count(1))
}

#[tokio::test]
async fn a_statement_that_nobody_taught_is_wrong() {
    let peer = Settings::new(knows_one).start();
    let mut connection = connection(&peer).await;
    for parameters in [&[][..], &[&7_i64 as &dyn tiberius::ToSql]] {
        let error = connection.execute("SELEKT 1", parameters).await.unwrap_err();
        let tiberius::error::Error::Server(error) = error else { panic!("{error}") };
        assert_eq!((error.code(), error.class()), (102, 15));
        assert_eq!(error.message(), "Incorrect syntax near 'SELEKT 1'.");
    }
    assert_eq!(connection.execute("SELECT 1", &[]).await.unwrap().total(), 1);
}

#[tokio::test]
async fn a_procedure_that_nobody_taught_is_wrong() {
    let peer = Settings::new(knows_one).start();
    let mut connection = connection(&peer).await;
    let outcome = tiberius::Command::new("sp_who").exec(&mut connection).await.unwrap().into_command_result().await;
    assert_eq!(outcome.err().and_then(|error| error.code()), Some(102));
}

#[tokio::test]
async fn batches_and_statements_with_parameters_are_told_apart() {
    let peer = Settings::new(|_| Some(Reply::new())).start();
    let mut connection = connection(&peer).await;
    connection.simple_query("one").await.unwrap().into_results().await.unwrap();
    connection.execute("two @P1 @P2", &[&7_i64, &"x"]).await.unwrap();
    let requests = peer.requests();
    assert_eq!((&requests[0].kind, requests[0].sql.as_str()), (&Kind::Batch, "one"));
    assert_eq!((&requests[1].kind, requests[1].sql.as_str()), (&Kind::ExecuteSql, "two @P1 @P2"));
    assert_eq!(requests[1].declarations, "@P1 bigint,@P2 nvarchar(4000)");
    let names: Vec<&str> = requests[1].parameters.iter().map(|parameter| parameter.name.as_str()).collect();
    assert_eq!(names, ["@P1", "@P2"]);
}

#[tokio::test]
async fn requests_are_recorded_in_order_with_their_connection() {
    let peer = Settings::new(|_| Some(Reply::new())).start();
    let mut first = connection(&peer).await;
    let mut other = config(&peer);
    other.application_name("other");
    let mut second = connect(other).await.unwrap();
    first.execute("a", &[]).await.unwrap();
    second.execute("b", &[]).await.unwrap();
    first.execute("c", &[]).await.unwrap();
    let requests = peer.requests();
    let seen: Vec<(u64, &str, &str)> = requests
        .iter()
        .map(|request| (request.connection, request.sql.as_str(), request.login.application.as_str()))
        .collect();
    assert_eq!(seen, [(1, "a", "tiberius"), (2, "b", "other"), (1, "c", "tiberius")]);
}

#[tokio::test]
async fn a_statement_may_be_long() {
    let peer = Settings::new(|_| Some(Reply::new())).start();
    let long = format!("SELECT /*{}*/ 1", "é".repeat(100_000));
    connection(&peer).await.simple_query(long.as_str()).await.unwrap().into_results().await.unwrap();
    assert_eq!(peer.requests()[0].sql, long);
}

#[tokio::test]
#[should_panic(expected = "a handler that fails")]
async fn a_handler_that_panics_fails_the_test() {
    let peer = Settings::new(|_| panic!("a handler that fails")).start();
    let outcome = connection(&peer).await.execute("SELECT 1", &[]).await;
    assert!(outcome.is_err());
}
