//! A command -> requests to a server, and a line of JSON that tells how they went: the load of `just bench http`.
//!
//! It does as little as it can with what it gets: it shares the machine's cores with the server that is measured.

#![expect(clippy::unwrap_used, reason = "a measurement that cannot be made ends the run")]

mod answer;
mod connection;
mod crowd;
mod follow;
mod pages;
mod url;
mod waiting;

use std::time::Instant;

use connection::Connection;
use serde_json::{Value, json};
use url::Url;

const USAGE: &str = "bench-client read URL [PREFER]
             times ROUNDS PREFER URL...
             follow URL
             crowd CLIENTS OCTETS_A_SECOND URL [PREFER]
             wait CLIENTS SECONDS URL";

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match *arguments {
        ["read", url] => tell(&read(url, "")),
        ["read", url, prefer] => tell(&read(url, prefer)),
        ["times", rounds, prefer, ref urls @ ..] => tell(&times(number(rounds), prefer, urls)),
        ["follow", url] => follow::follow(&Url::new(url)),
        ["crowd", clients, rate, url] => tell(&crowd::read(number(clients), number(rate), url, "")),
        ["crowd", clients, rate, url, prefer] => tell(&crowd::read(number(clients), number(rate), url, prefer)),
        ["wait", clients, seconds, url] => waiting::wait(number(clients), number(seconds), &Url::new(url)),
        _ => panic!("{USAGE}"),
    }
}

fn number(text: &str) -> usize {
    text.parse().unwrap()
}

/// Writes one line for who started this program.
fn tell(line: &Value) {
    println!("{line}");
}

/// Reads all pages.
fn read(url: &str, prefer: &str) -> Value {
    let url = Url::new(url);
    let started = Instant::now();
    let read = pages::read(&mut Connection::open(&url.host), &url.target, prefer);
    let seconds = started.elapsed().as_secs_f64();
    json!({ "objects": read.objects, "octets": read.octets, "pages": read.pages, "seconds": seconds })
}

/// Asks for each URL in turn, and that many times; the microseconds of each answer, by URL.
fn times(rounds: usize, prefer: &str, urls: &[&str]) -> Value {
    let urls: Vec<Url> = urls.iter().map(|url| Url::new(url)).collect();
    let mut connections: Vec<Connection> = urls.iter().map(|url| Connection::open(&url.host)).collect();
    let mut times = vec![Vec::with_capacity(rounds); urls.len()];
    for _ in 0..rounds {
        for ((url, connection), times) in urls.iter().zip(&mut connections).zip(&mut times) {
            let started = Instant::now();
            connection.get(&url.target, prefer, |_| true);
            times.push(started.elapsed().as_secs_f64() * 1e6);
        }
    }
    json!(times)
}
