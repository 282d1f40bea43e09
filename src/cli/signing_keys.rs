//! Where signing keys come from: the environment, a file, or a file that is made on first use.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;

use crate::error::{Error, Result};
use crate::token::Keyring;

/// The environment's name for the keys themselves; there is no option for them, because command lines are seen by all.
const VARIABLE: &str = "DELTALINK_SIGNING_KEYS";
const DEFAULT_FILE: &str = "deltalink.key";

/// Where the signing keys are.
#[derive(Debug, Args)]
pub(super) struct SigningKeys {
    /// File with signing keys, one a line: the first signs, all verify. The keys themselves may stand in
    /// `DELTALINK_SIGNING_KEYS` instead. Without either, `deltalink.key` is made beside the configuration or here
    #[arg(long, env = "DELTALINK_SIGNING_KEY_FILE", value_name = "FILE")]
    signing_key_file: Option<PathBuf>,
}

impl SigningKeys {
    /// The keys; `configuration` is the file beside which a new key is put.
    pub(super) fn load(&self, configuration: Option<&Path>) -> Result<Keyring> {
        match (std::env::var_os(VARIABLE), &self.signing_key_file) {
            (Some(_), Some(file)) => {
                let message =
                    format!("Signing keys are given twice, in {VARIABLE} and in {}: keep one.", file.display());
                return Err(Error::configuration(message));
            }
            (Some(text), None) => {
                return Keyring::parse(&text.to_string_lossy())
                    .map_err(|error| Error::configuration(format!("{VARIABLE} is wrong")).caused_by(error));
            }
            (None, Some(file)) => return read(file),
            (None, None) => {}
        }
        let beside = configuration.and_then(Path::parent).map(Path::to_path_buf).unwrap_or_default();
        let file = beside.join(DEFAULT_FILE);
        if !file.exists() {
            create(&file)?;
            tracing::warn!(file = %file.display(), "made a new signing key: keep this file, or links end with it");
        }
        read(&file)
    }
}

fn read(file: &Path) -> Result<Keyring> {
    let name = file.display();
    let text = std::fs::read_to_string(file)
        .map_err(|error| Error::configuration(format!("The signing keys in {name} cannot be read")).caused_by(error))?;
    Keyring::parse(&text)
        .map_err(|error| Error::configuration(format!("The signing keys in {name} are wrong")).caused_by(error))
}

/// Writes a fresh key that only the owner can read.
fn create(file: &Path) -> Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let text = format!("# Signing keys of deltalink: the first signs, all verify.\n{}\n", Keyring::generate_key());
    options.open(file).and_then(|mut file| file.write_all(text.as_bytes())).map_err(|error| {
        let message =
            format!("The signing key {} cannot be made; set {VARIABLE} or --signing-key-file", file.display());
        Error::configuration(message).caused_by(error)
    })
}
