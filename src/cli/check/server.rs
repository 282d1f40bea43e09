//! What a database in SQL Server or Azure SQL can need.

use super::{Doctor, Problem, usual_remedy};
use crate::config::SqlServer;
use crate::edm::{Catalog, Obstacle, ServerFacts, Table, Tracking};
use crate::sql::Script;
use crate::sql::mssql;

/// Remedies are T-SQL: who may run it is not who runs this.
pub(super) struct ServerDoctor<'a> {
    pub(super) catalog: &'a Catalog,
    pub(super) facts: &'a ServerFacts,
    pub(super) settings: &'a SqlServer,
}

/// Commits older than twice the retention, and by so much, have been forgotten by the clean-up.
const SLACK: u64 = 2 * SECONDS_A_DAY;
const SECONDS_A_DAY: u64 = 24 * 60 * 60;

impl ServerDoctor<'_> {
    fn of_database(&self) -> Vec<Problem> {
        let name = &self.facts.database;
        let mut problems = Vec::new();
        if self.facts.read_only {
            problems.push(Problem {
                table: None,
                reason:
                    "the connection reaches a replica that can only be read: changes are followed on the primary only"
                        .to_owned(),
                remedy: "take ApplicationIntent=ReadOnly away, or connect to the primary".to_owned(),
            });
        }
        match self.facts.change_tracking {
            None => {
                problems.push(problem("change tracking is off in the database", &mssql::enable_database(name, WEEK)));
            }
            Some(tracking) if !tracking.auto_cleanup => {
                let reason = "nothing removes old changes: automatic clean-up is off";
                problems.push(problem(reason, &mssql::auto_cleanup(name)));
            }
            Some(_) => {}
        }
        if !self.facts.snapshots && !self.settings.without_snapshot {
            let reason = "reads cannot have snapshots, so 'serve' refuses unless it is told --without-snapshot";
            problems.push(problem(reason, &mssql::allow_snapshots(name)));
        }
        if self.cannot_tell_a_restore() && self.settings.epoch.is_empty() {
            let reason = "after a restore, only the database's date of creation could tell that links have become void: the login may see neither commits nor the recovery fork";
            problems.push(problem(reason, &mssql::grant_state(&self.facts.user)));
        }
        problems
    }

    /// Whether only the database's date of creation tells one history from another.
    fn cannot_tell_a_restore(&self) -> bool {
        !self.facts.proofs.commits && !self.facts.proofs.recovery_fork
    }

    fn invisible_changes(&self, table: &Table) -> Option<Problem> {
        let invisible = table.tracking != Tracking::None && !table.rights.changes && !self.facts.read_only;
        invisible.then(|| Problem {
            table: Some(table.title()),
            ..problem("the login may not read its changes", &mssql::grant_changes(table, &self.facts.user))
        })
    }

    fn find(&self, title: &str) -> Option<&Table> {
        self.catalog.tables.iter().find(|table| table.title() == title)
    }
}

/// Minutes.
const WEEK: u64 = 7 * 24 * 60;

fn problem(reason: &str, remedy: &Script) -> Problem {
    Problem { table: None, reason: reason.to_owned(), remedy: text(remedy) }
}

fn text(script: &Script) -> String {
    script.statements.iter().map(|statement| statement.trim()).collect::<Vec<_>>().join("\n  ")
}

impl Doctor for ServerDoctor<'_> {
    fn remedy(&self, title: &str, obstacle: &Obstacle) -> String {
        match (obstacle, self.find(title)) {
            (Obstacle::NoPrimaryKey, Some(table)) => text(&mssql::add_primary_key(table)),
            (Obstacle::NotReadable, Some(table)) => text(&mssql::grant_select(table, &self.facts.user)),
            (Obstacle::NotTracked, Some(table)) => text(&mssql::enable_table(table)),
            (other, _) => usual_remedy(title, other),
        }
    }

    fn problems(&self) -> Vec<Problem> {
        let mut problems = self.of_database();
        problems.extend(self.catalog.tables.iter().filter_map(|table| self.invisible_changes(table)));
        problems
    }

    fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        if !self.facts.proofs.commits && self.facts.proofs.recovery_fork {
            let statement = text(&mssql::grant_state(&self.facts.user));
            warnings.push(format!(
                "the login may not see commits, so a failover may end links that could live on. {statement}"
            ));
        }
        if !self.facts.snapshots && self.settings.without_snapshot {
            warnings.push("reads have no snapshots, as the configuration says: an answer may have to be cut off and asked for again".to_owned());
        }
        if self.facts.proofs.commits && !self.facts.commits.newest_is_seen {
            warnings.push("the login sees commits only after a checkpoint: links that are younger bear no proof of their history. VIEW SERVER STATE, or the server role ##MS_ServerStateReader##, lets it see them at once".to_owned());
        }
        let late = |retention: u64| retention.saturating_mul(2).saturating_add(SLACK);
        if let (Some(tracking), Some(age)) = (self.facts.change_tracking, self.facts.commits.age_of_oldest)
            && age > late(tracking.retention)
        {
            let days = age / SECONDS_A_DAY;
            let statement = text(&mssql::flush_commits());
            warnings.push(format!("clean-up lags behind: commits of {days} days ago are still kept. Look for snapshot transactions that stay open, then run {statement}"));
        }
        warnings
    }

    fn warnings_of(&self, _table: &Table) -> Vec<String> {
        Vec::new()
    }

    fn retention(&self, table: &Table) -> Option<u64> {
        self.facts.change_tracking.filter(|_| table.tracking != Tracking::None).map(|tracking| tracking.retention)
    }

    fn first_step(&self) -> String {
        "track a table: 'deltalink track' prints the statements".to_owned()
    }
}
