//! A delta link -> a client that follows it whenever a line comes in, and tells how long that took.

use std::io::BufRead;
use std::time::Instant;

use serde_json::json;

use crate::connection::Connection;
use crate::pages;
use crate::tell;
use crate::url::Url;

/// Follows the link, and then each answer's, once for each line of the standard input.
pub(crate) fn follow(url: &Url) {
    let mut connection = Connection::open(&url.host);
    let mut target = url.target.clone();
    for line in std::io::stdin().lock().lines() {
        line.unwrap();
        let started = Instant::now();
        let read = pages::read(&mut connection, &target, "");
        let seconds = started.elapsed().as_secs_f64();
        tell(&json!({ "objects": read.objects, "octets": read.octets, "pages": read.pages, "seconds": seconds }));
        target = read.delta.unwrap_or_else(|| panic!("an answer without a delta link"));
    }
}
