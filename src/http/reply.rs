//! An answer's beginning -> a response of actix-web; and what a read's beginning is made of.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, HttpResponseBuilder};

use crate::error::{Error, ErrorKind, Result};
use crate::odata::{EntityTags, ODataVersion, Request};
use crate::plan::{Format, MetadataFormat, Read, Target};
use crate::response::{Content, Head, Reply};

/// What a cache may do with an answer.
#[derive(Clone, Copy, Debug)]
pub(super) enum Caching {
    /// Keep nothing: what follows from a token is for its bearer, and an expired link must not seem to live.
    Never,
    /// Ask again before each use.
    Revalidate,
}

/// A reply with what every answer under the service root carries.
pub(super) fn reply(status: u16, version: ODataVersion, caching: Caching) -> Reply {
    let cache_control = match caching {
        Caching::Never => "no-store",
        Caching::Revalidate => "no-cache",
    };
    let headers = vec![
        ("OData-Version", version.as_str().to_owned()),
        ("Vary", "Accept, OData-MaxVersion, Prefer".to_owned()),
        ("Cache-Control", cache_control.to_owned()),
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
    applied: Option<String>,
    if_match: Option<EntityTags>,
    if_none_match: Option<EntityTags>,
}

impl Replying {
    pub(super) fn new(read: &Read, request: &Request) -> Self {
        let of_changes = matches!(read.target, Target::Changes(_) | Target::ChangeCount(_) | Target::Latest);
        Self {
            version: request.headers.version,
            caching: if of_changes { Caching::Never } else { Caching::Revalidate },
            content_type: match read.format {
                Format::Json(json) => json.content_type(),
                Format::Octets => "application/octet-stream".to_owned(),
                Format::Text => "text/plain".to_owned(),
            },
            applied: (!read.applied.is_empty()).then(|| read.applied.join(", ")),
            if_match: request.headers.if_match.clone(),
            if_none_match: request.headers.if_none_match.clone(),
        }
    }

    /// The reply, once the database has said what `head` tells; refused where `If-Match` names another state.
    pub(super) fn reply(self, head: &Head) -> Result<Reply> {
        let mut reply = reply(200, self.version, self.caching);
        if let Some(etag) = &head.etag {
            if self.if_match.is_some_and(|wanted| !wanted.contain(etag)) {
                let message = "The entity is no longer in the state that \"If-Match\" names.";
                return Err(Error::new(ErrorKind::PreconditionFailed, message).about("If-Match"));
            }
            reply.headers.push(("ETag", etag.clone()));
            if self.if_none_match.is_some_and(|known| known.contain(etag)) {
                return Ok(Reply { status: 304, content: Content::Nothing, ..reply });
            }
        }
        if head.no_content {
            return Ok(Reply { status: 204, content: Content::Nothing, ..reply });
        }
        reply.headers.extend(self.applied.map(|applied| ("Preference-Applied", applied)));
        reply.headers.push(("Content-Type", self.content_type));
        Ok(reply)
    }
}
