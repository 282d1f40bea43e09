//! Certificate files -> what a TLS handshake shows, read again when they change.
//!
//! A newcomer's trap: a certificate and its key are two files, and whoever renews them writes one after the other. A pair that does not
//! fit together is not taken: what was shown before is shown on, and the files are looked at again.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::error::{Error, Result};

/// Time between two looks at the files.
const LOOK_EVERY: Duration = Duration::from_secs(10);

/// The certificate that this server shows.
#[derive(Debug)]
pub struct Certificates {
    certificate: PathBuf,
    key: PathBuf,
    shown: RwLock<Shown>,
}

#[derive(Debug)]
struct Shown {
    /// Of the files' octets.
    digest: [u8; 32],
    pair: Arc<CertifiedKey>,
}

impl Certificates {
    /// Reads two PEM files: a certificate with those that lead to its issuer, and its private key.
    pub fn load(certificate: &Path, key: &Path) -> Result<Arc<Self>> {
        let shown = RwLock::new(read(certificate, key)?);
        Ok(Arc::new(Self { certificate: certificate.to_owned(), key: key.to_owned(), shown }))
    }

    /// Reads the files again; whether another certificate is shown from now on.
    fn refresh(&self) -> Result<bool> {
        let read = read(&self.certificate, &self.key)?;
        let mut shown = self.shown.write().unwrap_or_else(PoisonError::into_inner);
        let differs = shown.digest != read.digest;
        if differs {
            *shown = read;
        }
        Ok(differs)
    }

    /// The same, and says so.
    pub fn look(&self) -> Result<()> {
        if self.refresh()? {
            tracing::info!("another TLS certificate is shown from now on");
        }
        Ok(())
    }

    /// Keeps looking at the files.
    pub async fn follow(&self) {
        let mut interval = tokio::time::interval(LOOK_EVERY);
        let mut complained = false;
        loop {
            interval.tick().await;
            let outcome = self.look();
            if let Err(error) = outcome.as_ref().map_err(ToString::to_string)
                && !complained
            {
                tracing::warn!(error, "the TLS certificate stays as it was: what is there now cannot be used");
            }
            complained = outcome.is_err();
        }
    }

    /// What a server needs to show the certificate. HTTP/1.1 is the one protocol.
    pub(super) fn server_config(self: &Arc<Self>) -> Result<ServerConfig> {
        let versions = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(Error::internal)?;
        Ok(versions.with_no_client_auth().with_cert_resolver(Arc::clone(self) as Arc<dyn ResolvesServerCert>))
    }
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.shown.read().unwrap_or_else(PoisonError::into_inner).pair))
    }
}

fn read(certificate: &Path, key: &Path) -> Result<Shown> {
    let octets = |path: &Path| {
        std::fs::read(path).map(Zeroizing::new).map_err(|error| {
            Error::configuration(format!("The TLS file {} cannot be read", path.display())).caused_by(error)
        })
    };
    let (chain, secret) = (octets(certificate)?, octets(key)?);
    let digest = Sha256::new().chain_update(&*chain).chain_update(b"\0").chain_update(&*secret).finalize().into();
    let wrong = |path: &Path, what: &str| {
        Error::configuration(format!("The TLS file {} holds no {what} in PEM form", path.display()))
    };
    let certificates: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(&chain)
        .collect::<std::result::Result<_, _>>()
        .map_err(|error| wrong(certificate, "certificate").caused_by(error))?;
    if certificates.is_empty() {
        return Err(wrong(certificate, "certificate"));
    }
    // What is wrong is not told: the parser's words could hold some of the key.
    let secret = PrivateKeyDer::from_pem_slice(&secret).map_err(|_| wrong(key, "private key"))?;
    let secret = default_provider().key_provider.load_private_key(secret);
    let pair = CertifiedKey::new(certificates, secret.map_err(|_| wrong(key, "private key"))?);
    pair.keys_match().map_err(|error| {
        let message = format!("The TLS certificate {} and its key do not fit together", certificate.display());
        Error::configuration(message).caused_by(error)
    })?;
    Ok(Shown { digest, pair: Arc::new(pair) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(folder: &Path, name: &str, text: &str) -> PathBuf {
        let path = folder.join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    #[test]
    fn a_renewed_pair_is_shown_and_half_of_one_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let pair = || rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let (first, second) = (pair(), pair());
        let certificate = write(folder.path(), "cert.pem", &first.cert.pem());
        let key = write(folder.path(), "key.pem", &first.signing_key.serialize_pem());
        let certificates = Certificates::load(&certificate, &key).unwrap();
        assert!(!certificates.refresh().unwrap());
        write(folder.path(), "cert.pem", &second.cert.pem());
        let message = certificates.refresh().unwrap_err().to_string();
        assert!(message.contains("do not fit together"), "{message}");
        let shown = || certificates.shown.read().unwrap().pair.cert[0].clone();
        assert_eq!(shown(), *first.cert.der());
        write(folder.path(), "key.pem", &second.signing_key.serialize_pem());
        assert!(certificates.refresh().unwrap());
        assert_eq!(shown(), *second.cert.der());
    }

    #[test]
    fn what_is_no_certificate_or_key_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let pair = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let certificate = write(folder.path(), "cert.pem", &pair.cert.pem());
        let key = write(folder.path(), "key.pem", "-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----\n");
        let message = |certificate: &Path, key: &Path| Certificates::load(certificate, key).unwrap_err().to_string();
        let told = message(&certificate, &key);
        assert!(told.contains("key.pem") && told.contains("private key") && !told.contains("hunter2"), "{told}");
        assert!(message(&key, &key).contains("certificate"));
        assert!(message(&folder.path().join("none.pem"), &key).contains("none.pem"));
    }
}
