//! A keyword of a connection string -> what it means here: the one table of all that are known.

use super::pair::folded;

/// What can be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Setting {
    ApplicationIntent,
    ApplicationName,
    Authentication,
    CaFile,
    CommandTimeout,
    ConnectTimeout,
    ConnectionIdleLifetime,
    ConnectionLifetime,
    Database,
    Encrypt,
    HostNameInCertificate,
    MaxPoolSize,
    MultiSubnetFailover,
    Password,
    PoolWaitTimeout,
    Server,
    TenantId,
    TokenScope,
    TrustServerCertificate,
    User,
    WorkstationId,
}

/// What a keyword means.
#[derive(Clone, Copy, Debug)]
pub(super) enum Meaning {
    Sets(Setting),
    /// Accepted without effect, for the reason that is given.
    Ignored(&'static str),
    /// Refused for the reason that is given, unless its value, folded, is one of those that ask for nothing.
    Refused(&'static [&'static str], &'static str),
}

/// The meaning of `keyword`, if it has one.
pub(super) fn meaning(keyword: &str) -> Option<Meaning> {
    let folded = folded(keyword);
    TABLE.iter().find(|(names, _)| names.contains(&folded.as_str())).map(|(_, meaning)| *meaning)
}

/// Values that say no.
const NO: &[&str] = &["", "false", "no"];
const POOLED: &str = "connections are always pooled, within the limits that are set";
const NO_KERBEROS: &str = "it is about Kerberos, which is not used";
const RETRIED: &str = "the gateway tries again by itself";
const NO_ENCLAVES: &str = "it is about Always Encrypted, which is refused where it is switched on";
const INDEPENDENT: &str = "no statement of the gateway's depends on it";

/// Names are folded: see [`folded`]. Where .NET, ODBC and this program have names of their own, all are here.
const TABLE: &[(&[&str], Meaning)] = {
    use Meaning::{Ignored, Refused, Sets};
    use Setting as S;
    &[
        (&["server", "datasource", "addr", "address", "networkaddress"], Sets(S::Server)),
        (&["database", "initialcatalog"], Sets(S::Database)),
        (&["userid", "uid", "user", "username"], Sets(S::User)),
        (&["password", "pwd"], Sets(S::Password)),
        (&["authentication"], Sets(S::Authentication)),
        (&["tenantid"], Sets(S::TenantId)),
        (&["tokenscope"], Sets(S::TokenScope)),
        (&["encrypt"], Sets(S::Encrypt)),
        (&["trustservercertificate"], Sets(S::TrustServerCertificate)),
        (&["cafile", "servercertificate", "trustservercertificateca"], Sets(S::CaFile)),
        (&["hostnameincertificate"], Sets(S::HostNameInCertificate)),
        (&["applicationintent"], Sets(S::ApplicationIntent)),
        (&["applicationname", "app"], Sets(S::ApplicationName)),
        (&["workstationid", "wsid"], Sets(S::WorkstationId)),
        (&["multisubnetfailover"], Sets(S::MultiSubnetFailover)),
        (&["connecttimeout", "connectiontimeout", "timeout", "logintimeout"], Sets(S::ConnectTimeout)),
        (&["commandtimeout"], Sets(S::CommandTimeout)),
        (&["maxpoolsize"], Sets(S::MaxPoolSize)),
        (&["poolwaittimeout"], Sets(S::PoolWaitTimeout)),
        (&["connectionlifetime", "loadbalancetimeout"], Sets(S::ConnectionLifetime)),
        (&["connectionidlelifetime"], Sets(S::ConnectionIdleLifetime)),
        (&["pooling", "minpoolsize", "poolblockingperiod", "connectionreset"], Ignored(POOLED)),
        (&["connectretrycount", "connectretryinterval"], Ignored(RETRIED)),
        (&["multipleactiveresultsets", "marsconnection"], Ignored("each connection reads one answer at a time")),
        (&["persistsecurityinfo"], Ignored("the password is never shown")),
        (&["asynchronousprocessing", "async"], Ignored("all reading is asynchronous")),
        (&["packetsize"], Ignored("the default of 4096 is what the driver is tested with")),
        (&["enlist", "transactionbinding"], Ignored("there are no ambient transactions")),
        (&["typesystemversion", "currentlanguage", "language"], Ignored(INDEPENDENT)),
        (&["ipaddresspreference"], Ignored("all addresses of the server are tried")),
        (&["serverspn", "failoverpartnerspn"], Ignored(NO_KERBEROS)),
        (&["attestationprotocol", "enclaveattestationurl"], Ignored(NO_ENCLAVES)),
        (&["replication", "driver", "provider", "description"], Ignored("it is for other programs")),
        (
            &["keepalive", "keepaliveinterval"],
            Ignored("a silent server is asked after 30 s, every second, as by default"),
        ),
        (
            &["integratedsecurity", "trustedconnection"],
            Refused(
                NO,
                "Windows authentication is not supported; use a SQL login or Microsoft Entra ID (Authentication=...)",
            ),
        ),
        (
            &["attachdbfilename", "extendedproperties", "initialfilename"],
            Refused(&[""], "attaching files is not supported; attach the database on the server"),
        ),
        (
            &["failoverpartner"],
            Refused(
                &[""],
                "database mirroring is not supported; name the listener of an availability group as the server",
            ),
        ),
        (&["userinstance", "contextconnection"], Refused(NO, "it exists for .NET programs on Windows only")),
        (
            &["columnencryptionsetting", "columnencryption"],
            Refused(&["", "disabled"], "Always Encrypted columns cannot be decrypted; without it they are left out"),
        ),
        (&["networklibrary", "network", "net"], Refused(&["", "dbmssocn"], "only TCP is supported")),
        (&["dsn", "filedsn"], Refused(&[""], "ODBC data sources are not read; give Server, Database and User ID")),
    ]
};

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_name_is_folded_and_stands_once() {
        let mut seen = BTreeSet::new();
        for name in TABLE.iter().flat_map(|(names, _)| names.iter()) {
            assert_eq!(folded(name), *name);
            assert!(seen.insert(name), "{name} stands twice");
        }
    }

    #[test]
    fn spellings_of_three_worlds_are_known() {
        for word in ["Data Source", "Server", "address", "Network Address", "ADDR"] {
            assert!(matches!(meaning(word), Some(Meaning::Sets(Setting::Server))), "{word}");
        }
        for word in ["Load Balance Timeout", "connection-lifetime"] {
            assert!(matches!(meaning(word), Some(Meaning::Sets(Setting::ConnectionLifetime))), "{word}");
        }
        assert!(matches!(meaning("MultipleActiveResultSets"), Some(Meaning::Ignored(_))));
        assert!(matches!(meaning("Trusted_Connection"), Some(Meaning::Refused(..))));
        assert!(meaning("Sever").is_none());
    }

    #[test]
    fn the_document_has_every_name() {
        let document = folded(&include_str!("../../../../docs/connecting.md").replace('\n', " "));
        for name in TABLE.iter().flat_map(|(names, _)| names.iter()) {
            assert!(document.contains(name), "docs/connecting.md lacks {name}");
        }
    }
}
