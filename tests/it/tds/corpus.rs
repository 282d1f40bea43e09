//! Statements that a peer has received into files, one each, for a parser of T-SQL to judge.

use std::fs;
use std::io::Write;
use std::path::PathBuf;

use sha2::{Digest, Sha256};

use super::declarations::parts;
use super::request::{Kind, Request};

/// A folder of statements.
#[derive(Clone, Debug)]
pub(crate) struct Corpus {
    folder: PathBuf,
}

impl Corpus {
    pub(crate) fn at(folder: PathBuf) -> Self {
        fs::create_dir_all(&folder).unwrap();
        Self { folder }
    }

    /// The folder that `DELTALINK_TEST_TSQL` names, if it names one.
    pub(crate) fn from_environment() -> Option<Self> {
        std::env::var_os("DELTALINK_TEST_TSQL").map(|folder| Self::at(folder.into()))
    }

    /// Writes what was sent.
    pub(super) fn add(&self, request: &Request) {
        if matches!(request.kind, Kind::Batch | Kind::ExecuteSql) {
            self.add_text(&standing_alone(request));
        }
    }

    /// Writes statements that stand alone, unless a file has them already: many peers share a folder.
    pub(crate) fn add_text(&self, text: &str) {
        let hash = u128::from_be_bytes(Sha256::digest(text)[..16].try_into().unwrap());
        let path = self.folder.join(format!("{hash:032x}.sql"));
        if path.exists() {
            return;
        }
        let mut unfinished = tempfile::NamedTempFile::new_in(&self.folder).unwrap();
        unfinished.write_all(text.as_bytes()).unwrap();
        unfinished.persist(path).unwrap();
    }
}

/// The statement, behind the declarations of its parameters.
fn standing_alone(request: &Request) -> String {
    match parts(&request.declarations).as_slice() {
        [] => request.sql.clone(),
        declarations => format!("DECLARE {};\n{}", declarations.join(", "), request.sql),
    }
}
