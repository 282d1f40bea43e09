//! `[service]`: how the service answers.

use serde::{Deserialize, Serialize};

use crate::edm::{Exposure, is_identifier};
use crate::error::{Error, Result};
use crate::response::DeletedId;

/// How the service answers.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Service {
    /// Rows per page where the client has no wish.
    pub page_size: u32,
    /// Rows per page at most.
    pub max_page_size: u32,
    /// Levels of `$expand`.
    pub max_expand_depth: u32,
    /// Whether `Orders/1` is `Orders(1)`.
    pub key_as_segment: bool,
    /// Whether answers are compressed for clients that accept it.
    pub compression: bool,
    /// Origins whose pages may read answers in a browser; `*` stands for all.
    pub cors_origins: Vec<String>,
    /// What `id` of a deletion holds.
    pub deleted_id: DeletedId,
    /// The schema's namespace.
    pub namespace: String,
}

impl Default for Service {
    fn default() -> Self {
        Self {
            page_size: 5000,
            max_page_size: 50_000,
            max_expand_depth: Exposure::default().max_expand_depth,
            key_as_segment: false,
            compression: true,
            cors_origins: Vec::new(),
            deleted_id: DeletedId::EntityUrl,
            namespace: Exposure::default().namespace,
        }
    }
}

impl Service {
    /// The largest page that may be configured, in rows.
    const PAGE_LIMIT: u32 = 100_000;
    /// The most levels of `$expand` that may be configured.
    const DEPTH_LIMIT: u32 = 20;

    pub(super) fn check(&self) -> Result<()> {
        for (name, size) in [("page_size", self.page_size), ("max_page_size", self.max_page_size)] {
            if !(1..=Self::PAGE_LIMIT).contains(&size) {
                let message = format!("service.{name} must be between 1 and {}, not {size}.", Self::PAGE_LIMIT);
                return Err(Error::configuration(message));
            }
        }
        if self.max_expand_depth > Self::DEPTH_LIMIT {
            let (depth, limit) = (self.max_expand_depth, Self::DEPTH_LIMIT);
            return Err(Error::configuration(format!(
                "service.max_expand_depth must be at most {limit}, not {depth}."
            )));
        }
        if let Some(origin) = self.cors_origins.iter().find(|origin| !is_origin(origin)) {
            let message =
                format!("service.cors_origins holds \"{origin}\", which is no origin such as https://example.com.");
            return Err(Error::configuration(message));
        }
        let namespace = &self.namespace;
        if is_namespace(namespace) {
            Ok(())
        } else {
            Err(Error::configuration(format!(
                "service.namespace \"{namespace}\" is not a namespace such as Contoso.Sales."
            )))
        }
    }
}

/// CSDL 4.01 section 5: identifiers with dots between them, at most 511 characters with the model's `.Model`, and not
/// one that OData keeps or that the model's own references bring, by name or alias.
fn is_namespace(text: &str) -> bool {
    let kept = ["Edm", "System", "Transient", "odata"];
    let aliases = ["Capabilities", "Core", "Tracking"];
    let vocabularies = ["Deltalink.Tracking.V1", "Org.OData.Capabilities.V1", "Org.OData.Core.V1"];
    let taken = [&kept[..], &aliases, &vocabularies].iter().any(|names| names.contains(&text));
    !taken && text.chars().count() <= 505 && text.split('.').all(is_identifier)
}

/// A scheme and a host, perhaps with a port, as browsers write it; or `*`.
fn is_origin(text: &str) -> bool {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let plain = |host: &str| host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte));
    text == "*" || host.is_some_and(|host| !host.is_empty() && plain(host))
}
