//! A connection and what trusted proxies say of it -> where the request came from, and how it was addressed there.
//!
//! A newcomer's trap: anyone can send these headers, and a proxy appends to what it was sent. So only what the last, trusted proxy
//! wrote counts, which stands rightmost; and of the addresses, the first one from the right that is not a proxy's.
//! Source: RFC 7239; RFC 9110 section 7.2.

use std::net::{IpAddr, SocketAddr};

use actix_web::HttpRequest;
use actix_web::http::header::HeaderMap;

use super::headers::{all, first};
use crate::config::{ForwardedBy, Proxies};

/// Where a request came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Origin {
    /// The client's address, as far as it is known.
    pub(super) client: Option<IpAddr>,
    /// Whether the client speaks HTTPS.
    pub(super) https: bool,
    /// The host that it addressed, not yet looked at.
    pub(super) host: Option<String>,
}

impl Origin {
    pub(super) fn of(http: &HttpRequest, proxies: &Proxies) -> Self {
        let peer = http.peer_addr().map(|address| address.ip().to_canonical());
        let own = Self {
            client: peer,
            https: http.app_config().secure(),
            host: first(http.headers(), "host").map(str::to_owned),
        };
        match peer {
            Some(peer) if proxies.trusts(peer) => own.forwarded(http.headers(), proxies),
            _ => own,
        }
    }

    /// The same as the proxies tell it.
    fn forwarded(self, headers: &HeaderMap, proxies: &Proxies) -> Self {
        let (told, scheme, host) = match proxies.header {
            ForwardedBy::XForwarded => (
                listed(headers, "x-forwarded-for"),
                listed(headers, "x-forwarded-proto").pop(),
                listed(headers, "x-forwarded-host").pop(),
            ),
            ForwardedBy::Forwarded => {
                let elements = listed(headers, "forwarded");
                let last = elements.last().copied().unwrap_or_default();
                let (scheme, host) = (parameter(last, "proto"), parameter(last, "host"));
                (elements.into_iter().filter_map(|element| parameter(element, "for")).collect(), scheme, host)
            }
        };
        let stranger =
            told.iter().rev().map(|text| address(text)).find(|told| told.is_none_or(|told| !proxies.trusts(told)));
        Self {
            client: stranger.flatten().or(self.client),
            https: scheme.map_or(self.https, |scheme| scheme.eq_ignore_ascii_case("https")),
            host: host.map(str::to_owned).or(self.host),
        }
    }
}

/// The members of a header that is a list.
fn listed<'a>(headers: &'a HeaderMap, name: &'static str) -> Vec<&'a str> {
    let lines = all(headers, name).into_iter();
    lines.flat_map(|line| line.split(',')).map(str::trim).filter(|member| !member.is_empty()).collect()
}

/// ```text
/// forwarded-element = [ forwarded-pair ] *( ";" [ forwarded-pair ] ) ; forwarded-pair = token "=" value
/// ```
fn parameter<'a>(element: &'a str, name: &str) -> Option<&'a str> {
    let pairs = element.split(';').filter_map(|pair| pair.split_once('='));
    let value = pairs.map(|(key, value)| (key.trim(), value.trim())).find(|(key, _)| key.eq_ignore_ascii_case(name))?.1;
    Some(value.trim_matches('"'))
}

/// An address, perhaps with a port, perhaps in brackets.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text.trim_start_matches('[').trim_end_matches(']');
    let parsed = bare.parse::<IpAddr>().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|address| address.ip()));
    parsed.map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn proxies(header: ForwardedBy) -> Proxies {
        Proxies { trusted: vec!["10.0.0.0/8".parse().unwrap()], header }
    }

    fn origin(peer: &str, headers: &[(&'static str, &str)], proxies: &Proxies) -> Origin {
        let mut request = TestRequest::default().peer_addr(SocketAddr::new(peer.parse().unwrap(), 40_000));
        for (name, value) in headers {
            request = request.append_header((*name, *value));
        }
        Origin::of(&request.to_http_request(), proxies)
    }

    fn told(client: &str, https: bool, host: &str) -> Origin {
        Origin { client: Some(client.parse().unwrap()), https, host: Some(host.to_owned()) }
    }

    #[test]
    fn strangers_are_not_believed() {
        let headers = [
            ("host", "own.example"),
            ("x-forwarded-for", "192.0.2.1"),
            ("x-forwarded-proto", "https"),
            ("x-forwarded-host", "evil.example"),
            ("forwarded", "for=192.0.2.1;proto=https;host=evil.example"),
        ];
        for header in [ForwardedBy::XForwarded, ForwardedBy::Forwarded] {
            assert_eq!(origin("203.0.113.5", &headers, &proxies(header)), told("203.0.113.5", false, "own.example"));
            assert_eq!(origin("10.0.0.1", &headers[..1], &proxies(header)), told("10.0.0.1", false, "own.example"));
        }
        assert_eq!(origin("203.0.113.5", &headers, &Proxies::default()), told("203.0.113.5", false, "own.example"));
    }

    #[test]
    fn what_the_last_proxy_wrote_counts_and_what_the_client_made_up_does_not() {
        let headers = [
            ("host", "own.example"),
            ("x-forwarded-for", "198.51.100.66, 192.0.2.1"),
            ("x-forwarded-for", "10.9.9.9"),
            ("x-forwarded-proto", "http, https"),
            ("x-forwarded-host", "evil.example, public.example"),
        ];
        let by = proxies(ForwardedBy::XForwarded);
        assert_eq!(origin("10.0.0.1", &headers, &by), told("192.0.2.1", true, "public.example"));
        assert_eq!(origin("::ffff:10.0.0.1", &headers, &by), told("192.0.2.1", true, "public.example"));
        let garbled = [("host", "own.example"), ("x-forwarded-for", "192.0.2.1, unknown")];
        assert_eq!(origin("10.0.0.1", &garbled, &by), told("10.0.0.1", false, "own.example"));
    }

    #[test]
    fn the_standard_header_is_read_too() {
        let headers = [
            ("host", "own.example"),
            ("forwarded", "for=198.51.100.66;host=evil.example"),
            (
                "forwarded",
                "For=\"[2001:db8::7]:4711\";Proto=https;Host=\"public.example:8443\", for=10.3.3.3;proto=https;host=\"public.example:8443\"",
            ),
        ];
        let by = proxies(ForwardedBy::Forwarded);
        assert_eq!(origin("10.0.0.1", &headers, &by), told("2001:db8::7", true, "public.example:8443"));
    }
}
