//! The server of a connection string, `tcp:host,port`, -> a host and a port.

use std::fmt;

use crate::error::{Error, Result};

const DEFAULT_PORT: u16 = 1433;

/// Where the server listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::backend::mssql) struct Server {
    pub(in crate::backend::mssql) host: String,
    pub(in crate::backend::mssql) port: u16,
}

impl Server {
    pub(super) fn parse(text: &str) -> Result<Self> {
        let address = without_protocol(text.trim())?;
        let (place, port) = match address.rsplit_once(',') {
            Some((place, port)) => (place.trim_end(), Some(port_number(port.trim())?)),
            None => (address, None),
        };
        let (host, instance) = place.split_once('\\').unwrap_or((place, ""));
        Ok(Self { host: host_name(host.trim())?, port: port.map_or_else(|| port_of(instance.trim()), Ok)? })
    }

    /// Whether what is sent there stays on this machine.
    pub(in crate::backend::mssql) fn is_local(&self) -> bool {
        let address = self.host.parse::<std::net::IpAddr>();
        self.host.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.is_loopback())
    }
}

impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { host, port } = self;
        if host.contains(':') { write!(f, "[{host}]:{port}") } else { write!(f, "{host}:{port}") }
    }
}

fn without_protocol(text: &str) -> Result<&str> {
    let (protocol, address) = match text.split_once(':') {
        Some((before, after)) => (before.trim().to_ascii_lowercase(), after.trim_start()),
        None => (String::new(), text),
    };
    match protocol.as_str() {
        "tcp" => Ok(address),
        "np" | "lpc" | "admin" => Err(wrong(
            "only TCP is supported: named pipes (np:), shared memory (lpc:) and the \
             administrator's connection (admin:) are not",
        )),
        _ if text.starts_with("\\\\") => Err(wrong("only TCP is supported, and this is the path of a named pipe")),
        _ if text.to_ascii_lowercase().starts_with("(localdb)") => {
            Err(wrong("LocalDB listens on named pipes only, and only TCP is supported"))
        }
        _ => Ok(text),
    }
}

fn host_name(text: &str) -> Result<String> {
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    match bare {
        "." => Ok("localhost".to_owned()),
        local if local.eq_ignore_ascii_case("(local)") => Ok("localhost".to_owned()),
        "" => Err(wrong("it names no host")),
        // The likeliest mistake; IPv6 addresses have more colons.
        host if host.matches(':').count() == 1 => Err(wrong("a comma, not a colon, stands before the port")),
        host if host.contains(|c: char| c.is_whitespace() || "@/\\?#,;=[]()".contains(c)) => {
            Err(wrong("its host has characters that no host has"))
        }
        host => Ok(host.to_owned()),
    }
}

fn port_number(text: &str) -> Result<u16> {
    match text.parse() {
        Ok(0) | Err(_) => Err(wrong("its port must be a number from 1 to 65535")),
        Ok(port) => Ok(port),
    }
}

/// The port of an instance that was given without one. Asking SQL Server Browser for it (UDP 1434) is not supported:
/// firewalls seldom let it through, the answer is not authenticated, and the port can be fixed.
fn port_of(instance: &str) -> Result<u16> {
    match instance.to_ascii_lowercase().as_str() {
        "" | "mssqlserver" => Ok(DEFAULT_PORT),
        _ => Err(wrong(
            "it names an instance without its port. Give the port of the instance, as in Server=host,49172: it stands in \
             SQL Server Configuration Manager under the TCP/IP properties of the instance, where it should be fixed \
             ('TCP Port', not 'TCP Dynamic Ports')",
        )),
    }
}

fn wrong(what: &str) -> Error {
    Error::configuration(format!("The database server cannot be read: {what}."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_are_read_as_people_write_them() {
        let servers = [
            ("db.example", "db.example:1433"),
            (" tcp:db.example,1444 ", "db.example:1444"),
            ("TCP: db.example , 1444", "db.example:1444"),
            ("(local)", "localhost:1433"),
            (".,1500", "localhost:1500"),
            ("(LOCAL)\\MSSQLSERVER", "localhost:1433"),
            ("host\\SQLEXPRESS,50000", "host:50000"),
            ("[::1],1444", "[::1]:1444"),
            ("fe80::1", "[fe80::1]:1433"),
            ("tcp:[2001:db8::1]", "[2001:db8::1]:1433"),
            ("bücher.example", "bücher.example:1433"),
        ];
        for (text, expected) in servers {
            assert_eq!(Server::parse(text).unwrap().to_string(), expected, "{text}");
        }
    }

    #[test]
    fn other_ways_are_refused_in_words() {
        let refusals = [
            ("np:host", "only TCP"),
            ("lpc:host", "only TCP"),
            ("\\\\host\\pipe\\sql\\query", "named pipe"),
            ("(localdb)\\MSSQLLocalDB", "LocalDB"),
            ("host\\SQLEXPRESS", "port of the instance"),
            ("host:1433", "comma"),
            ("host,port", "number"),
            ("host,0", "number"),
            (",1433", "no host"),
            ("a b", "characters"),
        ];
        for (text, words) in refusals {
            let error = Server::parse(text).unwrap_err().to_string();
            assert!(error.contains(words), "{text}: {error}");
        }
    }

    #[test]
    fn what_is_local_is_known() {
        let local = |text: &str| Server::parse(text).unwrap().is_local();
        assert!(local(".") && local("LocalHost") && local("127.8.8.8") && local("::1"));
        assert!(!local("localhost.example") && !local("10.0.0.1"));
    }

    proptest::proptest! {
        #[test]
        fn no_text_is_too_strange_to_be_read_or_refused(text in r"(tcp:)?([a.,:\[\]\\(]|\PC)*") {
            let _ = Server::parse(&text);
        }
    }
}
