//! Octets in a content coding -> the octets.

use std::io::{self, Read};

/// What `Content-Encoding` may say.
pub(crate) const CODINGS: [&str; 3] = ["zstd", "br", "gzip"];

/// The octets behind `encoded`; an error where the coding breaks off, or is followed by something.
pub(crate) fn decode(coding: Option<&str>, encoded: &[u8]) -> io::Result<Vec<u8>> {
    let mut octets = Vec::new();
    match coding {
        None => octets.extend_from_slice(encoded),
        Some("zstd") => octets = zstd::decode_all(encoded)?,
        Some("br") => drop(brotli::Decompressor::new(encoded, 4096).read_to_end(&mut octets)?),
        Some("gzip") => {
            let mut decoder = flate2::bufread::GzDecoder::new(encoded);
            decoder.read_to_end(&mut octets)?;
            if !decoder.into_inner().is_empty() {
                return Err(io::ErrorKind::InvalidData.into());
            }
        }
        Some(other) => panic!("{other} is no coding of ours"),
    }
    Ok(octets)
}
