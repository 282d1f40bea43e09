//! What is given of encryption and certificates -> how the connection is protected.

use super::Trust;
use super::given::Given;
use super::keyword::Setting;
use super::server::Server;
use crate::error::{Error, Result};

/// What is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::backend::mssql) enum Encryption {
    /// Everything, or there is no connection. The default.
    Mandatory,
    /// The login always, the rest only where the server insists on it. What follows the login can be read on the way.
    LoginOnly,
    /// Everything from the first octet on: TDS 8.0, SQL Server 2022 and Azure SQL.
    Strict,
    /// Nothing, not even the password, unless the server insists: for a peer on this machine that has no TLS at all.
    Nothing,
}

const WORDS: [(&str, Encryption); 8] = [
    ("true", Encryption::Mandatory),
    ("yes", Encryption::Mandatory),
    ("mandatory", Encryption::Mandatory),
    ("false", Encryption::LoginOnly),
    ("no", Encryption::LoginOnly),
    ("optional", Encryption::LoginOnly),
    ("strict", Encryption::Strict),
    ("dangerplaintext", Encryption::Nothing),
];

impl Encryption {
    pub(super) fn from(given: &mut Given, server: &Server) -> Result<(Self, Trust)> {
        let encryption = given.word(Setting::Encrypt, &WORDS, "true, false or strict")?.unwrap_or(Self::Mandatory);
        let trust = Trust {
            any_certificate: given.flag(Setting::TrustServerCertificate)?,
            ca_file: given.text(Setting::CaFile).map(Into::into),
            host_in_certificate: given.text(Setting::HostNameInCertificate),
        };
        match conflict(encryption, &trust, server) {
            Some(words) => Err(Error::configuration(words)),
            None => Ok((encryption, trust)),
        }
    }
}

/// What an operator should know who has chosen less than the default.
pub(in crate::backend::mssql) fn risk(encryption: Encryption, trust: &Trust) -> Option<&'static str> {
    match encryption {
        Encryption::Nothing => Some("nothing that goes to the database server is encrypted, not even the password"),
        _ if trust.any_certificate => Some(
            "any certificate of the database server is accepted, so anybody on the way can read and change everything",
        ),
        Encryption::LoginOnly => {
            Some("unless the database server insists on encryption, only the login is encrypted, and no data is")
        }
        Encryption::Mandatory | Encryption::Strict => None,
    }
}

fn conflict(encryption: Encryption, trust: &Trust, server: &Server) -> Option<&'static str> {
    if encryption == Encryption::Nothing && !server.is_local() {
        return Some(
            "Encrypt=DANGER_PLAINTEXT sends the password unencrypted, so it is for a server on this machine only \
             (localhost). Use Encrypt=true; TrustServerCertificate=true accepts a test server's own certificate.",
        );
    }
    if encryption == Encryption::Strict && trust.any_certificate {
        return Some("Encrypt=strict always checks the server's certificate. Remove TrustServerCertificate=true.");
    }
    if trust.any_certificate && trust.ca_file.is_some() {
        return Some(
            "TrustServerCertificate=true accepts any certificate, so the CA file would not be used. Remove one of the two.",
        );
    }
    if trust.host_in_certificate.as_ref().is_some_and(|name| name.contains('*')) {
        return Some(
            "HostNameInCertificate is a name that the certificate is valid for, without a '*': where the certificate has \
             *.example.com, give db.example.com.",
        );
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::pair::Pair;
    use super::super::secret::Secret;
    use super::*;

    fn read(server: &str, pairs: &[(&str, &str)]) -> Result<(Encryption, Trust)> {
        let pair =
            |&(keyword, value): &(&str, &str)| Pair { keyword: keyword.into(), value: Secret::new(value), bare: true };
        let mut given = Given::resolve(pairs.iter().map(pair).collect()).unwrap();
        Encryption::from(&mut given, &Server::parse(server).unwrap())
    }

    #[test]
    fn everything_is_encrypted_and_checked_unless_something_else_is_said() {
        assert_eq!(read("h", &[]).unwrap(), (Encryption::Mandatory, Trust::default()));
        for (word, expected) in
            [("Yes", Encryption::Mandatory), ("Optional", Encryption::LoginOnly), ("STRICT", Encryption::Strict)]
        {
            assert_eq!(read("h", &[("Encrypt", word)]).unwrap().0, expected, "{word}");
        }
        let pairs = [("TrustServerCertificateCA", "/ca.pem"), ("Host Name In Certificate", "db.example")];
        let trust = Trust {
            any_certificate: false,
            ca_file: Some("/ca.pem".into()),
            host_in_certificate: Some("db.example".into()),
        };
        assert_eq!(read("h", &pairs).unwrap().1, trust);
    }

    #[test]
    fn less_than_the_default_is_called_a_risk() {
        let risk =
            |pairs: &[(&str, &str)]| read("localhost", pairs).map(|(encryption, trust)| risk(encryption, &trust));
        for safe in [("Encrypt", "true"), ("Encrypt", "strict"), ("ca-file", "x")] {
            assert_eq!(risk(&[safe]).unwrap(), None, "{safe:?}");
        }
        for less in [("Encrypt", "false"), ("Encrypt", "DANGER_PLAINTEXT"), ("TrustServerCertificate", "yes")] {
            assert!(risk(&[less]).unwrap().is_some(), "{less:?}");
        }
    }

    #[test]
    fn plain_text_stays_on_the_machine() {
        let plain = [("Encrypt", "DANGER_PLAINTEXT")];
        assert_eq!(read("127.0.0.1,5000", &plain).unwrap().0, Encryption::Nothing);
        assert!(read("db.example", &plain).unwrap_err().message().contains("localhost"));
    }

    #[test]
    fn contradictions_are_refused() {
        let trust = ("Trust Server Certificate", "true");
        assert!(read("h", &[("Encrypt", "strict"), trust]).unwrap_err().message().contains("strict"));
        assert!(read("h", &[("ca-file", "x"), trust]).unwrap_err().message().contains("one of the two"));
        assert!(read("h", &[("HostNameInCertificate", "*.x")]).unwrap_err().message().contains("without a '*'"));
        assert!(read("h", &[("Encrypt", "maybe")]).unwrap_err().message().contains("true, false or strict"));
    }
}
