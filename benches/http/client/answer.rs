//! The head of an HTTP/1.1 answer -> how its body is framed.

/// How the end of a body is known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Framing {
    Length(usize),
    Chunked,
}

/// What of a head matters here.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Head {
    pub(crate) status: u16,
    pub(crate) framing: Framing,
    /// Octets of the head itself.
    pub(crate) length: usize,
}

/// The head at the beginning of `octets`, once all of it is there.
pub(crate) fn head(octets: &[u8]) -> Option<Head> {
    let end = find(octets, b"\r\n\r\n")?;
    let text = String::from_utf8_lossy(&octets[..end]).to_ascii_lowercase();
    let status = text.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default();
    let header = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
    let framing = match header("content-length:") {
        Some(length) => Framing::Length(length.parse().unwrap()),
        None if header("transfer-encoding:") == Some("chunked") => Framing::Chunked,
        None => Framing::Length(0),
    };
    Some(Head { status, framing, length: end + 4 })
}

/// Where `needle` begins.
pub(crate) fn find(octets: &[u8], needle: &[u8]) -> Option<usize> {
    octets.windows(needle.len()).position(|window| window == needle)
}
