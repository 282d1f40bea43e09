//! What every backend must do. `super::Database` is the database under test: the same tables whatever the backend.

use super::Database;

mod delta;
