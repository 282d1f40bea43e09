//! The shop of the suite, in what T-SQL and SQLite have in common.

pub(super) const CUSTOMERS_AND_LINES: &str = "
    CREATE TABLE Customer (Id UNIQUEIDENTIFIER NOT NULL PRIMARY KEY, Name VARCHAR(80) NOT NULL, Email VARCHAR(120) UNIQUE, Since DATE);
    CREATE TABLE OrderLine (OrderId BIGINT NOT NULL, Product VARCHAR(40) NOT NULL, Quantity BIGINT NOT NULL, PRIMARY KEY (OrderId, Product));
    CREATE TABLE Untracked (Id BIGINT NOT NULL PRIMARY KEY, Name NVARCHAR(400));";

pub(super) const ROWS: &str = "
    INSERT INTO Customer VALUES ('00000000-0000-4000-8000-000000000001', 'Anna', 'anna@example.com', '2020-01-31'),
                                ('00000000-0000-4000-8000-000000000002', 'Ben', NULL, NULL);
    INSERT INTO Orders VALUES (1, '00000000-0000-4000-8000-000000000001', 12.5, '2024-02-29 08:30:00', 1, 'first'),
                              (2, '00000000-0000-4000-8000-000000000001', 0.99, '2024-03-01 09:00:00', 0, NULL),
                              (3, '00000000-0000-4000-8000-000000000002', 100, '2024-03-02 10:15:30.5', NULL, 'it''s \"quoted\"');
    INSERT INTO OrderLine VALUES (1, 'Tea', 2), (1, 'a/b ''c''', 1), (2, 'Tea', 5);
    INSERT INTO Untracked VALUES (1, 'one'), (2, 'two');";

pub(super) const ORDERS: &str = "CREATE TABLE Orders (Id BIGINT NOT NULL PRIMARY KEY, Customer UNIQUEIDENTIFIER, Total DECIMAL(10,2), PlacedAt DATETIME2, Paid BIT, Note NVARCHAR(400));";
