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
        let app = http.app_data::<web::Data<InForce>>().map(|app| Self(app.now()));
        app.ok_or_else(|| actix_web::error::ErrorInternalServerError("the server has no gateway"))
    }
}

impl FromRequest for Now {
    type Error = actix_web::Error;
    type Future = Ready<Result<Self, Self::Error>>;

    fn from_request(http: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::of(http))
    }
}
