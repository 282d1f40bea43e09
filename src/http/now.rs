//! A request -> the gateway in force when it came.

use std::future::{Ready, ready};
use std::ops::Deref;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};

use crate::app::{App, InForce};

/// The gateway that answers a request, whatever is put in its place meanwhile.
#[derive(Clone)]
pub(super) struct Now(pub(super) Arc<App>);

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
        http.app_data::<web::Data<InForce>>().map(|app| Self(app.now()))
    }

    /// Whether `app` is the one in force.
    pub(super) fn is_in_force(http: &HttpRequest, app: &App) -> bool {
        Self::in_force(http).is_some_and(|now| std::ptr::eq(&raw const *now.0, app))
    }
}

impl FromRequest for Now {
    type Error = actix_web::Error;
    type Future = Ready<Result<Self, Self::Error>>;

    fn from_request(http: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::of(http))
    }
}
