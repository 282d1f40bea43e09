//! What `DELTALINK_TEST_MSSQL` names, a URL or an ADO.NET connection string, -> how the tests and the gateway get there, also
//! to another database of the same server.
//!
//! The gateway reads the text by itself; what is read here is for the tests' own connections.

use std::env;

use deltalink::backend::mssql::Target;
use tiberius::{AuthMethod, Config, EncryptionLevel};

use crate::tds::Peer;

const VARIABLE: &str = "DELTALINK_TEST_MSSQL";
const SCHEMES: [&str; 2] = ["mssql://", "sqlserver://"];

/// A database of a server.
#[derive(Clone)]
pub(super) struct Address {
    text: String,
    /// Another database than the one in the text.
    database: Option<String>,
}

impl Address {
    /// The database that the tests are to use; `None` where there is none.
    pub(super) fn from_environment() -> Option<Self> {
        let text = env::var(VARIABLE).ok().filter(|text| !text.is_empty())?;
        Some(Self { text, database: None })
    }

    /// The database `tests` of a peer without encryption.
    pub(super) fn of_peer(peer: &Peer) -> Self {
        let text = format!("mssql://tester:secret@localhost:{}/tests?encrypt=DANGER_PLAINTEXT", peer.port());
        Self { text, database: None }
    }

    /// The same server's `database`.
    pub(super) fn of_database(&self, database: &str) -> Self {
        Self { text: self.text.clone(), database: Some(database.to_owned()) }
    }

    /// For the gateway.
    pub(super) fn target(&self) -> Target {
        let text = match (&self.database, without_scheme(&self.text)) {
            (None, _) => self.text.clone(),
            // Of a keyword that comes twice, the last one counts.
            (Some(database), None) => format!("{};Database={database}", self.text),
            (Some(database), Some(rest)) => {
                let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
                let authority = place.split_once('/').map_or(place, |(authority, _)| authority);
                format!("mssql://{authority}/{database}?{query}")
            }
        };
        Target::parse(&text).unwrap_or_else(|error| panic!("{VARIABLE}: {error}"))
    }

    /// For the tests' own connections.
    pub(super) fn config(&self) -> Config {
        let mut config = match without_scheme(&self.text) {
            Some(rest) => of_url(rest),
            None => Config::from_ado_string(&self.text).unwrap_or_else(|error| panic!("{VARIABLE}: {error}")),
        };
        if let Some(database) = &self.database {
            config.database(database);
        }
        config.application_name("deltalink-tests");
        config
    }
}

fn without_scheme(text: &str) -> Option<&str> {
    SCHEMES.iter().find_map(|scheme| text.strip_prefix(scheme))
}

/// `user:password@host:port/database?option=value`.
fn of_url(rest: &str) -> Config {
    let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (authority, database) = place.split_once('/').unwrap_or_else(|| panic!("{VARIABLE} names no database"));
    let (login, host) = authority.rsplit_once('@').unwrap_or_else(|| panic!("{VARIABLE} names no user"));
    let (user, password) = login.split_once(':').unwrap_or_else(|| panic!("{VARIABLE} has no password"));
    let mut config = Config::new();
    config.authentication(AuthMethod::sql_server(decoded(user), decoded(password)));
    config.database(decoded(database));
    match host.rsplit_once(':').filter(|(_, port)| !port.ends_with(']')) {
        Some((host, port)) => {
            config.host(host_name(host));
            config.port(port.parse().unwrap_or_else(|_| panic!("{VARIABLE}: the port is no number")));
        }
        None => config.host(host_name(host)),
    }
    for (keyword, value) in query.split('&').filter_map(|option| option.split_once('=')) {
        let folded = |text: &str| decoded(text).replace(['-', '_', ' '], "").to_ascii_lowercase();
        match (folded(keyword).as_str(), folded(value).as_str()) {
            ("trustservercertificate", "true" | "yes") => config.trust_cert(),
            ("cafile", _) => config.trust_cert_ca(decoded(value)),
            ("encrypt", "strict") => config.encryption(EncryptionLevel::Strict),
            ("encrypt", "false" | "no" | "optional") => config.encryption(EncryptionLevel::Off),
            ("encrypt", "dangerplaintext") => config.encryption(EncryptionLevel::NotSupported),
            _ => {}
        }
    }
    config
}

fn host_name(host: &str) -> String {
    decoded(host.trim_start_matches('[').trim_end_matches(']'))
}

fn decoded(text: &str) -> String {
    percent_encoding::percent_decode_str(text).decode_utf8().expect("UTF-8").into_owned()
}

#[test]
fn both_forms_lead_to_the_same_server_and_to_any_of_its_databases() {
    for text in [
        "mssql://tester:a%40b@localhost:1444/tests?trust-server-certificate=true",
        "Server=tcp:localhost,1444;Database=tests;User ID=tester;Password='a@b';TrustServerCertificate=true",
    ] {
        let address = Address { text: text.to_owned(), database: None };
        assert_eq!(address.config().get_addr(), "localhost:1444");
        assert_eq!(address.target().to_string(), "mssql://tester@localhost:1444/tests");
        assert!(!address.target().needs_password());
        let other = address.of_database("dl_1");
        assert_eq!(other.config().get_addr(), "localhost:1444");
        assert_eq!(other.target().to_string(), "mssql://tester@localhost:1444/dl_1");
    }
}
