//! The body of a request -> the same, alive until its answer is written.
//!
//! A newcomer's trap: of a body in chunks that nobody holds any more, actix-web wants to read the rest before it asks anything else of the
//! connection, for however long the client takes over that. One that is held and has not come to its end makes it close the connection.

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use actix_web::HttpMessage;
use actix_web::dev::{Payload, ServiceRequest};
use actix_web::error::PayloadError;
use bytes::Bytes;
use futures_util::Stream;

/// Holds the body of a request, whoever else reads it.
#[derive(Clone)]
pub(super) struct Held(Rc<RefCell<Payload>>);

impl Held {
    /// Of a request that has a body.
    pub(super) fn of(request: &mut ServiceRequest) -> Option<Self> {
        match request.take_payload() {
            Payload::None => None,
            body => {
                let held = Self(Rc::new(RefCell::new(body)));
                request.set_payload(Payload::Stream { payload: Box::pin(held.clone()) });
                Some(held)
            }
        }
    }
}

impl Stream for Held {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Pin::new(&mut *self.0.borrow_mut()).poll_next(cx)
    }
}
