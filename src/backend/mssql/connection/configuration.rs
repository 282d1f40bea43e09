//! A target and a way to log in -> the driver's configuration.

use tiberius::{AuthMethod, Config, EncryptionLevel};

use super::super::target::{Encryption, Server, Target};

/// `certificates` are believed besides the system's; `at` may be another server than the target's, after a redirection.
pub(super) fn configuration(target: &Target, certificates: Option<&[u8]>, at: &Server, login: AuthMethod) -> Config {
    let Target { database, trust, application_name, workstation, .. } = target;
    let mut configuration = Config::new();
    configuration.host(&at.host);
    configuration.port(at.port);
    configuration.database(database);
    configuration.authentication(login);
    configuration.application_name(application_name);
    configuration.readonly(target.read_only);
    configuration.encryption(match target.encryption {
        Encryption::Mandatory => EncryptionLevel::Required,
        Encryption::LoginOnly => EncryptionLevel::Off,
        Encryption::Strict => EncryptionLevel::Strict,
        Encryption::Nothing => EncryptionLevel::NotSupported,
    });
    if trust.any_certificate {
        configuration.trust_cert();
    } else if let Some(certificates) = certificates {
        configuration.trust_cert_ca_bundle(certificates);
    }
    if let Some(name) = &trust.host_in_certificate {
        configuration.hostname_in_certificate(name);
    }
    if let Some(name) = workstation {
        configuration.client_name(name);
    }
    // A column may hold half a surrogate pair; that must not end the whole answer.
    configuration.lossy_utf16_decoding(true);
    configuration.handshake_timeout(Some(target.connect_timeout));
    configuration.command_timeout(target.command_timeout);
    configuration
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::Arc;

    use rcgen::{CertificateParams, KeyPair, date_time_ymd};
    use tempfile::NamedTempFile;
    use tokio_rustls::rustls::ServerConfig;
    use tokio_rustls::rustls::crypto::aws_lc_rs;
    use tokio_rustls::rustls::pki_types::PrivateKeyDer;

    use super::super::connect::Connector;
    use super::super::peer::{LOGIN, Peer};
    use crate::backend::mssql::failure::Failure;

    /// A peer whose certificate is for `name` until `last_year`, and the certificate as a file.
    fn peer(name: &str, last_year: i32) -> (Peer, NamedTempFile) {
        let key = KeyPair::generate().unwrap();
        let mut parameters = CertificateParams::new([name.to_owned()]).unwrap();
        parameters.not_after = date_time_ymd(last_year, 1, 1);
        let certificate = parameters.self_signed(&key).unwrap();
        let mut file = tempfile::Builder::new().suffix(".pem").tempfile().unwrap();
        file.write_all(certificate.pem().as_bytes()).unwrap();
        let tls = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()));
        let tls = tls.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
        let key = PrivateKeyDer::Pkcs8(key.serialize_der().into());
        (Peer::strict(tls.with_single_cert(vec![certificate.der().clone()], key).unwrap()), file)
    }

    /// Connects to `peer`, believing `file`; the words of the failure, and whether a login was sent.
    fn told(peer: &Peer, file: Option<&NamedTempFile>, options: &str) -> (String, bool) {
        let file = file.map(|file| format!("&ca-file={}", file.path().display())).unwrap_or_default();
        let connector = Connector::new(peer.target(&format!("encrypt=strict{file}{options}"))).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let words = |failure: Failure| failure.error.message().to_owned();
        let told = runtime.block_on(connector.connect()).map_or_else(words, |_| String::new());
        (told, !peer.received(LOGIN).is_empty())
    }

    #[test]
    fn a_believed_certificate_for_the_right_name_is_enough() {
        let (peer, file) = peer("127.0.0.1", 4000);
        assert_eq!(told(&peer, Some(&file), ""), (String::new(), true));
    }

    #[test]
    fn nothing_is_sent_to_a_server_that_is_not_believed() {
        let (peer, _) = peer("127.0.0.1", 4000);
        let (words, sent) = told(&peer, None, "");
        assert!(words.contains("is not trusted") && !sent, "{words}");
    }

    #[test]
    fn another_name_has_to_be_given() {
        let (peer, file) = peer("db.example", 4000);
        let (words, sent) = told(&peer, Some(&file), "");
        assert!(words.contains("HostNameInCertificate") && !sent, "{words}");
        assert_eq!(told(&peer, Some(&file), "&host-name-in-certificate=db.example"), (String::new(), true));
    }

    #[test]
    fn an_expired_certificate_is_named_so() {
        let (peer, file) = peer("127.0.0.1", 2000);
        let (words, sent) = told(&peer, Some(&file), "");
        assert!(words.contains("Renew") && !sent, "{words}");
    }

    #[test]
    fn a_server_without_tls_and_a_file_without_certificates_are_told() {
        let (words, sent) = told(&Peer::obliging(), None, "&connect-timeout=2");
        assert!((words.contains("TLS could not be agreed") || words.contains("be reached")) && !sent, "{words}");
        let empty = NamedTempFile::new().unwrap();
        let (peer, _) = peer("127.0.0.1", 4000);
        assert!(told(&peer, Some(&empty), "").0.contains("holds certificates"), "{:?}", told(&peer, Some(&empty), ""));
    }
}
