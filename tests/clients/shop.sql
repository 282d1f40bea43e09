-- The database that clients are tried with: keys of every type, foreign keys, a self-reference, every type of property, names
-- that no language likes, and a table of several pages. Small enough to know by heart, so that tests can say what must come back.

PRAGMA journal_mode = WAL;

CREATE TABLE Customer (
  Id INTEGER PRIMARY KEY,
  Name VARCHAR(60) NOT NULL,
  Country VARCHAR(30),
  ContactTitle VARCHAR(40),
  CreditLimit DECIMAL(12,2),
  Since DATE NOT NULL,
  Active BOOLEAN NOT NULL,
  UNIQUE (Name)
);
INSERT INTO Customer VALUES
  (1, 'Alfreds Futterkiste',    'Germany', 'Sales Representative', '1200.50', '2019-01-31', 1),
  (2, 'Ana Trujillo',           'Mexico',  'Owner',                '0.10',    '2020-02-29', 1),
  (3, 'O''Neil & Sons + Co.',   'Ireland', 'Sales Representative', NULL,      '2021-12-31', 0),
  (4, 'Größe/50% "Übermaß"',    'Germany', NULL,                   '99999.99','2022-06-15', 1),
  (5, '北京 商店',              NULL,      'Owner',                '-5.00',   '2023-03-01', 0);

CREATE TABLE Product (
  Sku VARCHAR(20) PRIMARY KEY,
  Title TEXT NOT NULL,
  Price DECIMAL(10,2) NOT NULL
);
INSERT INTO Product VALUES
  ('TEA',       'Tea',            '4.20'),
  ('COFFEE',    'Coffee',         '7.00'),
  ('A/B 50%+1', 'Odds and ends',  '0.99'),
  ('O''CAKE',   'Cake of oats',   '3.50');

CREATE TABLE Purchase (
  Id INTEGER PRIMARY KEY,
  CustomerId INTEGER NOT NULL REFERENCES Customer (Id),
  OrderedAt DATETIMEOFFSET NOT NULL,
  Note TEXT
);
INSERT INTO Purchase VALUES
  (10, 1, '2024-01-01T08:00:00Z',           'first'),
  (11, 1, '2024-01-02T09:30:00+01:00',      NULL),
  (12, 2, '2024-02-01T00:00:00Z',           'a & b = c + d'),
  (13, 3, '2024-02-29T23:59:59.1234567Z',   'leap');

-- A key of two columns, and names with blanks, signs, digits first, and of the languages' own words.
CREATE TABLE "Purchase Line" (
  "Purchase" INTEGER NOT NULL REFERENCES Purchase (Id),
  "Line No." INTEGER NOT NULL,
  "Sku" VARCHAR(20) NOT NULL REFERENCES Product (Sku),
  "Unit Price" DECIMAL(10,2) NOT NULL,
  "class" INTEGER NOT NULL,
  "1st" TEXT,
  "Größe" TEXT,
  PRIMARY KEY ("Purchase", "Line No.")
);
INSERT INTO "Purchase Line" VALUES
  (10, 1, 'TEA',       '4.20', 1, 'x', 'S'),
  (10, 2, 'COFFEE',    '6.50', 2, NULL, 'M'),
  (11, 1, 'TEA',       '4.20', 1, NULL, NULL),
  (12, 1, 'A/B 50%+1', '0.99', 3, 'y', 'L'),
  (13, 1, 'O''CAKE',   '3.50', 1, NULL, 'XL');

CREATE TABLE Employee (
  Id INTEGER PRIMARY KEY,
  Name TEXT NOT NULL,
  ReportsTo INTEGER REFERENCES Employee (Id)
);
INSERT INTO Employee VALUES (1, 'Ada', NULL), (2, 'Bob', 1), (3, 'Cyd', 1), (4, 'Dan', 2);

-- One column of each type.
CREATE TABLE Sample (
  Id UUID PRIMARY KEY,
  Flag BOOLEAN,
  Small SMALLINT,
  Medium INT4,
  Large BIGINT,
  Amount DECIMAL(18,4),
  Loose NUMERIC,
  Ratio DOUBLE,
  Short VARCHAR(12),
  Long TEXT,
  Day DATE,
  Clock TIME,
  Moment DATETIME,
  Raw BLOB,
  Other UUID
);
INSERT INTO Sample VALUES
  ('11111111-2222-3333-4444-555555555555', 1, -32768, 2147483647, 9007199254740993, '1234567.8901', '0.1', 1.5e300,
   'twelve chars', 'line' || char(10) || '"quoted"', '2024-02-29', '23:59:59.5', '2024-02-29 12:34:56.789', X'00FF10FB',
   '01234567-89ab-cdef-0123-456789abcdef'),
  ('22222222-2222-3333-4444-555555555555', 0, 0, 0, 0, '0', '-7', 0.25, '', '', '0001-01-01', '00:00:00', '1970-01-01 00:00:00', X'',
   NULL),
  ('33333333-2222-3333-4444-555555555555', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);

-- A day for a key, as calendars have.
CREATE TABLE Holiday (Day DATE PRIMARY KEY, Name TEXT NOT NULL);
INSERT INTO Holiday VALUES ('2024-01-01', 'New Year'), ('2024-12-25', 'Christmas');

-- 250 rows, one an hour from 2024-03-01 on: three pages of 100.
CREATE TABLE Reading (Id INTEGER PRIMARY KEY, TakenAt DATETIME NOT NULL, Celsius DOUBLE NOT NULL);
WITH RECURSIVE hours (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM hours WHERE n < 249)
INSERT INTO Reading SELECT n + 1, strftime('%Y-%m-%dT%H:%M:%SZ', '2024-03-01', n || ' hours'), 10 + n % 24 / 2.0 FROM hours;
CREATE INDEX ReadingTaken ON Reading (TakenAt);
