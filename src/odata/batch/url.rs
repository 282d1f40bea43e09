//! The URL of a request in a batch -> path and query below the service root.

use crate::error::{Error, ErrorKind, Result};
use crate::odata::url;

/// Path and query, still encoded.
pub(super) fn below_root<'a>(url: &'a str, root: &str) -> Result<(&'a str, &'a str)> {
    let (path, query) = url.split_once('?').unwrap_or((url, ""));
    let absolute = url::is_absolute(path);
    let path = url::below_root(path, root).ok_or_else(|| elsewhere(url, absolute))?;
    Ok((if absolute || url.starts_with('/') { path } else { relative(path)? }, query))
}

fn elsewhere(url: &str, absolute: bool) -> Error {
    if !absolute {
        return Error::not_found("This path").about("url");
    }
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
