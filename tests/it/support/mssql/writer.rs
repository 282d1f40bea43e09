//! Statements -> one transaction of a user, on a connection of its own; and the silence that some tests want meanwhile.

use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use super::connection::{Connection, literal};

/// Held for writing by those who want nobody to write.
static WRITERS: RwLock<()> = RwLock::new(());

/// Another program that writes.
pub(crate) struct Writer {
    connection: Connection,
    user: String,
}

impl Writer {
    pub(super) fn new(connection: Connection, user: &str) -> Self {
        Self { connection, user: user.to_owned() }
    }

    /// Runs `sql` in one transaction, which is kept or rolled back at its end; whether the server accepted all of it. Of what
    /// it refuses, nothing stays.
    pub(crate) fn write(&mut self, sql: &str, keep: bool) -> bool {
        let _writing = writing();
        let accepted = self.connection.try_run(&as_user(&self.user, &transaction(sql, keep))).is_ok();
        if !accepted {
            self.connection.run("IF @@TRANCOUNT > 0 ROLLBACK TRANSACTION;");
        }
        accepted
    }
}

/// `EXECUTE AS` for as long as `sql` runs, whether it succeeds or not.
pub(super) fn as_user(user: &str, sql: &str) -> String {
    format!("EXECUTE ({}) AS USER = {};", literal(sql), literal(user))
}

/// `sql` in one transaction, of which nothing stays if a part fails.
pub(super) fn transaction(sql: &str, keep: bool) -> String {
    let end = if keep { "COMMIT" } else { "ROLLBACK" };
    let sql = sql.trim_end().trim_end_matches(';');
    format!("SET XACT_ABORT ON;\nBEGIN TRANSACTION;\n{sql};\n{end} TRANSACTION;")
}

/// Held by whoever adds to the versions.
pub(super) fn writing() -> RwLockReadGuard<'static, ()> {
    WRITERS.read().unwrap_or_else(PoisonError::into_inner)
}

/// Nobody in this process adds to the versions while what this returns lives.
pub(super) fn quiet() -> RwLockWriteGuard<'static, ()> {
    WRITERS.write().unwrap_or_else(PoisonError::into_inner)
}
