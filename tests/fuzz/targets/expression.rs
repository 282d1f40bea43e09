//! The value of an option that has a grammar of its own. The first octet says which: `f`, `o`, `e`, `s`, `a`, `c`.

use deltalink::error::Error;
use deltalink::odata::RawHeaders;
use deltalink::odata::expression::{expand, expression, filter, order_by, search};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::{outcome, planning};

pub(super) fn run(input: &[u8]) -> u64 {
    let text = String::from_utf8_lossy(input);
    let mut rest = text.chars();
    let which = rest.next();
    let value = rest.as_str();
    let parsed = match which {
        Some('o') => order_by(value).map(drop),
        Some('e') => expand(value).map(drop),
        Some('s') => search(value).map(drop),
        Some('a') => expression(value).map(drop),
        _ => filter(value).map(drop),
    };
    let parsed = parsed.map_err(|error: Error| outcome::refused(&error, input));
    let option = match which {
        Some('o') => "$orderby=",
        Some('e') => "$expand=",
        Some('s') => "$search=",
        Some('a') => "$filter=Note%20eq%20@p&@p=",
        Some('c') => "$select=Id&$count=true&$filter=",
        _ => "$filter=",
    };
    let url = format!("/Orders?{option}{}", utf8_percent_encode(value, NON_ALPHANUMERIC));
    let planned = planning::run_url(&url, &RawHeaders::default(), input);
    outcome::of(&(which, parsed.err(), planned))
}
