//! The content of an answer, held against the media types that a response declares.

use serde_json::Value;

use super::document::{Media, Response};
use super::headers::Headers;
use super::payload;

/// The content is of a declared type and fits its schema; there is none where none is due.
pub(super) fn check(response: &Response, headers: &Headers, method: &str, body: &[u8]) -> Result<(), String> {
    if (method == "HEAD" || response.content.is_empty()) && !body.is_empty() {
        return Err(format!("there must be no body, but it is {}", excerpt(body)));
    }
    let Some(media) = media(response, headers)? else {
        return Ok(());
    };
    payload::check_content_type(headers)?;
    if method == "HEAD" {
        return Ok(());
    }
    check_body(media, headers, body)
}

/// The declared media type that `Content-Type` names; none where there is nothing to have a type.
fn media<'a>(response: &'a Response, headers: &Headers) -> Result<Option<&'a Media>, String> {
    match headers.value("content-type") {
        None if response.content.is_empty() => Ok(None),
        None => Err("the header Content-Type is missing".to_owned()),
        Some(content_type) => {
            let media = response.content.get(&essence(content_type));
            let media = media.ok_or_else(|| format!("the content type {content_type} is not declared"))?;
            media.check_type(content_type)?;
            Ok(Some(media))
        }
    }
}

fn check_body(media: &Media, headers: &Headers, body: &[u8]) -> Result<(), String> {
    let Some(schema) = &media.schema else {
        return Ok(());
    };
    let value = if media.is_json() { json(body)? } else { text(body)? };
    schema.check(&value).map_err(|problem| format!("the body at {problem}"))?;
    payload::check_body(headers, &value, body)
}

fn json(body: &[u8]) -> Result<Value, String> {
    serde_json::from_slice(body).map_err(|error| format!("the body is not JSON, {error}: {}", excerpt(body)))
}

fn text(body: &[u8]) -> Result<Value, String> {
    let text = std::str::from_utf8(body).map_err(|error| format!("the body is not text: {error}"))?;
    Ok(Value::from(text))
}

/// The media type without its parameters.
fn essence(content_type: &str) -> String {
    let essence = content_type.split(';').next().unwrap_or_default();
    essence.trim().to_ascii_lowercase()
}

/// As much of a body as a message has room for.
pub(super) fn excerpt(body: &[u8]) -> String {
    shortened(&String::from_utf8_lossy(body))
}

pub(super) fn shortened(text: &str) -> String {
    const ENOUGH: usize = 400;
    match text.char_indices().nth(ENOUGH) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}
