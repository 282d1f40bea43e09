//! A test's database in a real SQL Server: a schema of its own in the database that `DELTALINK_TEST_MSSQL` names, acted on as
//! a user whose own schema it is, so that bare names are names in it.
//!
//! A newcomer's trap: change versions are numbers of the whole database, so tests that run at the same time move each
//! other's on. Whoever compares links holds [`quiet`](super::writer::quiet) meanwhile.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, Once, PoisonError};

use deltalink::backend::Backend;
use deltalink::backend::mssql::{MssqlBackend, Settings};
use deltalink::edm::{Catalog, Facts, Table, Tracking};
use deltalink::sql::Script;
use deltalink::sql::mssql::{allow_snapshots, disable_table, enable_database, enable_table, set_retention};
use serde_json::Value;

use super::address::Address;
use super::connection::{Connection, bracketed, literal};
use super::estate;
use super::writer::{Writer, as_user, transaction, writing};
use crate::support::replica::id;
use crate::support::wait_for;

/// Changes are kept for two days.
const RETENTION_MINUTES: u64 = 2 * 24 * 60;

/// Whether the login may make databases, and whether it sees at once what commits were, which proves what a restored
/// database still holds. Azure SQL has no backups of this kind.
const MAY_RESTORE: &str = "SELECT CASE WHEN HAS_PERMS_BY_NAME(NULL, NULL, N'CREATE ANY DATABASE') = 1
            AND HAS_PERMS_BY_NAME(NULL, NULL, N'VIEW SERVER STATE') = 1
            AND CAST(SERVERPROPERTY(N'EngineEdition') AS int) < 5 THEN 1 ELSE 0 END;";

/// A schema of a database, and whoever acts on it.
pub(crate) struct Server {
    address: Address,
    schema: String,
    /// Whether the database as a whole is this test's, too; then it has the schema's name.
    owns_database: bool,
    connection: Mutex<Connection>,
    /// What looks at tables, as operators do.
    operator: MssqlBackend,
}

impl Server {
    /// An empty schema; `None` where no server was named.
    pub(crate) fn named() -> Option<Self> {
        static ONCE: Once = Once::new();
        let address = Address::from_environment()?;
        estate::clear_up(&address);
        ONCE.call_once(|| prepare(&address));
        Some(Self::at(address, estate::name(), false))
    }

    /// An empty schema in a database of its own; `None` where the server does not let the login make one and back it up.
    pub(crate) fn with_own_database(&self) -> Option<Self> {
        // All are made from one model, which those who make them at the same time would wait for in vain.
        static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
        let mut connection = self.connection();
        if !connection.is_true(MAY_RESTORE) {
            return None;
        }
        let _alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        let name = estate::name();
        estate::make_database(&mut connection, &name);
        let address = self.address.of_database(&name);
        prepare(&address);
        Some(Self::at(address, name, true))
    }

    pub(super) fn at(address: Address, schema: String, owns_database: bool) -> Self {
        let mut connection = Connection::open(&address);
        estate::make_schema(&mut connection, &schema);
        let operator = operator(&address, &schema);
        Self { address, schema, owns_database, connection: Mutex::new(connection), operator }
    }

    /// What the server says it is.
    pub(crate) fn version(&self) -> String {
        self.connection().texts("SELECT @@VERSION;").concat()
    }

    /// A gateway's way to the schema.
    pub(crate) fn backend(&self) -> MssqlBackend {
        operator(&self.address, &self.schema)
    }

    /// Runs SQL as another program, in one transaction.
    #[track_caller]
    pub(crate) fn execute(&self, sql: &str) {
        let _writing = writing();
        self.connection().run(&as_user(&self.schema, &transaction(sql, true)));
    }

    /// Another program, with a connection of its own.
    pub(crate) fn writer(&self) -> Writer {
        Writer::new(Connection::open(&self.address), &self.schema)
    }

    /// Switches change tracking on, after having switched it off where it was on.
    #[track_caller]
    pub(crate) fn track(&self, table: &str) {
        let table = self.find(table);
        if table.tracking != Tracking::None {
            self.operate(&disable_table(&table));
        }
        self.operate(&enable_table(&table));
    }

    #[track_caller]
    pub(crate) fn untrack(&self, table: &str) {
        self.operate(&disable_table(&self.find(table)));
    }

    #[track_caller]
    pub(crate) fn rename_column(&self, table: &str, from: &str, to: &str) {
        let column = [&self.schema, table, from].map(bracketed).join(".");
        self.connection().run(&format!("EXECUTE sp_rename {}, {}, N'COLUMN';", literal(&column), literal(to)));
    }

    /// The rows of a table as the server itself tells them, by their key.
    #[track_caller]
    pub(crate) fn rows(&self, table: &str, key: &[&str]) -> BTreeMap<String, Value> {
        let query = format!("SELECT * FROM {}.{}", bracketed(&self.schema), bracketed(table));
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let objects = self.connection().objects(&query);
        objects.into_iter().map(|row| (id(key.iter().map(|column| text(&row[column]))), row)).collect()
    }

    /// A backup of the database, which is this test's own. Where backups go by default; T-SQL cannot remove it again, so a
    /// process uses few names, and the next one the same.
    #[track_caller]
    pub(crate) fn backup(&self) -> Backup {
        assert!(self.owns_database, "a schema alone cannot be backed up");
        let file = Backup::next();
        let (name, disk) = (bracketed(&self.schema), literal(&file.0));
        self.connection().run(&format!("BACKUP DATABASE {name} TO DISK = {disk} WITH FORMAT, INIT;"));
        file
    }

    /// Puts `backup` in the database's place, from another one: nobody may be connected.
    #[track_caller]
    pub(crate) fn restore(&self, backup: &Backup) {
        let (name, disk) = (bracketed(&self.schema), literal(&backup.0));
        Connection::open(&self.address.of_database("master")).run(&format!(
            "ALTER DATABASE {name} SET SINGLE_USER WITH ROLLBACK IMMEDIATE;
             RESTORE DATABASE {name} FROM DISK = {disk} WITH REPLACE;
             ALTER DATABASE {name} SET MULTI_USER;"
        ));
        *self.connection() = Connection::open(&self.address);
    }

    /// Keeps changes for so many minutes. Other tests would see it where the database is shared.
    #[track_caller]
    pub(crate) fn keep_for(&self, minutes: u64) {
        assert!(self.owns_database, "retention is not a matter of one schema");
        self.operate(&set_retention(&self.schema, minutes));
    }

    #[track_caller]
    fn find(&self, table: &str) -> Table {
        let catalog = describe(&self.operator);
        let found = catalog.tables.into_iter().find(|candidate| candidate.name == table);
        found.unwrap_or_else(|| panic!("no table {table}"))
    }

    /// Runs a script of the gateway's, as `deltalink track --apply` does.
    #[track_caller]
    fn operate(&self, script: &Script) {
        let _writing = writing();
        run(&mut self.connection(), script);
    }

    /// The connection, also when a test has failed while it held it.
    fn connection(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Server {
    /// What cannot be removed now, another run removes.
    fn drop(&mut self) {
        let _writing = writing();
        let removed = if self.owns_database {
            let mut elsewhere = Connection::open(&self.address.of_database("master"));
            estate::remove_database(&mut elsewhere, &self.schema)
        } else {
            estate::remove_schema(&mut self.connection(), &self.schema)
        };
        if !std::thread::panicking() {
            removed.unwrap();
        }
    }
}

/// The file of a backup.
pub(crate) struct Backup(String);

impl Backup {
    fn next() -> Self {
        use std::sync::atomic::{AtomicUsize, Ordering};
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        Self(format!("deltalink_test_{}.bak", NEXT.fetch_add(1, Ordering::Relaxed)))
    }
}

fn operator(address: &Address, schema: &str) -> MssqlBackend {
    let schema = Some(schema.to_owned()).filter(|schema| !schema.is_empty());
    MssqlBackend::open(address.target(), Settings { schema, snapshots: true, epoch: String::new() }).unwrap()
}

/// Tracks the changes of the database and allows snapshots, where that is not so yet.
fn prepare(address: &Address) {
    let Facts::Server(facts) = describe(&operator(address, "")).facts else { panic!("not a server") };
    let mut connection = Connection::open(address);
    if facts.change_tracking.is_none() {
        run(&mut connection, &enable_database(&facts.database, RETENTION_MINUTES));
    }
    if !facts.snapshots {
        run(&mut connection, &allow_snapshots(&facts.database));
    }
}

fn run(connection: &mut Connection, script: &Script) {
    script.statements.iter().for_each(|statement| connection.run(statement));
}

fn describe(operator: &MssqlBackend) -> Catalog {
    wait_for(operator.describe()).unwrap()
}
