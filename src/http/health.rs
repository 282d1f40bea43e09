//! Whether the gateway lives and whether it can answer: in a word for everybody, in full for the operator.

use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Map, Value, json};

use super::now::Now;
use super::observe;
use crate::app::Check;
use crate::telemetry::{Mode, metrics};

/// Seconds after which to ask again.
const RETRY_AFTER: &str = "5";

/// The process answers.
pub(super) async fn alive(http: HttpRequest) -> HttpResponse {
    observe::record(&http).asks_for(Mode::Health, None, None);
    HttpResponse::Ok().content_type("text/plain").body("ok")
}

/// Requests can be answered. Why not, the operator is told elsewhere.
pub(super) async fn ready(http: HttpRequest, app: Now) -> HttpResponse {
    observe::record(&http).asks_for(Mode::Health, None, None);
    if app.is_ready().await {
        HttpResponse::Ok().content_type("text/plain").body("ready")
    } else {
        HttpResponse::ServiceUnavailable()
            .insert_header(("Retry-After", RETRY_AFTER))
            .content_type("text/plain")
            .body("not ready")
    }
}

/// Requests can be answered; and everything that was looked at.
pub(super) async fn ready_in_full(http: HttpRequest, app: Now) -> HttpResponse {
    observe::record(&http).asks_for(Mode::Health, None, None);
    let checks = app.checks().await;
    let ready = !checks.iter().any(|check| check.fatal && check.problem.is_some());
    let mut response = if ready { HttpResponse::Ok() } else { HttpResponse::ServiceUnavailable() };
    let said: Map<String, Value> = checks.iter().map(|check| (check.name.to_owned(), said(check))).collect();
    let status = if ready { "ready" } else { "not ready" };
    response.content_type("application/json").body(json!({ "status": status, "checks": said }).to_string())
}

fn said(check: &Check) -> Value {
    match &check.problem {
        None => json!({ "ok": true }),
        Some(problem) => json!({ "ok": false, "problem": problem }),
    }
}

/// The metrics, as Prometheus reads them.
pub(super) async fn metrics(http: HttpRequest, app: Now) -> HttpResponse {
    observe::record(&http).asks_for(Mode::Health, None, None);
    HttpResponse::Ok().content_type(metrics::CONTENT_TYPE).body(app.metrics_text().await)
}
