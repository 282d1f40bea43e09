//! The `Accept` header and `$format` -> media ranges with their weights.
//!
//! Source: RFC 9110 section 12.5.1. A newcomer's trap: a range with a parameter that we do not know is passed over, not
//! an error, because Excel's list holds some (`odata=minimalmetadata`) beside those that we can meet.

/// The media ranges of a request, in the order given; empty where the client has no preference.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Accept {
    /// The ranges.
    pub ranges: Vec<MediaRange>,
}

impl Accept {
    /// How welcome `kind/subtype` is: the weight of what names it most precisely.
    pub fn weight(&self, kind: &str, subtype: &str) -> u16 {
        let covering = self.ranges.iter().filter(|range| range.covers(kind, subtype));
        covering.max_by_key(|range| (range.precision(), range.weight)).map_or(0, |range| range.weight)
    }
}

/// One media range.
#[derive(Clone, Debug, PartialEq)]
pub struct MediaRange {
    /// `application`, or `*`; lower case.
    pub kind: String,
    /// `json`, or `*`; lower case.
    pub subtype: String,
    /// Parameters with names in lower case, without `q`.
    pub parameters: Vec<(String, String)>,
    /// The weight in thousandths; 0 means unacceptable.
    pub weight: u16,
}

impl MediaRange {
    /// Whether the range covers `kind/subtype`, its parameters aside.
    pub fn covers(&self, kind: &str, subtype: &str) -> bool {
        match (self.kind.as_str(), self.subtype.as_str()) {
            ("*", "*") => true,
            (own, "*") => own == kind,
            (own, own_subtype) => own == kind && own_subtype == subtype,
        }
    }

    /// The more precisely a range names its media, the stronger it binds.
    pub fn precision(&self) -> usize {
        match (self.kind.as_str(), self.subtype.as_str()) {
            ("*", _) => 0,
            (_, "*") => 1,
            _ => 2 + self.parameters.len(),
        }
    }
}

/// Reads the values of all `Accept` lines. What is no media range is passed over.
pub(super) fn parse(lines: &[&str]) -> Accept {
    let ranges = lines.iter().flat_map(|line| split_outside_quotes(line, ',')).filter_map(media_range).collect();
    Accept { ranges }
}

/// Reads the value of `$format`: an abbreviation or a media type.
pub(super) fn parse_format(text: &str) -> Accept {
    match text.trim() {
        format if format.eq_ignore_ascii_case("json") => parse(&["application/json"]),
        format if format.eq_ignore_ascii_case("xml") => parse(&["application/xml"]),
        format => parse(&[format]),
    }
}

fn media_range(text: &str) -> Option<MediaRange> {
    let mut parts = split_outside_quotes(text, ';').into_iter();
    let (kind, subtype) = parts.next()?.trim().split_once('/')?;
    let mut range = MediaRange {
        kind: kind.to_ascii_lowercase(),
        subtype: subtype.to_ascii_lowercase(),
        parameters: Vec::new(),
        weight: 1000,
    };
    for part in parts.map(str::trim).filter(|part| !part.is_empty()) {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        let (name, value) = (name.trim().to_ascii_lowercase(), value.trim().trim_matches('"').to_owned());
        if name == "q" {
            range.weight = weight(&value)?;
            break;
        }
        range.parameters.push((name, value));
    }
    Some(range)
}

/// Java's own client writes `.2`, which the grammar does not have.
/// ```text
/// qvalue = ( "0" [ "." 0*3DIGIT ] ) / ( "1" [ "." 0*3"0" ] )
/// ```
fn weight(text: &str) -> Option<u16> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = fraction.len() <= 3 && fraction.bytes().all(|byte| byte.is_ascii_digit());
    let thousandths: u16 = format!("{fraction:0<3}").parse().ok()?;
    match whole {
        "0" if digits => Some(thousandths),
        "" if digits && !fraction.is_empty() => Some(thousandths),
        "1" if digits && thousandths == 0 => Some(1000),
        _ => None,
    }
}

/// Splits a header's value; separators inside double quotes do not count.
pub(super) fn split_outside_quotes(text: &str, separator: char) -> Vec<&str> {
    let mut quoted = false;
    text.split(|character| {
        quoted ^= character == '"';
        character == separator && !quoted
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn excels_header_is_read_whole() {
        let accept = parse(&[
            "application/json;odata.metadata=minimal;q=1.0,application/json;odata=minimalmetadata;q=0.9,application/atomsvc+xml;q=0.8,application/atom+xml;q=0.8,application/xml;q=0.7,text/plain;q=0.7",
        ]);
        let weights: Vec<u16> = accept.ranges.iter().map(|range| range.weight).collect();
        assert_eq!(weights, [1000, 900, 800, 800, 700, 700]);
        assert_eq!(accept.ranges[0].parameters, [("odata.metadata".to_owned(), "minimal".to_owned())]);
    }

    #[test]
    fn what_javas_own_client_sends_of_itself_is_read() {
        let accept = parse(&["text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2"]);
        assert_eq!((accept.weight("text", "html"), accept.weight("application", "json")), (1000, 200));
        assert_eq!(parse(&["a/b;q=., a/b;q="]).ranges, []);
    }

    #[test]
    fn ranges_cover_what_they_name() {
        let accept = parse(&["text/*;q=0.5", "*/*;q=0", "rubbish, application/json;x=\"a,b\""]);
        assert_eq!(accept.ranges.len(), 3);
        assert!(accept.ranges[0].covers("text", "plain") && !accept.ranges[0].covers("application", "json"));
        assert_eq!((accept.ranges[1].weight, accept.ranges[2].precision()), (0, 3));
    }
}
