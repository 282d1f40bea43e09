//! One request under the service root: parse, plan, query, read, respond.

use std::sync::Arc;
use std::task::Poll;

use actix_web::http::Method;
use actix_web::{HttpRequest, HttpResponse};

use super::body::{self, Answer};
use super::encoding::Accepted;
use super::error::error_response;
use super::follow;
use super::headers;
use super::now::Now;
use super::reply;
use super::size;
use super::stages::{self, Answering, Planned, Reading};
use super::{asked, authenticate, compress, observe};
use crate::app::App;
use crate::error::{Error, ErrorKind, Result};
use crate::odata;
use crate::plan::Format;
use crate::response::{Content, Head, Reply};
use crate::telemetry::Stage;

/// Answers a request under `/odata`.
pub(super) async fn read(http: HttpRequest, app: Now) -> HttpResponse {
    match headers::service_root(&http, &app) {
        Ok(root) => respond(&http, &app, &root).await.unwrap_or_else(|error| error_response(&http, &error, &root)),
        Err(error) => error_response(&http, &error, "/odata/"),
    }
}

async fn respond(http: &HttpRequest, app: &App, root: &str) -> Result<HttpResponse> {
    if let Some(response) = respond_by(http, app, root, true).await? {
        return Ok(response);
    }
    // The client has waited for changes until another gateway was put in force: that one answers, as if it had been asked just now.
    let app = Box::pin(authenticate::anew(http)).await?;
    let root = headers::service_root(http, &app)?;
    let response = respond_by(http, &app, &root, false).await?;
    response.ok_or_else(|| Error::internal("a request that does not wait has waited"))
}

/// The answer of `app`; nothing, if that was replaced while the client waited.
async fn respond_by(http: &HttpRequest, app: &App, root: &str, may_wait: bool) -> Result<Option<HttpResponse>> {
    if http.method() != Method::GET && http.method() != Method::HEAD {
        return Err(not_allowed());
    }
    let record = observe::record(http);
    size::check(http, &app.limits)?;
    let principal = authenticate::principal(http, app)?;
    let mut request = odata::parse(
        below_service_root(http.uri().path()),
        http.uri().query().unwrap_or_default(),
        &headers::raw(http),
    )?
    .identified(root)?;
    if !may_wait {
        request.headers.preferences.wait = None;
    }
    record.reached(Stage::Parse);
    let accepted = Accepted::by(http, app.compression);
    let answer = async |planned| {
        asked::planned(&record, &planned);
        match planned {
            Planned::Document(reply) => Ok(Some(reply::response(compress::document(reply, accepted)))),
            Planned::Read(reading) => match reading.answering.read().followed() {
                Some(followed) => follow::answer(http, app, root, reading, followed).await,
                None => read_and_respond(http, app, *reading).await.map(Some),
            },
        }
    };
    stages::with_plan(app, &principal, &request, root, &record, answer).await
}

async fn read_and_respond(http: &HttpRequest, app: &App, reading: Reading) -> Result<HttpResponse> {
    let Reading { answering, replying } = reading;
    let told = answering.told();
    let (head, answer) = begun(app, answering, Accepted::by(http, app.compression)).await.map_err(told)?;
    let reply = replying.reply(&head)?;
    Ok(respond_with(http, &reply, answer))
}

/// Begins to read; returns once the database has said that it can be read, and some of it has come.
pub(super) async fn begun(app: &App, answering: Answering, accepted: Accepted) -> Result<(Head, Answer)> {
    let record = Arc::clone(answering.record());
    let query = answering.query(app);
    let principal = answering.read().mark.map(|mark| mark.principal);
    let (sender, answer) = body::channel(&app.limits);
    let accepted = if answering.read().format == Format::Octets { accepted.for_random() } else { accepted };
    let sink = answering.sink(compress::into(sender, accepted));
    let backend = Arc::clone(&app.backend);
    let turn = app.turns.next(principal).await?;
    record.reached(Stage::Queue);
    let mut reading = Box::pin(async move {
        let _turn = turn;
        backend.read(query, sink).await
    });
    // What is brief may have been read already. The rest has a task of its own, which goes on when the client has left.
    match futures_util::poll!(&mut reading) {
        Poll::Ready(outcome) => answer.finished(outcome),
        Poll::Pending => answer.opened(actix_web::rt::spawn(reading), record).await,
    }
}

/// The response that `reply` begins and `answer` ends.
pub(super) fn respond_with(http: &HttpRequest, reply: &Reply, answer: Answer) -> HttpResponse {
    match reply.content {
        Content::Nothing => reply::begin(reply).finish(),
        _ => answer.into_response(&mut reply::begin(reply), http.method() == Method::HEAD),
    }
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
