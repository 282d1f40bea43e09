//! Answers -> the parts of a `multipart/mixed` response.
//!
//! Source: Protocol 4.01 section 11.7.7, RFC 2046 section 5.1. Lines end with CR and LF, and the line break before a boundary
//! belongs to the boundary.

use crate::response::reply::{Content, Reply};

/// The length is written where it is known.
pub(super) fn begin(out: &mut Vec<u8>, boundary: &str, id: Option<&str>, reply: &Reply, length: Option<usize>) {
    let mut lines = vec![
        format!("--{boundary}"),
        "Content-Type: application/http".to_owned(),
        "Content-Transfer-Encoding: binary".to_owned(),
    ];
    lines.extend(id.map(|id| format!("Content-ID: {id}")));
    lines.push(String::new());
    lines.push(format!("HTTP/1.1 {} {}", reply.status, reason(reply.status)));
    lines.extend(reply.headers.iter().map(|(name, value)| format!("{name}: {value}")));
    if let Some(length) = length.filter(|_| reply.content != Content::Nothing) {
        lines.push(format!("Content-Length: {length}"));
    }
    lines.push("\r\n".to_owned());
    out.extend_from_slice(lines.join("\r\n").as_bytes());
}

pub(super) fn end(out: &mut Vec<u8>, content: &[u8]) {
    out.extend_from_slice(content);
    out.extend_from_slice(b"\r\n");
}

pub(super) fn finish(out: &mut Vec<u8>, boundary: &str) {
    out.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
}

/// For people: programs look at the number.
fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        204 => "No Content",
        304 => "Not Modified",
        400 => "Bad Request",
        404 => "Not Found",
        405 => "Method Not Allowed",
        406 => "Not Acceptable",
        410 => "Gone",
        412 => "Precondition Failed",
        424 => "Failed Dependency",
        500 => "Internal Server Error",
        501 => "Not Implemented",
        503 => "Service Unavailable",
        _ => "",
    }
}
