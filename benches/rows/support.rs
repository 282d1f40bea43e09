//! What of the tests' support the TDS peer needs.

#[path = "../../tests/it/support/patience.rs"]
pub(crate) mod patience;
