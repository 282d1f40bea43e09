//! Two tracked tables and one that is not -> the model that inputs are planned with, and the catalog that it comes from.

use std::sync::{Arc, OnceLock};

use deltalink::backend::Backend;
use deltalink::backend::sqlite::SqliteBackend;
use deltalink::edm::{Catalog, Edm, Exposure, TableExposure, expose};
use deltalink::http::block_on;
use deltalink::plan::{Settings, View};
use deltalink::sql::Script;
use deltalink::sql::sqlite::install;
use deltalink::token::Keyring;

/// What `deltalink key` would print; of no use to anybody.
pub(super) const KEY: [u8; 32] = [7; 32];

pub(super) const SETTINGS: Settings =
    Settings { page_size: 5_000, max_page_size: 50_000, max_expression_depth: 64, longest_wait: 50 };

const TABLES: &str = "
    CREATE TABLE Customer (Id UUID PRIMARY KEY, Name TEXT, Email VARCHAR(40) UNIQUE, Since DATE);
    CREATE TABLE Orders (Id INTEGER PRIMARY KEY, CustomerId UUID REFERENCES Customer (Id), PlacedAt DATETIME, Total DECIMAL(10,2),
      Quantity MEDIUMINT, Paid BOOLEAN, At TIME, Weight DOUBLE, Photo BLOB, Note VARCHAR(60));
    CREATE TABLE Line (OrderId INTEGER REFERENCES Orders (Id), Number INTEGER, Product TEXT, PRIMARY KEY (OrderId, Number));";

const RETENTION: u64 = 7 * 24 * 60 * 60;

/// The catalog.
pub(super) fn catalog() -> &'static Catalog {
    static CATALOG: OnceLock<Catalog> = OnceLock::new();
    CATALOG.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let backend = SqliteBackend::create(folder.path().join("model.db")).unwrap();
        block_on(async {
            backend.execute(Script { statements: vec![TABLES.to_owned()] }).await.unwrap();
            for tracked in ["Orders", "Line"] {
                let catalog = backend.describe().await.unwrap();
                let table = catalog.tables.iter().find(|table| table.name == tracked).unwrap();
                backend.execute(install(table, catalog.facts.file().next_log, RETENTION)).await.unwrap();
            }
            backend.describe().await.unwrap()
        })
    })
}

/// The model of all of them.
pub(super) fn edm() -> &'static Arc<Edm> {
    static EDM: OnceLock<Arc<Edm>> = OnceLock::new();
    EDM.get_or_init(|| {
        let tables = ["Customer", "Orders", "Line"].map(|name| (name.to_owned(), TableExposure::default()));
        Arc::new(expose(catalog(), &Exposure { tables: tables.into(), ..Exposure::default() }).0)
    })
}

/// What may be seen of it: everything.
pub(super) fn view() -> &'static View {
    static VIEW: OnceLock<View> = OnceLock::new();
    VIEW.get_or_init(|| View::of_all(Arc::clone(edm())))
}

/// Keys that are always the same, as inputs are.
pub(super) fn keyring() -> &'static Keyring {
    use base64::Engine;
    static KEYRING: OnceLock<Keyring> = OnceLock::new();
    KEYRING.get_or_init(|| Keyring::parse(&base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(KEY)).unwrap())
}
