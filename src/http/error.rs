//! An error -> the reply to a request, and the one line in the log that a failure gets.
//!
//! Source: Protocol 4.01 section 9.4 (`Content-Language` accompanies the message), JSON Format 4.01 section 21.

use std::num::NonZeroU32;

use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Map, Value, json};

use super::reply::{self, Caching};
use super::{headers, observe};
use crate::error::{Error, ErrorKind as K};
use crate::odata::{self, ODataVersion};
use crate::response::Reply;
use crate::telemetry::Record;

/// Seconds after which a client may try again.
const RETRY_AFTER: &str = "5";
/// The methods of everything but a batch.
pub(super) const READING: &str = "GET, HEAD";

/// The response for `error`; `root` is where a link starts over that cannot be followed.
pub(super) fn error_response(http: &HttpRequest, error: &Error, root: &str) -> HttpResponse {
    reply::response(error_reply(&observe::record(http), error, version(http), root, READING))
}

/// The reply for `error`; `allowed` are the methods of what was addressed.
pub(super) fn error_reply(record: &Record, error: &Error, version: ODataVersion, root: &str, allowed: &str) -> Reply {
    record.refused(error);
    log(record, error);
    let never = matches!(
        error.kind(),
        K::DeltaLinkExpired | K::DeltaLinkOfAnother | K::Forbidden | K::TooManyRequests | K::Unauthorized
    );
    let caching = if never { Caching::Never } else { Caching::Revalidate };
    let mut reply = reply::reply(error.kind().status(), version, caching);
    reply.headers.push(("Content-Language", "en".to_owned()));
    match error.kind() {
        K::MethodNotAllowed => reply.headers.push(("Allow", allowed.to_owned())),
        K::AuthenticationUnavailable | K::CatalogChanged | K::DatabaseUnavailable | K::Overloaded => {
            reply.headers.push(("Retry-After", RETRY_AFTER.to_owned()));
        }
        K::TooManyRequests => {
            let seconds = error.retry_after().map_or(1, NonZeroU32::get);
            reply.headers.push(("Retry-After", seconds.to_string()));
        }
        K::DeltaLinkExpired | K::DeltaLinkOfAnother => {
            reply.headers.push(("Location", format!("{root}{}", error.start_over().unwrap_or_default())));
        }
        _ => {}
    }
    reply::whole(reply, "application/json", body(error).to_string())
}

/// The version that the client asked for, as far as it can be read.
pub(super) fn version(http: &HttpRequest) -> ODataVersion {
    let max_version = headers::raw(http).max_version;
    let only = odata::RawHeaders { max_version, ..odata::RawHeaders::default() };
    odata::parse("", "", &only).map(|request| request.headers.version).unwrap_or_default()
}

fn body(error: &Error) -> Value {
    let mut members = Map::new();
    members.insert("code".to_owned(), error.kind().code().into());
    members.insert("message".to_owned(), error.message().into());
    // A segment or option without a name has no target that could be told.
    if let Some(target) = error.target().filter(|target| !target.is_empty()) {
        members.insert("target".to_owned(), target.into());
    }
    if let Some(expiry) = error.expiry() {
        members.insert("details".to_owned(), json!([{ "code": expiry.code(), "message": expiry.reason() }]));
    }
    json!({ "error": members })
}

/// Failures of ours or of the database are logged with their cause, the client's mistakes only for who looks closely.
fn log(record: &Record, error: &Error) {
    match error.kind().status() {
        // What an issuer's absence costs is logged where it is noticed, and not for each who suffers from it.
        500.. if ![K::AuthenticationUnavailable, K::OptionNotSupported, K::Overloaded].contains(&error.kind()) => {
            tracing::error!(trace_id = %record.trace.id, code = error.kind().code(), %error, "request failed");
        }
        _ => tracing::debug!(trace_id = %record.trace.id, code = error.kind().code(), "request refused"),
    }
}
