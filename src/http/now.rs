//! A request -> the gateway in force when it came.
//!
//! A newcomer's trap: a counter that all threads count with for each request costs more than what it counts. So each thread of the server
//! keeps the gateway for itself, and only looks whether there is another one; who sends it no request any more may keep one that was replaced.

use std::cell::RefCell;
use std::future::{Ready, ready};
use std::ops::Deref;
use std::rc::Rc;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use tokio::sync::watch::Receiver;

use crate::app::{App, InForce};

/// The gateway that answers a request, whatever is put in its place meanwhile.
#[derive(Clone)]
#[expect(clippy::redundant_allocation, reason = "the outer counter is this thread's own")]
pub(super) struct Now(Rc<Arc<App>>);

/// The gateway in force, as a thread of the server keeps it.
pub(super) struct OfThread(RefCell<(Receiver<Arc<App>>, Now)>);

impl OfThread {
    pub(super) fn new(app: &InForce) -> Self {
        let mut followed = app.followed();
        let now = Now(Rc::new(Arc::clone(&followed.borrow_and_update())));
        Self(RefCell::new((followed, now)))
    }

    fn now(&self) -> Now {
        let (followed, now) = &mut *self.0.borrow_mut();
        if followed.has_changed().unwrap_or(false) {
            let next = Arc::clone(&followed.borrow_and_update());
            *now = Now(Rc::new(next));
        }
        now.clone()
    }
}

impl Deref for Now {
    type Target = App;

    fn deref(&self) -> &App {
        &self.0
    }
}

impl Now {
    /// The one that the request began with, or else the one in force.
    pub(super) fn of(http: &HttpRequest) -> Result<Self, actix_web::Error> {
        if let Some(now) = http.extensions().get::<Self>() {
            return Ok(now.clone());
        }
        Self::in_force(http).ok_or_else(|| actix_web::error::ErrorInternalServerError("the server has no gateway"))
    }

    /// The one in force, whatever the request began with.
    pub(super) fn in_force(http: &HttpRequest) -> Option<Self> {
        http.app_data::<OfThread>().map(OfThread::now)
    }

    /// The same, for other threads.
    pub(super) fn shared(&self) -> Arc<App> {
        Arc::clone(&self.0)
    }

    /// Whether `app` is the one in force.
    pub(super) fn is_in_force(http: &HttpRequest, app: &App) -> bool {
        Self::in_force(http).is_some_and(|now| std::ptr::eq(&raw const **now.0, app))
    }
}

impl FromRequest for Now {
    type Error = actix_web::Error;
    type Future = Ready<Result<Self, Self::Error>>;

    fn from_request(http: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::of(http))
    }
}
