//! The explorer: browsers are shown a page where programs read, and what the page is made of is guarded.

use std::path::Path;

use super::{Served, shop};
use crate::support::client::Answer;

const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8";

fn browse(shop: &Served, path: &str) -> Answer {
    shop.get_with(path, "Accept", BROWSER)
}

fn is_page(answer: &Answer) -> bool {
    answer.header("Content-Type") == Some("text/html; charset=utf-8")
}

#[test]
fn browsers_see_the_page_where_programs_read() {
    let shop = shop();
    let link = shop.track("/odata/Orders").expect(200).delta_link();
    let paths = [
        "/odata",
        "/odata/",
        "/odata/Orders",
        "/odata/Orders?$filter=Id%20eq%201",
        "/odata/Orders(1)",
        "/odata/Nope",
        &link,
    ];
    for path in paths.into_iter().chain(["/"]) {
        let page = browse(&shop, path).expect(200);
        assert!(is_page(&page), "{path}");
        assert!(page.header("Vary").unwrap().contains("Accept"), "{path}");
        assert_eq!(page.header("Cache-Control"), Some("no-cache"), "{path}");
    }
    assert_eq!(shop.get("/odata/Orders").expect(200).value().len(), 3);
    assert_eq!(shop.get_with("/odata/Orders", "Accept", "application/json").expect(200).value().len(), 3);
    assert_eq!(shop.get(&link).expect(200).value().len(), 0);
}

#[test]
fn what_the_page_does_not_show_stays_what_it_is() {
    let shop = shop();
    for path in ["/odata/$metadata", "/odata/Orders?$format=json", "/odata/Orders(1)/Note", "/odata/Orders/$count"] {
        assert!(!is_page(&browse(&shop, path).expect(200)), "{path}");
    }
    let refused = shop.ask("POST", "/odata/Orders").header("Accept", BROWSER).send();
    assert_eq!(refused.expect(405).code(), "MethodNotAllowed");
}

#[test]
fn the_page_finds_its_files_from_wherever_it_is_shown() {
    let shop = shop();
    for (path, up) in [
        ("/", ""),
        ("/odata", ""),
        ("/odata/", "../"),
        ("/odata/Orders", "../"),
        ("/odata/Orders(1)", "../"),
        ("/odata/Orders/", "../../"),
    ] {
        let page = browse(&shop, path).expect(200).text();
        assert!(page.contains(&format!("src=\"{up}web/app.js\"")), "{path}");
        assert!(page.contains(&format!("href=\"{up}web/style.css\"")), "{path}");
    }
}

#[test]
fn every_file_of_the_page_is_served_and_guarded() {
    let shop = shop();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("web");
    let names = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    for name in names.filter(|name| name != "index.html") {
        let file = shop.get(&format!("/web/{name}")).expect(200);
        assert!(!file.body.is_empty(), "{name}");
        assert_eq!(file.header("X-Content-Type-Options"), Some("nosniff"), "{name}");
        let tag = file.header("ETag").unwrap();
        let again = shop.get_with(&format!("/web/{name}"), "If-None-Match", tag).expect(304);
        assert_eq!((again.body.len(), again.header("ETag")), (0, Some(tag)), "{name}");
    }
    shop.get("/web/index.html").expect(404);
    shop.get("/web/..%2fCargo.toml").expect(404);
}

#[test]
fn nothing_of_the_page_is_inline_and_nothing_comes_from_elsewhere() {
    let shop = shop();
    let page = browse(&shop, "/").expect(200);
    let policy = page.header("Content-Security-Policy").unwrap();
    for directive in
        ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "require-trusted-types-for 'script'"]
    {
        assert!(policy.contains(directive), "{policy}");
    }
    assert!(!policy.contains("unsafe") && !policy.contains("http"), "{policy}");
    let text = page.text();
    assert!(!text.contains("style=") && !text.contains("<style") && !text.contains("://"), "{text}");
    assert!(text.matches("<script").count() == 1 && text.contains("></script>"), "{text}");
}
