//! Every request -> its [`Record`], which accompanies it and ends with its body.
//!
//! A newcomer's trap: what answers a request is dropped when the client leaves, wherever that is. So the record's end is what is dropped
//! last, [`Ending`]: first beside the work, then within the body.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, HttpRequest};
use bytes::Bytes;

use super::headers;
use super::held::Held;
use super::now::Now;
use crate::telemetry::{End, LEFT, Metrics, Record};

const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
const SERVER_TIMING: HeaderName = HeaderName::from_static("server-timing");

/// Goes around everything else.
pub(super) async fn observe<B: MessageBody + 'static>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<Observed>, actix_web::Error> {
    let asked = Held::of(&mut request);
    // What begins with one gateway ends with it, whatever is put in force meanwhile.
    let app = Now::of(request.request())?;
    request.extensions_mut().insert(app.clone());
    let record = Arc::new(begin(request.request(), &app.metrics));
    request.extensions_mut().insert(Arc::clone(&record));
    let silent = request.method() == Method::HEAD;
    let ending = Ending { record, status: LEFT, silent, bytes: 0, whole: false };
    let mut response = next.call(request).await?;
    tell(&ending.record, app.server_timing, response.response_mut().head_mut().headers_mut());
    Ok(response.map_body(|head, body| Observed::new(head.status.as_u16(), body.boxed(), ending, asked)))
}

fn begin(http: &HttpRequest, metrics: &Arc<Metrics>) -> Record {
    Record::begin(word(http.method()), headers::first(http.headers(), "traceparent"), metrics)
}

/// The record of a request.
pub(super) fn record(http: &HttpRequest) -> Arc<Record> {
    let known = http.extensions().get::<Arc<Record>>().cloned();
    // There is one, unless somebody takes the middleware away.
    known.unwrap_or_else(|| Arc::new(begin(http, &Arc::default())))
}

/// A method as the log has it: a client may call one whatever it likes.
fn word(method: &Method) -> &'static str {
    const KNOWN: [&str; 7] = ["GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"];
    KNOWN.into_iter().find(|known| *known == method.as_str()).unwrap_or("OTHER")
}

fn tell(record: &Record, timing: bool, headers: &mut actix_web::http::header::HeaderMap) {
    if let Ok(trace) = HeaderValue::try_from(record.trace.header()) {
        headers.insert(TRACEPARENT, trace);
    }
    if timing
        && let Some(stages) = record.timing()
        && let Ok(stages) = HeaderValue::try_from(stages)
    {
        headers.insert(SERVER_TIMING, stages);
    }
}

/// Ends a record when it is dropped.
struct Ending {
    record: Arc<Record>,
    status: u16,
    /// The body is not sent.
    silent: bool,
    bytes: u64,
    whole: bool,
}

impl Drop for Ending {
    fn drop(&mut self) {
        self.record.end(End { status: self.status, bytes: self.bytes, cut: !self.whole });
    }
}

/// A body whose octets are counted.
pub(super) struct Observed {
    body: BoxBody,
    ending: Ending,
    /// The body of the request.
    _asked: Option<Held>,
}

impl Observed {
    fn new(status: u16, body: BoxBody, mut ending: Ending, asked: Option<Held>) -> Self {
        ending.status = status;
        ending.whole = ending.silent || matches!(body.size(), BodySize::None | BodySize::Sized(0));
        Self { body, ending, _asked: asked }
    }
}

impl MessageBody for Observed {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        let Self { body, ending, .. } = self.get_mut();
        let polled = Pin::new(body).poll_next(cx);
        match &polled {
            Poll::Ready(Some(Ok(octets))) if !ending.silent => ending.bytes += octets.len() as u64,
            Poll::Ready(None) => ending.whole = true,
            _ => {}
        }
        polled
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_client_calls_a_method_is_not_repeated() {
        assert_eq!(word(&Method::GET), "GET");
        assert_eq!(word(&Method::from_bytes(b"SECRET").unwrap()), "OTHER");
    }
}
