"""A number of rows -> a SQLite file with a table of orders: seven columns, about 184 octets of JSON a row."""

import sqlite3

COLUMNS = """
  Id INTEGER PRIMARY KEY, CustomerId UUID, PlacedAt DATETIME, Total DECIMAL(10,2), Quantity INTEGER, Paid BOOLEAN, Note VARCHAR(60)
"""

# Everything follows from the number, and looks as if it did not. 2654435761 is Knuth's multiplier.
ORDERS = """
WITH RECURSIVE number (i) AS (SELECT ? UNION ALL SELECT i + 1 FROM number WHERE i < ?),
scattered (i, s) AS (SELECT i, i * 2654435761 % 4294967296 FROM number)
SELECT i,
  printf('%08x-%04x-4%03x-8%03x-%012x', s, s >> 7 & 65535, s >> 3 & 4095, s >> 11 & 4095, s * 40503),
  strftime('%Y-%m-%dT%H:%M:%S', 1672531200 + i * 173 % 94608000, 'unixepoch') || printf('.%03dZ', s % 1000),
  s % 1000000 / 100.0,
  s % 99 + 1,
  s >> 6 & 1,
  CASE s >> 8 & 3 WHEN 0 THEN 'soup' WHEN 1 THEN 'noodles' WHEN 2 THEN '"special"' ELSE 'Käsespätzle' END
    || ', table ' || (s % 60) || ', no onions'
FROM scattered
"""


def connect(path):
    """A connection that writes, one statement a transaction unless told otherwise."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    return connection


# More rows than these repeat them, but for the key: that takes a fifth of the time.
DIFFERENT = 1_000_000
REPEAT = """
INSERT INTO {table} SELECT Id + ?, CustomerId, PlacedAt, Total, Quantity, Paid, Note FROM {table} WHERE Id <= ? ORDER BY Id
"""


def make(path, tables):
    """Makes `tables`, names with their numbers of rows."""
    connection = connect(path)
    connection.execute("PRAGMA synchronous = OFF")
    for table, rows in tables.items():
        connection.execute(f"CREATE TABLE {table} ({COLUMNS})")
        connection.execute(f"INSERT INTO {table} {ORDERS}", (1, min(rows, DIFFERENT)))
        for number in range(DIFFERENT, rows, DIFFERENT):
            connection.execute(REPEAT.format(table=table), (number, min(DIFFERENT, rows - number)))
    checkpoint(connection)
    connection.close()


def checkpoint(connection):
    """Brings everything from the log into the file itself, so that every reader finds it at the same place."""
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
