//! A result -> its octets, once, for answers that are given often or must come fast.

use bytes::{Bytes, BytesMut};

use super::row::{put_columns, put_row};
use super::types::Column;
use super::value::Value;

/// An encoded result.
#[derive(Clone)]
pub(crate) struct Prepared {
    pub(super) octets: Bytes,
    pub(super) rows: u64,
}

impl Prepared {
    pub(crate) fn new(columns: &[Column], rows: impl IntoIterator<Item = Vec<Value>>) -> Self {
        let mut octets = BytesMut::new();
        put_columns(&mut octets, columns);
        let mut count = 0;
        for row in rows {
            put_row(&mut octets, columns, &row);
            count += 1;
        }
        Self { octets: octets.freeze(), rows: count }
    }
}
