//! An answer's beginning -> a response of actix-web; and what a read's beginning is made of.

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, HttpResponseBuilder};

use crate::error::{Error, ErrorKind, Result};
use crate::odata::{EntityTags, ODataVersion, Request};
use crate::plan::{Format, MetadataFormat, Read, Target};
use crate::response::{Content, Head, Reply};

/// What a cache may do with an answer.
#[derive(Clone, Copy, Debug)]
pub(super) enum Caching {
    /// Keep nothing: an expired link must not seem to live, and nobody is to start in the past.
    Never,
    /// Ask again before each use.
    Revalidate,
    /// Keep it for so long, for everybody, and never ask: it stays as it is.
    Keep(Duration),
}

impl Caching {
    fn header(self) -> String {
        match self {
            Self::Never => "no-store".to_owned(),
            Self::Keep(age) if age.as_secs() > 0 => format!("public, max-age={}, immutable", age.as_secs()),
            Self::Revalidate | Self::Keep(_) => "no-cache".to_owned(),
        }
    }
}

/// A reply with what every answer under the service root carries.
pub(super) fn reply(status: u16, version: ODataVersion, caching: Caching) -> Reply {
    let headers = vec![
        ("OData-Version", version.as_str().to_owned()),
        ("Vary", "Accept, Accept-Encoding, OData-MaxVersion, Prefer".to_owned()),
        ("Cache-Control", caching.header()),
    ];
    Reply { status, headers, content: Content::Follows }
}

/// The reply that is `body`.
pub(super) fn whole(mut reply: Reply, content_type: &str, body: impl Into<Vec<u8>>) -> Reply {
    reply.headers.push(("Content-Type", content_type.to_owned()));
    Reply { content: Content::Whole(body.into()), ..reply }
}

/// The reply of a document that needs no database.
pub(super) fn document(version: ODataVersion, content_type: &str, body: String) -> Reply {
    whole(reply(200, version, Caching::Revalidate), content_type, body)
}

/// The version and content type of `$metadata`.
pub(super) fn of_metadata(format: MetadataFormat) -> (ODataVersion, &'static str) {
    match format {
        MetadataFormat::Xml(version) => (version, "application/xml"),
        MetadataFormat::Json(version) => (version, "application/json"),
    }
}

/// The response that `reply` begins, without its body.
pub(super) fn begin(reply: &Reply) -> HttpResponseBuilder {
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = HttpResponse::build(status);
    for (name, value) in &reply.headers {
        response.insert_header((*name, value.as_str()));
    }
    response
}

/// The response that `reply` is.
pub(super) fn response(reply: Reply) -> HttpResponse {
    let mut response = begin(&reply);
    match reply.content {
        Content::Whole(octets) => response.body(octets),
        Content::Follows | Content::Nothing => response.finish(),
    }
}

/// What the reply to a read depends on, before the database has been asked.
pub(super) struct Replying {
    version: ODataVersion,
    caching: Caching,
    content_type: String,
    /// What the content type does not tell of the format.
    value_exceptions: bool,
    applied: Vec<String>,
    if_match: Option<EntityTags>,
    if_none_match: Option<EntityTags>,
}

impl Replying {
    /// `page_max_age` is how long caches may keep what never changes.
    pub(super) fn new(read: &Read, request: &Request, page_max_age: Duration) -> Self {
        Self {
            version: request.headers.version,
            caching: match &read.target {
                Target::Latest => Caching::Never,
                _ if read.is_final() => Caching::Keep(page_max_age),
                _ => Caching::Revalidate,
            },
            content_type: match read.format {
                Format::Json(json) => json.content_type(),
                Format::Octets => "application/octet-stream".to_owned(),
                Format::Text => "text/plain".to_owned(),
            },
            value_exceptions: matches!(read.format, Format::Json(json) if json.annotations.value_exceptions),
            applied: read.applied.clone(),
            if_match: request.headers.if_match.clone(),
            if_none_match: request.headers.if_none_match.clone(),
        }
    }

    /// The reply, once the database has said what `head` tells; refused where `If-Match` names another state.
    pub(super) fn reply(self, head: &Head) -> Result<Reply> {
        let reply = self.unconditional(head);
        self.on_condition(reply)
    }

    /// The reply to whoever sets no conditions.
    pub(super) fn unconditional(&self, head: &Head) -> Reply {
        let mut reply = reply(200, self.version, self.caching);
        reply.headers.extend(head.etag.clone().map(|etag| ("ETag", etag)));
        if head.no_content {
            return Reply { status: 204, content: Content::Nothing, ..reply };
        }
        if !self.applied.is_empty() {
            reply.headers.push(("Preference-Applied", self.applied.join(", ")));
        }
        reply.headers.push(("Content-Type", self.content_type.clone()));
        reply.headers.extend(head.coding.map(|coding| ("Content-Encoding", coding.to_owned())));
        reply
    }

    /// What becomes of `reply` under the conditions of the request.
    pub(super) fn on_condition(&self, reply: Reply) -> Result<Reply> {
        let Some(etag) = reply.header("ETag") else { return Ok(reply) };
        if self.if_match.as_ref().is_some_and(|wanted| !wanted.contain(etag)) {
            let message = "The entity is no longer in the state that \"If-Match\" names.";
            return Err(Error::new(ErrorKind::PreconditionFailed, message).about("If-Match"));
        }
        if self.if_none_match.as_ref().is_some_and(|known| known.contain(etag)) {
            return Ok(self.not_modified(etag));
        }
        Ok(reply)
    }

    /// The reply to who holds what has `etag` already and says so; none to who does not, or does not care which it is.
    pub(super) fn known(&self, etag: &str) -> Option<Reply> {
        match (&self.if_match, &self.if_none_match) {
            (None, Some(tags @ EntityTags::List(_))) if tags.contain(etag) => Some(self.not_modified(etag)),
            _ => None,
        }
    }

    /// Whether the request sets conditions.
    pub(super) fn has_conditions(&self) -> bool {
        self.if_match.is_some() || self.if_none_match.is_some()
    }

    fn not_modified(&self, etag: &str) -> Reply {
        let mut reply = reply(304, self.version, self.caching);
        reply.headers.push(("ETag", etag.to_owned()));
        Reply { content: Content::Nothing, ..reply }
    }

    /// What an answer depends on beside its URL.
    pub(super) fn variant(&self) -> String {
        let Self { version, content_type, value_exceptions, applied, .. } = self;
        let exceptions = if *value_exceptions { " told " } else { " untold " };
        [version.as_str(), " ", content_type, exceptions, &applied.join(", ")].concat()
    }
}

/// Says in `reply` that a preference was applied.
pub(super) fn apply(reply: &mut Reply, preference: &str) {
    match reply.headers.iter_mut().find(|(name, _)| *name == "Preference-Applied") {
        Some((_, applied)) => *applied = format!("{applied}, {preference}"),
        None => reply.headers.push(("Preference-Applied", preference.to_owned())),
    }
}
