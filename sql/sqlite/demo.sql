-- The demonstration's tables and rows. TrainingSession is the table of Microsoft's change tracking sample.
CREATE TABLE TrainingSession (
  Id INTEGER PRIMARY KEY,
  RecordedOn DATETIMEOFFSET NOT NULL,
  Type VARCHAR(50) NOT NULL,
  Steps INT NOT NULL,
  Distance INT NOT NULL
);
INSERT INTO TrainingSession (Id, RecordedOn, Type, Steps, Distance) VALUES
  (1, '2019-10-21T18:02:11-07:00', 'Run', 3502, 5010),
  (2, '2019-10-22T07:31:40-07:00', 'Walk', 2210, 1630),
  (3, '2019-10-23T17:50:02-07:00', 'Run', 4011, 5820),
  (4, '2019-10-24T18:12:57-07:00', 'Bike', 0, 21400),
  (5, '2019-10-25T07:15:03-07:00', 'Walk', 1875, 1402),
  (6, '2019-10-25T18:40:19-07:00', 'Run', 3120, 4480),
  (7, '2019-10-26T09:05:44-07:00', 'Swim', 0, 1200),
  (8, '2019-10-26T18:24:32-08:00', 'Run', 4866, 4562),
  (9, '2019-10-28T17:27:23-08:00', 'Run', 3784, 5123),
  (10, '2019-10-27T17:54:48-08:00', 'Run', 0, 4981);

CREATE TABLE Customer (
  Id UUID PRIMARY KEY NOT NULL,
  Name NVARCHAR(80) NOT NULL,
  Country CHAR(2) NOT NULL,
  "E-Mail" VARCHAR(120) NOT NULL UNIQUE,
  Since DATE NOT NULL
);
INSERT INTO Customer (Id, Name, Country, "E-Mail", Since)
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60)
SELECT printf('%08x-0000-4000-8000-%012x', i * 2654435761 % 4294967296, i),
       printf('%s %s', trim(substr('Anna Ben  Carl Dora Emil Ida  Jens Lena Mia  Noor ', i % 10 * 5 + 1, 5)), char(65 + i % 26) || '.'),
       substr('DEFRITESNLSEDKPLUSJP', i % 10 * 2 + 1, 2),
       printf('customer%d@example.com', i),
       date('2015-01-01', printf('+%d days', i * 37))
FROM n;

CREATE TABLE "Order" (
  OrderId INTEGER PRIMARY KEY,
  CustomerId UUID NOT NULL REFERENCES Customer (Id),
  PlacedAt DATETIME NOT NULL,
  Paid BOOLEAN NOT NULL DEFAULT 0,
  Note TEXT
);
INSERT INTO "Order" (OrderId, CustomerId, PlacedAt, Paid, Note)
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 400)
SELECT 10000 + i, (SELECT Id FROM Customer WHERE rowid = 1 + i % 60),
       datetime('2024-01-01 08:00:00', printf('+%d minutes', i * 613)), i % 3 = 0, CASE WHEN i % 7 = 0 THEN 'leave at the door' END
FROM n;

CREATE TABLE Product (
  Id INTEGER PRIMARY KEY,
  Code CHAR(6) NOT NULL UNIQUE,
  Name NVARCHAR(60) NOT NULL,
  Price DECIMAL(10,2) NOT NULL
);
INSERT INTO Product (Id, Code, Name, Price) VALUES
  (1, 'TEA-01', 'Tea', 4.50),
  (2, 'COF-01', 'Coffee', 7.90),
  (3, 'BRE-01', 'Bread', 3.20),
  (4, 'BUT-01', 'Butter', 2.79),
  (5, 'HON-01', 'Honey', 6.00),
  (6, 'APP-01', 'Apples', 2.49);

CREATE TABLE OrderLine (
  OrderId INTEGER NOT NULL REFERENCES "Order" (OrderId) ON DELETE CASCADE,
  Line INTEGER NOT NULL,
  ProductId INTEGER NOT NULL REFERENCES Product (Id),
  Quantity SMALLINT NOT NULL,
  UnitPrice DECIMAL(10,2) NOT NULL,
  PRIMARY KEY (OrderId, Line)
) WITHOUT ROWID;
INSERT INTO OrderLine (OrderId, Line, ProductId, Quantity, UnitPrice)
WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 999)
SELECT 10001 + i % 400, 1 + i / 400, 1 + i % 6, 1 + i % 5, (99 + i * 7 % 900) / 100.0
FROM n;

-- One column of every type that is exposed, at and beyond the edges.
CREATE TABLE EveryType (
  Id INTEGER PRIMARY KEY,
  "A Boolean" BOOLEAN, ASmallint SMALLINT, AnInteger INTEGER, AReal REAL, ADecimal DECIMAL(10,2), ANumeric NUMERIC,
  AText TEXT, AVarchar VARCHAR(10), ADate DATE, ATime TIME, ADatetime DATETIME, AUuid UUID, ABlob BLOB,
  AComputed INTEGER GENERATED ALWAYS AS (AnInteger / 2) VIRTUAL
);
INSERT INTO EveryType (Id, "A Boolean", ASmallint, AnInteger, AReal, ADecimal, ANumeric, AText, AVarchar, ADate, ATime, ADatetime, AUuid, ABlob) VALUES
  (1, 1, 32767, 9223372036854775807, 0.1, 0.99, 12345.678, 'Größe: "XL" <b>', 'ten chars!', '2024-02-29', '23:59:59.1234567', '2024-02-29 23:59:59', '6f9619ff-8b86-d011-b42d-00cf4fc964ff', x'00ff10'),
  (2, 0, -32768, -9223372036854775808, 9e999, -12345678.9, 1, '', '', '0001-01-01', '00:00', '2024-02-29T08:00:00+05:30', x'6f9619ff8b86d011b42d00cf4fc964ff', x''),
  (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
  (4, 'maybe', 40000, 'many', 'x', 1.005, 'x', x'ff', 'eleven chars', 'tomorrow', '25:00', 'now', 'not a guid', 'text');

-- Names and values that a client must take for nothing but text.
CREATE TABLE "Visitors' ""Book"" <b>" (
  "№" INTEGER PRIMARY KEY,
  "said <i>here</i>" TEXT NOT NULL,
  "__proto__" TEXT,
  "constructor" TEXT,
  "😀 & more" NVARCHAR(60)
);
INSERT INTO "Visitors' ""Book"" <b>" ("№", "said <i>here</i>", "__proto__", "constructor", "😀 & more") VALUES
  (1, '<script>alert("1")</script>', '<img src=x onerror=alert(1)>', 'toString', '👩‍👩‍👧‍👦 🏳️‍🌈'),
  (2, '"><svg onload=alert(1)>', '{"polluted":true}', 'hasOwnProperty', ''' OR 1=1 --'),
  (3, 'مرحبا بالعالم (שלום) 123', 'user' || char(8238) || 'gpj.exe', NULL, 'a' || char(9) || 'tab, a' || char(10) || 'line'),
  (4, replace(hex(zeroblob(4000)), '00', 'long '), NULL, 'javascript:alert(1)', 'z' || char(775, 776, 777, 778, 779, 780, 781, 782, 783, 784)),
  (5, '${7*7} {{7*7}} %3Cscript%3E &lt;b&gt; \u003cb\u003e', '', 'null', '</textarea></title></style></script>');
