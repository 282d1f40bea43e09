//! `Content-Type` and `Accept` of a batch -> the format of its body and that of its answer.

use crate::error::{Error, ErrorKind, Result};
use crate::odata::accept::{self, Accept, MediaRange, split_outside_quotes};

/// How the body of a batch request is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BatchBody {
    /// As JSON.
    Json,
    /// As parts.
    Multipart {
        /// What separates them.
        boundary: String,
    },
}

/// How the answer is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BatchFormat {
    /// As JSON.
    Json,
    /// As parts.
    Multipart,
}

impl BatchBody {
    /// What `Content-Type` says.
    pub fn of(content_type: Option<&str>) -> Result<Self> {
        let media = content_type.and_then(|text| accept::parse(&[text]).ranges.pop());
        let Some(MediaRange { kind, subtype, parameters, .. }) = media else { return Err(unsupported()) };
        let value = |name: &str| parameters.iter().find(|(own, _)| own == name).map(|(_, value)| value.clone());
        match (kind.as_str(), subtype.as_str()) {
            ("application", "json") if value("charset").is_none_or(|charset| charset.eq_ignore_ascii_case("utf-8")) => {
                Ok(Self::Json)
            }
            ("multipart", "mixed") => {
                let boundary = value("boundary").filter(|boundary| is_boundary(boundary)).ok_or_else(|| {
                    let message = "\"multipart/mixed\" needs a boundary of 1 to 70 characters.";
                    Error::new(ErrorKind::InvalidValue, message).about("Content-Type")
                })?;
                Ok(Self::Multipart { boundary })
            }
            _ => Err(unsupported()),
        }
    }

    /// The format of the answer that the client likes best; that of the body, where it has no wish.
    pub fn answer(&self, accept: &Accept) -> Result<BatchFormat> {
        let own = match self {
            Self::Json => BatchFormat::Json,
            Self::Multipart { .. } => BatchFormat::Multipart,
        };
        if accept.ranges.is_empty() {
            return Ok(own);
        }
        let other = if own == BatchFormat::Json { BatchFormat::Multipart } else { BatchFormat::Json };
        match (weight(accept, own), weight(accept, other)) {
            (0, 0) => {
                let message = "A batch is answered as application/json or multipart/mixed only.";
                Err(Error::new(ErrorKind::NotAcceptable, message).about("Accept"))
            }
            (own_weight, other_weight) if other_weight > own_weight => Ok(other),
            _ => Ok(own),
        }
    }
}

/// The weight of the range that names the format most precisely.
fn weight(accept: &Accept, format: BatchFormat) -> u16 {
    let (kind, subtype) = match format {
        BatchFormat::Json => ("application", "json"),
        BatchFormat::Multipart => ("multipart", "mixed"),
    };
    let covering = accept.ranges.iter().filter(|range| range.covers(kind, subtype));
    covering.max_by_key(|range| (range.precision(), range.weight)).map_or(0, |range| range.weight)
}

/// What `Accept` of a batch says of the answers in it: all but the format that only a batch can have.
pub(super) fn of_content<'a>(lines: &[&'a str]) -> Vec<&'a str> {
    let ranges = lines.iter().flat_map(|line| split_outside_quotes(line, ',')).map(str::trim);
    ranges.filter(|range| !range.get(..10).is_some_and(|start| start.eq_ignore_ascii_case("multipart/"))).collect()
}

/// RFC 2046 section 5.1.1, without its list of characters.
fn is_boundary(text: &str) -> bool {
    (1..=70).contains(&text.len()) && text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic())
}

fn unsupported() -> Error {
    let message = "A batch is sent as application/json in UTF-8, or as multipart/mixed.";
    Error::new(ErrorKind::UnsupportedMediaType, message).about("Content-Type")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_content_type_decides_how_a_body_is_read() {
        let of = |text| BatchBody::of(text).map_err(|error| error.kind().status());
        let multipart = |boundary: &str| Ok(BatchBody::Multipart { boundary: boundary.to_owned() });
        assert_eq!(of(Some("application/json")), Ok(BatchBody::Json));
        assert_eq!(of(Some("Application/JSON; charset=UTF-8;odata.metadata=minimal")), Ok(BatchBody::Json));
        assert_eq!(of(Some("multipart/mixed; boundary=batch_1")), multipart("batch_1"));
        assert_eq!(of(Some("multipart/mixed;Boundary=\"a, b\"")), multipart("a, b"));
        assert_eq!(of(Some("multipart/mixed")), Err(400));
        assert_eq!(of(Some("multipart/mixed; boundary=")), Err(400));
        for other in [None, Some("text/plain"), Some("application/json;charset=latin1"), Some("nonsense")] {
            assert_eq!(of(other), Err(415), "{other:?}");
        }
    }

    #[test]
    fn the_answer_is_in_the_format_of_the_body_unless_another_is_liked_better() {
        let answer = |body: BatchBody, line: &str| {
            let accept = if line.is_empty() { Accept::default() } else { accept::parse(&[line]) };
            body.answer(&accept).map_err(|error| error.kind().status())
        };
        let multipart = || BatchBody::Multipart { boundary: "b".to_owned() };
        for same in ["", "*/*", "multipart/mixed", "application/json;q=0.1, */*", "multipart/*, application/json"] {
            assert_eq!(answer(multipart(), same), Ok(BatchFormat::Multipart), "{same}");
        }
        assert_eq!(answer(multipart(), "application/json"), Ok(BatchFormat::Json));
        assert_eq!(answer(BatchBody::Json, "multipart/mixed, application/json;q=0.9"), Ok(BatchFormat::Multipart));
        assert_eq!(answer(BatchBody::Json, "application/json;metadata=full"), Ok(BatchFormat::Json));
        assert_eq!(answer(BatchBody::Json, "image/png"), Err(406));
    }

    #[test]
    fn only_a_batch_can_be_multipart() {
        assert_eq!(of_content(&["multipart/mixed", "Multipart/*;q=1, text/plain;x=\"a,b\""]), ["text/plain;x=\"a,b\""]);
    }
}
