//! The table of all routes.

use actix_web::web::{self, ServiceConfig};

use super::{assets, health, read};

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .route("/", read_only(assets::redirect_to_service))
        .route("/healthz", read_only(health::alive))
        .route("/readyz", read_only(health::ready))
        .route("/openapi.yaml", read_only(assets::openapi))
        .route("/schemas/{name}", read_only(assets::schema))
        .route("/odata", web::route().to(read::read))
        .route("/odata/{path:.*}", web::route().to(read::read))
        .default_service(web::route().to(assets::unknown));
}

/// GET and HEAD.
fn read_only<F, Args>(handler: F) -> actix_web::Route
where
    F: actix_web::Handler<Args>,
    Args: actix_web::FromRequest + 'static,
    F::Output: actix_web::Responder + 'static,
{
    web::route().guard(actix_web::guard::Any(actix_web::guard::Get()).or(actix_web::guard::Head())).to(handler)
}
