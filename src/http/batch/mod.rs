//! `$batch`: one request that holds several, and one response with an answer to each.
//!
//! Each goes through the same stages as a request of its own. `each` reads them one by one, each in a snapshot of its own;
//! `together` reads all of them in one, where `Isolation: snapshot` asks for that. `course` says which of them are due.

mod course;
mod each;
mod together;

use std::sync::Arc;

use actix_web::http::header::HeaderValue;
use actix_web::{HttpRequest, HttpResponse, web};
use tokio::time::timeout;

use super::encoding::Accepted;
use super::error::{error_reply, version};
use super::headers;
use super::now::Now;
use super::reply::{self, Caching};
use super::{asked, authenticate, body, compress, observe, size, stages};
use crate::access::Principal;
use crate::app::App;
use crate::config::Limits;
use crate::error::{Error, ErrorKind, Result};
use crate::odata::batch::{self, BatchBody, BatchFormat, Individual};
use crate::odata::{self, ODataVersion, Request};
use crate::response::{Answers, Envelope, Opener, Reply};
use crate::telemetry::{Record, Stage};
use course::Course;

/// The methods of a batch.
const POSTING: &str = "POST";
/// The methods of the requests in one.
const GETTING: &str = "GET";

/// Answers `POST $batch`.
pub(super) async fn batch(http: HttpRequest, app: Now, payload: web::Payload) -> HttpResponse {
    let outcome = respond(&http, &app, payload).await;
    outcome.unwrap_or_else(|error| refuse_with(&http, &error))
}

/// Answers any other method.
pub(super) async fn refuse(http: HttpRequest) -> HttpResponse {
    let message = "A batch is sent with POST.";
    refuse_with(&http, &Error::new(ErrorKind::MethodNotAllowed, message))
}

fn refuse_with(http: &HttpRequest, error: &Error) -> HttpResponse {
    reply::response(error_reply(&observe::record(http), error, version(http), "", POSTING))
}

/// A batch that has been taken apart.
struct Batch {
    app: Arc<App>,
    /// Who asks for all of it.
    principal: Arc<Principal>,
    root: String,
    /// The version of each answer.
    versions: Vec<ODataVersion>,
    individuals: Vec<Individual>,
    /// Whether what follows an error is left out.
    stops: bool,
    answers: Answers,
    record: Arc<Record>,
}

async fn respond(http: &HttpRequest, app: &Now, payload: web::Payload) -> Result<HttpResponse> {
    size::check(http, &app.limits)?;
    let record = observe::record(http);
    let root = headers::service_root(http, app)?;
    let principal = authenticate::principal(http, app)?;
    let raw = headers::raw(http);
    let asked = odata::parse("", "", &raw)?.headers;
    if http.uri().query().is_some_and(|query| !query.is_empty()) {
        return Err(Error::new(ErrorKind::InvalidValue, "\"$batch\" takes no query options.").about("$batch"));
    }
    let format = BatchBody::of(headers::first(http.headers(), "content-type"))?;
    let answer = format.answer(&asked.accept)?;
    let body = collect(http, payload, &app.limits).await?;
    let individuals = batch::parse(&body, &format, app.limits.max_batch_requests as usize)?;
    asked::batch(&record, individuals.len());
    authenticate::count_batch(http, app, &principal, individuals.len())?;
    record.reached(Stage::Parse);
    let requests: Vec<_> = individuals.iter().map(|individual| individual.request(&root, &raw)).collect();
    let version = |request: &Result<Request>| request.as_ref().map_or(asked.version, |request| request.headers.version);
    let versions = requests.iter().map(version).collect();
    // In parts, a client that has not said otherwise is told of the first error only.
    let goes_on = asked.preferences.continue_on_error;
    let stops = !goes_on.map_or(format == BatchBody::Json, |preference| preference.value);
    let envelope = match answer {
        BatchFormat::Json => Envelope::Json,
        BatchFormat::Multipart => Envelope::Multipart { boundary: boundary()? },
    };
    let mut begin = reply::reply(200, asked.version, Caching::Never);
    begin
        .headers
        .extend(goes_on.map(|preference| ("Preference-Applied", format!("{}={}", preference.name, preference.value))));
    begin.headers.push(("Content-Type", envelope.content_type()));
    let (sender, receiver) = body::channel(&app.limits);
    let body = compress::into(sender, Accepted::by(http, app.compression));
    let answers = Answers::new(envelope, body);
    let app = app.shared();
    let record = Arc::clone(&record);
    let batch = Batch { app, principal, root, versions, individuals, stops, answers, record: Arc::clone(&record) };
    let reading = actix_web::rt::spawn(run(batch, requests, asked.isolation.is_some()));
    let (head, answer) = receiver.opened(reading, record).await?;
    begin.headers.extend(head.coding.map(|coding| ("Content-Encoding", coding.to_owned())));
    Ok(answer.into_response(&mut reply::begin(&begin), false))
}

/// Writes all answers. An error means that the response cannot be ended.
async fn run(batch: Batch, requests: Vec<Result<Request>>, isolated: bool) -> Result<()> {
    let answers = batch.answers.clone();
    let refuse = |(at, request): (usize, Result<Request>)| request.map_err(|error| batch.refusal(at, &error));
    let requests = requests.into_iter().enumerate().map(refuse).collect();
    let end = if isolated { together::answer(batch, requests).await? } else { each::answer(&batch, requests).await? };
    match end {
        End::Reached => tokio::task::spawn_blocking(move || answers.finish()).await.map_err(Error::internal),
        End::Unwanted => Ok(()),
    }
}

/// How a batch ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// Every request that was due has its answer.
    Reached,
    /// The client has left.
    Unwanted,
}

impl Batch {
    fn course(&self) -> Course<'_> {
        Course::new(&self.individuals, self.stops)
    }

    /// Makes the beginning of an answer out of what a read depends on.
    fn opener(&self, at: usize, replying: reply::Replying) -> Opener {
        let (version, root, record) = (self.version(at), self.root.clone(), Arc::clone(&self.record));
        let refused = move |error: Error| error_reply(&record, &error, version, &root, GETTING);
        Box::new(move |head| replying.reply(head).unwrap_or_else(refused))
    }

    fn refusal(&self, at: usize, error: &Error) -> Reply {
        error_reply(&self.record, error, self.version(at), &self.root, GETTING)
    }

    fn version(&self, at: usize) -> ODataVersion {
        self.versions.get(at).copied().unwrap_or_default()
    }

    fn whole(&self, at: usize, reply: &Reply) {
        self.answers.whole(self.id(at), reply);
    }

    fn id(&self, at: usize) -> Option<&str> {
        self.individuals.get(at).and_then(|individual| individual.id.as_deref())
    }

    /// Ends the answer to a request as its outcome is. What has begun and failed cannot be ended.
    fn settle(&self, at: usize, outcome: Result<()>) -> Result<()> {
        let Err(error) = outcome else { return Ok(()) };
        if self.answers.is_open() {
            return Err(error);
        }
        self.whole(at, &self.refusal(at, &error));
        Ok(())
    }
}

/// The whole body of the request.
async fn collect(http: &HttpRequest, payload: web::Payload, limits: &Limits) -> Result<web::Bytes> {
    let encoding = http.headers().get("content-encoding").map(HeaderValue::as_bytes);
    if encoding.is_some_and(|encoding| !encoding.eq_ignore_ascii_case(b"identity")) {
        let message = "The body of a batch is not encoded.";
        return Err(Error::new(ErrorKind::UnsupportedMediaType, message).about("Content-Encoding"));
    }
    let (most, longest) = (limits.max_body_bytes as usize, limits.longest_body);
    let read = timeout(longest, payload.to_bytes_limited(most)).await.map_err(|_| {
        let longest = humantime::format_duration(longest);
        Error::new(ErrorKind::SyntaxError, format!("The body of a batch has not come within {longest}."))
    })?;
    let read = read.map_err(|_| {
        let message = format!("The body of a batch has {most} octets at most.");
        Error::new(ErrorKind::PayloadTooLarge, message)
    })?;
    read.map_err(|error| {
        let message = "The body of the request broke off.";
        Error::new(ErrorKind::SyntaxError, message).caused_by(error.to_string())
    })
}

/// A boundary that nobody can have written into a value: it is drawn for each response.
fn boundary() -> Result<String> {
    let number = getrandom::u64().map_err(|error| Error::internal(error.to_string()))?;
    let more = getrandom::u64().map_err(|error| Error::internal(error.to_string()))?;
    Ok(format!("batch_{number:016x}{more:016x}"))
}
