//! `Accept-Encoding` -> the content coding of an answer, and how octets get it.
//!
//! A newcomer's trap: `*` accepts codings that the client may never have heard of, so by itself it brings none. Source: RFC 9110
//! section 12.5.3; a client that refuses everything that there is gets the answer as it is, as section 12.1 allows.

use std::io::{self, Write};

use actix_web::HttpRequest;
use brotli::enc::BrotliEncoderParams;
use flate2::Compression;
use flate2::write::GzEncoder;

use super::headers;

/// Where it is chosen how hard to try: the levels are those of `docs/benchmarks.md` that bring most for their time.
const ZSTD_LEVEL: i32 = 1;
const BROTLI_LEVEL: i32 = 1;
const GZIP_LEVEL: u32 = 2;
/// How far back a coding looks, as a power of two: 256 KiB. More brings nothing for rows, and each answer under way would need it.
const WINDOW: u8 = 18;
/// What brotli collects before it looks at it.
const BROTLI_BUFFER: usize = 16 * 1024;

/// A way of making an answer shorter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Coding {
    Zstd,
    Brotli,
    Gzip,
}

/// What a client takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Accepted {
    /// The best of the codings, if it takes any.
    pub(super) coding: Option<Coding>,
    /// Whether it takes octets as they are, too.
    pub(super) plain: bool,
}

impl Accepted {
    /// Octets as they are, and nothing else.
    pub(super) const PLAIN: Self = Self { coding: None, plain: true };

    /// What `http` says; nothing but plain octets where the operator wants it so.
    pub(super) fn by(http: &HttpRequest, compression: bool) -> Self {
        if compression { Self::parse(&headers::all(http.headers(), "accept-encoding")) } else { Self::PLAIN }
    }

    fn parse(lines: &[&str]) -> Self {
        let wishes = Wishes::parse(lines);
        let plain = wishes.named("identity").or(wishes.named("*")).is_none_or(|quality| quality > 0);
        // Codings that are as welcome as others go in the order of what they bring for their time.
        let best = Coding::ALL.into_iter().rev().max_by_key(|coding| wishes.of(*coding, plain));
        let threshold = if plain { wishes.named("identity").unwrap_or(0).max(1) } else { 1 };
        Self { coding: best.filter(|coding| wishes.of(*coding, plain) >= threshold), plain }
    }

    /// A word of its own for each way in which an answer may leave.
    pub(super) fn word(self) -> &'static str {
        match (self.coding, self.plain) {
            (None, true) => " plain",
            (None, false) => " none",
            (Some(Coding::Zstd), true) => " zstd",
            (Some(Coding::Zstd), false) => " only zstd",
            (Some(Coding::Brotli), true) => " br",
            (Some(Coding::Brotli), false) => " only br",
            (Some(Coding::Gzip), true) => " gzip",
            (Some(Coding::Gzip), false) => " only gzip",
        }
    }

    /// The same for octets that no coding makes shorter.
    pub(super) fn for_random(self) -> Self {
        if self.plain { Self::PLAIN } else { self }
    }
}

/// Codings with their weights, in thousandths.
struct Wishes<'a>(Vec<(&'a str, u16)>);

impl<'a> Wishes<'a> {
    /// ```text
    /// Accept-Encoding = [ codings [ weight ] *( "," codings [ weight ] ) ] ; weight = ";q=" qvalue
    /// ```
    /// What does not fit is passed over.
    fn parse(lines: &[&'a str]) -> Self {
        let items = lines.iter().flat_map(|line| line.split(','));
        Self(
            items
                .filter_map(|item| {
                    let (name, weight) = item.split_once(';').unwrap_or((item, "q=1"));
                    let (q, value) = weight.split_once('=')?;
                    if !q.trim().eq_ignore_ascii_case("q") {
                        return None;
                    }
                    Some((name.trim(), quality(value.trim())?))
                })
                .collect(),
        )
    }

    fn named(&self, name: &str) -> Option<u16> {
        self.0.iter().find(|(given, _)| given.eq_ignore_ascii_case(name)).map(|(_, quality)| *quality)
    }

    /// How welcome `coding` is. Where plain octets are not, one that is not named is as welcome as `*`.
    fn of(&self, coding: Coding, plain: bool) -> u16 {
        let named = coding.names().iter().find_map(|name| self.named(name));
        named.or_else(|| self.named("*").filter(|_| !plain)).unwrap_or(0)
    }
}

/// ```text
/// qvalue = ( "0" [ "." 0*3DIGIT ] ) / ( "1" [ "." 0*3("0") ] )
/// ```
fn quality(text: &str) -> Option<u16> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let scale = *[1000, 100, 10, 1].get(fraction.len())?;
    let thousandths = scale * fraction.parse().unwrap_or(0);
    match (whole, thousandths) {
        ("0", thousandths) => Some(thousandths),
        ("1", 0) => Some(1000),
        _ => None,
    }
}

impl Coding {
    /// The first is the one that brings most for its time.
    pub(super) const ALL: [Self; 3] = [Self::Zstd, Self::Brotli, Self::Gzip];

    /// As it stands in `Content-Encoding`.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Zstd => "zstd",
            Self::Brotli => "br",
            Self::Gzip => "gzip",
        }
    }

    /// As clients call it.
    fn names(self) -> &'static [&'static str] {
        match self {
            Self::Zstd => &["zstd"],
            Self::Brotli => &["br"],
            Self::Gzip => &["gzip", "x-gzip"],
        }
    }
}

/// Octets as they are -> octets in a coding, piece by piece. What is dropped before it is finished has no end that a client would
/// take for one.
pub(super) enum Encoder {
    Zstd(zstd::Encoder<'static, Vec<u8>>),
    Brotli(Box<brotli::CompressorWriter<Vec<u8>>>),
    Gzip(GzEncoder<Vec<u8>>),
}

impl Encoder {
    pub(super) fn new(coding: Coding) -> io::Result<Self> {
        Ok(match coding {
            Coding::Zstd => {
                let mut encoder = zstd::Encoder::new(Vec::new(), ZSTD_LEVEL)?;
                encoder.window_log(WINDOW.into())?;
                Self::Zstd(encoder)
            }
            Coding::Brotli => {
                let params = BrotliEncoderParams {
                    quality: BROTLI_LEVEL,
                    lgwin: WINDOW.into(),
                    ..BrotliEncoderParams::default()
                };
                Self::Brotli(Box::new(brotli::CompressorWriter::with_params(Vec::new(), BROTLI_BUFFER, &params)))
            }
            Coding::Gzip => Self::Gzip(GzEncoder::new(Vec::new(), Compression::new(GZIP_LEVEL))),
        })
    }

    /// Takes `octets`; what has come of all so far and was not given yet, which may be nothing.
    pub(super) fn encode(&mut self, octets: &[u8]) -> io::Result<Vec<u8>> {
        let output = match self {
            Self::Zstd(encoder) => {
                encoder.write_all(octets)?;
                encoder.get_mut()
            }
            Self::Brotli(encoder) => {
                encoder.write_all(octets)?;
                encoder.get_mut()
            }
            Self::Gzip(encoder) => {
                encoder.write_all(octets)?;
                encoder.get_mut()
            }
        };
        Ok(std::mem::take(output))
    }

    /// What is left, with the end.
    pub(super) fn finish(self) -> io::Result<Vec<u8>> {
        match self {
            Self::Zstd(encoder) => encoder.finish(),
            Self::Brotli(encoder) => Ok(encoder.into_inner()),
            Self::Gzip(encoder) => encoder.finish(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepted(line: &str) -> (Option<&'static str>, bool) {
        let Accepted { coding, plain } = Accepted::parse(&[line]);
        (coding.map(Coding::name), plain)
    }

    #[test]
    fn the_most_welcome_coding_is_taken_and_of_equals_the_quickest() {
        for (line, coding) in [
            ("gzip, deflate, br, zstd", Some("zstd")),
            ("gzip, deflate, br", Some("br")),
            ("gzip, deflate", Some("gzip")),
            ("GZIP", Some("gzip")),
            ("x-gzip", Some("gzip")),
            ("zstd;q=0.5, br;q=0.8, gzip;q=0.799", Some("br")),
            ("zstd; q=0.1 , gzip ; Q=0.2", Some("gzip")),
            ("gzip, identity", Some("gzip")),
            ("gzip;q=0.5, *;q=0", Some("gzip")),
            ("gzip;q=0.5, identity", None),
            ("gzip;q=0.5, identity;q=0.5", Some("gzip")),
            ("gzip;q=0, br;q=0.001", Some("br")),
            ("gzip;q=0", None),
            ("deflate, compress", None),
            ("identity", None),
            ("*", None),
            ("", None),
        ] {
            assert_eq!(accepted(line).0, coding, "{line}");
        }
    }

    #[test]
    fn who_refuses_plain_octets_gets_a_coding_if_there_is_one() {
        assert_eq!(accepted("identity;q=0, gzip;q=0.1"), (Some("gzip"), false));
        assert_eq!(accepted("*;q=0, br"), (Some("br"), false));
        assert_eq!(accepted("*, identity;q=0"), (Some("zstd"), false));
        assert_eq!(accepted("*, identity;q=0, zstd;q=0"), (Some("br"), false));
        assert_eq!(accepted("identity;q=0"), (None, false));
        assert_eq!(accepted("*;q=0"), (None, false));
        assert_eq!(accepted("identity;q=0.1, *;q=0"), (None, true));
    }

    #[test]
    fn what_is_malformed_is_passed_over() {
        for line in
            ["gzip;q=2", "gzip;q=1.001", "gzip;q=0.1234", "gzip;q=", "gzip;q", "gzip;level=9", "gzip;q=-1", ";;,=,"]
        {
            assert_eq!(accepted(line), (None, true), "{line}");
        }
        assert_eq!(accepted("gzip;q=9, br"), (Some("br"), true));
        let two_lines = Accepted::parse(&["br;q=0.5", "gzip"]);
        assert_eq!(two_lines.coding, Some(Coding::Gzip));
    }

    #[test]
    fn an_encoder_gives_what_it_has_and_ends_once() {
        let octets = b"{\"Id\":1,\"Name\":\"tea\"},".repeat(50_000);
        for coding in Coding::ALL {
            let mut encoder = Encoder::new(coding).unwrap();
            let mut output = Vec::new();
            let mut pieces = 0;
            for piece in octets.chunks(64 * 1024) {
                let more = encoder.encode(piece).unwrap();
                pieces += usize::from(!more.is_empty());
                output.extend(more);
            }
            output.extend(encoder.finish().unwrap());
            assert!(output.len() < octets.len() / 10 && pieces > 0, "{coding:?}: {}, {pieces}", output.len());
        }
    }
}
