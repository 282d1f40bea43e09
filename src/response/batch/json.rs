//! Answers -> the JSON of a batch response.
//!
//! Source: JSON Format 4.01 section 19.5: JSON stands in it as JSON, text as a string, and other octets as base64url.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::response::control::json_string;
use crate::response::reply::{Content, Reply};

pub(super) fn begin(out: &mut Vec<u8>, first: bool, id: Option<&str>, reply: &Reply) {
    out.extend_from_slice(if first { b"{\"responses\":[{" } else { b",{" });
    if let Some(id) = id {
        out.extend_from_slice(format!("\"id\":{},", json_string(id)).as_bytes());
    }
    let header =
        |(name, value): &(&str, String)| format!("{}:{}", json_string(&name.to_lowercase()), json_string(value));
    let headers: Vec<String> = reply.headers.iter().map(header).collect();
    out.extend_from_slice(format!("\"status\":{},\"headers\":{{{}}}", reply.status, headers.join(",")).as_bytes());
    if reply.content != Content::Nothing {
        out.extend_from_slice(b",\"body\":");
    }
}

pub(super) fn end(out: &mut Vec<u8>, reply: &Reply, content: &[u8]) {
    match (&reply.content, content_type(reply)) {
        (Content::Nothing, _) => {}
        _ if is_json(reply) => out.extend_from_slice(content),
        (_, media) if media.starts_with("text/") => match std::str::from_utf8(content) {
            Ok(text) => out.extend_from_slice(json_string(text).as_bytes()),
            Err(_) => out.extend_from_slice(json_string(&String::from_utf8_lossy(content)).as_bytes()),
        },
        _ => out.extend_from_slice(format!("\"{}\"", URL_SAFE_NO_PAD.encode(content)).as_bytes()),
    }
    out.push(b'}');
}

pub(super) fn finish(out: &mut Vec<u8>, begun: usize) {
    out.extend_from_slice(if begun == 0 { b"{\"responses\":[]}" } else { b"]}" });
}

/// Whether the content is JSON.
pub(super) fn is_json(reply: &Reply) -> bool {
    content_type(reply).split(';').next() == Some("application/json")
}

fn content_type(reply: &Reply) -> &str {
    reply.header("content-type").unwrap_or_default()
}
