//! `[tls]`: the certificate that this server shows.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// Two PEM files. They are read again when they change.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Tls {
    /// The certificate, with those that lead to its issuer.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}
