//! The body of a `$batch` request -> the requests in it, in their order.
//!
//! Source: Protocol 4.01 section 11.7, JSON Format 4.01 section 19. A body that cannot be taken apart is refused as a whole. What
//! is wrong with one of its requests is that request's own mistake, and is told in its place.

mod format;
mod json;
mod multipart;
mod url;

use std::collections::HashSet;

pub use format::{BatchBody, BatchFormat};

use super::{RawHeaders, Request};
use crate::error::{Error, ErrorKind, Result};

/// What the body is called in messages.
const PART: &str = "The body";

/// One request of a batch, not looked into yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Individual {
    /// What the client calls it: visible ASCII characters, and no other request's.
    pub id: Option<String>,
    /// The ids and groups that have to be answered with success before.
    pub depends_on: Vec<String>,
    /// Its group, whose requests succeed or fail as one.
    pub group: Option<String>,
    /// Whether it depends on a condition.
    conditional: bool,
    /// Whether it is a change set: several requests that change data.
    change_set: bool,
    method: String,
    url: String,
    /// Names in lower case.
    headers: Vec<(String, String)>,
    has_body: bool,
}

/// Reads the body of a batch. `format` is what its `Content-Type` says.
pub fn parse(body: &[u8], format: &BatchBody, most: usize) -> Result<Vec<Individual>> {
    let requests = match format {
        BatchBody::Json => json::parse(body)?,
        BatchBody::Multipart { boundary } => multipart::parse(body, boundary)?,
    };
    if requests.len() > most {
        let message = format!("The batch holds {} requests; {most} is the most that it may hold.", requests.len());
        return Err(Error::new(ErrorKind::InvalidValue, message).about("$batch"));
    }
    let mut known = HashSet::new();
    for id in requests.iter().filter_map(|request| request.id.as_deref()) {
        if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_graphic()) {
            let message = "A request's id is made of visible ASCII characters, at least one.";
            return Err(Error::new(ErrorKind::InvalidValue, message).about("id"));
        }
        if !known.insert(id) {
            let message = format!("The id \"{id}\" stands for more than one request.");
            return Err(Error::new(ErrorKind::InvalidValue, message).about("id"));
        }
    }
    Ok(requests)
}

impl Individual {
    /// Reads the request. `root` is the service root; what the request's own headers do not say is said by those of the
    /// batch, where the protocol lets them.
    pub fn request(&self, root: &str, batch: &RawHeaders<'_>) -> Result<Request> {
        self.check()?;
        let (path, query) = url::below_root(&self.url, root)?;
        super::parse(path, query, &self.raw_headers(batch))?.identified(root)
    }

    fn check(&self) -> Result<()> {
        if self.change_set || !self.method.eq_ignore_ascii_case("GET") {
            let message = "This service is read-only: the requests of a batch are GET requests.";
            return Err(Error::new(ErrorKind::MethodNotAllowed, message));
        }
        if self.group.is_some() {
            let message = "Only requests that change data form a group that succeeds or fails as one.";
            return Err(Error::new(ErrorKind::InvalidValue, message).about("atomicityGroup"));
        }
        if self.has_body {
            return Err(Error::new(ErrorKind::InvalidValue, "A GET request has no body.").about("body"));
        }
        if self.conditional {
            let message = "Conditions between the requests of a batch are not supported by this service.";
            return Err(Error::new(ErrorKind::FailedDependency, message).about("if"));
        }
        Ok(())
    }

    /// Preferences and conditions are each request's own. `Isolation` of the batch is not for its requests one by one.
    fn raw_headers<'a>(&'a self, batch: &RawHeaders<'a>) -> RawHeaders<'a> {
        let all = |name: &str| -> Vec<&str> {
            self.headers.iter().filter(|(own, _)| own == name).map(|(_, value)| value.as_str()).collect()
        };
        let first = |name: &str| all(name).first().copied();
        let accept = all("accept");
        let isolation = || first("isolation").or_else(|| first("odata-isolation"));
        RawHeaders {
            accept: if accept.is_empty() { format::of_content(&batch.accept) } else { accept },
            if_match: all("if-match"),
            if_none_match: all("if-none-match"),
            isolation: if batch.isolation.is_some() { None } else { isolation() },
            max_version: first("odata-maxversion").or(batch.max_version),
            prefer: all("prefer"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::odata::Path;

    const ROOT: &str = "https://example.com/shop/odata/";

    fn get(url: &str, headers: &[(&str, &str)]) -> Individual {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Individual { method: "get".to_owned(), url: url.to_owned(), headers, ..Individual::default() }
    }

    fn batch() -> RawHeaders<'static> {
        RawHeaders {
            accept: vec!["multipart/mixed, application/json;metadata=full"],
            max_version: Some("4.01"),
            prefer: vec!["track-changes"],
            isolation: Some("snapshot"),
            ..RawHeaders::default()
        }
    }

    #[test]
    fn formats_and_the_version_are_inherited_and_preferences_are_not() {
        let headers = get("Orders", &[]).request(ROOT, &batch()).unwrap().headers;
        assert_eq!(headers.version.as_str(), "4.01");
        assert_eq!(headers.accept.ranges.len(), 1);
        assert!(headers.preferences.track_changes.is_none() && headers.isolation.is_none());
        let own = [("accept", "text/plain"), ("odata-maxversion", "4.0"), ("prefer", "track-changes")];
        let headers = get("Orders", &own).request(ROOT, &batch()).unwrap().headers;
        assert_eq!((headers.version.as_str(), headers.accept.ranges[0].kind.as_str()), ("4.0", "text"));
        assert!(headers.preferences.track_changes.is_some());
    }

    #[test]
    fn isolation_of_one_request_stays_its_own() {
        let isolated = get("Orders", &[("isolation", "snapshot")]);
        assert!(isolated.request(ROOT, &RawHeaders::default()).unwrap().headers.isolation.is_some());
        assert!(isolated.request(ROOT, &batch()).unwrap().headers.isolation.is_none());
    }

    #[test]
    fn what_a_read_cannot_be_is_refused() {
        let refused = |request: Individual| request.request(ROOT, &batch()).unwrap_err().kind().status();
        assert_eq!(refused(Individual { method: "PATCH".to_owned(), ..get("Orders", &[]) }), 405);
        assert_eq!(refused(Individual { method: "HEAD".to_owned(), ..get("Orders", &[]) }), 405);
        assert_eq!(refused(Individual { change_set: true, ..get("", &[]) }), 405);
        assert_eq!(refused(Individual { group: Some("g".to_owned()), ..get("Orders", &[]) }), 400);
        assert_eq!(refused(Individual { has_body: true, ..get("Orders", &[]) }), 400);
        assert_eq!(refused(Individual { conditional: true, ..get("Orders", &[]) }), 424);
        assert_eq!(refused(get("$batch", &[])), 400);
    }

    #[test]
    fn requests_are_what_they_would_be_by_themselves() {
        let request = get("Orders(1)?$select=Id", &[]).request(ROOT, &batch()).unwrap();
        assert!(matches!(request.path, Path::Resource { key: Some(_), .. }));
        assert_eq!(request.options.select().unwrap(), Some(vec!["Id"]));
        assert_eq!(get("", &[]).request(ROOT, &batch()).unwrap().path, Path::ServiceDocument);
    }

    #[test]
    fn ids_are_visible_and_told_apart_and_requests_are_counted() {
        let json = |requests: &str| parse(format!("{{\"requests\":[{requests}]}}").as_bytes(), &BatchBody::Json, 100);
        let one = |id: &str| format!("{{\"id\":\"{id}\",\"method\":\"get\",\"url\":\"A\"}}");
        assert!(json(&format!("{},{}", one("1"), one("a.b-~"))).is_ok());
        for wrong in [format!("{},{}", one("1"), one("1")), one(""), one("a\\r\\nb"), one("ü")] {
            assert_eq!(json(&wrong).unwrap_err().target(), Some("id"), "{wrong}");
        }
        let many = |count: usize| (0..count).map(|id| one(&id.to_string())).collect::<Vec<_>>().join(",");
        assert_eq!(json(&many(100)).unwrap().len(), 100);
        assert!(json(&many(101)).unwrap_err().message().contains("101"));
    }
}
