//! A batch of parts -> its requests.
//!
//! Source: Protocol 4.01 section 11.7.7, RFC 2046 section 5.1. Lines may end with LF alone: batches are written by hand, too. A
//! change set, which is a multipart body itself, is one request that nothing here looks into.

use super::{Individual, PART};
use crate::error::{Error, Result};

pub(super) fn parse(body: &[u8], boundary: &str) -> Result<Vec<Individual>> {
    let text = std::str::from_utf8(body).map_err(|error| Error::syntax(PART, error.valid_up_to(), "UTF-8"))?;
    parts(text, boundary)?.into_iter().map(part).collect()
}

/// A piece of the body, and where it begins.
#[derive(Clone, Copy)]
struct Piece<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Piece<'a> {
    /// Takes a line off the front; `None` at the end.
    fn line(&mut self) -> Option<Piece<'a>> {
        if self.text.is_empty() {
            return None;
        }
        let (line, rest) = self.text.split_once('\n').unwrap_or((self.text, ""));
        let taken = Piece { text: line.strip_suffix('\r').unwrap_or(line), at: self.at };
        self.at += self.text.len() - rest.len();
        self.text = rest;
        Some(taken)
    }

    fn expected(&self, what: &str) -> Error {
        Error::syntax(PART, self.at, what)
    }
}

/// What stands between the boundaries. What stands before the first and behind the last has no meaning.
fn parts<'a>(text: &'a str, boundary: &str) -> Result<Vec<Piece<'a>>> {
    let mut rest = Piece { text, at: 0 };
    let mut parts = Vec::new();
    let mut begun: Option<usize> = None;
    while let Some(line) = rest.line() {
        let Some(closing) = delimiter(line.text, boundary) else { continue };
        if let Some(begin) = begun {
            parts.push(Piece { text: text.get(begin..line.at).unwrap_or_default(), at: begin });
        }
        if closing {
            return Ok(parts);
        }
        begun = Some(rest.at);
    }
    Err(rest.expected(&format!("the line \"--{boundary}{}\"", if begun.is_some() { "--" } else { "" })))
}

/// Whether the line is a boundary, and then whether it is the last one.
fn delimiter(line: &str, boundary: &str) -> Option<bool> {
    let rest = line.strip_prefix("--")?.strip_prefix(boundary)?.trim_end();
    match rest {
        "" => Some(false),
        "--" => Some(true),
        _ => None,
    }
}

fn part(mut rest: Piece<'_>) -> Result<Individual> {
    let begin = rest;
    let headers = headers(&mut rest)?;
    let value = |name: &str| headers.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str());
    let media = value("content-type").and_then(|value| value.split(';').next()).unwrap_or_default().trim();
    let id = value("content-id").map(str::to_owned);
    if media.eq_ignore_ascii_case("multipart/mixed") {
        return Ok(Individual { change_set: true, id, ..Individual::default() });
    }
    if !media.eq_ignore_ascii_case("application/http") {
        return Err(begin.expected("a part with the content type application/http"));
    }
    if value("content-transfer-encoding").is_some_and(|encoding| !is_plain(encoding)) {
        return Err(begin.expected("a part with the transfer encoding binary"));
    }
    Ok(Individual { id, ..request(rest)? })
}

fn is_plain(encoding: &str) -> bool {
    ["7bit", "8bit", "binary"].iter().any(|plain| encoding.eq_ignore_ascii_case(plain))
}

/// ```text
/// request = method SP url [ SP "HTTP/" version ] *( line-break header ) line-break line-break body
/// ```
fn request(mut rest: Piece<'_>) -> Result<Individual> {
    let line = loop {
        match rest.line() {
            Some(line) if line.text.trim().is_empty() => {}
            Some(line) => break line,
            None => return Err(rest.expected("a request such as \"GET Orders HTTP/1.1\"")),
        }
    };
    let (method, url) = line.text.trim().split_once(' ').ok_or_else(|| line.expected("a method and a URL"))?;
    // Some leave the version out.
    let url = match url.rsplit_once(' ') {
        Some((url, version)) if version.starts_with("HTTP/") => url,
        _ => url,
    };
    let headers = headers(&mut rest)?;
    Ok(Individual {
        method: method.to_owned(),
        url: url.trim().to_owned(),
        headers,
        has_body: !rest.text.trim().is_empty(),
        ..Individual::default()
    })
}

/// Headers up to an empty line, or to the end.
fn headers(rest: &mut Piece<'_>) -> Result<Vec<(String, String)>> {
    let mut headers = Vec::new();
    while let Some(line) = rest.line().filter(|line| !line.text.trim().is_empty()) {
        let (name, value) = line.text.split_once(':').ok_or_else(|| line.expected("a header, or an empty line"))?;
        headers.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
    }
    Ok(headers)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BATCH: &str = "\
preamble
--b
Content-Type: application/http
Content-Transfer-Encoding: binary
Content-ID: 1

GET /odata/Orders?$top=1 HTTP/1.1
Host: example.com
Prefer: track-changes
Prefer: maxpagesize=1


--b
Content-Type: application/http; msgtype=request

GET Orders(1)
--b\u{20}
Content-Type: multipart/mixed;boundary=bb

--bb
Content-Type: application/http
Content-ID: 2

DELETE Orders(1) HTTP/1.1

--bb--
--b--
epilogue
--b
";

    fn both_line_ends(text: &str) -> [String; 2] {
        [text.to_owned(), text.replace('\n', "\r\n")]
    }

    #[test]
    fn parts_are_requests_and_change_sets() {
        for text in both_line_ends(BATCH) {
            let requests = parse(text.as_bytes(), "b").unwrap();
            assert_eq!(requests.len(), 3);
            assert_eq!(requests[0].id.as_deref(), Some("1"));
            assert_eq!((requests[0].method.as_str(), requests[0].url.as_str()), ("GET", "/odata/Orders?$top=1"));
            let prefer = requests[0].headers.iter().filter(|(name, _)| name == "prefer");
            assert_eq!(prefer.map(|(_, value)| value.as_str()).collect::<Vec<_>>(), ["track-changes", "maxpagesize=1"]);
            assert_eq!((requests[1].url.as_str(), requests[1].id.as_deref()), ("Orders(1)", None));
            assert!(!requests[0].has_body && !requests[1].has_body);
            assert!(requests[2].change_set && requests[2].id.is_none());
        }
    }

    #[test]
    fn what_is_malformed_is_refused_with_its_position() {
        for (wrong, at) in [
            ("", 0),
            ("no boundary", 11),
            ("--b\nContent-Type: application/http\n\nGET A HTTP/1.1\n\n", 52),
            ("--b\nContent-Type: text/plain\n\nGET A HTTP/1.1\n\n--b--", 4),
            ("--b\n\nGET A HTTP/1.1\n\n--b--", 4),
            ("--b\nContent-Type application/http\n\n--b--", 4),
            ("--b\nContent-Type: application/http\nContent-Transfer-Encoding: base64\n\nR0VU\n--b--", 4),
            ("--b\nContent-Type: application/http\n\n\n--b--", 37),
            ("--b\nContent-Type: application/http\n\nGET\n\n--b--", 36),
            ("--b\nContent-Type: application/http\n\nGET A\nnonsense\n\n--b--", 42),
        ] {
            let error = parse(wrong.as_bytes(), "b").unwrap_err();
            assert!(error.message().ends_with(&format!("at position {at}.")), "{wrong:?}: {error}");
        }
        assert!(parse(b"--b\n\xff\n--b--", "b").unwrap_err().message().contains("UTF-8 at position 4"));
    }

    #[test]
    fn a_longer_boundary_is_another() {
        assert!(parse(b"--bb\nContent-Type: application/http\n\nGET A\n--bb--", "b").is_err());
        assert!(parse(b"--b--", "b").unwrap().is_empty());
    }

    #[test]
    fn a_body_is_noticed() {
        let requests = parse(b"--b\nContent-Type: application/http\n\nGET A\n\nbody\n--b--", "b").unwrap();
        assert!(requests[0].has_body);
    }

    proptest! {
        #[test]
        fn no_body_panics(body in "\\PC{0,80}|(--b(--)?\r?\n|Content-Type: application/http\n|\n|GET A HTTP/1.1\n|:|x){0,12}") {
            let _ = parse(body.as_bytes(), "b");
        }
    }
}
