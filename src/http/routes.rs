//! The table of all routes.

use actix_web::guard;
use actix_web::middleware::from_fn;
use actix_web::web::{self, ServiceConfig};

use super::authenticate::authenticated;
use super::{assets, batch, explorer, health, read};

/// What everybody may ask for.
pub(super) fn routes(config: &mut ServiceConfig) {
    config
        // The page asks nobody who they are: it holds nothing, and asks for what it shows as every client does.
        .service(
            web::scope("/odata")
                .guard(guard::fn_guard(explorer::is_wanted))
                .default_service(web::route().to(explorer::page)),
        )
        // Patterns are matched in turn, and those with names in them by regular expressions: what is asked for most comes first.
        .service(
            web::scope("/odata")
                .wrap(from_fn(authenticated))
                .service(batching("/$batch"))
                .service(batching("/$batch/"))
                .default_service(web::route().to(read::read)),
        )
        .service(read_only("/", explorer::root))
        .service(read_only("/healthz", health::alive))
        .service(read_only("/readyz", health::ready))
        .service(read_only("/openapi.yaml", assets::openapi))
        .service(read_only("/schemas/{name}", assets::schema))
        .service(read_only("/web/{name}", explorer::file))
        .default_service(web::route().to(assets::unknown));
}

/// What only the operator may ask for, at an address of its own.
pub(super) fn of_the_operator(config: &mut ServiceConfig) {
    config
        .service(read_only("/healthz", health::alive))
        .service(read_only("/readyz", health::ready_in_full))
        .service(read_only("/metrics", health::metrics))
        .default_service(web::route().to(assets::unknown));
}

/// GET and HEAD; every other method is told so.
fn read_only<F, Args>(path: &str, handler: F) -> actix_web::Resource
where
    F: actix_web::Handler<Args>,
    Args: actix_web::FromRequest + 'static,
    F::Output: actix_web::Responder + 'static,
{
    let reading = guard::Any(guard::Get()).or(guard::Head());
    web::resource(path).route(web::route().guard(reading).to(handler)).default_service(web::route().to(read::refuse))
}

/// POST; every other method is told so.
fn batching(path: &str) -> actix_web::Resource {
    web::resource(path).route(web::post().to(batch::batch)).default_service(web::route().to(batch::refuse))
}
