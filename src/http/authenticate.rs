//! A request under the service root -> the same, with who asks; or 401. Every route below `/odata` lies behind this.
//!
//! A newcomer's trap: where an API key stands in the query, it is taken out here, before anything else looks at the URL. Links, tags, kept
//! answers and the log are made of what is left.

use std::net::IpAddr;
use std::sync::Arc;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::http::uri::PathAndQuery;
use actix_web::http::{StatusCode, Uri};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, HttpRequest};
use percent_encoding::percent_decode_str;
use zeroize::Zeroizing;

use super::error::error_response;
use super::now::Now;
use super::observe;
use super::origin::Origin;
use crate::access::{Authenticator, Brought, Credential, Principal};
use crate::app::App;
use crate::error::{Error, ErrorKind, Result};

/// Who asks.
pub(super) fn principal(http: &HttpRequest, app: &App) -> Result<Arc<Principal>> {
    if app.authenticator.is_none() {
        return Ok(app.anonymous());
    }
    let known = http.extensions().get::<Arc<Principal>>().cloned();
    known.ok_or_else(|| Error::internal("a request came past authentication"))
}

/// That a credential stood in the URL.
struct StoodInUrl;

/// The gateway in force now, with who asks there: what the request brought is held against what is known by now. From here on the request is
/// that gateway's.
pub(super) async fn anew(http: &HttpRequest) -> Result<Now> {
    let app = Now::in_force(http).ok_or_else(|| Error::internal("the server has no gateway"))?;
    http.extensions_mut().insert(app.clone());
    let Some(authenticator) = &app.authenticator else { return Ok(app) };
    // Who was known to the gateway before need not be known now.
    http.extensions_mut().remove::<Arc<Principal>>();
    let brought = http.extensions().get::<Arc<Credential>>().cloned();
    let (credential, outcome) = if let Some(credential) = brought {
        let outcome = authenticator.principal(&credential, app.anonymous()).await;
        (credential, outcome)
    } else {
        // Where nobody had to say who they are, nobody has looked. In the URL there is nothing: no link with more in it is waited at.
        let (credential, outcome) = identify(&app, authenticator, http.headers(), Vec::new()).await;
        (Arc::new(credential), outcome)
    };
    http.extensions_mut().insert(Arc::clone(&credential));
    let address = Origin::of(http, &app.proxies).client;
    let principal = outcome.map_err(|error| refused(&app, &credential, error, address))?;
    known(http, principal);
    Ok(app)
}

/// Counts the requests of a batch, for who sends it. Where nobody has to say who they are, nobody is counted.
pub(super) fn count_batch(http: &HttpRequest, app: &App, principal: &Principal, requests: usize) -> Result<()> {
    match app.authenticator {
        Some(_) => app.rates.admit_batch(principal, Origin::of(http, &app.proxies).client, requests),
        None => Ok(()),
    }
}

/// Lets requests pass whose principal is known.
pub(super) async fn authenticated(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let app = Now::of(request.request())?;
    let admitted = match &app.authenticator {
        // Apart, so that who waits later need not keep room for it.
        Some(authenticator) => Box::pin(admit(&mut request, &app, authenticator)).await,
        None => Ok(()),
    };
    let mut response = match admitted {
        Ok(()) => next.call(request).await?.map_into_boxed_body(),
        Err(error) => {
            let response = error_response(request.request(), &error, "");
            request.into_response(response)
        }
    };
    // Who has waited may have been answered by another gateway than the one that the request began with.
    let app = Now::of(response.request())?;
    if let Some(authenticator) = &app.authenticator {
        mark(&mut response, authenticator);
    }
    Ok(response)
}

/// Finds out who asks, and takes what proves that out of the URL.
async fn admit(request: &mut ServiceRequest, app: &App, authenticator: &Authenticator) -> Result<()> {
    let mut parameter = Vec::new();
    if let Some(name) = &authenticator.parameter
        && let Some((uri, values)) = without(request.uri(), name)
    {
        request.head_mut().uri = uri;
        request.extensions_mut().insert(StoodInUrl);
        parameter = values;
    }
    let (credential, outcome) = identify(app, authenticator, request.headers(), parameter).await;
    let credential = Arc::new(credential);
    // Who waits may have to prove it again.
    request.extensions_mut().insert(Arc::clone(&credential));
    let address = Origin::of(request.request(), &app.proxies).client;
    let principal = outcome.map_err(|error| refused(app, &credential, error, address))?;
    known(request.request(), Arc::clone(&principal));
    app.rates.admit(&principal, address)
}

/// It is known who asks.
fn known(http: &HttpRequest, principal: Arc<Principal>) {
    observe::record(http).asked_by(&principal.id);
    http.extensions_mut().insert(principal);
}

/// Says in an answer what follows from its being somebody's.
fn mark(response: &mut ServiceResponse<BoxBody>, authenticator: &Authenticator) {
    let status = response.status();
    let (credential, is_known, stood_in_url) = {
        let known = response.request().extensions();
        let credential = known.get::<Arc<Credential>>().cloned();
        (credential, known.contains::<Arc<Principal>>(), known.contains::<StoodInUrl>())
    };
    // Whose credentials were refused too often is helped by others, not by waiting alone.
    let is_refused = status == StatusCode::UNAUTHORIZED || status == StatusCode::TOO_MANY_REQUESTS && !is_known;
    let headers = response.headers_mut();
    if is_refused {
        challenge(headers, &authenticator.challenges(credential.as_deref().unwrap_or(&Credential::None)));
    }
    restrict(headers, &authenticator.header);
    if stood_in_url {
        headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    }
}

async fn identify(
    app: &App,
    authenticator: &Authenticator,
    headers: &HeaderMap,
    parameter: Vec<Zeroizing<String>>,
) -> (Credential, Result<Arc<Principal>>) {
    let own = HeaderName::try_from(authenticator.header.as_str()).ok();
    let brought = Brought {
        authorization: headers.get_all(header::AUTHORIZATION).map(HeaderValue::as_bytes).collect(),
        header: own.iter().flat_map(|name| headers.get_all(name)).map(HeaderValue::as_bytes).collect(),
        parameter,
    };
    match brought.credential() {
        Ok(credential) => {
            let outcome = authenticator.principal(&credential, app.anonymous()).await;
            (credential, outcome)
        }
        Err(error) => (Credential::None, Err(error)),
    }
}

/// What is answered where it is not known who asks. Whoever brings nothing tries nothing either: that is how clients find out what to bring.
fn refused(app: &App, credential: &Credential, error: Error, address: Option<IpAddr>) -> Error {
    app.metrics.authentication_refused(error.kind().code());
    match credential {
        Credential::None | Credential::Probe => error,
        _ if error.kind() != ErrorKind::Unauthorized => error,
        _ => app.rates.refuse(address).err().unwrap_or(error),
    }
}

/// Says how to become known, one way a line.
fn challenge(headers: &mut HeaderMap, challenges: &[String]) {
    for value in challenges.iter().filter_map(|text| HeaderValue::from_str(text).ok()) {
        headers.append(header::WWW_AUTHENTICATE, value);
    }
}

/// Says that an answer is for who asked and for nobody else, where it says that it may be kept.
fn restrict(headers: &mut HeaderMap, key_header: &str) {
    let told = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let caching = told(header::CACHE_CONTROL).map(|caching| caching.replace("public", "private"));
    let vary = told(header::VARY).map(|vary| format!("{vary}, Authorization, {key_header}"));
    for (name, text) in [(header::CACHE_CONTROL, caching), (header::VARY, vary)] {
        if let Some(value) = text.and_then(|text| HeaderValue::from_str(&text).ok()) {
            headers.insert(name, value);
        }
    }
}

/// The URL without the query options of that name, and their values; none if there are none.
fn without(uri: &Uri, name: &str) -> Option<(Uri, Vec<Zeroizing<String>>)> {
    let query = uri.query()?;
    let decoded = |text: &str| Zeroizing::new(percent_decode_str(text).decode_utf8_lossy().into_owned());
    let (mut rest, mut values) = (Vec::new(), Vec::new());
    for option in query.split('&') {
        let (own, value) = option.split_once('=').unwrap_or((option, ""));
        if *decoded(own) == name {
            values.push(decoded(value));
        } else {
            rest.push(option);
        }
    }
    if values.is_empty() {
        return None;
    }
    let mut parts = uri.clone().into_parts();
    let path_and_query =
        if rest.is_empty() { uri.path().to_owned() } else { format!("{}?{}", uri.path(), rest.join("&")) };
    parts.path_and_query = PathAndQuery::try_from(path_and_query).ok();
    Some((Uri::from_parts(parts).unwrap_or_default(), values))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_taken_out_of_the_url() {
        for (url, rest, expected) in [
            ("/odata/A?key=1", "/odata/A", &["1"][..]),
            ("/odata/A?key=1&$top=2", "/odata/A?$top=2", &["1"]),
            ("/odata/A?$top=2&key=a%2Db&$skip=1", "/odata/A?$top=2&$skip=1", &["a-b"]),
            ("/odata/A?k%65y=1&key=2", "/odata/A", &["1", "2"]),
            ("/odata/A?key&x=1", "/odata/A?x=1", &[""]),
            ("http://host/odata/A?key=1&x", "http://host/odata/A?x", &["1"]),
        ] {
            let (left, values) = without(&url.parse().unwrap(), "key").unwrap();
            assert_eq!(left.to_string(), rest);
            assert_eq!(values.iter().map(|value| value.as_str()).collect::<Vec<_>>(), expected);
        }
        for untouched in ["/odata/A", "/odata/A?", "/odata/A?Key=1", "/odata/A?$filter=key%20eq%201", "/odata/key=1"] {
            assert!(without(&untouched.parse().unwrap(), "key").is_none(), "{untouched}");
        }
    }

    #[test]
    fn what_is_for_one_is_kept_for_nobody_else() {
        let mut headers = HeaderMap::new();
        restrict(&mut headers, "x-api-key");
        assert!(headers.is_empty());
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=60, immutable"));
        headers.insert(header::VARY, HeaderValue::from_static("Accept"));
        restrict(&mut headers, "x-api-key");
        assert_eq!(headers.get("cache-control").unwrap(), "private, max-age=60, immutable");
        assert_eq!(headers.get("vary").unwrap(), "Accept, Authorization, x-api-key");
    }
}
