//! A certificate authority for one test, and the server certificate that it signs.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use tempfile::TempDir;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::rustls::version::{TLS12, TLS13};

/// Clients that are not given [`Self::ca_file`] do not know it.
pub(crate) struct Authority {
    folder: TempDir,
    certificate: CertificateDer<'static>,
    key: PrivatePkcs8KeyDer<'static>,
}

impl Authority {
    /// Signs a certificate for `localhost` and `127.0.0.1`.
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        params.distinguished_name.push(DnType::CommonName, "an authority for a test");
        let ca_key = KeyPair::generate().unwrap();
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("ca.pem"), params.self_signed(&ca_key).unwrap().pem()).unwrap();

        let names = ["localhost".to_owned(), "127.0.0.1".to_owned()];
        let key = KeyPair::generate().unwrap();
        let issuer = Issuer::new(params, ca_key);
        let certificate = CertificateParams::new(names).unwrap().signed_by(&key, &issuer).unwrap();
        Self { folder, certificate: certificate.der().clone(), key: key.serialize_der().into() }
    }

    /// The authority's own certificate, in PEM.
    pub(crate) fn ca_file(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// For a handshake within prelogin, which TLS 1.3 has no place in.
    pub(super) fn wrapped(&self) -> Arc<ServerConfig> {
        Arc::new(self.config(&[&TLS12]))
    }

    /// For TDS 8.
    pub(super) fn strict(&self) -> Arc<ServerConfig> {
        let mut config = self.config(&[&TLS12, &TLS13]);
        config.alpn_protocols = vec![b"tds/8.0".to_vec()];
        Arc::new(config)
    }

    fn config(&self, versions: &[&'static tokio_rustls::rustls::SupportedProtocolVersion]) -> ServerConfig {
        let key = PrivateKeyDer::Pkcs8(self.key.clone_key());
        ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_protocol_versions(versions)
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![self.certificate.clone()], key)
            .unwrap()
    }
}
