//! Where an issuer's keys are -> the key that a token names, as long as the issuer has it.
//!
//! A newcomer's trap: a token can name any key. Keys are fetched anew for one that is not known, since issuers change them without a
//! word, but only so often: forged names must not make this a hammer. While the issuer is away, the keys that are known stay.

use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use jsonwebtoken::{Algorithm, DecodingKey};
use serde::Deserialize;
use tokio::sync::Mutex;

use super::fetch::{Address, Fetcher};
use super::jwks::KeySet;
use crate::error::{Error, Result};

/// How often keys are fetched anew without being asked for; also how long a key that the issuer has withdrawn may live.
const REFRESH: Duration = Duration::from_secs(60 * 60);
/// How long after a failure.
const RETRY: Duration = Duration::from_secs(30);
/// How often keys are fetched because a token named one that is not known: so many times at once, and then each time after so long.
const AT_ONCE: u32 = 4;
const REGAINED: Duration = Duration::from_secs(15);
/// Octets that a file of keys may have.
const LARGEST: u64 = 512 * 1024;

/// Where an issuer's keys are.
#[derive(Clone, Debug)]
pub enum Source {
    /// In a file.
    File(PathBuf),
    /// At an address.
    Url(Address),
    /// Where the issuer says.
    Discovery {
        /// The issuer, as its description must name it.
        issuer: String,
        /// Where that description is.
        description: Address,
    },
}

/// What an issuer says of itself.
#[derive(Deserialize)]
struct Description {
    issuer: String,
    jwks_uri: String,
}

/// The keys of an issuer.
pub(super) struct Issuer {
    source: Source,
    fetcher: Option<Fetcher>,
    known: RwLock<Option<Arc<KeySet>>>,
    /// Held while keys are fetched, so that one fetch serves all who wait.
    budget: Mutex<Budget>,
}

/// Why there is no key.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum NoKey {
    /// The issuer has none of that name.
    Unknown,
    /// The issuer's keys are not known yet.
    Unavailable,
}

impl Issuer {
    pub(super) fn new(source: Source) -> Result<Self> {
        let fetcher = match source {
            Source::File(_) => None,
            Source::Url(_) | Source::Discovery { .. } => Some(Fetcher::new()?),
        };
        Ok(Self { source, fetcher, known: RwLock::new(None), budget: Mutex::new(Budget::new()) })
    }

    /// Reads the keys for the first time. An issuer that is away now may come back; a file that is wrong is the operator's mistake.
    pub(super) async fn start(&self) -> Result<()> {
        match (self.refresh().await, &self.source) {
            (Err(error), Source::File(_)) => Err(error),
            _ => Ok(()),
        }
    }

    /// Reads the keys again and again.
    pub(super) async fn refresh_regularly(&self) {
        let mut outcome = if self.known().is_some() { Ok(()) } else { Err(()) };
        loop {
            tokio::time::sleep(if outcome.is_ok() { REFRESH } else { RETRY }).await;
            outcome = self.refresh().await.map_err(|_| ());
        }
    }

    /// The key called `id` for `algorithm`; keys are fetched if it is not known, unless that was done too often.
    pub(super) async fn key(&self, id: Option<&str>, algorithm: Algorithm) -> Result<DecodingKey, NoKey> {
        let asked = Instant::now();
        let found = |keys: Arc<KeySet>| keys.find(id, algorithm).cloned();
        if let Some(key) = self.known().and_then(found) {
            return Ok(key);
        }
        let mut budget = self.budget.lock().await;
        // Somebody else may have tried meanwhile.
        if budget.spent.is_none_or(|spent| spent < asked) && budget.take(Instant::now()) {
            // The log says why it failed.
            let _ = self.fetch().await;
        }
        drop(budget);
        let keys = self.known().ok_or(NoKey::Unavailable)?;
        found(keys).ok_or(NoKey::Unknown)
    }

    async fn refresh(&self) -> Result<()> {
        let _one_at_a_time = self.budget.lock().await;
        self.fetch().await
    }

    async fn fetch(&self) -> Result<()> {
        let outcome = self.read().await.and_then(|octets| KeySet::parse(&octets));
        match outcome {
            Ok(keys) => {
                tracing::debug!(keys = keys.len(), "the issuer's keys were read");
                *self.known.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(keys));
                Ok(())
            }
            Err(error) => {
                let kept = self.known().is_some();
                tracing::warn!(%error, kept, "the keys of access.jwt cannot be read; it is tried again");
                let message = "The keys of access.jwt cannot be read";
                Err(Error::configuration(message).caused_by(error))
            }
        }
    }

    async fn read(&self) -> Result<Vec<u8>> {
        let fetched = async |address: &Address| match &self.fetcher {
            Some(fetcher) => fetcher.fetch(address).await,
            None => Err(Error::internal("there is nothing to fetch keys with")),
        };
        match &self.source {
            Source::File(file) => read_file(file.clone()).await,
            Source::Url(address) => fetched(address).await,
            Source::Discovery { issuer, description } => {
                let octets = fetched(description).await?;
                let told: Description = serde_json::from_slice(&octets).map_err(|error| {
                    Error::configuration(format!("{description} describes no issuer")).caused_by(error)
                })?;
                if told.issuer != *issuer {
                    let message =
                        format!("{description} describes the issuer {:?} and not access.jwt.issuer.", told.issuer);
                    return Err(Error::configuration(message));
                }
                fetched(&Address::parse(&told.jwks_uri)?).await
            }
        }
    }

    fn known(&self) -> Option<Arc<KeySet>> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

async fn read_file(file: PathBuf) -> Result<Vec<u8>> {
    use std::io::Read;
    let read = tokio::task::spawn_blocking(move || {
        let mut octets = Vec::new();
        let opened = std::fs::File::open(&file);
        let outcome = opened.and_then(|opened| opened.take(LARGEST).read_to_end(&mut octets));
        outcome.map(|_| octets).map_err(|error| {
            Error::configuration(format!("The file {} cannot be read", file.display())).caused_by(error)
        })
    });
    read.await.map_err(Error::internal)?
}

/// How often something may still be done.
struct Budget {
    left: u32,
    counted: Instant,
    /// When it was last done.
    spent: Option<Instant>,
}

impl Budget {
    fn new() -> Self {
        Self { left: AT_ONCE, counted: Instant::now(), spent: None }
    }

    /// Whether it may be done once more.
    fn take(&mut self, now: Instant) -> bool {
        while self.left < AT_ONCE && now.saturating_duration_since(self.counted) >= REGAINED {
            self.left += 1;
            self.counted += REGAINED;
        }
        if self.left == AT_ONCE {
            self.counted = now;
        }
        let may = self.left > 0;
        if may {
            self.left -= 1;
            self.spent = Some(now);
        }
        may
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_is_spent_at_once_and_regained_slowly() {
        let mut budget = Budget::new();
        let start = Instant::now();
        let taken = |budget: &mut Budget, now| (0..100).filter(|_| budget.take(now)).count();
        assert_eq!(taken(&mut budget, start), 4);
        assert_eq!(taken(&mut budget, start + REGAINED / 2), 0);
        assert_eq!(taken(&mut budget, start + REGAINED), 1);
        assert_eq!(taken(&mut budget, start + REGAINED * 3), 2);
        assert_eq!(taken(&mut budget, start + REGAINED * 1000), 4);
    }

    #[tokio::test]
    async fn a_file_that_is_wrong_is_told_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("keys.json");
        let issuer = || Issuer::new(Source::File(file.clone())).unwrap();
        let message = issuer().start().await.unwrap_err().to_string();
        assert!(message.contains("keys.json cannot be read"), "{message}");
        std::fs::write(&file, "{\"keys\":[]}").unwrap();
        let message = issuer().start().await.unwrap_err().to_string();
        assert!(message.contains("no key"), "{message}");
    }

    #[tokio::test]
    async fn keys_that_are_known_stay_while_none_can_be_read() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("keys.json");
        let write = |id: &str| {
            let set = format!("{{\"keys\":[{{\"kty\":\"RSA\",\"kid\":\"{id}\",\"n\":\"AQAB\",\"e\":\"AQAB\"}}]}}");
            std::fs::write(&file, set).unwrap();
        };
        write("old");
        let issuer = Issuer::new(Source::File(file.clone())).unwrap();
        assert_eq!(issuer.key(Some("new"), Algorithm::RS256).await.unwrap_err(), NoKey::Unknown);
        std::fs::remove_file(&file).unwrap();
        assert_eq!(issuer.key(Some("new"), Algorithm::RS256).await.unwrap_err(), NoKey::Unknown);
        assert!(issuer.key(Some("old"), Algorithm::RS256).await.is_ok());
        write("new");
        assert!(issuer.key(Some("new"), Algorithm::RS256).await.is_ok());
        assert_eq!(issuer.key(Some("old"), Algorithm::RS256).await.unwrap_err(), NoKey::Unknown, "it was withdrawn");
        std::fs::remove_file(&file).unwrap();
        let nobody = Issuer::new(Source::File(file.clone())).unwrap();
        assert_eq!(nobody.key(Some("old"), Algorithm::RS256).await.unwrap_err(), NoKey::Unavailable);
    }
}
