//! A request into the part of a read that it is, told by the skeletons of `sql/mssql`.

use deltalink::sql::mssql;

use crate::stand_in::pattern::{repeated, slot, slots};
use crate::tds::{Kind, Parameter, Request, Value};

/// What the gateway sends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Part {
    Catalog,
    Open,
    History,
    Count,
    Entities,
    ChangesCount,
    Changes,
    Close,
    Abandon,
    /// Something that changes the database as a whole, or the tracking of a table.
    Script,
}

const CHECK: &str = include_str!("../../../sql/mssql/check.sql");

const SKELETONS: [(Part, &str); 11] = [
    (Part::Open, include_str!("../../../sql/mssql/open.sql")),
    (Part::History, include_str!("../../../sql/mssql/history.sql")),
    (Part::Count, include_str!("../../../sql/mssql/count.sql")),
    (Part::Entities, include_str!("../../../sql/mssql/entities.sql")),
    (Part::ChangesCount, include_str!("../../../sql/mssql/changes_count.sql")),
    (Part::Changes, include_str!("../../../sql/mssql/changes.sql")),
    (Part::Script, include_str!("../../../sql/mssql/enable_database.sql")),
    (Part::Script, include_str!("../../../sql/mssql/allow_snapshots.sql")),
    (Part::Script, include_str!("../../../sql/mssql/enable_table.sql")),
    (Part::Script, include_str!("../../../sql/mssql/disable_table.sql")),
    (Part::Script, include_str!("../../../sql/mssql/retention.sql")),
];

/// A statement of the gateway, taken apart.
pub(super) struct Statement<'r> {
    pub(super) part: Part,
    slots: Vec<(String, &'r str)>,
    parameters: &'r [Parameter],
}

impl<'r> Statement<'r> {
    /// None for what the gateway has no skeleton for.
    pub(super) fn of(request: &'r Request) -> Option<Self> {
        if !matches!(request.kind, Kind::Batch | Kind::ExecuteSql) {
            return None;
        }
        let whole =
            [(Part::Catalog, mssql::catalog()), (Part::Close, mssql::close()), (Part::Abandon, mssql::abandon())];
        if let Some((part, _)) = whole.into_iter().find(|(_, whole)| *whole == request.sql) {
            return Some(Self { part, slots: Vec::new(), parameters: &request.parameters });
        }
        SKELETONS.iter().find_map(|(part, skeleton)| {
            let slots = slots(skeleton, &request.sql)?;
            Some(Self { part: *part, slots, parameters: &request.parameters })
        })
    }

    /// What stands in the slot.
    pub(super) fn slot(&self, name: &str) -> &'r str {
        slot(&self.slots, name)
    }

    /// The tables that an opening checks.
    pub(super) fn checked(&self) -> Vec<&'r str> {
        let checks =
            repeated(CHECK, self.slot("checks")).unwrap_or_else(|| panic!("{} are no checks", self.slot("checks")));
        let table = |check: &Vec<(String, &'r str)>| {
            let (name, table) = (slot(check, "name"), slot(check, "table"));
            assert_eq!(name.trim_start_matches("N'").trim_end_matches('\''), table);
            table
        };
        checks.iter().map(table).collect()
    }

    pub(super) fn parameter(&self, number: usize) -> &'r Value {
        &self.parameters[number - 1].value
    }

    /// The number in a slot, or the one that its placeholder stands for.
    pub(super) fn number(&self, name: &str) -> i64 {
        let slot = self.slot(name);
        match slot.strip_prefix("@P") {
            Some(number) => integer(self.parameter(number.parse().unwrap())),
            None => slot.parse().unwrap_or_else(|_| panic!("{slot} is no number")),
        }
    }
}

/// A whole number.
pub(super) fn integer(value: &Value) -> i64 {
    match value {
        Value::Int(number) => *number,
        other => panic!("{other:?} is no number"),
    }
}
