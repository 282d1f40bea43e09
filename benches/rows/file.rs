//! Rows -> a SQLite file with them, and the gateway's way to it.

use deltalink::backend::Backend;
use deltalink::backend::sqlite::SqliteBackend;
use deltalink::edm::Catalog;
use rusqlite::types::Value as Stored;
use rusqlite::{Connection, params_from_iter};
use tempfile::TempDir;

/// A file in a folder that goes with it.
pub(crate) struct File(TempDir);

impl File {
    /// One table `Orders` with these columns, each with its declaration.
    pub(crate) fn new<'a>(
        columns: impl IntoIterator<Item = (&'a str, &'a str)>,
        rows: impl IntoIterator<Item = impl IntoIterator<Item = Stored>>,
    ) -> Self {
        let file = Self(tempfile::tempdir().unwrap());
        let columns: Vec<String> = columns.into_iter().map(|(name, declared)| format!("{name} {declared}")).collect();
        let mut connection = Connection::open(file.path()).unwrap();
        connection.pragma_update(None, "journal_mode", "WAL").unwrap();
        connection.execute_batch(&format!("CREATE TABLE Orders ({})", columns.join(", "))).unwrap();
        let transaction = connection.transaction().unwrap();
        let insert = format!("INSERT INTO Orders VALUES (?{})", ", ?".repeat(columns.len() - 1));
        for row in rows {
            transaction.prepare_cached(&insert).unwrap().execute(params_from_iter(row)).unwrap();
        }
        transaction.commit().unwrap();
        file
    }

    fn path(&self) -> std::path::PathBuf {
        self.0.path().join("orders.db")
    }

    pub(crate) fn backend(&self) -> SqliteBackend {
        SqliteBackend::open(self.path()).unwrap()
    }

    pub(crate) async fn catalog(&self) -> Catalog {
        self.backend().describe().await.unwrap()
    }
}
