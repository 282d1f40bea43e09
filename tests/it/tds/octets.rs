//! Octets into TDS's lengths and texts, and texts into octets. Numbers are little-endian, texts UTF-16.

use std::io::{self, Error, ErrorKind};

use bytes::{Buf, BufMut, BytesMut};

/// What a message that breaks off, or says what cannot be, turns into.
pub(super) fn malformed(what: &str) -> Error {
    Error::new(ErrorKind::InvalidData, what)
}

/// The next `length` octets.
pub(super) fn take<'a>(octets: &mut &'a [u8], length: usize) -> io::Result<&'a [u8]> {
    octets.split_off(..length).ok_or_else(|| malformed("the message ends too early"))
}

/// A text that is counted by one octet (`B_VARCHAR`).
pub(super) fn take_short_text(octets: &mut &[u8]) -> io::Result<String> {
    let units = usize::from(octets.try_get_u8()?);
    utf16(take(octets, units * 2)?)
}

/// Whole octets as text.
pub(super) fn utf16(octets: &[u8]) -> io::Result<String> {
    let units: Vec<u16> = octets.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
    String::from_utf16(&units).map_err(|_| malformed("a text is not UTF-16"))
}

/// Text as octets, uncounted.
pub(super) fn put_utf16(out: &mut BytesMut, text: &str) {
    for unit in text.encode_utf16() {
        out.put_u16_le(unit);
    }
}

/// A text that is counted by one octet (`B_VARCHAR`).
pub(super) fn put_short_text(out: &mut BytesMut, text: &str) {
    out.put_u8(u8::try_from(text.encode_utf16().count()).expect("a name of less than 256 units"));
    put_utf16(out, text);
}

/// A text that is counted by two octets (`US_VARCHAR`).
pub(super) fn put_text(out: &mut BytesMut, text: &str) {
    out.put_u16_le(u16::try_from(text.encode_utf16().count()).expect("a text of less than 65536 units"));
    put_utf16(out, text);
}

/// What `put` puts, behind its length in two octets.
pub(super) fn put_counted(out: &mut BytesMut, put: impl FnOnce(&mut BytesMut)) {
    let mut body = BytesMut::new();
    put(&mut body);
    out.put_u16_le(u16::try_from(body.len()).expect("a token of less than 64 KiB"));
    out.put(body);
}
