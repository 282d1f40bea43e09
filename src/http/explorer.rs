//! What people see: the page of `web/`, for browsers at the server's root, the service root, entity sets and entities, and the files it is made of.
//!
//! A newcomer's trap: the page stands before everything else, whatever may be asked for later, and so it holds no data and knows no
//! database. It reads through the service, as every client does.

use std::sync::LazyLock;

use actix_web::guard::GuardContext;
use actix_web::http::Method;
use actix_web::http::header::HeaderMap;
use actix_web::{HttpRequest, HttpResponse, web};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use super::assets;
use super::compress::{self, Lasting};
use super::encoding::Accepted;
use super::headers;
use super::now::Now;
use super::reply::{self, Caching};
use crate::app::App;
use crate::odata::{self, ODataVersion, Path, RawHeaders, SystemOption};
use crate::response::{Content, Reply};

const PAGE: &str = include_str!("../../web/index.html");
/// Where the page stands for the way from its own address to the server's root, which a proxy may have put anywhere.
const UP: &str = "{{up}}";

const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
/// Name, media type and text.
const TEXTS: [(&str, &str, &str); 20] = [
    ("app.js", SCRIPT, include_str!("../../web/app.js")),
    ("changes.js", SCRIPT, include_str!("../../web/changes.js")),
    ("chart.js", SCRIPT, include_str!("../../web/chart.js")),
    ("copy.js", SCRIPT, include_str!("../../web/copy.js")),
    ("credentials.js", SCRIPT, include_str!("../../web/credentials.js")),
    ("delta.js", SCRIPT, include_str!("../../web/delta.js")),
    ("dom.js", SCRIPT, include_str!("../../web/dom.js")),
    ("exchange.js", SCRIPT, include_str!("../../web/exchange.js")),
    ("favicon.svg", "image/svg+xml", include_str!("../../web/favicon.svg")),
    ("follower.js", SCRIPT, include_str!("../../web/follower.js")),
    ("grid.js", SCRIPT, include_str!("../../web/grid.js")),
    ("log.js", SCRIPT, include_str!("../../web/log.js")),
    ("metadata.js", SCRIPT, include_str!("../../web/metadata.js")),
    ("query-view.js", SCRIPT, include_str!("../../web/query-view.js")),
    ("row-view.js", SCRIPT, include_str!("../../web/row-view.js")),
    ("service.js", SCRIPT, include_str!("../../web/service.js")),
    ("sets-view.js", SCRIPT, include_str!("../../web/sets-view.js")),
    ("style.css", CSS, include_str!("../../web/style.css")),
    ("sync-view.js", SCRIPT, include_str!("../../web/sync-view.js")),
    ("value.js", SCRIPT, include_str!("../../web/value.js")),
];

/// A file that the page is made of.
struct File {
    name: &'static str,
    content_type: &'static str,
    tag: String,
    text: Lasting,
}

static FILES: LazyLock<[File; TEXTS.len()]> = LazyLock::new(|| {
    TEXTS.map(|(name, content_type, text)| File {
        name,
        content_type,
        tag: tag(text),
        text: Lasting::new(text.to_owned()),
    })
});

/// The page at the server's root, at the service root, and at what is one level below.
static PAGES: LazyLock<[Lasting; 3]> = LazyLock::new(|| [0, 1, 2].map(|depth| Lasting::new(page_at(depth))));

/// Nothing but what comes from here, nothing inline, no text taken for markup, and no page around this one.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; \
     form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

/// Whether a request under the service root is that of a browser for something that the page can show.
pub(super) fn is_wanted(context: &GuardContext<'_>) -> bool {
    let head = context.head();
    let reads = head.method == Method::GET || head.method == Method::HEAD;
    reads && is_browser(&head.headers) && is_shown(head.uri.path(), head.uri.query().unwrap_or_default())
}

/// The page, for what lies under the service root.
pub(super) async fn page(http: HttpRequest, app: Now) -> HttpResponse {
    shown(&http, &app)
}

/// The page for browsers; programs are led to the service, which is one level down.
pub(super) async fn root(http: HttpRequest, app: Now) -> HttpResponse {
    if is_browser(http.headers()) { shown(&http, &app) } else { assets::redirect_to_service() }
}

/// One of the files that the page is made of.
pub(super) async fn file(http: HttpRequest, name: web::Path<String>, app: Now) -> HttpResponse {
    let found = FILES.iter().find(|file| file.name == name.as_str());
    let Some(File { content_type, tag, text, .. }) = found else { return assets::unknown(http).await };
    if headers::all(http.headers(), "if-none-match").iter().any(|known| *known == "*" || known.contains(tag)) {
        let mut reply = guarded(304);
        reply.headers.push(("ETag", tag.clone()));
        return reply::response(Reply { content: Content::Nothing, ..reply });
    }
    let mut reply = typed(content_type);
    reply.headers.push(("ETag", tag.clone()));
    reply::response(text.in_reply(reply, Accepted::by(&http, app.compression)))
}

fn shown(http: &HttpRequest, app: &App) -> HttpResponse {
    let depth = http.uri().path().matches('/').count().saturating_sub(1);
    let (reply, accepted) = (typed("text/html; charset=utf-8"), Accepted::by(http, app.compression));
    reply::response(match PAGES.get(depth) {
        Some(page) => page.in_reply(reply, accepted),
        None => compress::document(Reply { content: Content::Whole(page_at(depth).into_bytes()), ..reply }, accepted),
    })
}

/// The page where so many levels lead up to the server's root.
fn page_at(depth: usize) -> String {
    PAGE.replace(UP, &"../".repeat(depth))
}

fn typed(content_type: &str) -> Reply {
    let mut reply = guarded(200);
    reply.headers.push(("Content-Type", content_type.to_owned()));
    reply
}

/// A reply that browsers take for nothing but what it is.
fn guarded(status: u16) -> Reply {
    let mut reply = reply::reply(status, ODataVersion::default(), Caching::Revalidate);
    reply.headers.push(("Content-Security-Policy", POLICY.to_owned()));
    reply.headers.push(("Referrer-Policy", "no-referrer".to_owned()));
    reply.headers.push(("X-Content-Type-Options", "nosniff".to_owned()));
    reply
}

/// Browsers prefer HTML to JSON, and name XHTML too. There are libraries for programs, Java's own among them, that send
/// `text/html, */*;q=0.2` of themselves and mean nothing by it.
fn is_browser(headers: &HeaderMap) -> bool {
    let lines = headers::all(headers, "accept");
    // What most requests end with: they have no word of it.
    if !lines.iter().any(|line| line.contains("text/html")) {
        return false;
    }
    let accept = odata::accept(&lines);
    let weight = |kind, subtype| accept.weight(kind, subtype);
    let named = |subtype| accept.ranges.iter().any(|range| range.subtype == subtype && range.weight > 0);
    named("html")
        && weight("text", "html") > weight("application", "json")
        && (named("xhtml+xml") || accept.ranges.len() == 1)
}

/// Whether a request is for the service document, an entity set or one of its entities, in a form of the service's choice.
fn is_shown(path: &str, query: &str) -> bool {
    let below = path.match_indices('/').nth(1).map_or("", |(at, _)| path.split_at(at).1);
    odata::parse(below, query, &RawHeaders::default()).is_ok_and(|request| {
        let in_a_set = matches!(&request.path, Path::Resource { rest, .. } if rest.is_empty());
        let shown = in_a_set || request.path == Path::ServiceDocument;
        shown && request.options.value(SystemOption::Format).is_none()
    })
}

fn tag(text: &str) -> String {
    let digest = Sha256::digest(text);
    format!("W/\"{}\"", URL_SAFE_NO_PAD.encode(&digest[..12]))
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn wanted(path: &str, accept: &str) -> bool {
        is_wanted(&TestRequest::with_uri(path).insert_header(("Accept", accept)).to_srv_request().guard_ctx())
    }

    const CHROMIUM: &str =
        "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8";

    #[test]
    fn browsers_get_the_page_and_programs_do_not() {
        for browser in [CHROMIUM, "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html"] {
            assert!(wanted("/odata/Orders", browser), "{browser}");
        }
        for program in [
            "*/*",
            "application/json",
            "text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2",
            "text/html, application/xhtml+xml, application/json",
            "text/html;q=0, application/xhtml+xml, */*;q=0.1",
            "text/*",
            "",
        ] {
            assert!(!wanted("/odata/Orders", program), "{program}");
        }
    }

    #[test]
    fn the_page_shows_sets_their_links_their_entities_and_the_service() {
        for shown in [
            "/odata",
            "/odata/",
            "/odata/Orders",
            "/odata/Orders?$deltatoken=x",
            "/odata/Orders?$filter=%28",
            "/odata/Orders(1)",
            "/odata/Orders(Id=1,Line='a%2Fb')?$select=Id",
        ] {
            assert!(wanted(shown, CHROMIUM), "{shown}");
        }
        for other in [
            "/odata/$metadata",
            "/odata/Orders(1)/Lines",
            "/odata/Orders(1)/$value",
            "/odata/Orders(1)?$format=json",
            "/odata/Orders/$count",
            "/odata/Orders?$format=json",
            "/odata/$all",
        ] {
            assert!(!wanted(other, CHROMIUM), "{other}");
        }
    }
}
