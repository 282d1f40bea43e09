//! The gateway on a database, the client that asks it, and the replica that a client would keep.

pub(crate) mod batch;
#[path = "../../chance.rs"]
pub(crate) mod chance;
pub(crate) mod client;
pub(crate) mod coding;
mod contract;
pub(crate) mod followers;
pub(crate) mod gateway;
pub(crate) mod issuer;
pub(crate) mod log;
pub(crate) mod meanwhile;
#[cfg(feature = "mssql")]
pub(crate) mod mssql;
mod overheard;
pub(crate) mod passport;
pub(crate) mod patience;
pub(crate) mod process;
pub(crate) mod replica;
pub(crate) mod signer;
pub(crate) mod sqlite;
pub(crate) mod standing_before;
pub(crate) mod table;
pub(crate) mod tokens;
pub(crate) mod wire;

pub(crate) use contract::{Checked, Contract};

/// Drives something of the gateway's from a test's thread.
pub(crate) fn wait_for<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

/// Every Rust file below `folder`.
pub(crate) fn rust_files(folder: std::path::PathBuf) -> Vec<std::path::PathBuf> {
    let (mut folders, mut found) = (vec![folder], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    found
}

/// A file of the repository.
#[track_caller]
pub(crate) fn text_of(path: &str) -> String {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
