//! A number -> the order that bears it, in the forms in which a SQLite file and SQL Server's protocol hold it.

use deltalink::edm::{Moment, Short, Ticks};
use rusqlite::types::Value as Stored;

use crate::tds::{Column, Length, Type, Value};

/// Name, type in SQLite, type in SQL Server.
pub(crate) const COLUMNS: [(&str, &str, &str); 7] = [
    ("Id", "INTEGER PRIMARY KEY", "bigint"),
    ("Customer", "UUID", "uniqueidentifier"),
    ("PlacedAt", "DATETIME", "datetime2(3)"),
    ("Total", "DECIMAL(10,2)", "decimal(10,2)"),
    ("Quantity", "MEDIUMINT", "int"),
    ("Paid", "BOOLEAN", "bit"),
    ("Note", "VARCHAR(60)", "nvarchar(60)"),
];

/// 2023-01-01, in days since 0001-01-01.
const FIRST_DAY: u32 = 738_520;
const MILLISECONDS_A_DAY: u64 = 86_400_000;

/// An order.
pub(crate) struct Order {
    id: u32,
    customer: u128,
    day: u32,
    /// Since midnight.
    milliseconds: u64,
    cents: u32,
    quantity: u32,
    paid: bool,
    note: String,
}

impl Order {
    /// Everything follows from the number, and looks as if it did not.
    pub(crate) fn new(id: u32) -> Self {
        let scattered = u128::from(id).wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835);
        let number = id.wrapping_mul(0x9E37_79B9);
        let dish = ["soup", "noodles", "\"special\"", "Käsespätzle"][number as usize >> 8 & 3];
        Self {
            id,
            customer: scattered,
            day: FIRST_DAY + id / 500,
            milliseconds: u64::from(number) % MILLISECONDS_A_DAY,
            cents: number % 1_000_000,
            quantity: number % 99 + 1,
            paid: number & 64 == 0,
            note: format!("{dish}, table {}, no onions", number % 60),
        }
    }

    /// As SQLite keeps it: moments and GUIDs as text, amounts of money as numbers.
    pub(crate) fn stored(self) -> [Stored; 7] {
        let time = Ticks { count: self.milliseconds, scale: 3 };
        let placed = Short::moment(Moment { day: self.day.into(), time, offset: 0 }).expect("a day of our times");
        let customer = Short::guid(self.customer.to_be_bytes());
        [
            Stored::Integer(self.id.into()),
            Stored::Text(customer.as_str().to_owned()),
            Stored::Text(placed.as_str().to_owned()),
            Stored::Real(f64::from(self.cents) / 100.0),
            Stored::Integer(self.quantity.into()),
            Stored::Integer(self.paid.into()),
            Stored::Text(self.note),
        ]
    }

    /// As SQL Server sends it.
    pub(crate) fn sent(self) -> Vec<Value> {
        vec![
            Value::Int(self.id.into()),
            Value::Guid(self.customer),
            Value::DateTime2(self.day, self.milliseconds),
            Value::Decimal(self.cents.into()),
            Value::Int(self.quantity.into()),
            Value::Bit(self.paid),
            Value::Text(self.note),
        ]
    }
}

/// The columns as SQL Server describes them: all but the key may be NULL.
pub(crate) fn wire_columns() -> Vec<Column> {
    let kinds = [
        Type::BigInt,
        Type::UniqueIdentifier,
        Type::DateTime2(3),
        Type::Decimal { precision: 10, scale: 2 },
        Type::Int,
        Type::Bit,
        Type::NVarChar(Length::Limited(60)),
    ];
    let mut columns: Vec<Column> =
        COLUMNS.iter().zip(kinds).map(|((name, ..), kind)| Column::new(name, kind)).collect();
    columns[0].nullable = false;
    columns
}
