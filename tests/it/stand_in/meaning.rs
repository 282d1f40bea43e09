//! What the stand-in takes statements to mean, and what it refuses.

use rusqlite::Connection;

use super::functions;
use super::scope::{Scope, Source};
use super::translate::{condition, order};

fn file() -> Connection {
    let file = Connection::open_in_memory().unwrap();
    functions::register(&file).unwrap();
    file.execute_batch(
        "CREATE TABLE _table (name TEXT, hidden TEXT);
         CREATE TABLE T (a INT, b BIT, d DECIMAL(4,2), f FLOAT, s NVARCHAR(20), c VARCHAR(5), day DATE, at DATETIME2(3), g UNIQUEIDENTIFIER);
         INSERT INTO T VALUES (7, 1, 99.5, 2.5, 'Tea ', 'x', '2024-02-29', '2024-02-29 08:30:00', '6f9619ff-8b86-d011-b42d-00cf4fc964ff');
         CREATE TABLE O (id INT, t INT); INSERT INTO O VALUES (1, 7), (2, 7), (3, 8)",
    )
    .unwrap();
    file
}

/// Whether a condition is true for the row, or the number of the error.
fn holds(file: &Connection, text: &str) -> Result<bool, u32> {
    let scope = Scope::new(file, &[], vec![Source::table(file, "T", "t").unwrap()]);
    let sql = condition(&scope, text).map_err(|fault| fault.number)?;
    let found = file.query_row(&format!("SELECT count(*) FROM T AS t WHERE {sql}"), [], |row| row.get(0));
    found.map_err(|error| functions::fault(&error.to_string()).map_or(0, |fault| fault.number))
}

#[test]
fn conditions_mean_what_they_mean_in_tsql() {
    let file = file();
    for text in [
        "t.[a] / 2 = 3 AND t.[a] % 4 = 3 AND -t.[a] < 0",
        "t.[d] = 99.500 AND t.[d] > 9 AND t.[d] < CAST(N'100' AS decimal(3,0))",
        "t.[d] / 3 = 33.166666 AND CEILING(t.[d]) = 100 AND t.[f] * t.[a] = 17.5",
        "t.[s] = N'Tea' AND DATALENGTH(t.[s]) = 8 AND t.[s] LIKE N'T%' AND NOT t.[s] LIKE N't%'",
        "t.[s] + N'!' = N'Tea !' AND CHARINDEX(N'a', t.[s]) = 3 AND SUBSTRING(t.[s], 0, 2) = N'T'",
        "PATINDEX(N'%[^' + NCHAR(84) + N']%', t.[s]) = 2 AND REVERSE(t.[s]) = N' aeT' AND REPLACE(t.[s], N'e', N'\\e') LIKE N'T\\\\e%' ESCAPE N'\\'",
        "t.[g] = CAST(N'6F9619FF-8B86-D011-B42D-00CF4FC964FF' AS uniqueidentifier)",
        "TODATETIMEOFFSET(t.[at], N'+00:00') = CAST(N'2024-02-29T10:30:00+02:00' AS datetimeoffset(7))",
        "t.[at] = CAST(SWITCHOFFSET(CAST(N'2024-02-29T10:30:00+02:00' AS datetimeoffset(7)), N'+00:00') AS datetime2(3))",
        "DATEPART(year, t.[day]) = 2024 AND CAST(t.[at] AS date) = t.[day] AND CAST(t.[at] AS time(7)) < CAST(N'09:00' AS time)",
        "(CASE WHEN t.[b] = 1 THEN 1 ELSE 0 END = 1) AND t.[a] IN (1, 7) AND t.[a] IS NOT NULL",
        "EXISTS (SELECT NULL INTERSECT SELECT NULLIF(t.[a], 7)) AND NOT EXISTS (SELECT t.[a] INTERSECT SELECT NULL)",
        "NOT EXISTS (SELECT CASE WHEN t.[d] > 1 THEN t.[day] END INTERSECT SELECT CAST(N'1999-12-31' AS date))",
        "(SELECT COUNT(*) FROM [dbo].[O] AS h1 WHERE h1.[t] = t.[a]) = 2",
        "EXISTS (SELECT 1 FROM [dbo].[O] AS t1 INNER JOIN [dbo].[T] AS t2 ON t2.[a] = t1.[t] WHERE t1.[t] = t.[a] AND t1.[id] = 2)",
        "(SELECT MIN(v.b) FROM (VALUES (CAST(t.[b] AS int)), (t.[a])) AS v(b)) = 1",
        "(SELECT v.a - v.b FROM (VALUES (t.[f], NULLIF(t.[a], 0))) AS v(a, b)) = -4.5",
    ] {
        assert_eq!(holds(&file, text), Ok(true), "{text}");
    }
}

#[test]
fn what_sql_server_refuses_is_refused() {
    let file = file();
    for (text, number) in [
        ("t.[b]", 4145),
        ("NOT t.[a]", 4145),
        ("(t.[a] = 1) = 1", 102),
        ("CASE WHEN t.[a] = 1 THEN t.[a] = 1 ELSE 0 END = 1", 102),
        ("LEN(t.[s]) = 3", 102),
        ("t.[a] = 1 GARBAGE", 102),
        ("t.[a] & 1 = 1", 102),
        ("t.[x] = 1", 207),
        ("u.[a] = 1", 4104),
        ("t.[day] = 1", 206),
        ("t.[f] % 2 = 1", 402),
        ("t.[b] + t.[b] = 1", 8117),
        ("NULLIF(NULL, 0) = 1", 4151),
        ("CASE WHEN 1 = 1 THEN NULL END = 1", 8133),
        ("LOWER(NULL) = N'x'", 8116),
        ("DATEPART(hour, t.[day]) = 1", 9810),
        ("MIN(t.[a]) = 1", 147),
        ("(SELECT MIN(v.a + t.[a]) FROM (VALUES (1)) AS v(a)) = 1", 8124),
        ("(SELECT MAX((SELECT v.a)) FROM (VALUES (1)) AS v(a)) = 1", 130),
        ("(SELECT MIN(v.a) + v.a FROM (VALUES (1)) AS v(a)) = 1", 8120),
        ("(SELECT 1, 2) = 1", 116),
        ("t.[a] / 0 = 1", 8134),
        ("CAST(300 AS tinyint) = 1", 8115),
        ("ROUND(t.[d], 0) = 100", 8115),
        ("CAST(N'x' AS date) = t.[day]", 241),
        ("TODATETIMEOFFSET(t.[day], N'+00:00') IS NULL", 102),
    ] {
        assert_eq!(holds(&file, text), Err(number), "{text}");
    }
    let scope = Scope::new(&file, &[], vec![Source::table(&file, "T", "t").unwrap()]);
    let by = |text: &str| order(&scope, text).map(|order| order.sql()).map_err(|fault| fault.number);
    assert_eq!((by("t.[a], t.[a] DESC"), by("N'x'"), by("@P1")), (Err(169), Err(408), Err(137)));
    assert_eq!(by("t.[s] DESC, t.[a]"), Ok("t.\"s\" COLLATE TSQL_TEXT DESC, t.\"a\"".to_owned()));
}
