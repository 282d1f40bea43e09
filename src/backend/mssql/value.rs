//! What the driver decoded -> values as rows lend them. Nothing is allocated, nothing rounded.
//!
//! The driver's own conversions are passed over: they go through the types of other crates, which know fewer digits, and
//! one of them subtracts an offset twice.

use tiberius::ColumnData;
use tiberius::time::{Date, DateTime, DateTime2, DateTimeOffset, SmallDateTime, Time};

use crate::edm::{Moment, Row, Short, Ticks, ValueRef};

/// The first day of `datetime` and `smalldatetime`, 1900-01-01, in days since 0001-01-01.
const DAY_1900: i64 = 693_595;

/// A row of SQL Server, lent.
pub(super) struct Lent<'a>(pub(super) &'a tiberius::Row);

impl Row for Lent<'_> {
    fn value(&self, column: usize) -> ValueRef<'_> {
        self.0.get_column_data(column).map_or(ValueRef::Null, value)
    }
}

/// What has no such form fits no type, and is told as that.
const WITHOUT_FORM: ValueRef<'static> = ValueRef::IllFormed(&[]);

fn value<'a>(data: &'a ColumnData<'static>) -> ValueRef<'a> {
    let canonical = |short: Option<Short>| short.map_or(WITHOUT_FORM, ValueRef::Canonical);
    let found = match data {
        ColumnData::U8(number) => number.map(|number| ValueRef::Integer(number.into())),
        ColumnData::I16(number) => number.map(|number| ValueRef::Integer(number.into())),
        ColumnData::I32(number) => number.map(|number| ValueRef::Integer(number.into())),
        ColumnData::I64(number) => number.map(ValueRef::Integer),
        ColumnData::Bit(bit) => bit.map(|bit| ValueRef::Integer(bit.into())),
        ColumnData::F32(number) => number.map(ValueRef::Single),
        ColumnData::F64(number) => number.map(ValueRef::Real),
        ColumnData::String(text) => text.as_deref().map(ValueRef::Text),
        ColumnData::Binary(octets) => octets.as_deref().map(ValueRef::Bytes),
        ColumnData::Xml(xml) => xml.as_deref().map(|xml| ValueRef::Text(xml.as_ref())),
        ColumnData::Guid(guid) => guid.map(|guid| ValueRef::Canonical(Short::guid(guid.into_bytes()))),
        ColumnData::Numeric(number) => number.map(|number| canonical(Short::decimal(number.value(), number.scale()))),
        ColumnData::Date(day) => day.map(|day| canonical(Short::date(day.days().into()))),
        ColumnData::Time(time) => time.map(|time| canonical(Short::time_of_day(ticks(time)))),
        ColumnData::DateTime(moment) => moment.map(|moment| canonical(date_time(moment))),
        ColumnData::SmallDateTime(moment) => moment.map(|moment| canonical(small_date_time(moment))),
        ColumnData::DateTime2(moment) => moment.map(|moment| canonical(at_offset(moment, 0))),
        ColumnData::DateTimeOffset(moment) => moment.map(|moment| canonical(date_time_offset(moment))),
    };
    found.unwrap_or(ValueRef::Null)
}

fn ticks(time: Time) -> Ticks {
    Ticks { count: time.increments(), scale: time.scale() }
}

/// Kept in 300ths of a second, and told in thousandths, as the server does.
fn date_time(moment: DateTime) -> Option<Short> {
    let count = (u64::from(moment.seconds_fragments()) * 10 + 1) / 3;
    Short::moment(Moment { day: DAY_1900 + i64::from(moment.days()), time: Ticks { count, scale: 3 }, offset: 0 })
}

/// Kept in minutes.
fn small_date_time(moment: SmallDateTime) -> Option<Short> {
    let count = u64::from(moment.seconds_fragments()) * 60;
    Short::moment(Moment { day: DAY_1900 + i64::from(moment.days()), time: Ticks { count, scale: 0 }, offset: 0 })
}

/// Comes in UTC, with the offset beside it.
fn date_time_offset(moment: DateTimeOffset) -> Option<Short> {
    at_offset(moment.datetime2(), moment.offset())
}

fn at_offset(moment: DateTime2, offset: i16) -> Option<Short> {
    let day = Date::days(moment.date()).into();
    Short::moment(Moment { day, time: ticks(moment.time()), offset })
}

/// A whole number of any width, or a bit.
pub(super) fn integer(row: &tiberius::Row, column: usize) -> Option<i64> {
    match Lent(row).value(column) {
        ValueRef::Integer(number) => Some(number),
        _ => None,
    }
}

/// Text; of a decimal, date, moment or GUID its canonical form.
pub(super) fn text(row: &tiberius::Row, column: usize) -> Option<String> {
    match Lent(row).value(column) {
        ValueRef::Text(text) => Some(text.to_owned()),
        ValueRef::Canonical(text) => Some(text.as_str().to_owned()),
        _ => None,
    }
}

/// A table's signature.
pub(super) fn signature(row: &tiberius::Row, column: usize) -> Option<u64> {
    integer(row, column).map(i64::cast_unsigned)
}
