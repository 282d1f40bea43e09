//! The size of a request's head -> whether it is taken.
//!
//! Source: RFC 9110 section 15.5.15 (414), RFC 6585 section 5 (431).

use actix_web::HttpRequest;

use crate::config::Limits;
use crate::error::{Error, ErrorKind, Result};

/// Refuses what is longer than `limits` allow.
pub(super) fn check(http: &HttpRequest, limits: &Limits) -> Result<()> {
    let length = http.uri().path_and_query().map_or(0, |uri| uri.as_str().len());
    if length > limits.max_uri_bytes as usize {
        let message = format!("The URL has {length} octets; {} are the most that it may have.", limits.max_uri_bytes);
        return Err(Error::new(ErrorKind::UriTooLong, message));
    }
    let headers: usize = http.headers().iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    if headers > limits.max_header_bytes as usize {
        let message =
            format!("The headers have {headers} octets; {} are the most that they may have.", limits.max_header_bytes);
        return Err(Error::new(ErrorKind::HeadersTooLarge, message));
    }
    Ok(())
}
