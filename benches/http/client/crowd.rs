//! A number of clients that read the same pages at once, one of them slowly -> what they have read.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::connection::Connection;
use crate::pages::{self, Tally};
use crate::url::Url;

/// Reads with so many clients. One of them takes `rate` octets a second, and is cut off when the others are done.
pub(crate) fn read(clients: usize, rate: usize, url: &str, prefer: &str) -> Value {
    let url = Url::new(url);
    let others_are_done = AtomicBool::new(false);
    let started = Instant::now();
    let (fast, slow, seconds) = thread::scope(|scope| {
        let slow = scope.spawn(|| read_slowly(&url, prefer, rate, &others_are_done));
        let fast: Vec<_> = (1..clients)
            .map(|_| scope.spawn(|| pages::read(&mut Connection::open(&url.host), &url.target, prefer)))
            .collect();
        let fast: Vec<Tally> = fast.into_iter().map(|client| client.join().unwrap()).collect();
        let seconds = started.elapsed().as_secs_f64();
        others_are_done.store(true, Ordering::Relaxed);
        (fast, slow.join().unwrap(), seconds)
    });
    let total = |number: fn(&Tally) -> usize| fast.iter().map(number).sum::<usize>();
    json!({
        "objects": total(|read| read.objects),
        "octets": total(|read| read.octets),
        "pages": total(|read| read.pages),
        "slow_octets": slow.octets,
        "seconds": seconds,
    })
}

fn read_slowly(url: &Url, prefer: &str, rate: usize, enough: &AtomicBool) -> Tally {
    let mut connection = Connection::open_small(&url.host);
    pages::read_while(&mut connection, &url.target, prefer, |octets| {
        thread::sleep(Duration::from_micros((octets * 1_000_000 / rate) as u64));
        !enough.load(Ordering::Relaxed)
    })
}
