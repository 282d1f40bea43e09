//! The configuration file: TOML text -> settings, one struct a concern. Unknown names are refused with their position.
//!
//! `schemas/config.schema.json` describes the same for editors and partners; a test keeps the two together.

mod access;
mod durations;
mod environment;
mod jwt;
mod limits;
mod log;
mod metrics;
mod proxies;
mod service;
mod sharing;
mod shown;
mod tls;

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::edm::{Exposure, TableExposure};
use crate::error::{Error, Result};
use crate::plan::Settings;
pub use access::{Access, ApiKeyEntry};
pub use jwt::{Jwks, Jwt, OneOrMore};
pub use limits::Limits;
pub use log::{Format, Level, Log};
pub use metrics::Metrics;
pub use proxies::{ForwardedBy, Proxies};
pub use service::Service;
pub use sharing::Sharing;
pub use shown::MASKED;
pub use tls::Tls;

/// The whole file. Command line and environment win over it.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// As `--database`.
    #[serde(serialize_with = "shown::database")]
    pub database: Option<String>,
    /// As `--listen`.
    pub listen: Option<String>,
    /// As `--public-url`.
    pub public_url: Option<String>,
    /// The proxies in front of this server.
    pub proxies: Proxies,
    /// The certificate that this server shows; without it, it speaks plain HTTP.
    pub tls: Option<Tls>,
    /// What only SQL Server and Azure SQL have.
    pub sql_server: SqlServer,
    /// How the service answers.
    pub service: Service,
    /// What clients that ask the same share.
    pub sharing: Sharing,
    /// How much is done at one time.
    pub limits: Limits,
    /// Who may read what; without it everybody may read all that is exposed.
    pub access: Option<Access>,
    /// What the log says, and how.
    pub log: Log,
    /// Where metrics are told.
    pub metrics: Metrics,
    /// What is exposed, by table.
    pub tables: BTreeMap<String, TableExposure>,
}

/// What only SQL Server and Azure SQL have.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct SqlServer {
    /// As `--schema`.
    pub schema: Option<String>,
    /// As `--without-snapshot`.
    pub without_snapshot: bool,
    /// Part of the history's identity: with another value, all links that were given out before expire.
    pub epoch: String,
}

impl Config {
    /// Reads a file.
    pub fn load(path: &Path) -> Result<Self> {
        let name = path.display();
        let text = std::fs::read_to_string(path).map_err(|error| {
            Error::configuration(format!("The configuration {name} cannot be read")).caused_by(error)
        })?;
        let in_file = Self::parse(&text)
            .map_err(|error| Error::configuration(format!("The configuration {name} is wrong")).caused_by(error));
        let settings = environment::settings();
        if settings.is_empty() {
            return in_file;
        }
        // What lacks in the file may stand in the environment.
        match (environment::overlaid(&text, &settings), in_file) {
            (Err(together), Err(in_file)) if lacks(&together) || !lacks(&in_file) => Err(in_file),
            (outcome, _) => outcome,
        }
    }

    /// What there is without a file.
    pub fn without_file() -> Result<Self> {
        environment::overlaid("", &environment::settings())
    }

    /// Reads a file's text.
    pub fn parse(text: &str) -> Result<Self> {
        let config: Self = toml::from_str(text).map_err(|error| wrong(text, &error))?;
        config.check()?;
        Ok(config)
    }

    fn check(&self) -> Result<()> {
        self.service.check()?;
        self.sharing.check()?;
        self.limits.check()?;
        self.access.iter().try_for_each(Access::check)
    }

    /// The settings in which `other` differs and that a running server keeps.
    pub fn fixed_until_restart(&self, other: &Self) -> Vec<&'static str> {
        let differences = [
            ("database", self.database != other.database),
            ("tls", self.tls != other.tls),
            ("listen", self.listen != other.listen),
            ("log.format", self.log.format != other.log.format),
            ("log.level", self.log.level != other.log.level),
            ("metrics.listen", self.metrics.listen != other.metrics.listen),
            ("sql_server", self.sql_server != other.sql_server),
            ("service.cors_origins", self.service.cors_origins != other.service.cors_origins),
            (
                "access.api_key_header (as pages of other origins are told of it)",
                self.key_header_of_pages() != other.key_header_of_pages(),
            ),
            (
                "public_url (https or not, as browsers are told to keep to it)",
                self.is_reached_by_https() != other.is_reached_by_https(),
            ),
            (
                "limits (of reads, queues and connections)",
                self.limits.held_by_the_server() != other.limits.held_by_the_server(),
            ),
        ];
        differences.into_iter().filter(|(_, differs)| *differs).map(|(name, _)| name).collect()
    }

    /// The header in which pages of other origins may bring a key.
    fn key_header_of_pages(&self) -> Option<String> {
        self.access.as_ref().filter(|_| !self.service.cors_origins.is_empty()).map(Access::key_header)
    }

    /// Whether clients reach this server by HTTPS.
    fn is_reached_by_https(&self) -> bool {
        self.tls.is_some() || self.public_url.as_ref().is_some_and(|url| url.starts_with("https:"))
    }

    /// What plans depend on.
    pub fn settings(&self) -> Settings {
        Settings {
            page_size: self.service.page_size.min(self.service.max_page_size),
            max_page_size: self.service.max_page_size,
            max_expression_depth: self.limits.max_expression_depth,
            longest_wait: self.sharing.longest_wait_seconds(),
        }
    }

    /// What is exposed.
    pub fn exposure(&self) -> Exposure {
        Exposure {
            namespace: self.service.namespace.clone(),
            key_as_segment: self.service.key_as_segment,
            max_expand_depth: self.service.max_expand_depth,
            tables: self.tables.clone(),
        }
    }
}

/// Whether something is not there that has to be.
fn lacks(error: &Error) -> bool {
    error.to_string().contains("missing field")
}

/// What is wrong, and where. The line itself is not shown: it may hold a password.
fn wrong(text: &str, error: &toml::de::Error) -> Error {
    let before = error.span().and_then(|span| text.get(..span.start));
    let place = before.map(|before| {
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        format!("line {}, column {column}: ", before.matches('\n').count() + 1)
    });
    Error::configuration(format!("{}{}", place.unwrap_or_default(), error.message()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edm::{NavigationExposure, NavigationNames};
    use crate::response::DeletedId;

    #[test]
    fn a_whole_file_is_read() {
        let text = r#"
            database = "sqlite:shop.db"
            listen = "127.0.0.1:9000"
            public_url = "https://example.com/shop"
            [sql_server]
            schema = "sales"
            epoch = "2026-11"
            [service]
            page_size = 100
            deleted_id = "key"
            namespace = "Contoso.Shop"
            [tables."Order Details"]
            name = "OrderDetails"
            columns = ["Unit Price"]
            rename = { "Unit Price" = "UnitPrice" }
            [tables."Order Details".navigation]
            "OrderID" = { to_one = "Sale", to_many = "Details" }
            FK_Warehouse = false
        "#;
        let config = Config::parse(text).unwrap();
        let names = NavigationNames { to_one: Some("Sale".to_owned()), to_many: Some("Details".to_owned()) };
        let navigation = &config.tables["Order Details"].navigation;
        assert_eq!(navigation["OrderID"], NavigationExposure::Named(names));
        assert_eq!(navigation["FK_Warehouse"], NavigationExposure::LeftOut);
        assert_eq!(config.service.deleted_id, DeletedId::Key);
        assert_eq!(config.tables["Order Details"].rename["Unit Price"], "UnitPrice");
    }

    #[test]
    fn mistakes_are_told_with_their_place() {
        let message = |text: &str| Config::parse(text).unwrap_err().to_string();
        let unknown = message("[service]\npagesize = 5\n");
        assert!(unknown.contains("line 2") && unknown.contains("pagesize"), "{unknown}");
        assert!(message("[tables.A]\ncolums = []").contains("colums"));
        let unknown = message("[tables.A.navigation]\nB = false\nC = { too_one = \"D\" }");
        assert!(unknown.contains("line 3") && unknown.contains("too_one"), "{unknown}");
        assert!(message("[tables.A.navigation]\nB = true").contains("expected false, or a table"));
        for secret in ["databse = \"mssql://sa:hunter2@db/shop\"", "\ndatabase = \"Server=db;Password=hunter2"] {
            let message = message(secret);
            assert!(message.starts_with("line ") && !message.contains("hunter2"), "{message}");
        }
        assert!(message("[service]\npage_size = 0").contains("between 1 and 100000"));
        assert!(message("[service]\nnamespace = \"1x\"").contains("namespace"));
        assert!(message("[service]\ndeleted_id = \"none\"").contains("entity-url"));
    }
}
