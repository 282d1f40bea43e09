//! Whether the gateway lives, and whether it can read its database.

use actix_web::{HttpRequest, HttpResponse};

use super::error::error_response;
use super::now::Now;

/// The process answers.
pub(super) async fn alive() -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain").body("ok")
}

/// The database can be read.
pub(super) async fn ready(http: HttpRequest, app: Now) -> HttpResponse {
    match app.backend.describe().await {
        Ok(_) => HttpResponse::Ok().content_type("text/plain").body("ready"),
        Err(error) => error_response(&http, &error, ""),
    }
}
