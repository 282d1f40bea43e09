//! Another program that writes to a test's database, whichever it is.

use super::{StandIn, write_down, writer};

/// Another program that writes.
pub(crate) enum Writer<'d> {
    Server(Box<writer::Writer>),
    StandIn(&'d StandIn),
}

impl Writer<'_> {
    /// Runs `sql` in one transaction, which is kept or rolled back at its end; whether all of it was accepted. Of what is
    /// refused, nothing stays.
    pub(crate) fn write(&mut self, sql: &str, keep: bool) -> bool {
        match self {
            Self::Server(writer) => writer.write(sql, keep),
            Self::StandIn(stand_in) => {
                write_down(sql);
                stand_in.write(sql, keep)
            }
        }
    }
}
