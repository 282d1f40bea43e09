//! The URL of a request in a batch -> path and query below the service root.

use crate::error::{Error, ErrorKind, Result};

/// What every service root ends with.
const ROOT: &str = "/odata/";

/// Path and query, still encoded. The three forms of Protocol 4.01 section 11.7.7.1: absolute, beginning at the host, and
/// relative to the service root. Behind a proxy, paths are known below the root's own path and as they arrive here.
pub(super) fn below_root<'a>(url: &'a str, root: &str) -> Result<(&'a str, &'a str)> {
    let (path, query) = url.split_once('?').unwrap_or((url, ""));
    let own_path = root.split_once("://").and_then(|(_, rest)| rest.find('/').map(|at| &rest[at..])).unwrap_or(ROOT);
    let path = if path.contains("://") {
        below(path, root).ok_or_else(|| foreign(url))?
    } else if path.starts_with('/') {
        below(path, own_path).or_else(|| below(path, ROOT)).ok_or_else(|| Error::not_found("This path").about("url"))?
    } else {
        relative(path)?
    };
    Ok((path, query))
}

/// What follows `root` in `path`; the root may lack its last slash.
fn below<'a>(path: &'a str, root: &str) -> Option<&'a str> {
    path.strip_prefix(root).or_else(|| (path == root.trim_end_matches('/')).then_some(""))
}

fn foreign(url: &str) -> Error {
    let message = format!("The URL \"{url}\" is not one of this service.");
    Error::new(ErrorKind::InvalidValue, message).about("url")
}

/// The first segment may refer to what another request has returned.
fn relative(path: &str) -> Result<&str> {
    let first = path.split('/').next().unwrap_or_default();
    match first.strip_prefix('$').or_else(|| first.strip_prefix("%24")) {
        // What the service does not have is told by the stages behind.
        None | Some("all" | "crossjoin" | "entity" | "id" | "metadata" | "root") => Ok(path),
        Some("batch") => {
            let message = "A batch is not a request of a batch.";
            Err(Error::new(ErrorKind::InvalidValue, message).about("url"))
        }
        // Nothing is created here, so whoever refers to an entity knows its URL.
        Some(_) => {
            let message = "References to what another request returns are not supported by this service.";
            Err(Error::new(ErrorKind::OptionNotSupported, message).about(first))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn below_shop(url: &str) -> Result<(&str, &str), u16> {
        below_root(url, "https://example.com/shop/odata/").map_err(|error| error.kind().status())
    }

    #[test]
    fn all_three_forms_are_the_same_request() {
        let same = Ok(("Orders(1)", "$select=a/b"));
        for url in [
            "Orders(1)?$select=a/b",
            "/odata/Orders(1)?$select=a/b",
            "/shop/odata/Orders(1)?$select=a/b",
            "https://example.com/shop/odata/Orders(1)?$select=a/b",
        ] {
            assert_eq!(below_shop(url), same, "{url}");
        }
        for url in ["", "/odata", "/odata/", "https://example.com/shop/odata"] {
            assert_eq!(below_shop(url), Ok(("", "")), "{url}");
        }
        assert_eq!(below_shop("Orders?x=https://b/"), Ok(("Orders", "x=https://b/")));
        assert_eq!(below_shop("$metadata"), Ok(("$metadata", "")));
    }

    #[test]
    fn other_urls_are_refused() {
        assert_eq!(below_shop("https://example.org/shop/odata/Orders"), Err(400));
        assert_eq!(below_shop("/healthz"), Err(404));
        assert_eq!(below_shop("/odatax/Orders"), Err(404));
        assert_eq!(below_shop("$batch"), Err(400));
        for reference in ["$1", "$1/Lines", "%241/Lines"] {
            assert_eq!(below_shop(reference), Err(501), "{reference}");
        }
    }
}
