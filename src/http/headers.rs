//! Headers, in and out.

use actix_web::http::header::{HeaderMap, HeaderName};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};

use crate::app::App;
use crate::odata::{ODataVersion, RawHeaders};

/// What a cache may do with an answer.
#[derive(Clone, Copy, Debug)]
pub(super) enum Caching {
    /// Keep nothing: what follows from a token is for its bearer, and an expired link must not seem to live.
    Never,
    /// Ask again before each use.
    Revalidate,
}

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

fn all<'a>(headers: &'a HeaderMap, name: &'static str) -> Vec<&'a str> {
    headers.get_all(HeaderName::from_static(name)).filter_map(|value| value.to_str().ok()).collect()
}

fn first<'a>(headers: &'a HeaderMap, name: &'static str) -> Option<&'a str> {
    all(headers, name).first().copied()
}

/// A 200 with what every answer under the service root carries.
pub(super) fn ok(version: ODataVersion, caching: Caching) -> HttpResponseBuilder {
    let mut response = HttpResponse::Ok();
    protocol(&mut response, version, caching);
    response
}

/// Adds what every answer under the service root carries.
pub(super) fn protocol(response: &mut HttpResponseBuilder, version: ODataVersion, caching: Caching) {
    let cache_control = match caching {
        Caching::Never => "no-store",
        Caching::Revalidate => "no-cache",
    };
    response
        .insert_header(("OData-Version", version.as_str()))
        .insert_header(("Vary", "Accept, OData-MaxVersion, Prefer"))
        .insert_header(("Cache-Control", cache_control));
}

/// The absolute URL of the service root: below the public URL, or at the host that the client addressed. Forwarding
/// headers are not believed: anyone can send them.
pub(super) fn service_root(http: &HttpRequest, app: &App) -> Result<String, ()> {
    if let Some(url) = &app.public_url {
        return Ok(format!("{url}odata/"));
    }
    let host = first(http.headers(), "host").map_or_else(|| http.app_config().local_addr().to_string(), str::to_owned);
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b".-_:[]".contains(&byte);
    if host.is_empty() || !host.bytes().all(allowed) {
        return Err(());
    }
    Ok(format!("http://{host}/odata/"))
}
