//! Stored values that do not fit -> one line in the log for each column, however many values there are.
//!
//! The line names the column, never the value or the key.

use std::collections::HashSet;
use std::sync::{LazyLock, Mutex, PoisonError};

use crate::edm::{EntitySet, Property};

static TOLD: LazyLock<Mutex<HashSet<String>>> = LazyLock::new(Mutex::default);

/// A property's value is null and annotated, because what is stored is not of its type.
pub(super) fn value(set: &EntitySet, property: &Property) {
    if first(format!("{}\0{}", set.table, property.column)) {
        tracing::warn!(
            table = set.table,
            column = property.column,
            "holds values that are not {}: they are returned as null with Core.ValueException",
            property.ty
        );
    }
}

/// A row is left out, because its key is not of the key's type: it has no URL and no identity.
pub(super) fn key(set: &EntitySet) {
    if first(format!("{}\0", set.table)) {
        tracing::warn!(table = set.table, "holds rows whose key is not of the key's type: they are left out");
    }
}

fn first(what: String) -> bool {
    TOLD.lock().unwrap_or_else(PoisonError::into_inner).insert(what)
}
