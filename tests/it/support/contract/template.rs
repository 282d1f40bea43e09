//! Path templates: `/odata/{entitySet}({key})` and the paths that they stand for.
//!
//! Segments are split before they are decoded, so that an encoded slash stays within its segment.

use percent_encoding::percent_decode_str;

/// A path of `openapi.yaml`.
pub(super) struct Template(Vec<Segment>);

/// In order of precedence: where several templates fit a path, the leftmost difference decides.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Segment {
    Literal(String),
    /// `{entitySet}({key})`
    Keyed,
    Any,
    /// `{way}` and `{path}`, the only parameters that go on past a slash
    Several,
}

impl Template {
    pub(super) fn parse(template: &str) -> Self {
        Self(unslashed(template).split('/').skip(1).map(Segment::parse).collect())
    }

    /// Whether the template fits the path, and how closely: the smallest is the closest. One that ends where the other goes
    /// on is the less close.
    pub(super) fn rank(&self, path: &str) -> Option<impl Ord + '_> {
        let rank = || self.0.iter().map(|segment| (false, Some(segment))).chain([(true, None)]).collect::<Vec<_>>();
        self.fits(&segments(path)).then(rank)
    }

    fn fits(&self, path: &[String]) -> bool {
        match self.0.iter().position(|segment| *segment == Segment::Several) {
            Some(at) => {
                let (before, behind) = (&self.0[..at], &self.0[at + 1..]);
                path.len() >= self.0.len()
                    && all_fit(before, path)
                    && all_fit(behind, &path[path.len() - behind.len()..])
            }
            None => path.len() == self.0.len() && all_fit(&self.0, path),
        }
    }
}

impl Segment {
    fn parse(segment: &str) -> Self {
        match segment {
            "{way}" | "{path}" => Self::Several,
            _ if segment.ends_with("})") => Self::Keyed,
            _ if segment.ends_with('}') => Self::Any,
            _ => Self::Literal(segment.to_owned()),
        }
    }

    fn fits(&self, segment: &str) -> bool {
        match self {
            Self::Literal(literal) => literal == segment,
            Self::Keyed => is_keyed(segment),
            Self::Any => !segment.is_empty(),
            Self::Several => true,
        }
    }
}

fn all_fit(template: &[Segment], path: &[String]) -> bool {
    template.iter().zip(path).all(|(template, segment)| template.fits(segment))
}

fn segments(path: &str) -> Vec<String> {
    unslashed(path).split('/').skip(1).map(decoded).collect()
}

/// Under the service root a slash at the end of a path makes no difference.
fn unslashed(path: &str) -> &str {
    let unslashed = path.strip_suffix('/').filter(|_| path.starts_with("/odata/"));
    unslashed.unwrap_or(path)
}

fn decoded(segment: &str) -> String {
    percent_decode_str(segment).decode_utf8_lossy().into_owned()
}

/// A name and, in parentheses, a key whose quotes are closed.
fn is_keyed(segment: &str) -> bool {
    let inside = segment.strip_suffix(')').and_then(|open| open.split_once('('));
    inside.is_some_and(|(name, key)| !name.is_empty() && key.matches('\'').count() % 2 == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEMPLATES: [&str; 12] = [
        "/{path}",
        "/",
        "/odata/",
        "/odata/$metadata",
        "/odata/{entitySet}",
        "/odata/{entitySet}/$count",
        "/odata/{entitySet}({key})",
        "/odata/{entitySet}({key})/{property}",
        "/odata/{entitySet}({key})/{navigation}({relatedKey})",
        "/odata/{entitySet}({key})/{way}/{property}",
        "/odata/{entitySet}({key})/{way}/{property}/$value",
        "/odata/{entitySet}/{path}",
    ];

    fn closest(path: &str) -> &'static str {
        let parsed = TEMPLATES.map(|template| (template, Template::parse(template)));
        let fitting = parsed.iter().filter_map(|(text, template)| Some((template.rank(path)?, *text)));
        fitting.min_by(|(a, _), (b, _)| a.cmp(b)).expect("a template for everything").1
    }

    #[test]
    fn a_literal_is_closer_than_a_parameter() {
        assert_eq!(closest("/odata/$metadata"), "/odata/$metadata");
        assert_eq!(closest("/odata/Orders"), "/odata/{entitySet}");
        assert_eq!(closest("/odata/Orders/$count"), "/odata/{entitySet}/$count");
        assert_eq!(closest("/odata/Orders(1)/$count"), "/odata/{entitySet}({key})/{property}");
    }

    #[test]
    fn encoded_characters_are_the_characters() {
        assert_eq!(closest("/odata/%24metadata"), "/odata/$metadata");
        assert_eq!(closest("/odata/Orders/%24count"), "/odata/{entitySet}/$count");
        assert_eq!(closest("/odata/Orders%281%29"), "/odata/{entitySet}({key})");
    }

    #[test]
    fn a_key_is_all_within_the_outermost_parentheses() {
        assert_eq!(closest("/odata/Orders('a)(b')"), "/odata/{entitySet}({key})");
        assert_eq!(closest("/odata/Orders('O''Neil')/Name"), "/odata/{entitySet}({key})/{property}");
        assert_eq!(closest("/odata/Orders('a%2Fb')"), "/odata/{entitySet}({key})");
        assert_eq!(closest("/odata/Orders('a/b')"), "/odata/{entitySet}/{path}");
        assert_eq!(closest("/odata/Orders('a)"), "/odata/{entitySet}");
    }

    #[test]
    fn a_slash_at_the_end_makes_no_difference_under_the_service_root() {
        assert_eq!(closest("/"), "/");
        assert_eq!(closest("/odata"), "/odata/");
        assert_eq!(closest("/odata/"), "/odata/");
        assert_eq!(closest("/odata/Orders/"), "/odata/{entitySet}");
        assert_eq!(closest("/odata/Orders/x/"), "/odata/{entitySet}/{path}");
        assert_eq!(closest("/healthz/"), "/{path}");
    }

    #[test]
    fn a_way_has_one_segment_or_more() {
        assert_eq!(closest("/odata/Orders(1)/Lines(2)"), "/odata/{entitySet}({key})/{navigation}({relatedKey})");
        assert_eq!(closest("/odata/Orders(1)/Customer/Name"), "/odata/{entitySet}({key})/{way}/{property}");
        assert_eq!(closest("/odata/Orders(1)/a/b(2)/c/d"), "/odata/{entitySet}({key})/{way}/{property}");
        assert_eq!(closest("/odata/Orders(1)/a/b/$value"), "/odata/{entitySet}({key})/{way}/{property}/$value");
        assert_eq!(closest("/odata/Orders/Customer/Name"), "/odata/{entitySet}/{path}");
    }

    #[test]
    fn everything_else_is_elsewhere() {
        assert_eq!(closest("/odata/Nope/x/y"), "/odata/{entitySet}/{path}");
        assert_eq!(closest("/nope"), "/{path}");
        assert_eq!(closest("/no/pe"), "/{path}");
    }
}
