//! An address -> the host to connect to and the target to ask it for.

/// An address of a server without TLS.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Url {
    /// With the port.
    pub(crate) host: String,
    /// Path and query.
    pub(crate) target: String,
}

impl Url {
    pub(crate) fn new(text: &str) -> Self {
        let text = text.strip_prefix("http://").unwrap_or_else(|| panic!("{text} does not begin with http://"));
        let (host, target) = text.split_at(text.find('/').unwrap_or(text.len()));
        Self { host: host.to_owned(), target: target.to_owned() }
    }
}

/// The target of a link that stands in the answer for `target`.
pub(crate) fn resolve(target: &str, link: &str) -> String {
    if link.starts_with("http://") {
        return Url::new(link).target;
    }
    if link.starts_with('/') {
        return link.to_owned();
    }
    let path = target.split('?').next().unwrap_or_default();
    let folder = path.rfind('/').map_or(0, |at| at + 1);
    format!("{}{link}", &path[..folder])
}
