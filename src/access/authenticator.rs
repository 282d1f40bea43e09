//! What a request brings -> the principal that it proves.
//!
//! A newcomer's trap: the client is told the same of every credential that is refused. Which of them was nearly right, and why it was not, is
//! for the log, and the credential itself for nobody.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::api_key::{self, KnownKey};
use super::jwt::{self, Believer, Disbelief};
use super::{Credential, Principal};
use crate::error::{Error, ErrorKind, Result};

/// What the operator says of who may ask.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// The roles that grant anything at all.
    pub granting: BTreeSet<String>,
    /// The API keys.
    pub keys: Vec<KnownKey>,
    /// The header in which one may stand, in lower case.
    pub header: String,
    /// The query option in which one may stand.
    pub parameter: Option<String>,
    /// Whose tokens are believed.
    pub tokens: Option<jwt::Settings>,
    /// Where clients are told that tokens are to be had.
    pub authorization_uri: Option<String>,
}

/// Finds out who asks.
pub struct Authenticator {
    /// The header in which an API key may stand, in lower case.
    pub header: String,
    /// The query option in which one may stand.
    pub parameter: Option<String>,
    granting: BTreeSet<String>,
    keys: Vec<KnownKey>,
    tokens: Option<Believer>,
    authorization_uri: Option<String>,
}

impl Authenticator {
    /// Puts together what the operator says.
    ///
    /// # Errors
    /// When there is nothing to fetch keys with.
    pub fn new(settings: Settings) -> Result<Self> {
        let Settings { granting, keys, header, parameter, tokens, authorization_uri } = settings;
        let tokens = tokens.map(Believer::new).transpose()?;
        Ok(Self { header, parameter, granting, keys, tokens, authorization_uri })
    }

    /// Reads what tokens are verified with for the first time. An issuer that is away is asked again later.
    ///
    /// # Errors
    /// When a file that the operator names cannot be read.
    pub async fn start(&self) -> Result<()> {
        for key in self.keys.iter().filter(|key| key.has_expired()) {
            tracing::warn!(principal = key.principal.id, "an API key has expired and is refused");
        }
        match &self.tokens {
            Some(tokens) => tokens.issuer.start().await,
            None => Ok(()),
        }
    }

    /// Reads it again and again; never ends.
    pub async fn refresh_regularly(&self) {
        match &self.tokens {
            Some(tokens) => tokens.issuer.refresh_regularly().await,
            None => std::future::pending().await,
        }
    }

    /// Who asks; `anonymous` is whoever brings nothing, if that is anybody.
    ///
    /// # Errors
    /// 401 if that is not proven, 503 if it cannot be told now, 403 if it does not matter since none of its roles grants anything.
    pub async fn principal(&self, credential: &Credential, anonymous: Arc<Principal>) -> Result<Arc<Principal>> {
        let is_somebody = !anonymous.roles.is_empty();
        let principal = match credential {
            Credential::None if is_somebody => anonymous,
            _ => self.proven(credential).await?,
        };
        if principal.roles.iter().any(|role| self.granting.contains(role)) {
            return Ok(principal);
        }
        Err(Error::new(ErrorKind::Forbidden, "None of the roles of whoever asks grants anything here."))
    }

    /// What a client hears that is not known: how to become known (RFC 9110 section 11.6.1), one line each.
    ///
    /// Bearer comes first, and in it the address where tokens are to be had: Power Query looks for that.
    pub fn challenges(&self, credential: &Credential) -> Vec<String> {
        let mut bearer = match &self.authorization_uri {
            Some(uri) => format!("Bearer authorization_uri=\"{uri}\", realm=\"deltalink\""),
            None => "Bearer realm=\"deltalink\"".to_owned(),
        };
        if credential.is_token() {
            bearer.push_str(", error=\"invalid_token\"");
        }
        let basic = "Basic realm=\"deltalink\", charset=\"UTF-8\"".to_owned();
        std::iter::once(bearer).chain((!self.keys.is_empty()).then_some(basic)).collect()
    }

    async fn proven(&self, credential: &Credential) -> Result<Arc<Principal>> {
        let outcome = match credential {
            Credential::None => Err("there are none".into()),
            Credential::Probe => Err("there are none, and it is asked where to get some".into()),
            Credential::Key(text) => api_key::whose(text, &self.keys).map_err(Disbelief::Refused),
            Credential::Token(text) => self.believed(text).await,
            Credential::Unusable(cause) => Err((*cause).into()),
        };
        outcome.map_err(|disbelief| match disbelief {
            Disbelief::Refused(cause) => {
                tracing::debug!(cause, "credentials refused");
                unauthorized()
            }
            Disbelief::Unavailable => {
                let message = "Tokens cannot be verified at the moment. Try again.";
                Error::new(ErrorKind::AuthenticationUnavailable, message)
                    .caused_by("the keys of access.jwt have not been read yet")
            }
        })
    }

    async fn believed(&self, token: &str) -> Result<Arc<Principal>, Disbelief> {
        match &self.tokens {
            Some(tokens) => tokens.principal(token).await.map(Arc::new),
            None => Err("tokens are not believed here: there is no access.jwt".into()),
        }
    }
}

/// One message for every cause.
fn unauthorized() -> Error {
    let message = "Who asks is not known: the request brings no valid credentials.";
    Error::new(ErrorKind::Unauthorized, message)
}

#[cfg(test)]
mod tests {
    use zeroize::Zeroizing;

    use super::*;
    use crate::access::{ApiKey, Claims};

    fn key(text: &str) -> Credential {
        Credential::Key(Zeroizing::new(text.to_owned()))
    }

    fn token(text: &str) -> Credential {
        Credential::Token(Zeroizing::new(text.to_owned()))
    }

    /// Who asks where whoever brings nothing is nobody.
    async fn asked(authenticator: &Authenticator, credential: &Credential) -> Result<Arc<Principal>> {
        authenticator.principal(credential, Arc::new(Principal::anonymous(Vec::new()))).await
    }

    fn granting(role: &str) -> BTreeSet<String> {
        BTreeSet::from([role.to_owned()])
    }

    fn with_one_key() -> (ApiKey, Authenticator) {
        let own = ApiKey::generate();
        let principal =
            Principal { id: "key:anna".to_owned(), roles: vec!["reader".to_owned()], claims: Claims::new() };
        let known = KnownKey { digest: own.digest(), principal: Arc::new(principal), expires: None };
        let settings = Settings { granting: granting("reader"), keys: vec![known], ..Settings::default() };
        (own, Authenticator::new(settings).unwrap())
    }

    #[tokio::test]
    async fn who_is_not_known_hears_the_same_whatever_was_wrong() {
        let (own, authenticator) = with_one_key();
        assert_eq!(asked(&authenticator, &key(own.reveal())).await.unwrap().id, "key:anna");
        let mut heard = Vec::new();
        for wrong in [
            Credential::None,
            Credential::Probe,
            key(""),
            key(ApiKey::generate().reveal()),
            token("a.b.c"),
            token(own.reveal()),
            Credential::Unusable("for a test"),
        ] {
            let error = asked(&authenticator, &wrong).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Unauthorized, "{wrong:?}");
            heard.push(error.to_string());
        }
        heard.dedup();
        assert_eq!(heard.len(), 1);
    }

    #[tokio::test]
    async fn who_brings_nothing_is_anonymous_if_that_is_anybody() {
        let visitor = || Arc::new(Principal::anonymous(vec!["visitor".to_owned()]));
        let authenticator =
            |role| Authenticator::new(Settings { granting: granting(role), ..Settings::default() }).unwrap();
        let some = authenticator("visitor");
        assert_eq!(some.principal(&Credential::None, visitor()).await.unwrap(), visitor());
        for wrong in [Credential::Probe, key("dlk_"), token("a.b.c"), Credential::Unusable("for a test")] {
            assert!(some.principal(&wrong, visitor()).await.is_err(), "{wrong:?} is not nothing");
        }
        let error = authenticator("clerk").principal(&Credential::None, visitor()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Forbidden);
    }

    #[test]
    fn the_challenges_tell_how_to_become_known() {
        let (_, keys) = with_one_key();
        let basic = "Basic realm=\"deltalink\", charset=\"UTF-8\"";
        assert_eq!(keys.challenges(&Credential::None), ["Bearer realm=\"deltalink\"", basic]);
        let uri = Some("https://login.example.com/authorize".to_owned());
        let tokens = Authenticator::new(Settings { authorization_uri: uri, ..Settings::default() }).unwrap();
        let bearer = "Bearer authorization_uri=\"https://login.example.com/authorize\", realm=\"deltalink\"";
        assert_eq!(tokens.challenges(&Credential::Probe), [bearer]);
        assert_eq!(tokens.challenges(&token("a.b.c")), [format!("{bearer}, error=\"invalid_token\"")]);
    }
}
