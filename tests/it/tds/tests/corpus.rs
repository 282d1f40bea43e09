//! Statements are handed to a parser once each, so that each stands alone.

use std::collections::BTreeSet;
use std::fs;

use super::client::connection;
use crate::tds::{Corpus, Reply, Settings};

#[tokio::test]
async fn a_corpus_has_each_statement_once_with_its_declarations() {
    let folder = tempfile::tempdir().unwrap();
    let settings = || Settings::new(|_| Some(Reply::new()));
    for _ in 0..2 {
        let peer = settings().adding_to(Some(Corpus::at(folder.path().join("statements")))).start();
        let mut connection = connection(&peer).await;
        connection.simple_query("SELECT 1").await.unwrap().into_results().await.unwrap();
        connection.execute("SELECT @P1 + @P2", &[&7_i64, &"x"]).await.unwrap();
        connection.execute("SELECT 2", &[]).await.unwrap();
        connection.begin_transaction().await.unwrap();
    }
    connection(&settings().start()).await.execute("ECHO", &[]).await.unwrap();

    let files = fs::read_dir(folder.path().join("statements")).unwrap().map(|file| file.unwrap().path());
    let files: Vec<_> = files.collect();
    assert!(files.iter().all(|file| file.extension().is_some_and(|extension| extension == "sql")), "{files:?}");
    let texts: BTreeSet<String> = files.iter().map(|file| fs::read_to_string(file).unwrap()).collect();
    let declared = "DECLARE @P1 bigint, @P2 nvarchar(4000);\nSELECT @P1 + @P2";
    assert_eq!(texts, BTreeSet::from([declared, "SELECT 1", "SELECT 2"].map(str::to_owned)));
    assert_eq!(files.len(), 3);
}

#[test]
fn a_corpus_is_where_the_environment_says() {
    let said = std::env::var_os("DELTALINK_TEST_TSQL").is_some();
    assert_eq!(Corpus::from_environment().is_some(), said);
}
