//! The number of a SQL Server error -> what kind of failure it is and what to do about it: one table.
//!
//! Sources: `sys.messages`, and Microsoft's lists of transient errors of Azure SQL and of `Microsoft.Data.SqlClient`.

use crate::error::ErrorKind;

/// Errors after which the same request may succeed in a moment.
const TRANSIENT: [u32; 39] = [
    233, 10053, 10054, 10060, // the connection was lost
    596, 6005, // the session was ended, the server is shutting down
    615, 921, 922, 926, 927, 952, 954, 955, 976, 983, 4060, 4221,
    18401, // the database or its replica is starting, moving or recovering
    40143, 40197, 40540, 40613, 42108, 42109, // the same in Azure SQL
    701, 8645, 10928, 10929, 10936, 40501, 49918, 49919, 49920, // out of resources
    1204, 1205, 1222, // locks: none left, deadlock victim, waited too long
    3960, 3961, // conflicts of snapshots
];

/// Whether trying again in a moment may help.
pub(super) fn is_transient(number: u32) -> bool {
    TRANSIENT.contains(&number)
}

/// Errors in a statement, whose words hold names and places of what was written, never of what it was executed with.
const OF_STATEMENTS: [u32; 21] =
    [102, 105, 107, 137, 156, 174, 189, 195, 201, 209, 402, 1033, 1934, 4104, 8117, 8120, 8127, 8144, 8155, 8178, 8180];

/// Whether the server's words for an error hold names at most, and no values of rows or of a request, as those for conversions,
/// ranges and duplicates do. Of errors that are not known here nobody can say.
pub(super) fn tells_no_values(number: u32) -> bool {
    let of_values = matches!(advice(number), Some((ErrorKind::InvalidValue, _)));
    (is_transient(number) || advice(number).is_some() || OF_STATEMENTS.contains(&number)) && !of_values
}

/// The kind of failure and the words for it, where there is more to say than that something failed.
pub(super) fn advice(number: u32) -> Option<(ErrorKind, &'static str)> {
    ADVICE.iter().find(|(numbers, ..)| numbers.contains(&number)).map(|(_, kind, words)| (*kind, *words))
}

const ADVICE: [(&[u32], ErrorKind, &str); 15] = [
    (
        &[220, 232, 8115],
        ErrorKind::InvalidValue,
        "A calculation that the request asks for leaves the range of its numbers.",
    ),
    (
        // 125: `CASE` in `CASE` has ten levels.
        &[125, 191, 8623, 8631, 8632],
        ErrorKind::InvalidValue,
        "The request is too complex for the database. Ask for less at once.",
    ),
    (
        // 206 clashes because a column's type is not the one that the statement was made for.
        &[206, 207, 208, 3961, 4413, 4902],
        ErrorKind::CatalogChanged,
        "The database's schema is changing. Try again.",
    ),
    (
        &[4998, 22105, 22110, 22111, 22112],
        ErrorKind::CatalogChanged,
        "The change tracking of a table has been switched off, or its key has changed. Try again.",
    ),
    (
        &[22117],
        ErrorKind::Configuration,
        "Changes can only be read from the primary replica, and the gateway is connected to a secondary one. Remove \
         ApplicationIntent=ReadOnly from the database's connection string and name the primary server or the listener.",
    ),
    (
        &[978],
        ErrorKind::Configuration,
        "The gateway is connected to a replica that is for read-only connections. Name the primary server or the \
         listener of the availability group in the database's connection string.",
    ),
    (
        &[3952, 3956, 3957],
        ErrorKind::DatabaseUnavailable,
        "The database does not allow snapshot isolation, which the gateway needs. An administrator allows it with \
         ALTER DATABASE CURRENT SET ALLOW_SNAPSHOT_ISOLATION ON.",
    ),
    (
        &[229, 230, 262, 297, 300, 916, 1088],
        ErrorKind::DatabaseUnavailable,
        "The gateway's login lacks a permission in the database. It needs SELECT and VIEW CHANGE TRACKING on every \
         exposed table; 'deltalink check' tells what is missing.",
    ),
    (
        &[18452, 18456, 18461, 18470, 18486, 18487, 18488, 40607],
        ErrorKind::DatabaseUnavailable,
        "The database server refused the gateway's login. Check the user and the password or, with Microsoft Entra ID, \
         that the identity is a user of the database; the server's log says why.",
    ),
    (
        &[911, 4060, 4063, 4064, 40532],
        ErrorKind::DatabaseUnavailable,
        "The database server let the gateway in but not into the database. Check the name of the database, that it is \
         online, and that the login is a user of it.",
    ),
    (
        &[40615, 40914, 47073],
        ErrorKind::DatabaseUnavailable,
        "The firewall of the database server does not let the gateway in. Add the gateway's address or network to the \
         server's firewall rules; a new rule takes up to five minutes.",
    ),
    (
        &[3958, 3959, 3966, 3967],
        ErrorKind::DatabaseUnavailable,
        "The database server has no room left for row versions in tempdb, which snapshots need.",
    ),
    (&[22116], ErrorKind::Configuration, "This edition of SQL Server has no change tracking."),
    (
        &[40613, 40197, 40501, 42108, 42109, 49918, 49919, 49920],
        ErrorKind::DatabaseUnavailable,
        "The database is busy, moving or waking up. Try again.",
    ),
    (
        &[4221, 976, 983],
        ErrorKind::DatabaseUnavailable,
        "The replica of the database that was reached cannot be read yet. Try again.",
    ),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_number_has_one_advice() {
        let numbers: Vec<u32> = ADVICE.iter().flat_map(|(numbers, ..)| numbers.iter().copied()).collect();
        assert_eq!(numbers.iter().collect::<BTreeSet<_>>().len(), numbers.len());
        assert_eq!(TRANSIENT.iter().collect::<BTreeSet<_>>().len(), TRANSIENT.len());
    }

    #[test]
    fn the_numbers_that_matter_are_known() {
        let kind = |number| advice(number).map(|(kind, _)| kind);
        for number in [207, 208, 3961, 4902, 22105] {
            assert_eq!(kind(number), Some(ErrorKind::CatalogChanged), "{number}");
        }
        for number in
            [1205, 3960, 3961, 4060, 40197, 40501, 40613, 49918, 49919, 49920, 10928, 10929, 10053, 10054, 10060, 233]
        {
            assert!(is_transient(number), "{number}");
        }
        assert_eq!(kind(22117), Some(ErrorKind::Configuration));
        for number in [125, 8115, 8632] {
            assert_eq!(kind(number), Some(ErrorKind::InvalidValue), "{number}");
        }
        assert!(advice(3952).unwrap().1.contains("ALLOW_SNAPSHOT_ISOLATION ON"));
        assert!(!is_transient(18456) && !is_transient(208) && kind(102).is_none());
    }
}
