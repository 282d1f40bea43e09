//! A delta link and a number of clients that wait at it -> when each of them was told of a change.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::answer::{self, Framing};
use crate::tell;
use crate::url::Url;

/// Connections that are being made at one time: a listener's queue is short.
const CONNECTING: usize = 128;

/// What came of one client's waiting.
struct Told {
    status: u16,
    applied: bool,
    /// Seconds since 1970, as the program that makes the change counts them too.
    at: f64,
    changed: bool,
}

/// Waits with so many clients, for so many seconds. Tells when all have asked, and when all were answered.
pub(crate) fn wait(clients: usize, seconds: usize, url: &Url) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let asked = Arc::new(Semaphore::new(0));
        let connecting = Arc::new(Semaphore::new(CONNECTING));
        let request: Arc<str> =
            format!("GET {} HTTP/1.1\r\nHost: {}\r\nPrefer: wait={seconds}\r\n\r\n", url.target, url.host).into();
        let mut waiting = JoinSet::new();
        for _ in 0..clients {
            let (asked, connecting) = (Arc::clone(&asked), Arc::clone(&connecting));
            let (host, request) = (url.host.clone(), Arc::clone(&request));
            waiting.spawn(async move {
                let turn = connecting.acquire().await.unwrap();
                let mut stream = TcpStream::connect(host).await.unwrap();
                stream.write_all(request.as_bytes()).await.unwrap();
                drop(turn);
                asked.add_permits(1);
                answer(stream).await
            });
        }
        drop(asked.acquire_many(clients.try_into().unwrap()).await.unwrap());
        tell(&json!({ "waiting": clients }));
        report(waiting.join_all().await);
    });
}

/// The answer, when all of it has come.
async fn answer(mut stream: TcpStream) -> Told {
    let mut octets = Vec::with_capacity(1024);
    let head = loop {
        if let Some(head) = answer::head(&octets) {
            let body = &octets[head.length..];
            let whole = match head.framing {
                Framing::Length(length) => body.len() >= length,
                Framing::Chunked => body.ends_with(b"0\r\n\r\n"),
            };
            if whole {
                break head;
            }
        }
        let received = stream.read_buf(&mut octets).await.unwrap();
        assert_ne!(received, 0, "the server has closed the connection");
    };
    let (before, body) = octets.split_at(head.length);
    Told {
        status: head.status,
        applied: String::from_utf8_lossy(before).to_ascii_lowercase().contains("preference-applied: wait"),
        at: SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs_f64(),
        changed: answer::find(body, b"\"value\":[{").is_some(),
    }
}

fn report(mut told: Vec<Told>) {
    told.sort_by(|one, other| one.at.total_cmp(&other.at));
    tell(&json!({
        "answered": told.iter().filter(|told| told.status == 200).count(),
        "applied": told.iter().filter(|told| told.applied).count(),
        "changed": told.iter().filter(|told| told.changed).count(),
        "first": told.first().map(|told| told.at),
        "middle": told.get(told.len() / 2).map(|told| told.at),
        "last": told.last().map(|told| told.at),
    }));
}
