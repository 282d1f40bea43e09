//! A database text, a URL or an ADO.NET connection string, -> where to connect, as whom, and within which limits.
//!
//! `url` or `ado_net` reads the text into pairs, `keyword` knows what each one means, and `given` keeps what they set until
//! `server`, `encryption`, `login` and [`Target`] itself have taken it.

mod ado_net;
mod encryption;
mod given;
mod keyword;
mod login;
mod pair;
mod secret;
mod server;
mod url;

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

pub(super) use encryption::{Encryption, risk};
pub(super) use login::{Identity, Login};
pub use secret::Secret;
pub(super) use server::Server;

use crate::error::{Error, Result};
use given::{Given, wrong};
use keyword::Setting;

/// A database of SQL Server or Azure SQL, and how it is reached.
#[derive(Clone, Debug)]
pub struct Target {
    pub(super) server: Server,
    pub(super) database: String,
    pub(super) login: Login,
    pub(super) encryption: Encryption,
    pub(super) trust: Trust,
    pub(super) read_only: bool,
    pub(super) application_name: String,
    pub(super) workstation: Option<String>,
    /// Whether all addresses of the server are tried at the same time.
    pub(super) all_addresses_at_once: bool,
    /// For a whole connection: name, address, TLS, login.
    pub(super) connect_timeout: Duration,
    /// For the next part of an answer.
    pub(super) command_timeout: Option<Duration>,
    pub(super) pool: PoolLimits,
}

/// Which certificates are believed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Trust {
    pub(super) any_certificate: bool,
    /// Certificates that are believed besides the system's.
    pub(super) ca_file: Option<PathBuf>,
    pub(super) host_in_certificate: Option<String>,
}

/// How many connections are kept, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PoolLimits {
    pub(super) connections: usize,
    pub(super) wait: Duration,
    pub(super) lifetime: Option<Duration>,
    pub(super) idle_lifetime: Option<Duration>,
}

const CONNECT_TIMEOUT: u32 = 15;
const COMMAND_TIMEOUT: u32 = 30;
const CONNECTIONS: u32 = 32;
const POOL_WAIT: u32 = 30;
const LIFETIME: u32 = 30 * 60;
const IDLE_LIFETIME: u32 = 5 * 60;

impl Target {
    /// Whether `text` is meant for SQL Server at all.
    pub fn is_meant_by(text: &str) -> bool {
        url::without_scheme(text).is_some() || text.contains('=')
    }

    /// Reads `mssql://user:password@host:port/database?option=value` or `Server=...;Database=...;...`.
    pub fn parse(text: &str) -> Result<Self> {
        let pairs = match url::without_scheme(text) {
            Some(rest) => url::parse(rest)?,
            None => ado_net::parse(text)?,
        };
        Self::from(&mut Given::resolve(pairs)?)
    }

    fn from(given: &mut Given) -> Result<Self> {
        let intents = [("readwrite", false), ("readonly", true)];
        let seconds = |number: u32| Duration::from_secs(number.into());
        let limit = |number: u32| Some(number).filter(|number| *number > 0).map(seconds);
        let server = given.text(Setting::Server).ok_or_else(|| missing("a server (Server=host,1433)"))?;
        let server = Server::parse(&server)?;
        let (encryption, trust) = Encryption::from(given, &server)?;
        Ok(Self {
            database: given.text(Setting::Database).ok_or_else(|| missing("a database (Database=name)"))?,
            login: Login::from(given)?,
            read_only: given.word(Setting::ApplicationIntent, &intents, "ReadOnly or ReadWrite")?.unwrap_or(false),
            application_name: given.text(Setting::ApplicationName).unwrap_or_else(|| "deltalink".to_owned()),
            workstation: given.text(Setting::WorkstationId),
            all_addresses_at_once: given.flag(Setting::MultiSubnetFailover)?,
            connect_timeout: limit(given.number(Setting::ConnectTimeout, CONNECT_TIMEOUT)?)
                .ok_or_else(|| wrong(Setting::ConnectTimeout, "at least 1 second"))?,
            command_timeout: limit(given.number(Setting::CommandTimeout, COMMAND_TIMEOUT)?),
            pool: PoolLimits {
                connections: match given.number(Setting::MaxPoolSize, CONNECTIONS)? {
                    number @ 1..=1000 => number as usize,
                    _ => return Err(wrong(Setting::MaxPoolSize, "from 1 to 1000")),
                },
                wait: seconds(given.number(Setting::PoolWaitTimeout, POOL_WAIT)?),
                lifetime: limit(given.number(Setting::ConnectionLifetime, LIFETIME)?),
                idle_lifetime: limit(given.number(Setting::ConnectionIdleLifetime, IDLE_LIFETIME)?),
            },
            server,
            encryption,
            trust,
        })
    }

    /// Whether the text names a user whose password has to come from elsewhere.
    pub fn needs_password(&self) -> bool {
        self.login.needs_password()
    }

    /// The same with `password`, where a password is used at all.
    #[must_use]
    pub fn with_password(mut self, password: Secret) -> Self {
        if let Some(place) = self.login.password() {
            *place = Some(password);
        }
        self
    }
}

fn missing(what: &str) -> Error {
    Error::configuration(format!("The database's connection string is not complete. Add {what}."))
}

/// What needs no encoding where a target is shown.
const SHOWN: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

impl fmt::Display for Target {
    /// `mssql://user@host:port/database`, for logs: never a secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("mssql://")?;
        if let Some(user) = self.login.user() {
            write!(f, "{}@", utf8_percent_encode(user, &SHOWN))?;
        }
        write!(f, "{}/{}", self.server, utf8_percent_encode(&self.database, &SHOWN))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AZURE: &str = "Server=tcp:x.database.windows.net,1433;Initial Catalog=Orders;Persist Security Info=False;\
        User ID=app;Password={hunter2};MultipleActiveResultSets=False;Encrypt=True;TrustServerCertificate=False;\
        Connection Timeout=30;";

    fn told(text: &str) -> String {
        Target::parse(text).unwrap_err().message().to_owned()
    }

    #[test]
    fn the_string_of_the_azure_portal_is_read() {
        let target = Target::parse(AZURE).unwrap();
        assert_eq!(target.to_string(), "mssql://app@x.database.windows.net:1433/Orders");
        assert_eq!((target.connect_timeout, target.read_only), (Duration::from_secs(30), false));
        assert!(!target.needs_password());
    }

    #[test]
    fn both_forms_say_the_same() {
        let url = "mssql://app:p%3Bw@db:1444/Orders?application-intent=ReadOnly&max-pool-size=3&connection-lifetime=0";
        let ado = "Data Source=db,1444;Database=Orders;UID=app;PWD='p;w';ApplicationIntent=readonly;Max Pool Size=3;\
                   Load Balance Timeout=0";
        assert_eq!(format!("{:?}", Target::parse(url).unwrap()), format!("{:?}", Target::parse(ado).unwrap()));
        let pool = Target::parse(url).unwrap().pool;
        assert_eq!((pool.connections, pool.lifetime, pool.idle_lifetime), (3, None, Some(Duration::from_secs(300))));
    }

    #[test]
    fn no_secret_is_shown() {
        let target = Target::parse(AZURE).unwrap();
        assert!(!format!("{target} {target:?}").contains("hunter2"));
        let odd = Target::parse("mssql://a%40b@[::1]/M%C3%BC%20x").unwrap();
        assert_eq!(odd.to_string(), "mssql://a%40b@[::1]:1433/M%C3%BC%20x");
        assert!(odd.needs_password() && !odd.with_password(Secret::new("x")).needs_password());
    }

    #[test]
    fn what_is_missing_or_wrong_is_told() {
        assert!(told("Database=d;User ID=u").contains("Add a server"));
        assert!(told("mssql://u@h").contains("Add a database"));
        assert!(told("mssql://h/d").contains("Add a user"));
        assert!(told("Server=h;Database=d;User ID=u;Connect Timeout=0").contains("at least 1 second"));
        assert!(told("Server=h;Database=d;User ID=u;Max Pool Size=0").contains("from 1 to 1000"));
        assert!(told("mssql://u@h/d?application-intent=Read").contains("ReadOnly or ReadWrite"));
    }

    #[test]
    fn a_text_for_another_database_is_recognised() {
        assert!(Target::is_meant_by("sqlserver://h/d") && Target::is_meant_by("Server=h"));
        assert!(!Target::is_meant_by("sqlite:x.db") && !Target::is_meant_by("orders.db"));
    }
}
