//! A database of a test behind SQL Server's protocol.

use deltalink::error::Error;

use super::gateway::Gateway;
use crate::stand_in::{Backup, StandIn};

pub(crate) struct Database {
    stand_in: StandIn,
    pub(crate) keys: String,
}

impl Database {
    pub(crate) const TELLS_EVERY_READ_OF_NEW_TABLES: bool = false;
    pub(crate) const ORDERS: &str = "CREATE TABLE Orders (Id BIGINT NOT NULL PRIMARY KEY, Customer UNIQUEIDENTIFIER, Total DECIMAL(10,2), PlacedAt DATETIME2(7), Paid BIT, Note NVARCHAR(MAX));";

    pub(crate) fn empty() -> Self {
        let stand_in = StandIn::empty();
        Self { keys: stand_in.keys.clone(), stand_in }
    }

    pub(crate) fn shop() -> Self {
        let database = Self::empty();
        database.execute(
            "CREATE TABLE Customer (Id UNIQUEIDENTIFIER NOT NULL PRIMARY KEY, Name VARCHAR(80) NOT NULL, Email VARCHAR(120) UNIQUE, Since DATE);
             CREATE TABLE Orders (Id BIGINT NOT NULL PRIMARY KEY, Customer UNIQUEIDENTIFIER, Total DECIMAL(10,2), PlacedAt DATETIME2(7), Paid BIT, Note NVARCHAR(MAX));
             CREATE TABLE OrderLine (OrderId BIGINT NOT NULL, Product VARCHAR(40) NOT NULL, Quantity BIGINT NOT NULL, PRIMARY KEY (OrderId, Product));
             CREATE TABLE Untracked (Id BIGINT NOT NULL PRIMARY KEY, Name NVARCHAR(MAX));
             INSERT INTO Customer VALUES ('00000000-0000-4000-8000-000000000001', 'Anna', 'anna@example.com', '2020-01-31'),
                                         ('00000000-0000-4000-8000-000000000002', 'Ben', NULL, NULL);
             INSERT INTO Orders VALUES (1, '00000000-0000-4000-8000-000000000001', 12.5, '2024-02-29 08:30:00', 1, 'first'),
                                       (2, '00000000-0000-4000-8000-000000000001', 0.99, '2024-03-01 09:00:00', 0, NULL),
                                       (3, '00000000-0000-4000-8000-000000000002', 100, '2024-03-02 10:15:30.5', NULL, 'it''s \"quoted\"');
             INSERT INTO OrderLine VALUES (1, 'Tea', 2), (1, 'a/b ''c''', 1), (2, 'Tea', 5);
             INSERT INTO Untracked VALUES (1, 'one'), (2, 'two');",
        );
        for table in ["Customer", "Orders", "OrderLine"] {
            database.track(table);
        }
        database
    }

    pub(crate) fn restorable_shop() -> Option<Self> {
        Some(Self::shop())
    }
    pub(crate) fn text(&self, text: &str) -> String {
        format!("'{}'", text.replace('\'', "''"))
    }
    pub(crate) fn quiet(&self) {}
    pub(crate) fn can_prune(&self) -> bool {
        true
    }
    pub(crate) fn execute(&self, sql: &str) {
        self.stand_in.execute(sql);
    }
    pub(crate) fn track(&self, table: &str) {
        self.stand_in.track(table);
    }
    pub(crate) fn untrack(&self, table: &str) {
        self.stand_in.untrack(table);
    }
    pub(crate) fn prune(&self, table: &str) {
        self.stand_in.prune(table);
    }
    pub(crate) fn rename_column(&self, table: &str, from: &str, to: &str) {
        self.stand_in.rename_column(table, from, to);
    }
    pub(crate) fn backup(&self) -> Backup {
        self.stand_in.backup()
    }
    pub(crate) fn restore(&self, backup: &Backup) {
        self.stand_in.restore(backup);
    }
    pub(crate) fn serve(&self) -> Gateway {
        self.serve_with("")
    }
    pub(crate) fn serve_with(&self, config: &str) -> Gateway {
        self.try_serve_with(config).unwrap()
    }
    pub(crate) fn try_serve_with(&self, config: &str) -> Result<Gateway, Error> {
        Gateway::start(std::sync::Arc::new(self.stand_in.backend()), &self.keys, config)
    }
}
