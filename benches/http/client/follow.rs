//! A delta link -> a client that follows it whenever a line comes in, and tells how long that took.

use std::io::BufRead;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::connection::Connection;
use crate::pages;
use crate::tell;
use crate::url::Url;

/// Servers close connections that nobody has used for a while.
const UNUSED: Duration = Duration::from_secs(2);

/// Follows the link, and then each answer's, once for each line of the standard input.
pub(crate) fn follow(url: &Url) {
    let mut connection = Connection::open(&url.host);
    let mut used = Instant::now();
    let mut target = url.target.clone();
    for line in std::io::stdin().lock().lines() {
        line.unwrap();
        if used.elapsed() > UNUSED {
            connection = Connection::open(&url.host);
        }
        let started = Instant::now();
        let read = pages::read(&mut connection, &target, "");
        let seconds = started.elapsed().as_secs_f64();
        tell(&json!({ "objects": read.objects, "octets": read.octets, "pages": read.pages, "seconds": seconds }));
        used = Instant::now();
        target = read.delta.unwrap_or_else(|| panic!("an answer without a delta link"));
    }
}
