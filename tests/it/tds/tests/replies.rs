//! Replies of several parts, and replies that fail.

use futures_util::TryStreamExt;
use tiberius::error::Error;

use super::client::{connection, rows};
use crate::tds::{Column, Event, Fault, Length, Peer, Prepared, Reply, Settings, Type, Value};

fn numbers() -> [Column; 1] {
    [Column::new("n", Type::BigInt)]
}

/// A peer with one reply to everything.
fn replying(reply: impl Fn() -> Reply + Send + Sync + 'static) -> Peer {
    Settings::new(move |_| Some(reply())).start()
}

#[tokio::test]
async fn a_result_has_its_columns_and_rows() {
    let columns = [Column::new("Id", Type::BigInt).not_null(), Column::new("Name", Type::NVarChar(Length::Limited(9)))];
    let peer =
        replying(move || Reply::new().rows(&columns, vec![vec![1.into(), "Anna".into()], vec![2.into(), Value::Null]]));
    let rows = rows(&mut connection(&peer).await, "SELECT").await;
    assert_eq!(rows[0].columns().iter().map(tiberius::Column::name).collect::<Vec<_>>(), ["Id", "Name"]);
    assert_eq!((rows[0].get::<i64, _>(0), rows[0].get::<&str, _>(1)), (Some(1), Some("Anna")));
    assert_eq!((rows[1].get::<i64, _>(0), rows[1].get::<&str, _>(1)), (Some(2), None));
}

#[tokio::test]
async fn a_reply_may_have_several_results_and_messages() {
    let reply = || {
        let row = |number: i64| vec![Value::from(number)];
        let first = Reply::new().info(50_000, "hello").rows(&numbers(), vec![row(1)]);
        first.count(7).rows(&numbers(), vec![row(2), row(3)]).rows(&numbers(), Vec::<Vec<Value>>::new())
    };
    let peer = replying(reply);
    let mut connection = connection(&peer).await;
    for batch in [true, false] {
        let answer = if batch { connection.simple_query("all").await } else { connection.query("all", &[]).await };
        let results = answer.unwrap().into_results().await.unwrap();
        let numbers: Vec<Vec<i64>> =
            results.iter().map(|rows| rows.iter().filter_map(|row| row.get(0)).collect()).collect();
        assert_eq!(numbers, [vec![1], vec![2, 3], vec![]]);
    }
    assert_eq!(connection.execute("all", &[]).await.unwrap().rows_affected(), [1, 7, 2, 0]);
}

#[tokio::test]
async fn a_result_may_be_encoded_before() {
    let values = |numbers: std::ops::Range<i64>| numbers.map(|number| vec![Value::from(number)]);
    let prepared = Prepared::new(&numbers(), values(0..50_000));
    let peer = replying(move || Reply::new().prepared(&prepared).rows(&numbers(), values(7..8)));
    let mut connection = connection(&peer).await;
    for _ in 0..2 {
        let results = connection.query("SELECT", &[]).await.unwrap().into_results().await.unwrap();
        let read = results[0].iter().map(|row| row.get::<i64, _>(0).unwrap());
        assert!(read.eq(0..50_000));
        assert_eq!((results.len(), results[1][0].get::<i64, _>(0)), (2, Some(7)));
    }
}

#[tokio::test]
async fn a_reply_may_be_empty() {
    let peer = replying(Reply::new);
    let mut connection = connection(&peer).await;
    assert_eq!(connection.execute("nothing", &[]).await.unwrap().total(), 0);
    assert!(connection.simple_query("nothing").await.unwrap().into_results().await.unwrap().is_empty());
}

#[tokio::test]
async fn an_error_says_what_the_test_says() {
    let peer = replying(|| Reply::new().error(Fault::new(1205, "deadlock").state(51).class(13)));
    let mut connection = connection(&peer).await;
    for _ in 0..2 {
        let Err(Error::Server(error)) = connection.query("SELECT", &[]).await else { panic!("no error") };
        assert_eq!((error.code(), error.state(), error.class(), error.message()), (1205, 51, 13, "deadlock"));
    }
}

#[tokio::test]
async fn an_error_after_a_result_lets_the_result_be_read() {
    let peer = replying(|| Reply::new().rows(&numbers(), [vec![Value::from(1)]]).error(Fault::new(8134, "division")));
    let mut connection = connection(&peer).await;
    let mut rows = connection.simple_query("SELECT").await.unwrap().into_row_stream();
    assert_eq!(rows.try_next().await.unwrap().unwrap().get::<i64, _>(0), Some(1));
    assert_eq!(rows.try_next().await.unwrap_err().code(), Some(8134));
}

#[tokio::test]
async fn an_error_may_come_in_the_middle_of_rows() {
    let peer = replying(|| {
        let fault = Fault::new(3961, "the table has changed");
        let before = (0..1000).map(|number| Event::Row(vec![number.into()]));
        Reply::new().rows(&numbers(), before.chain([Event::Error(fault), Event::Row(vec![Value::Null])]))
    });
    let mut connection = connection(&peer).await;
    for _ in 0..2 {
        let mut rows = connection.query("SELECT", &[]).await.unwrap().into_row_stream();
        let mut count = 0;
        let error = loop {
            match rows.try_next().await {
                Ok(row) => count += row.map(|_| 1).unwrap(),
                Err(error) => break error,
            }
        };
        assert_eq!((count, error.code()), (1000, Some(3961)));
    }
}

#[tokio::test]
async fn a_peer_may_hang_up_before_its_answer() {
    let peer = replying(|| Reply::new().hang_up());
    let error = connection(&peer).await.execute("SELECT", &[]).await.unwrap_err();
    assert!(matches!(error, Error::Io { .. }), "{error:?}");
}

#[tokio::test]
async fn a_peer_may_hang_up_in_the_middle_of_rows() {
    let peer = replying(|| {
        let before = (0..1000).map(|number| Event::Row(vec![number.into()]));
        Reply::new().rows(&numbers(), before.chain([Event::HangUp]))
    });
    let mut connection = connection(&peer).await;
    let mut rows = connection.query("SELECT", &[]).await.unwrap().into_row_stream();
    for number in 0..1000 {
        assert_eq!(rows.try_next().await.unwrap().unwrap().get::<i64, _>(0), Some(number));
    }
    assert!(matches!(rows.try_next().await, Err(Error::Io { .. })));
    assert_eq!(peer.counts().cut_short, 0, "it was not the client who left");
}
