//! A URL of this service -> what follows the service root, still encoded.

/// What every service root ends with.
const ROOT: &str = "/odata/";

/// What follows `root` in `url`, which has no query; nothing for what lies elsewhere. The three forms of Protocol 4.01 section
/// 11.7.7.1: absolute, beginning at the host, and relative to the service root. Behind a proxy, paths are known below the root's
/// own path and as they arrive here.
pub(super) fn below_root<'a>(url: &'a str, root: &str) -> Option<&'a str> {
    let own_path = root.split_once("://").and_then(|(_, rest)| rest.find('/').map(|at| &rest[at..])).unwrap_or(ROOT);
    if is_absolute(url) {
        below(url, root)
    } else if url.starts_with('/') {
        below(url, own_path).or_else(|| below(url, ROOT))
    } else {
        Some(url)
    }
}

/// Whether it begins with a scheme and a host. A key may hold what looks so.
pub(super) fn is_absolute(url: &str) -> bool {
    url.split_once("://").is_some_and(|(scheme, _)| scheme.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

/// What follows `root` in `path`; the root may lack its last slash.
fn below<'a>(path: &'a str, root: &str) -> Option<&'a str> {
    path.strip_prefix(root).or_else(|| (path == root.trim_end_matches('/')).then_some(""))
}
