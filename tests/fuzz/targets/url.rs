//! A path and a query, as they stand in a URL below the service root.

use deltalink::odata::RawHeaders;

use super::planning;

pub(super) fn run(input: &[u8]) -> u64 {
    let url = String::from_utf8_lossy(input);
    let headers = RawHeaders { prefer: vec!["odata.track-changes"], ..RawHeaders::default() };
    planning::run_url(&url, &RawHeaders::default(), input) ^ planning::run_url(&url, &headers, input).rotate_left(1)
}
