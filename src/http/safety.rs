//! What every answer tells browsers, so that nothing here can be made to be something else.
//!
//! Source: OWASP's cheat sheet for REST security; RFC 6797 (HSTS). The page of the explorer has a policy of its own, which wins.

use actix_web::middleware::DefaultHeaders;

/// How long browsers ask for nothing but HTTPS, in seconds: a year.
const STRICT: &str = "max-age=31536000";

/// The headers; `https` where clients reach this server by HTTPS.
pub(super) fn headers(https: bool) -> DefaultHeaders {
    let headers = DefaultHeaders::new()
        .add(("X-Content-Type-Options", "nosniff"))
        .add(("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"))
        .add(("Referrer-Policy", "no-referrer"));
    if https { headers.add(("Strict-Transport-Security", STRICT)) } else { headers }
}
