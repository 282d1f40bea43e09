//! What the headers of a request say.

use actix_web::HttpRequest;
use actix_web::http::header::{HeaderMap, HeaderName};

use super::origin::Origin;
use crate::app::App;
use crate::error::{Error, ErrorKind, Result};
use crate::odata::RawHeaders;

/// The headers that the stages look at.
pub(super) fn raw(http: &HttpRequest) -> RawHeaders<'_> {
    let headers = http.headers();
    RawHeaders {
        accept: all(headers, "accept"),
        if_match: all(headers, "if-match"),
        if_none_match: all(headers, "if-none-match"),
        isolation: first(headers, "isolation").or_else(|| first(headers, "odata-isolation")),
        max_version: first(headers, "odata-maxversion"),
        prefer: all(headers, "prefer"),
    }
}

/// The lines of a header.
pub(super) fn all<'a>(headers: &'a HeaderMap, name: &'static str) -> Vec<&'a str> {
    lines(headers, name).collect()
}

/// The first line of a header.
pub(super) fn first<'a>(headers: &'a HeaderMap, name: &'static str) -> Option<&'a str> {
    lines(headers, name).next()
}

fn lines<'a>(headers: &'a HeaderMap, name: &'static str) -> impl Iterator<Item = &'a str> {
    headers.get_all(HeaderName::from_static(name)).filter_map(|value| value.to_str().ok())
}

/// The absolute URL of the service root: below the public URL, or at the host that the client addressed.
pub(super) fn service_root(http: &HttpRequest, app: &App) -> Result<String> {
    if let Some(url) = &app.public_url {
        return Ok(format!("{url}odata/"));
    }
    let origin = Origin::of(http, &app.proxies);
    let host = origin.host.unwrap_or_else(|| http.app_config().local_addr().to_string());
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b".-_:[]".contains(&byte);
    if host.is_empty() || !host.bytes().all(allowed) {
        let message = "The \"Host\" header is not a host name.";
        return Err(Error::new(ErrorKind::SyntaxError, message).about("Host"));
    }
    let scheme = if origin.https { "https" } else { "http" };
    Ok(format!("{scheme}://{host}/odata/"))
}
