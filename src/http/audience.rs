//! An answer -> the same, for nobody but who asked: where it makes a difference who asks, caches that serve several must not confuse them.

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, HeaderName, HeaderValue, VARY};

use crate::app::App;

/// Headers that say who asks.
const CREDENTIALS: &str = "Authorization";

/// Says in `response` that it depends on who asks, if that is so.
pub(super) fn confined(app: &App, mut response: HttpResponse) -> HttpResponse {
    if app.is_guarded() {
        change(&mut response, VARY, |vary| format!("{vary}, {CREDENTIALS}"));
        change(&mut response, CACHE_CONTROL, |caching| caching.replace("public", "private"));
    }
    response
}

fn change(response: &mut HttpResponse, name: HeaderName, change: impl FnOnce(&str) -> String) {
    let changed = response.headers().get(&name).and_then(|value| value.to_str().ok()).map(change);
    if let Some(value) = changed.and_then(|value| HeaderValue::from_str(&value).ok()) {
        response.headers_mut().insert(name, value);
    }
}
