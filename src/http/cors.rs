//! The origins that the operator allows -> what browsers want to hear before they let a page of another origin ask.
//!
//! Nothing is said of origins that are not allowed: browsers then keep the answer from the page, and everybody else gets it as always.
//! Source: the Fetch standard, "CORS protocol".

use actix_cors::Cors;

/// What a page may send beside what every request has.
const ASKED: [&str; 11] = [
    "Accept",
    "Authorization",
    "Content-Type",
    "If-Match",
    "If-None-Match",
    "Isolation",
    "OData-MaxVersion",
    "OData-Version",
    "Prefer",
    "traceparent",
    "tracestate",
];
/// What a page may read beside what it always may.
const TOLD: [&str; 8] =
    ["Allow", "ETag", "Location", "OData-Version", "Preference-Applied", "Retry-After", "Server-Timing", "traceparent"];
/// How long a browser need not ask again, in seconds.
const REMEMBERED: usize = 600;

/// `key_header` is where a page may bring an API key.
pub(super) fn headers(origins: &[String], key_header: Option<&str>) -> Cors {
    let cors = Cors::default()
        .allowed_methods(["GET", "HEAD", "POST"])
        .allowed_headers(ASKED)
        .expose_headers(TOLD)
        .max_age(REMEMBERED)
        .block_on_origin_mismatch(false);
    let cors = key_header.into_iter().fold(cors, Cors::allowed_header);
    if origins.iter().any(|origin| origin == "*") {
        return cors.send_wildcard().allow_any_origin();
    }
    origins.iter().fold(cors, |cors, origin| cors.allowed_origin(origin))
}
