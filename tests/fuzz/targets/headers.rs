//! Lines of a request's head: `p` Prefer, `a` Accept, `m` If-Match, `n` If-None-Match, `i` Isolation, `v` OData-MaxVersion, `f` `$format`.

use deltalink::odata::{self, RawHeaders};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::{outcome, planning};

const URLS: [&str; 4] = ["/Orders?$top=5", "/Orders(1)/Note/$value", "/$metadata", "/"];

pub(super) fn run(input: &[u8]) -> u64 {
    let text = String::from_utf8_lossy(input);
    let mut headers = RawHeaders::default();
    let mut format = None;
    for line in text.split('\n') {
        let mut rest = line.chars();
        match (rest.next(), rest.as_str()) {
            (Some('p'), value) => headers.prefer.push(value),
            (Some('a'), value) => headers.accept.push(value),
            (Some('m'), value) => headers.if_match.push(value),
            (Some('n'), value) => headers.if_none_match.push(value),
            (Some('i'), value) => headers.isolation = Some(value),
            (Some('v'), value) => headers.max_version = Some(value),
            (Some('f'), value) => format = Some(utf8_percent_encode(value, NON_ALPHANUMERIC).to_string()),
            _ => {}
        }
    }
    let url = |url: &str| match &format {
        Some(format) if url.contains('?') => format!("{url}&$format={format}"),
        Some(format) => format!("{url}?$format={format}"),
        None => url.to_owned(),
    };
    let read = odata::parse("", "", &headers).map(|request| outcome::skeleton(&format!("{:?}", request.headers)));
    let planned = URLS.map(|path| planning::run_url(&url(path), &headers, input));
    outcome::of(&(read.ok(), planned))
}
