//! What a SQLite file can need.

use super::super::database::shell;
use super::{Doctor, Problem, usual_remedy};
use crate::edm::{Catalog, FileFacts, Obstacle, Table, Tracking};
use crate::sql::sqlite::unseen;

/// Remedies are commands of this program: SQLite has no others.
pub(super) struct FileDoctor<'a> {
    pub(super) catalog: &'a Catalog,
    pub(super) facts: &'a FileFacts,
    pub(super) url: &'a str,
}

impl FileDoctor<'_> {
    fn track(&self, table: &str) -> String {
        format!("deltalink track --database {} {}", shell(self.url), shell(table))
    }

    fn damage(&self, table: &Table) -> Option<Problem> {
        let Tracking::Triggers { damage: Some(damage), .. } = &table.tracking else { return None };
        let reason = format!("its tracking is damaged, and its links have expired: {damage}");
        Some(Problem { table: Some(table.name.clone()), reason, remedy: self.track(&table.name) })
    }

    fn abandoned(&self) -> Option<Problem> {
        let count = self.facts.abandoned_logs.len();
        (count > 0).then(|| Problem {
            table: None,
            reason: format!("{count} change log(s) belong to tables that were dropped or created anew"),
            remedy: format!("deltalink prune --database {}", shell(self.url)),
        })
    }
}

impl Doctor for FileDoctor<'_> {
    fn remedy(&self, table: &str, obstacle: &Obstacle) -> String {
        match obstacle {
            Obstacle::NotTracked => self.track(table),
            other => usual_remedy(table, other),
        }
    }

    fn problems(&self) -> Vec<Problem> {
        let damaged = self.catalog.tables.iter().filter_map(|table| self.damage(table));
        damaged.chain(self.abandoned()).collect()
    }

    fn warnings(&self) -> Vec<String> {
        let waiting = "the file is not in WAL mode: writers wait while an answer is being read, however slow its reader is. 'PRAGMA journal_mode = WAL', once, mends it";
        self.facts.reads_block_writes.then(|| waiting.to_owned()).into_iter().collect()
    }

    fn warnings_of(&self, table: &Table) -> Vec<String> {
        unseen(table)
    }

    fn retention(&self, table: &Table) -> Option<u64> {
        match table.tracking {
            Tracking::Triggers { retention, .. } => Some(retention),
            _ => None,
        }
    }

    fn first_step(&self) -> String {
        format!("deltalink track --database {} --all", shell(self.url))
    }
}
