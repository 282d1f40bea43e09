//! Percent-encoded text -> text, exactly once.

use crate::error::{Error, Result};

/// Decodes `text`, a piece of `part` of the request.
pub(super) fn decode(text: &str, part: &str) -> Result<String> {
    if let Some(at) = malformed(text) {
        return Err(Error::syntax(part, at, "two hexadecimal digits after '%'"));
    }
    percent_encoding::percent_decode_str(text)
        .decode_utf8()
        .map(std::borrow::Cow::into_owned)
        .map_err(|_| Error::syntax(part, 0, "percent-encoded UTF-8"))
}

/// The first `%` that no two hexadecimal digits follow.
fn malformed(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let followed =
        |at: usize| matches!(bytes.get(at + 1..at + 3), Some([a, b]) if a.is_ascii_hexdigit() && b.is_ascii_hexdigit());
    (0..bytes.len()).find(|&at| bytes[at] == b'%' && !followed(at))
}
