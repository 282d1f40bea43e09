//! The body of a batch, behind a line with its content type.

use deltalink::odata::RawHeaders;
use deltalink::odata::batch::{self, BatchBody};

use super::{outcome, planning};

/// As configured where nothing is.
const MOST: usize = 100;
const ROOT: &str = "http://localhost/odata/";

pub(super) fn run(input: &[u8]) -> u64 {
    let end = input.iter().position(|octet| *octet == b'\n').unwrap_or(0);
    let content_type = String::from_utf8_lossy(&input[..end]);
    let body = input.get(end + 1..).unwrap_or_default();
    let individuals =
        match BatchBody::of(Some(content_type.trim())).and_then(|format| batch::parse(body, &format, MOST)) {
            Ok(individuals) => individuals,
            Err(error) => return outcome::refused(&error, input),
        };
    assert!(individuals.len() <= MOST);
    let headers = RawHeaders { accept: vec!["multipart/mixed, application/json"], ..RawHeaders::default() };
    let of = |individual: &batch::Individual| match individual.request(ROOT, &headers) {
        Ok(request) => planning::run(&request, input),
        Err(error) => outcome::refused(&error, input),
    };
    outcome::of(&individuals.iter().map(of).collect::<Vec<_>>())
}
