//! A request -> who asks.

use std::sync::Arc;

use actix_web::HttpRequest;

use crate::access::Principal;
use crate::app::App;
use crate::error::Result;

/// Who asks, by what the request brings to prove it.
#[expect(clippy::unused_async, reason = "what proves it may have to be fetched")]
pub(super) async fn principal(_: &HttpRequest, app: &App) -> Result<Arc<Principal>> {
    Ok(app.anonymous())
}
