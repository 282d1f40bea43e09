//! An identity of Microsoft Entra ID -> tokens to log in with, each kept until shortly before it expires.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use azure_core::credentials::TokenCredential;
use tokio::sync::Mutex;
use tokio::time::timeout;

use super::super::failure::Failure;
use super::super::target::{Identity, Secret, Server};
use super::identity::{Surroundings, credentials};
use crate::error::{Error, ErrorKind, Result};

/// A token that has less left is replaced: a login takes time, and clocks differ.
const TO_SPARE: Duration = Duration::from_secs(5 * 60);
/// For each place that may have a token. Outside Azure, the address of its metadata service does not answer at all.
const PATIENCE: Duration = Duration::from_secs(10);

/// A token, and until when it is good.
#[derive(Clone, Debug)]
pub(super) struct Token {
    pub(super) secret: Secret,
    pub(super) expires: SystemTime,
}

impl Token {
    fn lasts(&self, at_least: Duration) -> bool {
        self.expires > SystemTime::now() + at_least
    }
}

/// Where tokens come from: one place, or several that are asked in order.
pub(super) struct Tokens {
    places: Vec<Arc<dyn TokenCredential>>,
    scope: String,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    token: Option<Token>,
    /// The place that has had one; the others are not asked any more.
    place: Option<usize>,
}

impl Tokens {
    pub(super) fn new(identity: &Identity, scope: Option<&str>, server: &Server) -> Result<Self> {
        let surroundings = Surroundings::of(server, |name| std::env::var(name).ok());
        let scope = scope.unwrap_or(surroundings.scope).to_owned();
        Ok(Self::from(credentials(identity, &surroundings)?, scope))
    }

    fn from(places: Vec<Arc<dyn TokenCredential>>, scope: String) -> Self {
        Self { places, scope, kept: Mutex::default() }
    }

    /// A token that lasts long enough to log in. Whoever comes while one is being fetched waits for that one.
    pub(super) async fn current(&self) -> Result<Token, Failure> {
        let mut kept = self.kept.lock().await;
        if let Some(token) = kept.token.as_ref().filter(|token| token.lasts(TO_SPARE)) {
            return Ok(token.clone());
        }
        match self.fetch(kept.place).await {
            Ok((place, token)) => {
                *kept = Kept { token: Some(token.clone()), place: Some(place) };
                Ok(token)
            }
            // While the old one is good, a failure to replace it is nobody's trouble yet.
            Err(reasons) => match kept.token.as_ref().filter(|token| token.lasts(Duration::ZERO)) {
                Some(token) => {
                    tracing::warn!(reasons, "no new token for the database; the old one is used to its end");
                    Ok(token.clone())
                }
                None => Err(no_token(reasons)),
            },
        }
    }

    /// Asks `place`, or else all places in order; why none has a token.
    async fn fetch(&self, place: Option<usize>) -> Result<(usize, Token), String> {
        let mut reasons = Vec::new();
        for (number, credential) in self.places.iter().enumerate() {
            if place.is_some_and(|place| place != number) {
                continue;
            }
            match timeout(PATIENCE, credential.get_token(&[&self.scope], None)).await {
                Ok(Ok(token)) => {
                    let secret = Secret::new(token.token.secret());
                    return Ok((number, Token { secret, expires: token.expires_on.into() }));
                }
                Ok(Err(error)) => reasons.push(in_one_line(&error)),
                Err(_) => reasons.push(format!("{credential:?}: no answer")),
            }
        }
        Err(reasons.join("; "))
    }
}

/// The client library's words without its line breaks and its invitation to read more.
fn in_one_line(error: &azure_core::Error) -> String {
    let words = error.to_string();
    let told = words.split("\nTo troubleshoot").next().unwrap_or_default();
    told.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn no_token(reasons: String) -> Failure {
    let message = "There is no token from Microsoft Entra ID for the database. Check the Authentication in the database's \
                   connection string, and that this machine has the identity that it names.";
    Failure::from(Error::new(ErrorKind::DatabaseUnavailable, message).caused_by(reasons))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use azure_core::credentials::{AccessToken, TokenRequestOptions};

    use super::*;

    /// Gives tokens that last so long, as often as it may; then none.
    #[derive(Debug)]
    struct Giver {
        lasting: Duration,
        left: AtomicUsize,
    }

    impl Giver {
        fn of(lasting: u64, times: usize) -> Arc<dyn TokenCredential> {
            Arc::new(Self { lasting: Duration::from_secs(lasting), left: AtomicUsize::new(times) })
        }
    }

    #[async_trait::async_trait]
    impl TokenCredential for Giver {
        async fn get_token(&self, _: &[&str], _: Option<TokenRequestOptions<'_>>) -> azure_core::Result<AccessToken> {
            let left = self.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
            let Ok(left) = left else {
                let words = "no\n more\nTo troubleshoot, visit";
                return Err(azure_core::Error::with_message(azure_core::error::ErrorKind::Credential, words));
            };
            let expires = SystemTime::now() + self.lasting;
            Ok(AccessToken::new(format!("{}s-{}", self.lasting.as_secs(), left - 1), expires.into()))
        }
    }

    /// The tokens that are got one after the other.
    fn got(places: Vec<Arc<dyn TokenCredential>>, times: usize) -> Vec<Result<String, String>> {
        let tokens = Tokens::from(places, "scope".to_owned());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let told = |token: Result<Token, Failure>| match token {
            Ok(token) => Ok(token.secret.expose().to_owned()),
            Err(failure) => Err(failure.error.to_string()),
        };
        (0..times).map(|_| told(runtime.block_on(tokens.current()))).collect()
    }

    #[test]
    fn a_token_is_kept_until_shortly_before_its_end() {
        assert_eq!(
            got(vec![Giver::of(3600, 2)], 3),
            [Ok("3600s-1".into()), Ok("3600s-1".into()), Ok("3600s-1".into())]
        );
        assert_eq!(got(vec![Giver::of(60, 2)], 2), [Ok("60s-1".into()), Ok("60s-0".into())]);
    }

    #[test]
    fn an_old_token_is_used_to_its_end_when_there_is_no_new_one() {
        assert_eq!(got(vec![Giver::of(60, 1)], 2), [Ok("60s-0".into()), Ok("60s-0".into())]);
        let told = got(vec![Giver::of(0, 1)], 2);
        assert!(told[1].as_ref().unwrap_err().ends_with("it names: no more"), "{told:?}");
    }

    #[test]
    fn the_place_that_had_a_token_is_asked_again() {
        let places = vec![Giver::of(1, 0), Giver::of(2, 1), Giver::of(3600, 9)];
        assert_eq!(got(places, 2), [Ok("2s-0".into()), Ok("2s-0".into())]);
        assert!(got(vec![Giver::of(1, 0), Giver::of(2, 0)], 1)[0].as_ref().unwrap_err().ends_with("no more; no more"));
    }
}
