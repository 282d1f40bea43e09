//! Random rows: a column of every class, and for each a few values in the forms in which a database may hold them.
//!
//! The pools are small, so that values of different rows and literals of expressions meet.

use proptest::prelude::*;
use proptest::sample::select;

use super::Database;

/// What the values of an expression are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    Binary,
    Boolean,
    Date,
    Decimal,
    Double,
    Guid,
    Integer,
    Moment,
    Text,
    Time,
}

/// A column of the tables.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Column {
    pub(super) name: &'static str,
    pub(super) class: Class,
    declared: &'static str,
    /// Values that every database stores, as SQL.
    stored: &'static [&'static str],
    /// Other forms of them, which only a database has whose columns hold anything.
    other_forms: &'static [&'static str],
    /// What is no value of the column there: a client sees null.
    misfits: &'static [&'static str],
}

const fn column(
    name: &'static str,
    class: Class,
    declared: &'static str,
    pools: [&'static [&'static str]; 3],
) -> Column {
    let [stored, other_forms, misfits] = pools;
    Column { name, class, declared, stored, other_forms, misfits }
}

const TEXTS: &[&str] = &[
    "''",
    "'a'",
    "'A'",
    "'ab'",
    "'abc'",
    "'b'",
    "'it''s'",
    "'\"q\"'",
    "'100%'",
    "'a_c'",
    "'[x]'",
    "'a\\b'",
    "' a'",
    "N'é'",
    "N'É'",
    "N'a😀b'",
    "N'😀'",
    "N'zz'",
];
const OTHER_TEXTS: &[&str] = &["'a '", "5", "1.5", "'a' || char(0) || 'b'", "char(1114111)"];
const NO_TEXTS: &[&str] = &["'thirteen chars'", "x'61'", "CAST(x'61ff' AS TEXT)"];

/// The key, and a column or two of each class: of two columns of numbers, the second is what expressions compute with, because
/// its values can be computed with exactly.
pub(super) const COLUMNS: [Column; 17] = [
    column("Id", Class::Integer, "BIGINT NOT NULL PRIMARY KEY", [&[], &[], &[]]),
    column(
        "Tiny",
        Class::Integer,
        "SMALLINT",
        [&["-32768", "32767", "0", "1", "7"], &["'7'", "7.0"], &["40000", "'x'", "1.5", "x'37'"]],
    ),
    column(
        "Big",
        Class::Integer,
        "BIGINT",
        [
            &["-9223372036854775807", "9223372036854775807", "9007199254740992", "9007199254740993", "0", "-1"],
            &["'0'"],
            &["9223372036854775808", "'many'", "0.5"],
        ],
    ),
    column("Whole", Class::Integer, "INT", [&["-3", "-1", "0", "1", "2", "4", "7", "9"], &["'4'"], &["'four'", "4.5"]]),
    column(
        "Price",
        Class::Decimal,
        "DECIMAL(10,2)",
        [
            &["0.1", "0.3", "12.99", "-0.01", "20", "99999999.99", "0"],
            &["0.1 + 0.2", "'12.99'", "12.990000000000001"],
            &["1.005", "'cheap'", "123456789"],
        ],
    ),
    column(
        "Half",
        Class::Decimal,
        "DECIMAL(10,2)",
        [&["0", "0.25", "-0.5", "2", "4"], &["'0.25'"], &["'half'", "x'32'"]],
    ),
    column(
        "Speed",
        Class::Double,
        "FLOAT",
        [
            &["0.1", "0.3", "-2.5", "7.25", "1e300", "0.5"],
            &["9e999", "-9e999", "5e-324", "0.1 + 0.2", "'7.25'"],
            &["'fast'", "x'00'"],
        ],
    ),
    column("Ratio", Class::Double, "FLOAT", [&["0", "0.5", "-2", "4", "8"], &["'8'"], &["'none'"]]),
    column("Name", Class::Text, "NVARCHAR(12)", [TEXTS, OTHER_TEXTS, NO_TEXTS]),
    column("Code", Class::Text, "NVARCHAR(12)", [TEXTS, OTHER_TEXTS, NO_TEXTS]),
    column(
        "Born",
        Class::Date,
        "DATE",
        [
            &["'2024-02-29'", "'2024-03-01'", "'2023-12-31'", "'0001-01-01'", "'9999-12-31'"],
            &["'2024-02-29 00:00:00'", "'2024-02-29T00:00'", "'9999-12-31 00:00:00.000'"],
            &["'tomorrow'", "20240229", "'2024-02-30'", "'2024-02-29 00:00:01'"],
        ],
    ),
    column(
        "Seen",
        Class::Moment,
        "DATETIMEOFFSET",
        [
            &[
                "'2024-02-29T08:30:00Z'",
                "'2024-02-29T10:30:00+02:00'",
                "'2024-02-28T18:30:00-14:00'",
                "'2024-02-29T00:00:00Z'",
                "'1999-12-31T23:59:59.9999999Z'",
                "'2024-02-29T08:30:00.5Z'",
                "'2024-02-29T23:30:00-01:00'",
            ],
            &[
                "'2024-02-29 08:30:00'",
                "'2024-02-29'",
                "'2024-02-29 08:30'",
                "'2024-02-29 22:30:00.000 +14:00'",
                "'0001-01-01T00:00:00+14:00'",
                "'9999-12-31T23:59:59-14:00'",
                "'2024-02-29t10:30:00.5+02:00'",
            ],
            &["'now'", "1709195400", "'2024-02-29T25:00:00Z'", "'2024-02-29T08:30:00+15:00'"],
        ],
    ),
    column(
        "Feeds",
        Class::Time,
        "TIME",
        [
            &["'08:30:00'", "'23:59:59.9999999'", "'00:00:00'", "'08:30:00.5'"],
            &["'08:30'", "'08:30:00.500'"],
            &["'25:00'", "830", "'noon'"],
        ],
    ),
    column(
        "Tag",
        Class::Guid,
        "UNIQUEIDENTIFIER",
        [
            &[
                "'0f000000-0000-4000-8000-0000000000a1'",
                "'0f000000-0000-4000-8000-0000000000b2'",
                "'ffffffff-ffff-ffff-ffff-ffffffffffff'",
            ],
            &[
                "'0F000000-0000-4000-8000-0000000000A1'",
                "'0f0000000000400080000000000000a1'",
                "x'0F0000000000400080000000000000B2'",
            ],
            &["'zzz'", "15", "x'0F'"],
        ],
    ),
    column("Tame", Class::Boolean, "BIT", [&["0", "1"], &["'true'", "'FALSE'"], &["2", "'maybe'"]]),
    column("Wild", Class::Boolean, "BIT", [&["0", "1"], &["'True'", "'false'"], &["-1", "x'31'"]]),
    column("Data", Class::Binary, "VARBINARY(4)", [&["x''", "x'00ff'", "x'61'"], &[], &["'a'", "x'0102030405'", "1"]]),
];

/// What a row holds beside its key, as SQL.
pub(super) type Cells = Vec<&'static str>;

/// Rows of the tables; with values that fit no type only where `misfits` are wanted, and the database stores them.
pub(super) fn rows(misfits: bool) -> impl Strategy<Value = Vec<Cells>> {
    let cells: Vec<BoxedStrategy<&'static str>> = COLUMNS.iter().skip(1).map(|column| column.cell(misfits)).collect();
    proptest::collection::vec(cells, 25..35)
}

/// Whether no part of the text is half a character. SQL Server puts halves in an order of its own.
pub(super) fn is_whole(text: &str) -> bool {
    text.chars().all(|character| character.len_utf16() == 1)
}

impl Column {
    /// One column of text has a collation, where the database's own is not in force anyway.
    fn definition(&self) -> String {
        let collation = if Database::HOLDS_ANYTHING && self.name == "Code" { " COLLATE NOCASE" } else { "" };
        format!("{} {}{collation}", self.name, self.declared)
    }

    fn cell(&self, misfits: bool) -> BoxedStrategy<&'static str> {
        let (stored, null) = (select(self.stored), Just("NULL"));
        if !Database::HOLDS_ANYTHING {
            let whole: Vec<&'static str> = self.stored.iter().copied().filter(|text| is_whole(text)).collect();
            return prop_oneof![4 => select(whole), 1 => null].boxed();
        }
        // Numbers and text are put in order as they are stored, so that an index can serve: what is stored otherwise than a client sees
        // it stands elsewhere.
        let in_its_own_order = matches!(self.class, Class::Decimal | Class::Double | Class::Integer | Class::Text);
        let others: Vec<&'static str> = match (misfits, in_its_own_order) {
            (true, _) => [self.other_forms, self.misfits].concat(),
            (false, true) => Vec::new(),
            (false, false) => self.other_forms.to_vec(),
        };
        if others.is_empty() {
            return prop_oneof![4 => stored, 1 => null].boxed();
        }
        prop_oneof![5 => stored, 3 => select(others), 1 => null].boxed()
    }
}

/// The herds that rows belong to; one has no rows. Of the rows, some belong to none.
pub(super) const HERDS: i64 = 4;

/// A database with `rows` in two tables that differ in nothing but that one of them, `Indexed`, has an index on every column.
pub(super) fn tables(rows: &[Cells]) -> Database {
    let database = Database::empty();
    database.execute("CREATE TABLE Herd (Id BIGINT NOT NULL PRIMARY KEY)");
    let herds: Vec<String> = (1..=HERDS).map(|id| format!("({id})")).collect();
    database.execute(&format!("INSERT INTO Herd VALUES {}", herds.join(", ")));
    let columns: Vec<String> = COLUMNS.iter().map(Column::definition).collect();
    let row = |(id, cells): (usize, &Cells)| {
        let cells: Vec<String> = cells.iter().map(|cell| written(&database, cell)).collect();
        let herd = if id % 4 == 0 { "NULL".to_owned() } else { (id % 4).to_string() };
        format!("({id}, {}, {herd})", cells.join(", "))
    };
    let values: Vec<String> = (1..).zip(rows).map(row).collect();
    for table in ["Plain", "Indexed"] {
        let herd = "HerdId BIGINT REFERENCES Herd (Id)";
        database.execute(&format!("CREATE TABLE {table} ({}, {herd})", columns.join(", ")));
    }
    for name in COLUMNS.iter().skip(1).map(|column| column.name).chain(["HerdId"]) {
        database.execute(&format!("CREATE INDEX Indexed_{name} ON Indexed ({name})"));
    }
    for table in ["Plain", "Indexed"] {
        database.execute(&format!("INSERT INTO {table} VALUES {}", values.join(",\n")));
        database.track(table);
    }
    database.track("Herd");
    database
}

/// A cell as this database writes it: text of all the world, and octets.
fn written(database: &Database, cell: &str) -> String {
    let quoted = |mark: &str| cell.strip_prefix(mark).and_then(|rest| rest.strip_suffix('\''));
    match (quoted("N'"), quoted("x'")) {
        (Some(text), _) => database.text(text),
        (_, Some(digits)) => database.octets(digits),
        _ => cell.to_owned(),
    }
}
