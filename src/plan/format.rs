//! Which of the formats that a resource has suits the client's `Accept` or `$format` best.

use super::ODataVersion;
use crate::edm::EdmType;
use crate::error::{Error, ErrorKind, Result};
use crate::odata::{Annotations, MediaRange, Request};

/// How the body of a read is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// OData JSON.
    Json(JsonFormat),
    /// The octets of an `Edm.Binary`.
    Octets,
    /// Plain text.
    Text,
}

/// A variety of OData JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JsonFormat {
    /// Decides the names of control information and the shape of deletions.
    pub version: ODataVersion,
    /// How much control information.
    pub metadata: MetadataLevel,
    /// Whether 64-bit integers and decimals are strings.
    pub ieee754_compatible: bool,
    /// Whether properties that are null are left out.
    pub omit_nulls: bool,
    /// Which instance annotations it has.
    pub annotations: Annotations,
}

/// How much control information a payload carries (JSON Format section 3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MetadataLevel {
    /// Types, ids and links too.
    Full,
    /// What cannot be computed.
    Minimal,
    /// Next links and counts only.
    None,
}

/// How the model is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MetadataFormat {
    /// CSDL JSON.
    Json(ODataVersion),
    /// CSDL XML.
    Xml(ODataVersion),
}

impl JsonFormat {
    /// As in `Content-Type`.
    pub fn content_type(self) -> String {
        let prefix = if self.version == ODataVersion::V4_0 { "odata." } else { "" };
        let level = match self.metadata {
            MetadataLevel::Full => "full",
            MetadataLevel::Minimal => "minimal",
            MetadataLevel::None => "none",
        };
        let ieee754 = if self.ieee754_compatible { ";IEEE754Compatible=true" } else { "" };
        format!("application/json;{prefix}metadata={level}{ieee754}")
    }
}

impl Format {
    /// JSON in the variety that the client likes best.
    pub(super) fn json(request: &Request) -> Result<JsonFormat> {
        let preferences = &request.headers.preferences;
        let wished = |format| JsonFormat {
            omit_nulls: preferences.omit_nulls.is_some(),
            annotations: preferences.include_annotations.map(|preference| preference.value).unwrap_or_default(),
            ..format
        };
        best(request, "application", "json", |range| json_format(range, request.headers.version))
            .map(|(format, _)| wished(format))
            .ok_or_else(|| not_acceptable("application/json"))
    }

    /// The value alone.
    pub(super) fn raw(request: &Request, ty: EdmType) -> Result<Self> {
        let (format, kind, subtype) = match ty {
            EdmType::Binary { .. } => (Self::Octets, "application", "octet-stream"),
            _ => (Self::Text, "text", "plain"),
        };
        best(request, kind, subtype, |range| range.is_none_or(only_utf8).then_some(format))
            .map(|(format, _)| format)
            .ok_or_else(|| not_acceptable(&format!("{kind}/{subtype}")))
    }
}

impl MetadataFormat {
    /// XML where the client accepts it at all, unless it asks for 4.01 and prefers JSON: clients of 4.0 put JSON first
    /// in a list that they send for every resource, but know no CSDL JSON.
    pub(super) fn negotiate(request: &Request) -> Result<Self> {
        let version = request.headers.version;
        let xml = best(request, "application", "xml", |range| range.is_none_or(only_utf8).then_some(()));
        let json = best(request, "application", "json", |range| json_format(range, version));
        match (xml, json) {
            (Some(((), xml)), Some((_, json))) if version == ODataVersion::V4_01 && json > xml => {
                Ok(Self::Json(version))
            }
            (Some(_), _) => Ok(Self::Xml(version)),
            (None, Some(_)) => Ok(Self::Json(version)),
            (None, None) => Err(not_acceptable("application/xml or application/json")),
        }
    }
}

fn not_acceptable(offered: &str) -> Error {
    Error::new(ErrorKind::NotAcceptable, format!("This resource is available as {offered} only.")).about("Accept")
}

/// The variety of `kind/subtype` that the heaviest range asks for, with its weight. `variety` is asked with `None`
/// where the client has no preference, and answers `None` for a range that cannot be met: it is passed over.
fn best<T>(
    request: &Request,
    kind: &str,
    subtype: &str,
    variety: impl Fn(Option<&MediaRange>) -> Option<T>,
) -> Option<(T, u16)> {
    let ranges = &request.headers.accept.ranges;
    if ranges.is_empty() && request.options.value(crate::odata::SystemOption::Format).is_none() {
        return variety(None).map(|variety| (variety, 1000));
    }
    let matching = || ranges.iter().filter(|range| range.covers(kind, subtype));
    // A precise refusal (`application/json;q=0, */*`) outweighs vaguer consent.
    let refused = matching().filter(|range| range.weight == 0).map(MediaRange::precision).max();
    let mut best: Option<(T, (u16, usize))> = None;
    for range in
        matching().filter(|range| range.weight > 0 && refused.is_none_or(|refused| range.precision() > refused))
    {
        let rank = (range.weight, range.precision());
        if best.as_ref().is_none_or(|(_, before)| rank > *before)
            && let Some(variety) = variety(Some(range))
        {
            best = Some((variety, rank));
        }
    }
    best.map(|(variety, (weight, _))| (variety, weight))
}

/// The variety of JSON that a range names; `None` where it holds a parameter that is unknown or cannot be met.
fn json_format(range: Option<&MediaRange>, version: ODataVersion) -> Option<JsonFormat> {
    let mut format = JsonFormat {
        version,
        metadata: MetadataLevel::Minimal,
        ieee754_compatible: false,
        omit_nulls: false,
        annotations: Annotations::default(),
    };
    for (name, value) in range.iter().flat_map(|range| &range.parameters) {
        let value = value.to_ascii_lowercase();
        match (name.as_str(), value.as_str()) {
            ("odata.metadata" | "metadata", "full") => format.metadata = MetadataLevel::Full,
            ("odata.metadata" | "metadata", "minimal") => format.metadata = MetadataLevel::Minimal,
            ("odata.metadata" | "metadata", "none") => format.metadata = MetadataLevel::None,
            ("ieee754compatible", "true") => format.ieee754_compatible = true,
            ("ieee754compatible" | "exponentialdecimals" | "odata.streaming" | "streaming", "false")
            | ("exponentialdecimals" | "odata.streaming" | "streaming", "true")
            | ("charset", "utf-8") => {}
            _ => return None,
        }
    }
    Some(format)
}

fn only_utf8(range: &MediaRange) -> bool {
    range.parameters.iter().all(|(name, value)| name == "charset" && value.eq_ignore_ascii_case("utf-8"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::odata::{RawHeaders, parse};

    const EXCEL: &str = "application/json;odata.metadata=minimal;q=1.0,application/json;odata=minimalmetadata;q=0.9,application/atomsvc+xml;q=0.8,application/atom+xml;q=0.8,application/xml;q=0.7,text/plain;q=0.7";

    fn request(accept: &str, max_version: Option<&str>, query: &str) -> Request {
        parse("/", query, &RawHeaders { accept: vec![accept], max_version, ..RawHeaders::default() }).unwrap()
    }

    fn json(accept: &str) -> Option<String> {
        Format::json(&request(accept, None, "")).ok().map(JsonFormat::content_type)
    }

    #[test]
    fn the_heaviest_satisfiable_range_wins() {
        let minimal = "application/json;odata.metadata=minimal";
        assert_eq!(json(EXCEL).unwrap(), minimal);
        assert_eq!(json("*/*").unwrap(), minimal);
        assert_eq!(json("application/json;odata.metadata=full;q=0.1, application/json;q=0.9").unwrap(), minimal);
        assert_eq!(json("application/json;metadata=none").unwrap(), "application/json;odata.metadata=none");
        let ieee754 = "application/json;odata.metadata=minimal;IEEE754Compatible=true";
        assert_eq!(json("application/json;IEEE754Compatible=true").unwrap(), ieee754);
        for refused in [
            "text/html",
            "application/json;q=0, */*;q=0",
            "application/json;charset=latin1",
            "application/json;q=0,*/*",
        ] {
            assert_eq!(json(refused), None, "{refused}");
        }
    }

    #[test]
    fn excel_gets_xml_metadata_although_it_ranks_json_higher() {
        let negotiate = |accept, version| MetadataFormat::negotiate(&request(accept, version, "")).unwrap();
        assert_eq!(negotiate(EXCEL, Some("4.0")), MetadataFormat::Xml(ODataVersion::V4_0));
        assert_eq!(negotiate("application/json", Some("4.0")), MetadataFormat::Json(ODataVersion::V4_0));
        assert_eq!(
            negotiate("application/json, application/xml;q=0.5", Some("4.01")),
            MetadataFormat::Json(ODataVersion::V4_01)
        );
        assert_eq!(negotiate("*/*", None), MetadataFormat::Xml(ODataVersion::V4_0));
    }

    #[test]
    fn format_overrides_accept() {
        assert!(Format::json(&request("text/html", None, "$format=json")).is_ok());
        assert!(Format::json(&request("application/json", None, "$format=xml")).is_err());
        assert!(Format::json(&request("application/json", None, "$format=rubbish")).is_err());
    }
}
