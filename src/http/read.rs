//! One request under the service root: parse, plan, query, read, respond.

use std::sync::Arc;
use std::time::Instant;

use actix_web::http::Method;
use actix_web::{HttpRequest, HttpResponse, web};

use super::body;
use super::error::error_response;
use super::headers;
use super::reply;
use super::stages::{self, Planned, Reading};
use crate::app::App;
use crate::error::{Error, ErrorKind, Result};
use crate::odata;
use crate::response::Content;

/// Answers a request under `/odata`.
pub(super) async fn read(http: HttpRequest, app: web::Data<App>) -> HttpResponse {
    let started = Instant::now();
    let response = match headers::service_root(&http, &app) {
        Ok(root) => respond(&http, &app, &root).await.unwrap_or_else(|error| error_response(&http, &error, &root)),
        Err(error) => error_response(&http, &error, "/odata/"),
    };
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
    )?
    .identified(root)?;
    let answer = async |planned| match planned {
        Planned::Document(reply) => Ok(reply::response(reply)),
        Planned::Read(reading) => read_and_respond(http, app, *reading).await,
    };
    stages::with_plan(app, &request, root, answer).await
}

async fn read_and_respond(http: &HttpRequest, app: &web::Data<App>, reading: Reading) -> Result<HttpResponse> {
    let Reading { query, answering, replying } = reading;
    let told = answering.told();
    let (sender, answer) = body::channel();
    let sink = answering.sink(Box::new(sender));
    let backend = Arc::clone(&app.backend);
    let reading = actix_web::rt::spawn(async move { backend.read(query, sink).await });
    let (head, answer) = answer.opened(reading).await.map_err(told)?;
    let reply = replying.reply(&head)?;
    if reply.content == Content::Nothing {
        return Ok(reply::response(reply));
    }
    Ok(answer.into_response(&mut reply::begin(&reply), http.method() == Method::HEAD))
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
