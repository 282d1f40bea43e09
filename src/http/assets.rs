//! What is compiled in: the contract, its schemas, and the vocabulary of the annotations that no other has a term for.

use actix_web::{HttpRequest, HttpResponse, web};

use super::error::error_response;
use crate::error::Error;

/// The schemas that `openapi.yaml` refers to.
const SCHEMAS: [(&str, &str); 12] = [
    ("all-entities.schema.json", include_str!("../../schemas/all-entities.schema.json")),
    ("batch-request.schema.json", include_str!("../../schemas/batch-request.schema.json")),
    ("batch-response.schema.json", include_str!("../../schemas/batch-response.schema.json")),
    ("config.schema.json", include_str!("../../schemas/config.schema.json")),
    ("csdl-json.schema.json", include_str!("../../schemas/csdl-json.schema.json")),
    ("delta.schema.json", include_str!("../../schemas/delta.schema.json")),
    ("entity-collection.schema.json", include_str!("../../schemas/entity-collection.schema.json")),
    ("entity.schema.json", include_str!("../../schemas/entity.schema.json")),
    ("error.schema.json", include_str!("../../schemas/error.schema.json")),
    ("property.schema.json", include_str!("../../schemas/property.schema.json")),
    ("references.schema.json", include_str!("../../schemas/references.schema.json")),
    ("service-document.schema.json", include_str!("../../schemas/service-document.schema.json")),
];

/// The service is one level down. Browsers do not go there.
pub(super) fn redirect_to_service() -> HttpResponse {
    let headers = [("Location", "odata/"), ("Vary", "Accept")];
    headers
        .into_iter()
        .fold(&mut HttpResponse::TemporaryRedirect(), |response, header| response.insert_header(header))
        .finish()
}

/// The vocabulary that `$metadata` refers to, in its two notations.
const VOCABULARY: [(&str, &str, &str); 2] = [
    ("Deltalink.Tracking.V1.json", "application/json", include_str!("../../schemas/Deltalink.Tracking.V1.json")),
    ("Deltalink.Tracking.V1.xml", "application/xml", include_str!("../../schemas/Deltalink.Tracking.V1.xml")),
];

/// The contract.
pub(super) async fn openapi() -> HttpResponse {
    HttpResponse::Ok().content_type("application/yaml").body(include_str!("../../openapi.yaml"))
}

/// One of the schemas, or the vocabulary.
pub(super) async fn schema(http: HttpRequest, name: web::Path<String>) -> HttpResponse {
    let schema = SCHEMAS.iter().find(|(known, _)| *known == name.as_str());
    let schema = schema.map(|(_, text)| ("application/schema+json", *text));
    let vocabulary = VOCABULARY.iter().find(|(known, ..)| *known == name.as_str());
    match schema.or(vocabulary.map(|(_, content_type, text)| (*content_type, *text))) {
        Some((content_type, text)) => HttpResponse::Ok().content_type(content_type).body(text),
        None => unknown(http).await,
    }
}

/// Everything else.
pub(super) async fn unknown(http: HttpRequest) -> HttpResponse {
    error_response(&http, &Error::not_found("This path").about("The path"), "")
}
