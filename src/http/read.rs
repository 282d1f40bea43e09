//! One request under the service root: parse, plan, query, read, respond.

use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse, web};

use super::body::{self, Answer};
use super::error::error_response;
use super::headers::{self, Caching};
use crate::app::App;
use crate::edm::Edm;
use crate::error::{Error, ErrorKind, Result};
use crate::odata::{self, ODataVersion, Request};
use crate::plan::{self, Format, MetadataFormat, Plan, Read, Target};
use crate::response::{self, Head, Style};
use crate::sql;

/// How often one request is planned anew because the schema changed under it.
const ATTEMPTS: usize = 4;
/// Names that are not found lead to a new look at the schema no more often than this.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// Answers a request under `/odata`.
pub(super) async fn read(http: HttpRequest, app: web::Data<App>) -> HttpResponse {
    let started = Instant::now();
    let root = headers::service_root(&http, &app);
    let outcome = match &root {
        Ok(root) => respond(&http, &app, root).await,
        Err(()) => Err(Error::new(ErrorKind::SyntaxError, "The \"Host\" header is not a host name.").about("Host")),
    };
    let response = outcome.unwrap_or_else(|error| error_response(&http, &error, root.as_deref().unwrap_or("/odata/")));
    // Neither the path nor the query: keys and tokens stand there.
    tracing::debug!(method = %http.method(), status = response.status().as_u16(), elapsed = ?started.elapsed(), "request");
    response
}

async fn respond(http: &HttpRequest, app: &web::Data<App>, root: &str) -> Result<HttpResponse> {
    if http.method() != Method::GET && http.method() != Method::HEAD {
        return Err(not_allowed());
    }
    let request = odata::parse(
        below_service_root(http.uri().path()),
        http.uri().query().unwrap_or_default(),
        &headers::raw(http),
    )?;
    for _ in 1..ATTEMPTS {
        let edm = app.edm();
        let outcome = attempt(http, app, root, &request, &edm).await;
        match &outcome {
            Err(failed) if failed.may_come_from_an_old_model(app) => {
                // Somebody else may have read it meanwhile.
                if !app.refresh().await? && Arc::ptr_eq(&edm, &app.edm()) {
                    return outcome.map_err(Failed::into_error);
                }
            }
            _ => return outcome.map_err(Failed::into_error),
        }
    }
    attempt(http, app, root, &request, &app.edm()).await.map_err(Failed::into_error)
}

/// What follows the first segment, still encoded. The route has found that segment to be `odata`, but characters of it
/// may be encoded too.
fn below_service_root(path: &str) -> &str {
    path.match_indices('/').nth(1).map_or("", |(at, _)| &path[at..])
}

/// Answers a request by a method that nothing here knows.
pub(super) async fn refuse(http: HttpRequest) -> HttpResponse {
    error_response(&http, &not_allowed(), "")
}

fn not_allowed() -> Error {
    let message = "This service is read-only: GET and HEAD are the methods that it knows.";
    Error::new(ErrorKind::MethodNotAllowed, message)
}

/// The five stages, with the model as it is now.
async fn attempt(
    http: &HttpRequest,
    app: &web::Data<App>,
    root: &str,
    request: &Request,
    edm: &Edm,
) -> Result<HttpResponse, Failed> {
    match plan::plan(request, edm, &app.keyring, app.settings).map_err(Failed::Planning)? {
        Plan::ServiceDocument(format) => {
            let document = response::service_document(edm, format, root);
            Ok(headers::ok(format.version, Caching::Revalidate).content_type(format.content_type()).body(document))
        }
        Plan::Metadata(format) => Ok(metadata(edm, format)),
        Plan::Read(read) => {
            let defining_query = read.defining_query();
            let outcome = run(http, app, root, request, read, edm).await;
            let starting_over = |error: Error| error.starting_over_at(defining_query);
            outcome
                .map_err(|error| if error.expiry().is_some() { starting_over(error) } else { error })
                .map_err(|error| Failed::Reading(error.while_serving()))
        }
    }
}

async fn run(
    http: &HttpRequest,
    app: &web::Data<App>,
    root: &str,
    request: &Request,
    read: Box<Read>,
    edm: &Edm,
) -> Result<HttpResponse> {
    let headers = HeadersOf::new(&read, request.headers.version);
    let query = sql::query(&read, app.backend.dialect());
    let (sender, answer) = body::channel();
    let style = Style { root: root.to_owned(), namespace: edm.namespace.clone(), deleted_id: app.deleted_id };
    let sink = response::sink(read, &style, Arc::clone(&app.keyring), Box::new(sender));
    let backend = Arc::clone(&app.backend);
    let reading = actix_web::rt::spawn(async move { backend.read(query, sink).await });
    let (head, answer) = answer.opened(reading).await?;
    conditions(request, &head)?;
    Ok(headers.response(request, &head, answer, http.method() == Method::HEAD))
}

/// Refuses where `If-Match` names another state.
fn conditions(request: &Request, head: &Head) -> Result<()> {
    match (&request.headers.if_match, &head.etag) {
        (Some(wanted), Some(etag)) if !wanted.contain(etag) => {
            let message = "The entity is no longer in the state that \"If-Match\" names.";
            Err(Error::new(ErrorKind::PreconditionFailed, message).about("If-Match"))
        }
        _ => Ok(()),
    }
}

/// An attempt that failed, and at what.
enum Failed {
    Planning(Error),
    Reading(Error),
}

impl Failed {
    /// Whether a newer model could make a difference. What a plan does not find may be new; what a read does not find is not
    /// there.
    fn may_come_from_an_old_model(&self, app: &App) -> bool {
        use ErrorKind as K;
        match self {
            Self::Planning(error) | Self::Reading(error)
                if matches!(error.kind(), K::CatalogChanged | K::DeltaLinkExpired) =>
            {
                true
            }
            Self::Planning(error) => {
                let names = matches!(error.kind(), K::ResourceNotFound | K::PropertyNotFound | K::DeltaTokenInvalid);
                names && app.is_older_than(LOOK_AGAIN)
            }
            Self::Reading(_) => false,
        }
    }

    fn into_error(self) -> Error {
        match self {
            Self::Planning(error) | Self::Reading(error) => error,
        }
    }
}

fn metadata(edm: &Edm, format: MetadataFormat) -> HttpResponse {
    let (version, content_type, document) = match format {
        MetadataFormat::Xml(version) => (version, "application/xml", response::csdl_xml(edm, version)),
        MetadataFormat::Json(version) => (version, "application/json", response::csdl_json(edm, version)),
    };
    headers::ok(version, Caching::Revalidate).content_type(content_type).body(document)
}

/// What of a read the headers depend on.
struct HeadersOf {
    version: ODataVersion,
    caching: Caching,
    content_type: String,
    applied: Option<String>,
}

impl HeadersOf {
    fn new(read: &Read, version: ODataVersion) -> Self {
        let of_changes = matches!(read.target, Target::Changes(_) | Target::ChangeCount(_) | Target::Latest);
        Self {
            version,
            caching: if of_changes { Caching::Never } else { Caching::Revalidate },
            content_type: match read.format {
                Format::Json(json) => json.content_type(),
                Format::Octets => "application/octet-stream".to_owned(),
                Format::Text => "text/plain".to_owned(),
            },
            applied: (!read.applied.is_empty()).then(|| read.applied.join(", ")),
        }
    }

    fn response(self, request: &Request, head: &Head, answer: Answer, no_body: bool) -> HttpResponse {
        let mut response = headers::ok(self.version, self.caching);
        if let Some(etag) = &head.etag {
            response.insert_header(("ETag", etag.as_str()));
            if request.headers.if_none_match.as_ref().is_some_and(|known| known.contain(etag)) {
                return response.status(StatusCode::NOT_MODIFIED).finish();
            }
        }
        if head.no_content {
            return response.status(StatusCode::NO_CONTENT).finish();
        }
        if let Some(applied) = self.applied {
            response.insert_header(("Preference-Applied", applied));
        }
        response.content_type(self.content_type);
        answer.into_response(&mut response, no_body)
    }
}
