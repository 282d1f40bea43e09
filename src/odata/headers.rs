//! Request headers -> what they ask for: version, format, preferences, conditions.
//!
//! Source: OData 4.01 Protocol sections 8.1 and 8.2, RFC 7240 (`Prefer`), RFC 9110 (conditions).

use super::accept::{self, Accept, split_outside_quotes};
use super::annotations::{self, Annotations};
use crate::error::{Error, ErrorKind, Result};

/// The headers as the transport has them; several lines of one name stay several.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "each is the header of the same name")]
pub struct RawHeaders<'a> {
    pub accept: Vec<&'a str>,
    pub if_match: Vec<&'a str>,
    pub if_none_match: Vec<&'a str>,
    pub isolation: Option<&'a str>,
    pub max_version: Option<&'a str>,
    pub prefer: Vec<&'a str>,
}

/// What the headers ask for.
#[derive(Clone, Debug, Default)]
pub struct Headers {
    /// Acceptable formats.
    pub accept: Accept,
    /// `If-Match`.
    pub if_match: Option<EntityTags>,
    /// `If-None-Match`.
    pub if_none_match: Option<EntityTags>,
    /// `Isolation`.
    pub isolation: Option<Isolation>,
    /// The version to answer in.
    pub version: ODataVersion,
    /// `Prefer`.
    pub preferences: Preferences,
}

/// A version of OData that we answer in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum ODataVersion {
    /// 4.0: what a client gets that does not ask.
    #[default]
    V4_0,
    /// 4.01.
    V4_01,
}

impl ODataVersion {
    /// As in `OData-Version`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::V4_0 => "4.0",
            Self::V4_01 => "4.01",
        }
    }
}

/// `Isolation: snapshot` was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Isolation;

/// The tags of a condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EntityTags {
    /// `*`
    Any,
    /// A list; weakness marks removed, since only weak comparison is wanted.
    List(Vec<String>),
}

impl EntityTags {
    /// Weak comparison with `tag` (RFC 9110 section 8.8.3.2).
    pub fn contain(&self, tag: &str) -> bool {
        match self {
            Self::Any => true,
            Self::List(tags) => tags.iter().any(|own| own == tag.trim_start_matches("W/")),
        }
    }
}

/// The preferences that we know; all others are ignored, as they must be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preferences {
    /// Whether the requests of a batch go on behind one that fails.
    pub continue_on_error: Option<Preference<bool>>,
    /// Which instance annotations are wanted.
    pub include_annotations: Option<Preference<Annotations>>,
    /// Whether properties that are null are left out.
    pub omit_nulls: Option<Preference<()>>,
    /// Rows per page.
    pub max_page_size: Option<Preference<u32>>,
    /// A delta link is wanted.
    pub track_changes: Option<Preference<()>>,
    /// Seconds that an answer may wait for what it tells of (RFC 7240 section 4.3).
    pub wait: Option<Preference<u32>>,
}

/// A preference, and the name under which it came, for `Preference-Applied`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preference<T> {
    /// With or without `odata.`.
    pub name: &'static str,
    /// Its value.
    pub value: T,
}

pub(super) fn parse(raw: &RawHeaders<'_>) -> Result<Headers> {
    Ok(Headers {
        accept: accept::parse(&raw.accept),
        if_match: entity_tags(&raw.if_match),
        if_none_match: entity_tags(&raw.if_none_match),
        isolation: raw.isolation.filter(|value| value.trim().eq_ignore_ascii_case("snapshot")).map(|_| Isolation),
        version: raw.max_version.map_or(Ok(ODataVersion::default()), version)?,
        preferences: preferences(&raw.prefer),
    })
}

/// The greatest version of ours that is not above `text`, compared as decimals.
fn version(text: &str) -> Result<ODataVersion> {
    let number = text.split(';').next().unwrap_or_default().trim();
    let malformed = || {
        let message = "The header \"OData-MaxVersion\" must hold a version such as 4.0 or 4.01.";
        Error::new(ErrorKind::InvalidValue, message).about("OData-MaxVersion")
    };
    let (major, minor) = number.split_once('.').unwrap_or((number, "0"));
    let digits = |part: &str| !part.is_empty() && part.len() <= 9 && part.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(major) || !digits(minor) {
        return Err(malformed());
    }
    let major: u32 = major.parse().map_err(|_| malformed())?;
    match (major, minor) {
        (0..=3, _) => {
            let message = "This service answers in OData 4.0 and 4.01 only; \"OData-MaxVersion\" asks for less.";
            Err(Error::new(ErrorKind::VersionNotSupported, message).about("OData-MaxVersion"))
        }
        (4, minor) if minor < "01" => Ok(ODataVersion::V4_0),
        _ => Ok(ODataVersion::V4_01),
    }
}

/// ```text
/// Prefer = preference *( "," preference ) ; preference = token [ "=" word ] *( ";" parameter )
/// ```
/// Of one name the first counts (RFC 7240 section 2); the form without `odata.` wins over the other.
fn preferences(lines: &[&str]) -> Preferences {
    let all = lines.iter().flat_map(|line| split_outside_quotes(line, ','));
    let pairs: Vec<(String, &str)> = all
        .filter_map(|preference| split_outside_quotes(preference, ';').into_iter().next())
        .map(|preference| preference.split_once('=').unwrap_or((preference, "")))
        .map(|(name, value)| (name.trim().to_ascii_lowercase(), value.trim().trim_matches('"')))
        .collect();
    let first = |names: &[&'static str]| {
        names.iter().find_map(|name| pairs.iter().find(|(given, _)| given == name).map(|(_, value)| (*name, *value)))
    };
    Preferences {
        continue_on_error: first(&["continue-on-error", "odata.continue-on-error"])
            .and_then(|(name, value)| boolean(value).map(|value| Preference { name, value })),
        include_annotations: first(&["include-annotations", "odata.include-annotations"])
            .map(|(name, value)| Preference { name, value: annotations::include(value) }),
        omit_nulls: first(&["omit-values", "odata.omit-values"])
            .filter(|(_, value)| value.eq_ignore_ascii_case("nulls"))
            .map(|(name, _)| Preference { name, value: () }),
        max_page_size: first(&["maxpagesize", "odata.maxpagesize"])
            .and_then(|(name, value)| positive(value).map(|value| Preference { name, value })),
        track_changes: first(&["track-changes", "odata.track-changes"]).map(|(name, _)| Preference { name, value: () }),
        wait: first(&["wait"]).and_then(|(name, value)| positive(value).map(|value| Preference { name, value })),
    }
}

/// ```text
/// continueOnErrorPreference = [ "odata." ] "continue-on-error" [ EQ-h booleanValue ]
/// ```
fn boolean(text: &str) -> Option<bool> {
    match text {
        "" => Some(true),
        text if text.eq_ignore_ascii_case("true") => Some(true),
        text if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

/// ```text
/// maxpagesizePreference = [ "odata." ] "maxpagesize" EQ oneToNine *DIGIT
/// waitPreference        = "wait" EQ 1*DIGIT
/// ```
/// Waiting for no time is as not to ask for it.
fn positive(text: &str) -> Option<u32> {
    let positive = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0') && !text.is_empty();
    positive.then(|| text.parse().unwrap_or(u32::MAX))
}

fn entity_tags(lines: &[&str]) -> Option<EntityTags> {
    if lines.is_empty() {
        return None;
    }
    let tags: Vec<&str> = lines.iter().flat_map(|line| split_outside_quotes(line, ',')).map(str::trim).collect();
    match tags.as_slice() {
        [] => None,
        tags if tags.contains(&"*") => Some(EntityTags::Any),
        tags => Some(EntityTags::List(tags.iter().map(|tag| tag.trim_start_matches("W/").to_owned()).collect())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_greatest_version_below_the_wish_is_chosen() {
        let chosen = |text| version(text).map(ODataVersion::as_str).map_err(|error| error.kind().code());
        assert_eq!(chosen("4.0"), Ok("4.0"));
        assert_eq!(chosen("4.0;NetFx"), Ok("4.0"));
        assert_eq!(chosen("4.00"), Ok("4.0"));
        assert_eq!(chosen("4"), Ok("4.0"));
        for higher in ["4.01", "4.02", "4.1", "5.0", "10.0"] {
            assert_eq!(chosen(higher), Ok("4.01"), "{higher}");
        }
        assert_eq!(chosen("3.0"), Err("VersionNotSupported"));
        for wrong in ["", "four", "4.", "-4.0", "4.0.0"] {
            assert_eq!(chosen(wrong), Err("InvalidValue"), "{wrong}");
        }
    }

    #[test]
    fn preferences_come_in_two_forms_over_several_lines() {
        let both =
            preferences(&["respond-async, odata.track-changes;x=\"a,b\"", "odata.maxpagesize=50, maxpagesize=\"7\""]);
        assert_eq!(both.track_changes, Some(Preference { name: "odata.track-changes", value: () }));
        assert_eq!(both.max_page_size, Some(Preference { name: "maxpagesize", value: 7 }));
        assert_eq!(
            preferences(&["Track-Changes"]).track_changes.map(|preference| preference.name),
            Some("track-changes")
        );
    }

    #[test]
    fn going_on_may_be_meant_or_said() {
        for (line, meant) in [
            ("continue-on-error", Some(true)),
            ("odata.continue-on-error=FALSE", Some(false)),
            ("continue-on-error=maybe", None),
            ("wait=5", None),
        ] {
            assert_eq!(preferences(&[line]).continue_on_error.map(|preference| preference.value), meant, "{line}");
        }
    }

    #[test]
    fn malformed_page_sizes_are_ignored() {
        for wrong in ["0", "007", "-1", "1.5", "", "many"] {
            let line = format!("maxpagesize={wrong}");
            assert_eq!(preferences(&[&line]).max_page_size, None, "{wrong}");
        }
        assert_eq!(preferences(&["maxpagesize=99999999999"]).max_page_size.map(|size| size.value), Some(u32::MAX));
    }

    #[test]
    fn waiting_has_no_form_with_a_prefix() {
        assert_eq!(preferences(&["Wait=15"]).wait, Some(Preference { name: "wait", value: 15 }));
        for nothing in ["wait", "wait=0", "wait=-1", "odata.wait=5"] {
            assert_eq!(preferences(&[nothing]).wait, None, "{nothing}");
        }
    }

    #[test]
    fn tags_are_compared_weakly() {
        let tags = entity_tags(&["\"a\", W/\"b\""]).unwrap();
        assert!(tags.contain("W/\"a\"") && tags.contain("\"b\"") && !tags.contain("\"c\""));
        assert!(entity_tags(&["*"]).unwrap().contain("\"x\""));
        assert_eq!(entity_tags(&[]), None);
    }
}
